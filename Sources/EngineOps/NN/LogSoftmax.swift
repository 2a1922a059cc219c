import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `x − log Σ eˣ` along the last axis.
  static let logSoftmax = OpDefinition(
    "LogSoftmax", inputs: [.tensor("logits", "T")], outputs: [.tensor("logsoftmax", "T")],
    attributes: [.type("T", .floating)], shape: atLeastVector,
    gradient: .rule { context in
      let graph = context.graph
      let dy = try context.gradient()
      let softmax = try graph.op("Exp", context.output())
      let spread = try graph.op("Mul", try context.lastAxisSum(dy), softmax)
      return [.dense(try graph.op("Sub", dy, spread))]
    },
    sample: OpSample([.init([2, 3, 4], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    guard x.rank >= 1 else { throw EngineError.invalidArgument("logits must have >= 1 dimension, got \(x.shapeText)") }
    let y = try context.destination(0, shape: x.shape, reusing: 0)
    try Kernels.logSoftmax(context.inputs[0], into: y)
    context.setOutput(0, y)
  }
}
