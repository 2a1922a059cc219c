import EngineCore
import EngineGraph

extension OpDefinition {
  /// Equal parts along an axis.
  static let split = OpDefinition(
    "Split", inputs: [.tensor("split_dim", .int32), .tensor("value", "T")],
    outputs: [.repeated("output", count: "num_split", "T")], attributes: [.int("num_split"), .type("T")],
    shape: { context in
      let (x, count) = (context.input(1), context.node.int("num_split"))
      guard var dimensions = x.dimensions else { return [Shape](repeating: .unknown, count: count) }
      guard let constant = try context.constantInts(0)?.first else {
        return [Shape](repeating: .unknown(rank: dimensions.count), count: count)
      }
      let axis = try splitAxis(constant, rank: dimensions.count)
      if let size = dimensions[axis] {
        guard count > 0, size % count == 0 else {
          throw EngineError.value("Dimension size must be evenly divisible by \(count) but is \(size)")
        }
        dimensions[axis] = size / count
      }
      return [Shape](repeating: Shape(dimensions), count: count)
    },
    gradient: .rule { [nil, try splitGradient($0, axis: $0.input(0))] },
    sample: OpSample(
      [.init([], .fixed([1]), dtype: .int32, isConstant: true), .init([2, 4], .uniform(-2, 2))],
      attributes: ["num_split": .int(2)])
  ) { context in
    let (x, count) = (context.inputs[1], context.node.outputTypes.count)
    let axis = try splitAxis(try context.integer(0), rank: x.rank)
    guard count > 0, x.shape[axis] % count == 0 else {
      throw EngineError.invalidArgument(
        "Number of ways to split should evenly divide the split dimension, but got split_dim \(axis) (size = "
          + "\(x.shape[axis])) and num_split \(count)")
    }
    try runSplit(x, sizes: [Int](repeating: x.shape[axis] / count, count: count), axis: axis, context)
  }
}
