import EngineCore
import EngineGraph
import EngineKernels

/// One resolved slice: where it starts and steps in the input, and what shape comes out.
///
/// Python's `x[begin:end:stride, ...]`, taken apart into a begin, end and stride for each written index, and masks with
/// one bit for each: "from the start", "to the end", `...`, `newaxis`, "a single index".
struct StridedSliceSpec {
  /// For each axis of the input.
  var begins: [Int] = []
  var strides: [Int] = []
  /// The number of steps along each axis of the input; `nil` when not known yet.
  var counts: [Int?] = []
  /// The result's shape: without single indices, with new axes.
  var shape: [Int?] = []

  /// The arguments of a slicing op. Begins and ends may be unknown while a graph is built.
  struct Arguments {
    var begins: [Int?]
    var ends: [Int?]
    var strides: [Int]
    var beginMask: Int
    var endMask: Int
    var ellipsisMask: Int
    var newAxisMask: Int
    var shrinkAxisMask: Int

    init(_ node: Node, begins: [Int?], ends: [Int?], strides: [Int]) {
      self.begins = begins
      self.ends = ends
      self.strides = strides
      beginMask = node.int("begin_mask")
      endMask = node.int("end_mask")
      ellipsisMask = node.int("ellipsis_mask")
      newAxisMask = node.int("new_axis_mask")
      shrinkAxisMask = node.int("shrink_axis_mask")
    }
  }

  private enum Axis { case input(Int), new, dropped }

  /// **Errors**: `InvalidArgument` for more indices than axes, a stride of 0, a single index out of range.
  init(_ arguments: Arguments, dimensions: [Int?]) throws {
    let (written, rank) = (arguments.strides.count, dimensions.count)
    guard arguments.begins.count == written, arguments.ends.count == written, written < 64 else {
      throw EngineError.invalidArgument(
        "Expected begin, end, and strides to be 1D equal size tensors, but got \(arguments.begins.count), "
          + "\(arguments.ends.count) and \(written) elements")
    }
    func bit(_ mask: Int, _ index: Int) -> Bool { mask >> index & 1 == 1 }
    let ellipses = (0..<written).filter { bit(arguments.ellipsisMask, $0) }
    guard ellipses.count <= 1 else {
      throw EngineError.invalidArgument("Multiple ellipses in slice spec not allowed")
    }
    // Indices that use an axis of the input up; the ellipsis (implied at the end) stands for the others.
    let using = (0..<written).filter { !bit(arguments.ellipsisMask, $0) && !bit(arguments.newAxisMask, $0) }.count
    guard using <= rank else {
      throw EngineError.invalidArgument("Index out of range using input dim \(rank); input has only \(rank) dims")
    }
    var axes: [Axis] = []
    func takeWholeAxes() {
      for _ in 0..<(rank - using) {
        axes.append(.input(counts.count))
        begins.append(0)
        strides.append(1)
        counts.append(dimensions[counts.count])
      }
    }
    for index in 0..<written {
      if bit(arguments.ellipsisMask, index) {
        takeWholeAxes()
      } else if bit(arguments.newAxisMask, index) {
        axes.append(.new)
      } else {
        let single = bit(arguments.shrinkAxisMask, index)
        axes.append(single ? .dropped : .input(counts.count))
        try append(
          begin: arguments.begins[index], end: arguments.ends[index], stride: arguments.strides[index],
          fromStart: bit(arguments.beginMask, index), toEnd: bit(arguments.endMask, index), single: single,
          size: dimensions[counts.count], axis: index)
      }
    }
    if ellipses.isEmpty { takeWholeAxes() }
    for axis in axes {
      switch axis {
      case .input(let index): shape.append(counts[index])
      case .new: shape.append(1)
      case .dropped: break
      }
    }
  }

  private mutating func append(
    begin: Int?, end: Int?, stride: Int, fromStart: Bool, toEnd: Bool, single: Bool, size: Int?, axis: Int
  ) throws {
    guard stride != 0 else { throw EngineError.invalidArgument("strides[\(axis)] must be non-zero") }
    strides.append(stride)
    guard !single || stride > 0 else {
      throw EngineError.invalidArgument("only stride 1 allowed on non-range indexing.")
    }
    guard let size else {
      begins.append(0)
      counts.append(single ? 1 : nil)
      return
    }
    if single {
      counts.append(1)
      guard let begin else {
        begins.append(0)
        return
      }
      let first = begin < 0 ? begin &+ size : begin
      guard first >= 0, first < size else {
        throw EngineError.invalidArgument("slice index \(begin) of dimension \(axis) out of bounds.")
      }
      begins.append(first)
      return
    }
    let (lowest, highest) = stride > 0 ? (0, size) : (-1, size - 1)
    func clamp(_ value: Int) -> Int { min(max(value < 0 ? value &+ size : value, lowest), highest) }
    let first = fromStart ? (stride > 0 ? lowest : highest) : begin.map(clamp)
    let last = toEnd ? (stride > 0 ? highest : lowest) : end.map(clamp)
    guard let first, let last else {
      begins.append(0)
      counts.append(nil)
      return
    }
    begins.append(first)
    let length = last - first
    if length == 0 || (length < 0) != (stride < 0) {
      counts.append(0)
    } else {
      let (quotient, remainder) = length.quotientAndRemainder(dividingBy: stride)
      counts.append(quotient + (remainder == 0 ? 0 : 1))
    }
  }

  /// The slice as a walk over an input of the given shape, from there to a dense tensor.
  func walk(_ inputShape: [Int]) -> StridedWalk {
    let inputStrides = StridedWalk.strides(inputShape)
    let counts = counts.map { $0 ?? 0 }
    return StridedWalk(
      shape: counts, sourceStrides: zip(strides, inputStrides).map { $0 &* $1 },
      destinationStrides: StridedWalk.strides(counts),
      sourceOffset: counts.contains(0) ? 0 : zip(begins, inputStrides).reduce(0) { $0 + $1.0 * $1.1 })
  }
}

extension ShapeContext {
  /// The begins or ends of a slice whose values are known in part.
  func partialInts(_ index: Int) throws -> [Int?]? {
    if let values = try constantInts(index) { return values }
    return input(index)[0].flatMap { $0 <= Shape.rankLimit ? [Int?](repeating: nil, count: $0) : nil }
  }
}
