import EngineCore
import EngineGraph

extension OpDefinition {
  /// The axes along which gradients of two broadcast shapes must be summed.
  static let broadcastGradientArgs = OpDefinition(
    "BroadcastGradientArgs", inputs: [.tensor("s0", "T"), .tensor("s1", "T")],
    outputs: [.tensor("r0", "T"), .tensor("r1", "T")], attributes: [.type("T", .index, default: .int32)],
    shape: { _ in [.vector(nil), .vector(nil)] }, gradient: .none,
    sample: OpSample([
      .init([3], .fixed([2, 1, 4]), dtype: .int32), .init([2], .fixed([3, 4]), dtype: .int32),
    ])
  ) { context in
    let (a, b) = (try context.integers(0), try context.integers(1))
    let rank = max(a.count, b.count)
    var axes: ([Int], [Int]) = ([], [])
    for axis in 0..<rank {
      let x = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
      let y = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
      guard x == y || x == 1 || y == 1 else {
        throw EngineError.invalidArgument(
          "Incompatible shapes: \(Shape(known: a).bracketed) vs. \(Shape(known: b).bracketed)")
      }
      // An axis of size 1 in both counts for both: summing over it only drops it.
      if x == 1 { axes.0.append(axis) }
      if y == 1 { axes.1.append(axis) }
    }
    if a == b { axes = ([], []) }
    context.setOutput(0, try shapeVector(axes.0, context.node.outputTypes[0]))
    context.setOutput(1, try shapeVector(axes.1, context.node.outputTypes[1]))
  }
}
