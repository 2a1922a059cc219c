import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `eˣ/Σ eˣ` along the last axis.
  static let softmax = OpDefinition(
    "Softmax", inputs: [.tensor("logits", "T")], outputs: [.tensor("softmax", "T")],
    attributes: [.type("T", .floating)], shape: atLeastVector,
    gradient: .rule { context in
      let graph = context.graph
      let (y, dy) = (context.output(), try context.gradient())
      let product = try graph.op("Mul", dy, y)
      let sum = try context.lastAxisSum(product)
      return [.dense(try graph.op("Mul", try graph.op("Sub", dy, sum), y))]
    },
    sample: OpSample([.init([2, 3, 4], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    guard x.rank >= 1 else { throw EngineError.invalidArgument("logits must have >= 1 dimension, got \(x.shapeText)") }
    let y = try context.destination(0, shape: x.shape, reusing: 0)
    try Kernels.softmax(context.inputs[0], into: y)
    context.setOutput(0, y)
  }

  static let atLeastVector: ShapeFunction = { context in
    if context.input(0).rank == 0 { throw EngineError.value("Shape must be at least rank 1 but is rank 0") }
    return [context.input(0)]
  }
}

extension GradientContext {
  /// The sum along the last axis, which stays with size 1.
  func lastAxisSum(_ x: Output) throws -> Output {
    try graph.op("Sum", x, try graph.constant([Int32(-1)]), attributes: ["keep_dims": .bool(true)])
  }
}
