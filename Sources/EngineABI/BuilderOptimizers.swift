import EngineBuilders
import EngineCore
import EngineGraph

// optimizer.<kind>    opts -> Optimizer object; hyperparameters are numbers, Tensors, Variables or callables
//     sgd: learning_rate name     adagrad: learning_rate initial_accumulator_value name
//     adam: learning_rate beta1 beta2 epsilon name
//     momentum: learning_rate momentum use_nesterov name
//     rmsprop: learning_rate decay momentum epsilon centered name      adadelta: learning_rate rho epsilon name
//     adagrad_da: learning_rate global_step initial_gradient_squared_accumulator_value l1_regularization_strength
//            l2_regularization_strength name
//     ftrl: learning_rate learning_rate_power initial_accumulator_value l1_regularization_strength
//            l2_regularization_strength l2_shrinkage_regularization_strength beta accum_name linear_name name
//     proximal_adagrad: learning_rate initial_accumulator_value l1_... l2_... name
//     proximal_sgd: learning_rate l1_... l2_... name
// optimizer.custom    name, dict of callables -> Optimizer object  (a subclass of the host language)
//     create_slots (list of V)   prepare ()   apply_dense (grad, V) -> Operation
//     apply_sparse (grad, indices, V) -> Operation   apply_sparse_duplicates (grad, indices, V) -> Operation
//     finish (list of Operations, name) -> Operation
// optimizer.compute_gradients    optimizer, loss, None or list of V, opts: grad_loss -> list of (gradient, V)
// optimizer.apply_gradients      optimizer, list of (gradient, V), global step or None, name, G (optional: a function
//                                body to add the updates to) -> Operation
// optimizer.minimize  optimizer, loss, opts: global_step var_list name grad_loss -> Operation
// optimizer.default_prepare      optimizer, G -> None       (what a subclass of the host finds in its parent)
// optimizer.default_create_slots optimizer, list of V -> None
// optimizer.default_dense        optimizer, gradient, V -> Operation
// optimizer.default_sparse       optimizer, values, indices, V -> Operation
// optimizer.default_finish       optimizer, list of Operations, name -> Operation
// optimizer.slot      optimizer, V, slot name -> V or None
// optimizer.slot_names           optimizer -> list of text
// optimizer.variables            optimizer, G -> list of V
// optimizer.make_slot            optimizer, V, slot name, initializer or Tensor, op name -> V
// optimizer.name      optimizer -> text
let builderOptimizerFunctions: [HostFunction] = [
  HostFunction("optimizer.sgd") { arguments in
    let options = try arguments.options(0)
    return .object(
      try GradientDescentOptimizer(
        try rate(options), name: try options.string("name") ?? "GradientDescent"))
  },
  HostFunction("optimizer.adagrad") { arguments in
    let options = try arguments.options(0)
    return .object(
      try AdagradOptimizer(
        try rate(options), initialAccumulator: try options.double("initial_accumulator_value") ?? 0.1,
        name: try options.string("name") ?? "Adagrad"))
  },
  HostFunction("optimizer.adam") { arguments in
    let options = try arguments.options(0)
    return .object(
      try AdamOptimizer(
        try options.hyperparameter("learning_rate", 0.001), beta1: try options.hyperparameter("beta1", 0.9),
        beta2: try options.hyperparameter("beta2", 0.999), epsilon: try options.hyperparameter("epsilon", 1e-8),
        name: try options.string("name") ?? "Adam"))
  },
  HostFunction("optimizer.momentum") { arguments in
    let options = try arguments.options(0)
    return .object(
      try MomentumOptimizer(
        try rate(options), momentum: try options.hyperparameter("momentum", 0),
        usesNesterov: try options.bool("use_nesterov", false), name: try options.string("name") ?? "Momentum"))
  },
  HostFunction("optimizer.rmsprop") { arguments in
    let options = try arguments.options(0)
    return .object(
      try RMSPropOptimizer(
        try rate(options), decay: try options.hyperparameter("decay", 0.9),
        momentum: try options.hyperparameter("momentum", 0), epsilon: try options.hyperparameter("epsilon", 1e-10),
        isCentered: try options.bool("centered", false), name: try options.string("name") ?? "RMSProp"))
  },
  HostFunction("optimizer.adadelta") { arguments in
    let options = try arguments.options(0)
    return .object(
      try AdadeltaOptimizer(
        try options.hyperparameter("learning_rate", 0.001), rho: try options.hyperparameter("rho", 0.95),
        epsilon: try options.hyperparameter("epsilon", 1e-8), name: try options.string("name") ?? "Adadelta"))
  },
  HostFunction("optimizer.adagrad_da") { arguments in
    let options = try arguments.options(0)
    return .object(
      try AdagradDAOptimizer(
        try rate(options), globalStep: try options.required("global_step").asOperand(arguments.function),
        initialAccumulator: try options.double("initial_gradient_squared_accumulator_value") ?? 0.1,
        l1: try options.double("l1_regularization_strength") ?? 0,
        l2: try options.double("l2_regularization_strength") ?? 0, name: try options.string("name") ?? "AdagradDA"))
  },
  HostFunction("optimizer.ftrl") { arguments in
    let options = try arguments.options(0)
    var configuration = FtrlOptimizer.Configuration()
    configuration.learningRatePower = try options.double("learning_rate_power") ?? -0.5
    configuration.initialAccumulator = try options.double("initial_accumulator_value") ?? 0.1
    configuration.l1 = try options.double("l1_regularization_strength") ?? 0
    configuration.l2 = try options.double("l2_regularization_strength") ?? 0
    configuration.l2Shrinkage = try options.double("l2_shrinkage_regularization_strength") ?? 0
    configuration.beta = try options.double("beta") ?? 0
    configuration.accumulatorName = try options.string("accum_name")
    configuration.linearName = try options.string("linear_name")
    return .object(try FtrlOptimizer(try rate(options), configuration, name: try options.string("name") ?? "Ftrl"))
  },
  HostFunction("optimizer.proximal_adagrad") { arguments in
    let options = try arguments.options(0)
    return .object(
      try ProximalAdagradOptimizer(
        try rate(options), initialAccumulator: try options.double("initial_accumulator_value") ?? 0.1,
        l1: try options.double("l1_regularization_strength") ?? 0,
        l2: try options.double("l2_regularization_strength") ?? 0,
        name: try options.string("name") ?? "ProximalAdagrad"))
  },
  HostFunction("optimizer.proximal_sgd") { arguments in
    let options = try arguments.options(0)
    return .object(
      try ProximalGradientDescentOptimizer(
        try rate(options), l1: try options.double("l1_regularization_strength") ?? 0,
        l2: try options.double("l2_regularization_strength") ?? 0,
        name: try options.string("name") ?? "ProximalGradientDescent"))
  },
  HostFunction("optimizer.custom") { arguments in
    .object(try HostOptimizer(name: try arguments.string(0), callbacks: try arguments.options(1)))
  },
  HostFunction("optimizer.default_prepare", blocking: true) { arguments in
    try arguments.object(0, Optimizer.self).prepare(try arguments.graph(1))
    return .none
  },
  HostFunction("optimizer.default_create_slots", blocking: true) { arguments in
    try arguments.object(0, Optimizer.self).createSlots(try arguments.variables(1))
    return .none
  },
  HostFunction("optimizer.default_dense", blocking: true) { arguments in
    let variable = try arguments.variable(2)
    let gradient = try variable.graph.tensor(try arguments.operand(1))
    return .node(try arguments.object(0, Optimizer.self).applyDense(gradient, variable))
  },
  HostFunction("optimizer.default_sparse", blocking: true) { arguments in
    let variable = try arguments.variable(3)
    let values = try variable.graph.tensor(try arguments.operand(1))
    let indices = try variable.graph.tensor(try arguments.operand(2))
    return .node(try arguments.object(0, Optimizer.self).applySparse(values, indices, variable))
  },
  HostFunction("optimizer.default_finish", blocking: true) { arguments in
    let updates = try arguments.list(1).map { value -> Node in
      guard case .node(let node) = value else {
        throw EngineError.type("\(arguments.function): expected Operations")
      }
      return node
    }
    return .node(try arguments.object(0, Optimizer.self).finish(updates, name: try arguments.string(2)))
  },
  HostFunction("optimizer.compute_gradients", blocking: true) { arguments in
    let options = try arguments.options(3)
    let loss = try lossOutput(arguments, 1)
    let pairs = try arguments.object(0, Optimizer.self).computeGradients(
      loss, variables: arguments.isNone(2) ? nil : try arguments.variables(2),
      gradLoss: try options.output("grad_loss", in: loss.graph))
    return .list(pairs.map { .tuple([Value.gradient($0.gradient), .object($0.variable)]) })
  },
  HostFunction("optimizer.apply_gradients", blocking: true) { arguments in
    let pairs = try arguments.list(1).map { item -> GradientAndVariable in
      let parts: [Value]
      switch item {
      case .tuple(let items), .list(let items): parts = items
      default: parts = []
      }
      guard parts.count == 2, case .object(let object) = parts[1], let variable = object as? Variable else {
        throw EngineError.type("\(arguments.function): expected pairs of a gradient and a Variable")
      }
      return (try parts[0].asGradient(), variable)
    }
    return .node(
      try arguments.object(0, Optimizer.self).applyGradients(
        pairs, globalStep: try arguments.optionalOperand(2), name: try arguments.optionalString(3),
        in: arguments.count > 4 ? try arguments.graph(4) : nil))
  },
  HostFunction("optimizer.minimize", blocking: true) { arguments in
    let options = try arguments.options(2)
    let loss = try lossOutput(arguments, 1)
    let variables = try options.list("var_list").map { _ in try variableList(options, "var_list") }
    return .node(
      try arguments.object(0, Optimizer.self).minimize(
        loss, globalStep: try options.operand("global_step"), variables: variables,
        name: try options.string("name"), gradLoss: try options.output("grad_loss", in: loss.graph)))
  },
  HostFunction("optimizer.slot") { arguments in
    let slot = try arguments.object(0, Optimizer.self).slot(try arguments.string(2), of: try arguments.variable(1))
    return slot.map { .object($0) } ?? .none
  },
  HostFunction("optimizer.slot_names") { .strings(try $0.object(0, Optimizer.self).slotNames) },
  HostFunction("optimizer.variables") { arguments in
    .list(try arguments.object(0, Optimizer.self).variables(in: try arguments.graph(1)).map { .object($0) })
  },
  HostFunction("optimizer.make_slot", blocking: true) { arguments in
    let value: Slots.Value
    if case .output(let output) = arguments[3] {
      value = .output(output)
    } else {
      value = .initializer(try arguments[3].asInitializer(arguments.function) ?? Zeros())
    }
    return .object(
      try arguments.object(0, Optimizer.self).makeSlot(
        try arguments.string(2), of: try arguments.variable(1), value, opName: try arguments.optionalString(4)))
  },
  HostFunction("optimizer.name") { .text(try $0.object(0, Optimizer.self).name) },
]

