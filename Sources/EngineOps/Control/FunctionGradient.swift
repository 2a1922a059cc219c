import EngineCore
import EngineGraph

/// The gradient of a function as another function, which computes the function again: `(inputs, gradients of some
/// outputs) -> gradients of some inputs`.
struct FunctionGradient {
  let function: GraphFunction
  /// For each of the function's inputs, the place of its gradient in the results; `nil` where nothing flows.
  let places: [Int?]
}

extension GraphFunction {
  /// Copies the body into a fresh graph inside `outer`.
  ///
  /// - Returns: the graph, and what stands for each output of the body.
  func copied(into outer: Graph) throws -> (graph: Graph, map: [Output: Output]) {
    let graph = Graph()
    graph.outer = outer
    graph.seed = body.seed
    for function in body.functions.values { graph.addFunction(function) }
    var map: [Output: Output] = [:]
    var nodes: [ObjectIdentifier: Node] = [:]
    for node in body.nodes {
      var attributes = node.attributes
      if node.type == "Placeholder", node.outputTypes == [.resource], let data = handleData(of: node.output()) {
        attributes["_handle_dtype"] = .type(data.dtype)
        attributes["_handle_shape"] = .shape(data.shape)
      }
      let inputs = try node.inputs.map { input in
        guard let copy = map[input] else {
          throw EngineError.internal("function '\(name)' reads '\(input.name)', which is not in its body")
        }
        return copy
      }
      let copy = try graph.addNode(
        node.type, arguments: node.grouped(inputs), attributes: attributes, name: node.name + "/",
        controlInputs: node.controlInputs.compactMap { nodes[ObjectIdentifier($0)] })
      for index in node.outputTypes.indices {
        map[node.output(index)] = copy.output(index)
        if let shape = try? copy.output(index).shape.merged(with: node.output(index).shape) {
          try copy.output(index).setShape(shape)
        }
      }
      nodes[ObjectIdentifier(node)] = copy
    }
    return (graph, map)
  }

  /// Builds the gradient with respect to those inputs that `wanted` says.
  ///
  /// - Parameters:
  ///   - outputs: which outputs have a gradient coming in.
  ///   - wanted: whether an input's gradient is asked for; others give no result.
  ///   - zeros: whether inputs that nothing flows to get zeros, so that branches agree on their results.
  func gradient(in outer: Graph, outputs: [Int], wanted: [Bool], zeros: Bool) throws -> FunctionGradient {
    let (graph, map) = try copied(into: outer)
    func local(_ output: Output) throws -> Output {
      guard let copy = map[output] else {
        throw EngineError.internal("function '\(name)' has no node '\(output.node.name)'")
      }
      return copy
    }
    let arguments = try inputs.map(local)
    let ys = try outputs.map { try local(self.outputs[$0]) }
    let incoming = try ys.map { y in
      try graph.addNode(
        "Placeholder", attributes: ["dtype": .type(y.dtype), "shape": .shape(y.shape)], name: "grad_ys"
      ).output()
    }
    let targets = arguments.indices.filter { wanted[$0] }
    let gradients =
      ys.isEmpty
      ? [Gradient?](repeating: nil, count: targets.count)
      : try graph.gradients(of: ys, withRespectTo: targets.map { arguments[$0] }, gradYs: incoming)
    var places = [Int?](repeating: nil, count: arguments.count)
    var results: [Output] = []
    for (target, gradient) in zip(targets, gradients) {
      let result: Output
      switch gradient {
      case .dense(let output)?: result = output
      case .slices(let slices)?: result = try graph.densify(slices)
      case nil:
        guard zeros else { continue }
        result = try graph.zeros(like: arguments[target])
      }
      places[target] = results.count
      // A result that is an argument itself still needs a node of its own.
      results.append(try graph.op("Identity", result))
    }
    var newName = "\(name)_grad"
    var suffix = 0
    while (try? outer.function(named: newName)) != nil {
      suffix += 1
      newName = "\(name)_grad_\(suffix)"
    }
    let function = GraphFunction(name: newName, body: graph, inputs: arguments + incoming, outputs: results)
    outer.addFunction(function)
    return FunctionGradient(function: function, places: places)
  }
}

extension Node {
  /// Inputs by the arguments of the op's signature.
  func grouped(_ inputs: [Output]) -> [[Output]] {
    var rest = inputs[...]
    return definition.inputs.map { argument in
      let count: Int
      switch argument.arity {
      case .single: count = 1
      case .repeated(let attribute, _): count = int(attribute)
      case .list(let attribute): count = types(attribute).count
      }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }
}

extension Graph {
  /// Zeros of a tensor's shape, or of the shape of the variable behind a handle.
  func zeros(like output: Output) throws -> Output {
    guard output.dtype == .resource else { return try op("ZerosLike", output) }
    guard let data = handleData(of: output) else {
      throw EngineError.unimplemented("the gradient of '\(output.name)', a handle whose variable is not known")
    }
    return try op("ZerosLike", try op("ReadVariableOp", output, attributes: ["dtype": .type(data.dtype)]))
  }
}

extension DType {
  /// Whether gradients can flow through values of the type: numbers, and lists of them.
  var carriesGradients: Bool { isFloating || isComplex || self == .variant }
}

extension Output {
  /// Whether gradients can flow to it: a floating tensor, a list or a handle on a floating variable.
  var isDifferentiable: Bool {
    dtype.carriesGradients || (dtype == .resource && handleData(of: self)?.dtype.isFloating == true)
  }
}

extension OpDefinition {
  /// The gradients of a node that hands its inputs (from `inputsFrom` on) to one of some functions: a node of the same
  /// op over the functions' gradients.
  static func branchGradients(
    _ context: GradientContext, _ branches: [GraphFunction], _ op: String, inputsFrom: Int,
    _ attributes: ([String]) -> [String: AttributeValue]
  ) throws -> [Gradient?] {
    let (node, graph) = (context.node, context.graph)
    let inputs = Array(node.inputs.dropFirst(inputsFrom))
    let outputs = node.outputTypes.indices.filter {
      context.outputGradients[$0] != nil && node.outputTypes[$0].carriesGradients
    }
    let wanted = inputs.map(\.isDifferentiable)
    guard !outputs.isEmpty, wanted.contains(true) else { return inputs.map { _ in nil } }
    let gradients = try branches.map {
      try $0.gradient(in: graph, outputs: outputs, wanted: wanted, zeros: true)
    }
    guard let first = gradients.first else { return inputs.map { _ in nil } }
    let arguments = inputs + (try outputs.map { try context.gradient($0) })
    let types = first.function.outputs.map(\.dtype)
    let call = try graph.addNode(
      op, arguments: inputsFrom == 1 ? [[node.inputs[0]], arguments] : [arguments],
      attributes: attributes(gradients.map(\.function.name)).merging(["Tout": .types(types)]) { $1 })
    return inputs.indices.map { index in first.places[index].map { .dense(call.output($0)) } }
  }
}
