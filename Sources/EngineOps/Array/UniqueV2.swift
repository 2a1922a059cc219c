import EngineCore
import EngineGraph

extension OpDefinition {
  /// The distinct slices along an axis; an empty axis vector means a vector's elements.
  static let uniqueV2 = OpDefinition(
    "UniqueV2", inputs: [.tensor("x", "T"), .tensor("axis", "Taxis")],
    outputs: [.tensor("y", "T"), .tensor("idx", "out_idx")],
    attributes: [.type("T"), .type("Taxis", .index, default: .int64), .type("out_idx", .index, default: .int32)],
    shape: { context in
      let x = context.input(0)
      guard var dimensions = x.dimensions, let axes = try context.constantInts(1) else {
        return [.unknown, .vector(nil)]
      }
      let axis = axes.first ?? 0
      guard axis >= -dimensions.count, axis < dimensions.count else { return [.unknown, .vector(nil)] }
      let index = axis < 0 ? axis + dimensions.count : axis
      let size = dimensions[index]
      dimensions[index] = nil
      return [Shape(dimensions), .vector(size)]
    }, gradient: .none,
    sample: OpSample([
      .init([3, 2], .fixed([1, 2, 3, 4, 1, 2])), .init([1], .fixed([0]), dtype: .int64, isConstant: true),
    ])
  ) { context in
    let (x, axes) = (context.inputs[0], try context.integers(1))
    if axes.isEmpty { try requireVector(x, "unique") }
    let axis = axes.first ?? 0
    guard axes.count <= 1, axis >= -x.rank, axis < x.rank else {
      throw EngineError.invalidArgument("axis must be in the range [\(-x.rank), \(x.rank)), got \(axes)")
    }
    try runUnique(context, axis: axis < 0 ? axis + x.rank : axis)
  }
}
