import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// A tensor of shape `dims` full of `value`.
  static let fill = OpDefinition(
    "Fill", inputs: [.tensor("dims", "index_type"), .tensor("value", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("index_type", .index, default: .int32)],
    shape: { [try $0.shape(fromInput: 0)] },
    gradient: .rule { context in
      let dy = try context.gradient()
      let rank = try context.graph.op("Rank", dy)
      let axes = try context.graph.op(
        "Range", try context.graph.constant(scalar: Int32(0)), rank, try context.graph.constant(scalar: Int32(1)))
      return [nil, .dense(try context.graph.op("Sum", dy, axes))]
    },
    sample: OpSample([.init([2], .fixed([2, 3]), dtype: .int32, isConstant: true), .init([], .uniform(-2, 2))])
  ) { context in
    let shape = try context.integers(0)
    guard context.inputs[1].rank == 0 else {
      throw EngineError.invalidArgument(
        "value must be a scalar, got shape \(Shape(known: context.inputs[1].shape).bracketed)")
    }
    let y = try context.newOutput(0, shape: shape)
    try Kernels.fill(y, with: context.inputs[1])
    context.setOutput(0, y)
  }
}