private func rate(_ options: OptionReader) throws -> Hyperparameter {
  _ = try options.required("learning_rate")
  return try options.hyperparameter("learning_rate", 0)
}

private func lossOutput(_ arguments: Arguments, _ index: Int) throws -> Output {
  let operand = try arguments.operand(index)
  guard let graph = outputGraph(operand) else {
    throw EngineError.type("\(arguments.function): the loss must be a Tensor")
  }
  return try graph.tensor(operand)
}

private func variableList(_ options: OptionReader, _ name: String) throws -> [Variable] {
  try (options.list(name) ?? []).map { item in
    guard case .object(let object) = item, let variable = object as? Variable else {
      throw EngineError.type("\(options.function): '\(name)' must be a list of Variables")
    }
    return variable
  }
}

/// An optimizer whose updates the host language builds.
final class HostOptimizer: Optimizer {
  private let callbacks: [String: HostObject]

  init(name: String, callbacks: OptionReader) throws {
    self.callbacks = callbacks.values.compactMapValues { if case .host(let host) = $0 { host } else { nil } }
    try super.init(name: name)
  }

  override func createSlots(_ variables: [Variable]) throws {
    _ = try callbacks["create_slots"]?.call([.list(variables.map { .object($0) })])
  }

  override func prepare(_ graph: Graph) throws { _ = try callbacks["prepare"]?.call([]) }

  override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    guard let callback = callbacks["apply_dense"] else { return try super.applyDense(gradient, variable) }
    return try node(try callback.call([.output(gradient), .object(variable)]))
  }

  override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    guard let callback = callbacks["apply_sparse"] else { return try super.applySparse(gradient, indices, variable) }
    return try node(try callback.call([.output(gradient), .output(indices), .object(variable)]))
  }

  override func applySparseDuplicates(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    guard let callback = callbacks["apply_sparse_duplicates"] else {
      return try super.applySparseDuplicates(gradient, indices, variable)
    }
    return try node(try callback.call([.output(gradient), .output(indices), .object(variable)]))
  }

  override func finish(_ updates: [Node], name: String) throws -> Node {
    guard let callback = callbacks["finish"] else { return try super.finish(updates, name: name) }
    return try node(try callback.call([.list(updates.map { .node($0) }), .text(name)]))
  }

  private func node(_ value: Value) throws -> Node {
    switch value {
    case .node(let node): return node
    case .output(let output): return output.node
    case .object(let update as ObjectBox<VariableUpdate>): return update.content.node
    default: throw EngineError.type("an optimizer's callback must return an Operation, got \(value.kindName)")
    }
  }
}
