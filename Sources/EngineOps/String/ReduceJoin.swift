import EngineCore
import EngineGraph

extension OpDefinition {
  /// Strings joined along axes, of which the one named first goes fastest.
  static let reduceJoin = OpDefinition(
    "ReduceJoin", inputs: [.tensor("inputs", .string), .tensor("reduction_indices", .int32)],
    outputs: [.tensor("output", .string)], attributes: [.bool("keep_dims", false), .string("separator", "")],
    shape: { context in
      guard let dimensions = context.input(0).dimensions, let axes = try context.constantInts(1) else {
        return [.unknown]
      }
      let reduced = Set(try axes.map { try context.axis($0, rank: dimensions.count) })
      if context.node.bool("keep_dims") {
        return [Shape(dimensions.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element })]
      }
      return [Shape(dimensions.enumerated().filter { !reduced.contains($0.offset) }.map(\.element))]
    }, gradient: .none
  ) { context in
    let x = context.inputs[0]
    var axes: [Int] = []
    for axis in try context.integers(1) {
      guard axis >= -x.rank, axis < x.rank else {
        throw EngineError.invalidArgument("Invalid reduction dimension \(axis) for input with \(x.rank) dimension(s)")
      }
      let axis = axis < 0 ? axis + x.rank : axis
      guard !axes.contains(axis) else { throw EngineError.invalidArgument("Duplicate reduction dimension \(axis)") }
      axes.append(axis)
    }
    var strides = [Int](repeating: 1, count: x.rank)
    for axis in strides.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(x.shape[axis + 1], 1) }
    /// The offsets that counting through these axes gives, the last one going fastest.
    func offsets(_ axes: [Int]) -> [Int] {
      axes.reduce([0]) { found, axis in
        found.flatMap { start in (0..<x.shape[axis]).map { start + $0 * strides[axis] } }
      }
    }
    let kept = x.shape.indices.filter { !axes.contains($0) }
    let separator = ByteString(context.node.string("separator").utf8)
    let inner = offsets(axes.reversed())
    let strings = x.strings
    let joined = offsets(kept).map { start in
      ByteString(inner.map { strings[start + $0] }.joined(separator: separator))
    }
    let keepsAxes = context.node.bool("keep_dims")
    let shape = x.shape.indices.compactMap { axes.contains($0) ? (keepsAxes ? 1 : nil) : x.shape[$0] }
    context.setOutput(0, try Tensor(strings: joined, shape: shape))
  }
}
