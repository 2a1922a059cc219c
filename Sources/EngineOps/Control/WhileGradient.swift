import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The gradient of a `While`; an op of this engine's own. TensorFlow keeps intermediate values on stacks instead.
  ///
  /// `input` are the loop's initial variables, `grads` the gradients of its floating results, `results` the numbers of
  /// the variables whose gradients come out. A variable behind a handle collects gradients from all iterations.
  static let whileGradient = OpDefinition(
    "_WhileGradient", inputs: [.list("input", types: "T"), .list("grads", types: "Tgrad")],
    outputs: [.list("output", types: "Tout")],
    attributes: [
      .types("T"), .types("Tgrad"), .types("Tout"), .function("cond"), .function("body"),
      .function("body_gradient"), .ints("results"), .shapes("output_shapes"),
    ], isStateful: true, shape: { $0.node.shapes("output_shapes") }
  ) { context in
    let node = context.node
    let count = node.types("T").count
    let initial = Array(context.inputs.prefix(count))
    var incoming = Array(context.inputs.dropFirst(count))
    let results = node.ints("results")
    let floating = initial.indices.filter { initial[$0].dtype.carriesGradients }
    var history: [[Tensor]] = []
    _ = try runLoop(
      try node.graphFunction("cond"), try node.graphFunction("body"), initial, context.environment
    ) { history.append($0) }
    let gradient = try node.graphFunction("body_gradient")
    var handles: [Int: Tensor] = [:]
    while let variables = history.popLast() {
      try context.environment.cancellation.check()
      let gradients = try context.environment.call(gradient, variables + incoming)
      for (place, index) in results.enumerated() {
        if let position = floating.firstIndex(of: index) {
          incoming[position] = gradients[place]
        } else if let known = handles[index] {
          let sum = try Tensor(uninitialized: known.dtype, shape: known.shape)
          try Kernels.binary(.add, known, gradients[place], into: sum)
          handles[index] = sum
        } else {
          handles[index] = gradients[place]
        }
      }
    }
    for (place, index) in results.enumerated() {
      if let position = floating.firstIndex(of: index) {
        context.setOutput(place, incoming[position])
      } else if let total = handles[index] {
        context.setOutput(place, total)
      } else {
        let value = try context.resource(index, as: VariableResource.self).read()
        context.setOutput(place, try Tensor(zeros: value.dtype, shape: value.shape))
      }
    }
  }
}
