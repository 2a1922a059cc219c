import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Applies `body` to the loop's variables as long as `cond` of them holds.
  static let whileOp = loop("While", isStateful: true)

  static func loop(_ name: String, isStateful: Bool) -> OpDefinition {
    OpDefinition(
      name, inputs: [.list("input", types: "T")], outputs: [.list("output", types: "T")],
      attributes: [
        .types("T"), .function("cond"), .function("body"), .shapes("output_shapes", []),
        .int("parallel_iterations", 10),
      ], isStateful: isStateful,
      shape: { context in
        let given = context.node.shapes("output_shapes")
        if given.count == context.inputCount { return given }
        // A variable keeps its shape only if the body says so.
        let body = try context.node.graphFunction("body")
        return context.node.inputs.indices.map { index in
          let (before, after) = (
            context.input(index), index < body.outputs.count ? body.outputs[index].shape : .unknown
          )
          return before == after ? before : .unknown
        }
      },
      gradient: .rule { try whileGradient($0) }
    ) { context in
      let (condition, body) = (try context.node.graphFunction("cond"), try context.node.graphFunction("body"))
      let results = try runLoop(condition, body, Array(context.inputs), context.environment) { _ in }
      for (index, result) in results.enumerated() { context.setOutput(index, result) }
    }
  }

  /// Runs a loop; `visit` sees the variables before each iteration.
  static func runLoop(
    _ condition: GraphFunction, _ body: GraphFunction, _ initial: [Tensor], _ environment: ExecutionEnvironment,
    visit: ([Tensor]) -> Void
  ) throws -> [Tensor] {
    var variables = initial
    while true {
      try environment.cancellation.check()
      let answer = try environment.call(condition, variables)
      guard answer.count == 1 else {
        throw EngineError.invalidArgument("the condition of a loop must give one value, got \(answer.count)")
      }
      guard try answer[0].isTruthy() else { return variables }
      visit(variables)
      let next = try environment.call(body, variables)
      guard next.map(\.dtype) == variables.map(\.dtype) else {
        throw EngineError.invalidArgument(
          "the body of a loop takes \(variables.map(\.dtype.name)) but gave \(next.map(\.dtype.name))")
      }
      variables = next
    }
  }

  /// The gradient of a loop: a node that runs it again, keeping each iteration's variables, and then goes back through
  /// the body's gradient.
  private static func whileGradient(_ context: GradientContext) throws -> [Gradient?] {
    let (node, graph) = (context.node, context.graph)
    let body = try node.graphFunction("body")
    let floating = node.inputs.indices.filter { node.outputTypes[$0].carriesGradients }
    let wanted = node.inputs.map(\.isDifferentiable)
    guard !floating.isEmpty, wanted.contains(true) else { return node.inputs.map { _ in nil } }
    let gradient = try body.gradient(in: graph, outputs: floating, wanted: wanted, zeros: true)
    let results = node.inputs.indices.filter { wanted[$0] }
    let incoming = try floating.map { try context.gradient($0) }
    let types = results.map { handleData(of: node.inputs[$0])?.dtype ?? node.inputs[$0].dtype }
    let call = try graph.addNode(
      "_WhileGradient", arguments: [node.inputs, incoming],
      attributes: [
        "cond": .function(node.function("cond") ?? ""), "body": .function(body.name),
        "body_gradient": .function(gradient.function.name), "Tout": .types(types),
        "results": .ints(results),
        "output_shapes": .shapes(
          results.map { index in handleData(of: node.inputs[index])?.shape ?? node.inputs[index].shape }),
      ])
    return node.inputs.indices.map { index in
      results.firstIndex(of: index).map { .dense(call.output($0)) }
    }
  }
}
