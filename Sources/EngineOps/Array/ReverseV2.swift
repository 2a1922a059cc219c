import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input with the order along the given axes turned around.
  static let reverseV2 = OpDefinition(
    "ReverseV2", inputs: [.tensor("tensor", "T"), .tensor("axis", "Tidx")], outputs: [.tensor("output", "T")],
    attributes: [.type("Tidx", .index, default: .int32), .type("T", reversible)],
    shape: { context in
      if let rank = context.input(0).rank, let axes = try context.constantInts(1) {
        _ = try reversedAxes(axes, rank: rank)
      }
      return [context.input(0)]
    },
    gradient: .rule { [.dense(try $0.graph.op("ReverseV2", try $0.gradient(), $0.input(1))), nil] },
    sample: OpSample([
      .init([2, 3, 2], .uniform(-2, 2)), .init([2], .fixed([0, -1]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    try runReverse(context, axes: try reversedAxes(try context.integers(1), rank: context.inputs[0].rank))
  }

  private static func reversedAxes(_ axes: [Int], rank: Int) throws -> Set<Int> {
    var result = Set<Int>()
    for axis in axes {
      guard axis >= -rank, axis < rank else {
        throw EngineError.invalidArgument("'axis'[0] = \(axis) is out of valid range [0, \(rank - 1)]")
      }
      guard result.insert(axis < 0 ? axis + rank : axis).inserted else {
        throw EngineError.invalidArgument("axis \(axis) specified more than once.")
      }
    }
    return result
  }
}
