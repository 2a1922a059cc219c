import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// A new axis of size `depth`: `on_value` at the position that `indices` gives, `off_value` elsewhere.
  static let oneHot = OpDefinition(
    "OneHot",
    inputs: [.tensor("indices", "TI"), .tensor("depth", .int32), .tensor("on_value", "T"), .tensor("off_value", "T")],
    outputs: [.tensor("output", "T")],
    attributes: [.int("axis", -1), .type("T"), .type("TI", [.uint8, .int8, .int32, .int64], default: .int64)],
    shape: { context in
      guard var dimensions = context.input(0).dimensions else { return [.unknown] }
      let depth = try context.constantInts(1)?.first
      if let depth, depth < 0 { throw EngineError.value("depth must be non-negative, got: \(depth)") }
      dimensions.insert(depth, at: try oneHotAxis(context.node.int("axis"), rank: dimensions.count))
      return [Shape(dimensions)]
    }, gradient: .none,
    sample: OpSample([
      .init([2, 3], .integers(-1..<4), dtype: .int32), .init([], .fixed([3]), dtype: .int32, isConstant: true),
      .init([], .fixed([1])), .init([], .fixed([0])),
    ])
  ) { context in
    let indices = context.inputs[0]
    let depth = try context.integer(1)
    guard depth >= 0 else { throw EngineError.invalidArgument("depth must be non-negative, got: \(depth)") }
    let (on, off) = (context.inputs[2], context.inputs[3])
    for value in [on, off] where value.rank != 0 {
      throw EngineError.invalidArgument("on_value and off_value must be scalars, but got: \(value.bracketedShape)")
    }
    let axis = try oneHotAxis(context.node.int("axis"), rank: indices.rank)
    var shape = indices.shape
    shape.insert(depth, at: axis)
    let y = try Tensor(uninitialized: on.dtype, shape: shape)
    try Kernels.fill(y, with: off)
    let inner = indices.shape[axis...].reduce(1, &*)
    var rows: [Int] = []
    for (n, index) in try indices.integers().enumerated() where index >= 0 && index < depth {
      rows.append((n / inner * depth + index) * inner + n % inner)
    }
    let values = try Tensor(uninitialized: on.dtype, shape: [rows.count])
    try Kernels.fill(values, with: on)
    try Kernels.scatter(.assign, y, rows: rows, inner: 1, values)
    context.setOutput(0, y)
  }

  private static func oneHotAxis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -1, axis <= rank else {
      throw EngineError.invalidArgument("Expected axis to be -1 or between [0, \(rank + 1)).  But received: \(axis)")
    }
    return axis == -1 ? rank : axis
  }
}
