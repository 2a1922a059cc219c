import EngineCore
import EngineGraph

extension OpDefinition {
  /// Parts of given sizes along an axis; one size may be -1: what is left.
  static let splitV = OpDefinition(
    "SplitV", inputs: [.tensor("value", "T"), .tensor("size_splits", "Tlen"), .tensor("split_dim", .int32)],
    outputs: [.repeated("output", count: "num_split", "T")],
    attributes: [.int("num_split"), .type("T"), .type("Tlen", [.int8, .int32, .int64], default: .int64)],
    shape: { context in
      let (x, count) = (context.input(0), context.node.int("num_split"))
      guard let dimensions = x.dimensions else { return [Shape](repeating: .unknown, count: count) }
      guard let constant = try context.constantInts(2)?.first else {
        return [Shape](repeating: .unknown(rank: dimensions.count), count: count)
      }
      let axis = try splitAxis(constant, rank: dimensions.count)
      let sizes: [Int?] =
        try context.constantInts(1).map { sizes in
          guard sizes.count == count else {
            throw EngineError.value("Length of size_splits should be equal to num_outputs")
          }
          if let total = dimensions[axis] { return try splitSizes(sizes, total: total) }
          return sizes.map { $0 < 0 ? nil : $0 }
        } ?? [Int?](repeating: nil, count: count)
      return sizes.map { size in
        var part = dimensions
        part[axis] = size
        return Shape(part)
      }
    },
    gradient: .rule { [try splitGradient($0, axis: $0.input(2)), nil, nil] },
    sample: OpSample(
      [
        .init([2, 5], .uniform(-2, 2)), .init([3], .fixed([2, -1, 1]), dtype: .int32, isConstant: true),
        .init([], .fixed([-1]), dtype: .int32, isConstant: true),
      ], attributes: ["num_split": .int(3)])
  ) { context in
    let x = context.inputs[0]
    let axis = try splitAxis(try context.integer(2), rank: x.rank)
    let sizes = try context.integers(1)
    guard sizes.count == context.node.outputTypes.count else {
      throw EngineError.invalidArgument(
        "size of the split_tensor must be 1-D and have the same elements as outputs got \(sizes.count) elements")
    }
    try runSplit(x, sizes: try splitSizes(sizes, total: x.shape[axis]), axis: axis, context)
  }

  private static func splitSizes(_ sizes: [Int], total: Int) throws -> [Int] {
    var result = sizes
    let holes = sizes.indices.filter { sizes[$0] == -1 }
    let sum = sizes.reduce(0) { $0 &+ ($1 == -1 ? 0 : $1) }
    if holes.count == 1, sum >= 0, sum <= total { result[holes[0]] = total - sum }
    guard holes.count <= 1, sizes.allSatisfy({ $0 <= total }), sum >= 0, result.allSatisfy({ $0 >= 0 }),
      result.reduce(0, &+) == total
    else {
      throw EngineError.invalidArgument(
        "Determined shape must either match input shape along split_dim exactly if fully specified, or be less than the "
          + "size of the input along split_dim if not fully specified. Got: \(sum)")
    }
    return result
  }
}
