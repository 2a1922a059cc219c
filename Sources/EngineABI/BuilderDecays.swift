import EngineBuilders
import EngineCore
import EngineGraph

// decay.<kind>         G, opts -> Tensor; numbers may be Tensors or Variables except where marked *
//     all: learning_rate global_step name
//     exponential, natural_exp, inverse_time: decay_steps decay_rate staircase*
//     polynomial: decay_steps end_learning_rate power cycle*
//     piecewise_constant: boundaries (list) values (list); the step is global_step
//     cosine: decay_steps alpha*      cosine_restarts: first_decay_steps t_mul* m_mul* alpha*
//     linear_cosine: decay_steps num_periods* alpha* beta*
//     noisy_linear_cosine: also initial_variance* variance_decay* seed*
// ema.make             opts: decay num_updates zero_debias name -> ExponentialMovingAverage object
// ema.apply            ema, G, None or list of V and Tensors -> Operation
// ema.average          ema, V or Tensor -> V or None
// ema.average_name     ema, V or Tensor -> text
// ema.variables_to_restore   ema, G, None or list of V -> dict of V by name
let builderDecayFunctions: [HostFunction] =
  [
    HostFunction("decay.exponential") { try decay($0, LearningRateDecay.exponential) },
    HostFunction("decay.natural_exp") { try decay($0, LearningRateDecay.naturalExponential) },
    HostFunction("decay.inverse_time") { try decay($0, LearningRateDecay.inverseTime) },
    HostFunction("decay.polynomial") { arguments in
      let options = try arguments.options(1)
      return .output(
        try LearningRateDecay.polynomial(
          try arguments.graph(0), rate: try number(options, "learning_rate"), step: try step(options),
          decaySteps: try number(options, "decay_steps"), end: try options.operand("end_learning_rate") ?? 0.0001,
          power: try options.operand("power") ?? 1, cycles: try options.bool("cycle", false),
          name: try options.string("name")))
    },
    HostFunction("decay.piecewise_constant") { arguments in
      let options = try arguments.options(1)
      func operands(_ name: String) throws -> [Operand] {
        try (options.list(name) ?? []).map { try $0.asOperand(arguments.function) }
      }
      return .output(
        try LearningRateDecay.piecewiseConstant(
          try arguments.graph(0), step: try step(options), boundaries: try operands("boundaries"),
          values: try operands("values"), name: try options.string("name")))
    },
    HostFunction("decay.cosine") { arguments in
      let options = try arguments.options(1)
      return .output(
        try LearningRateDecay.cosine(
          try arguments.graph(0), rate: try number(options, "learning_rate"), step: try step(options),
          decaySteps: try number(options, "decay_steps"), alpha: try options.double("alpha") ?? 0,
          name: try options.string("name")))
    },
    HostFunction("decay.cosine_restarts") { arguments in
      let options = try arguments.options(1)
      return .output(
        try LearningRateDecay.cosineRestarts(
          try arguments.graph(0), rate: try number(options, "learning_rate"), step: try step(options),
          firstDecaySteps: try number(options, "first_decay_steps"), lengthFactor: try options.double("t_mul") ?? 2,
          heightFactor: try options.double("m_mul") ?? 1, alpha: try options.double("alpha") ?? 0,
          name: try options.string("name")))
    },
    HostFunction("decay.linear_cosine") { try linear($0, isNoisy: false) },
    HostFunction("decay.noisy_linear_cosine") { try linear($0, isNoisy: true) },
    HostFunction("ema.make") { arguments in
      let options = try arguments.options(0)
      _ = try options.required("decay")
      return .object(
        ExponentialMovingAverage(
          decay: try options.hyperparameter("decay", 0), updates: try options.operand("num_updates"),
          correctsBias: try options.bool("zero_debias", false),
          name: try options.string("name") ?? "ExponentialMovingAverage"))
    },
    HostFunction("ema.apply") { arguments in
      let operands = try arguments.isNone(2) ? nil : arguments.list(2).map { try $0.asOperand(arguments.function) }
      return .node(
        try arguments.object(0, ExponentialMovingAverage.self).apply(operands, in: try arguments.graph(1)))
    },
    HostFunction("ema.average") { arguments in
      let average = try arguments.object(0, ExponentialMovingAverage.self).average(of: try arguments.operand(1))
      return average.map { .object($0) } ?? .none
    },
    HostFunction("ema.average_name") { arguments in
      .text(try arguments.object(0, ExponentialMovingAverage.self).averageName(of: try arguments.operand(1)))
    },
    HostFunction("ema.variables_to_restore") { arguments in
      let pairs = try arguments.object(0, ExponentialMovingAverage.self).variablesToRestore(
        in: try arguments.graph(1), arguments.isNone(2) ? nil : try arguments.variables(2))
      return .dict(pairs.map { ($0.0, .object($0.1)) })
    },
  ]

private func number(_ options: OptionReader, _ name: String) throws -> Operand {
  try options.required(name).asOperand(options.function)
}

private func step(_ options: OptionReader) throws -> Operand {
  guard let step = try options.operand("global_step") else {
    throw EngineError.value("global_step is required for \(options.function).")
  }
  return step
}

private func decay(
  _ arguments: Arguments,
  _ build: (Graph, Operand, Operand, Operand, Operand, Bool, String?) throws -> Output
) throws -> Value {
  let options = try arguments.options(1)
  return .output(
    try build(
      try arguments.graph(0), try number(options, "learning_rate"), try step(options),
      try number(options, "decay_steps"), try number(options, "decay_rate"), try options.bool("staircase", false),
      try options.string("name")))
}

private func linear(_ arguments: Arguments, isNoisy: Bool) throws -> Value {
  let options = try arguments.options(1)
  let noise: (variance: Double, decay: Double)? =
    isNoisy
    ? (try options.double("initial_variance") ?? 1, try options.double("variance_decay") ?? 0.55) : nil
  return .output(
    try LearningRateDecay.linearCosine(
      try arguments.graph(0), rate: try number(options, "learning_rate"), step: try step(options),
      decaySteps: try number(options, "decay_steps"), periods: try options.double("num_periods") ?? 0.5,
      alpha: try options.double("alpha") ?? 0, beta: try options.double("beta") ?? 0.001, noise: noise,
      seed: try options.int("seed"), name: try options.string("name")))
}
