import EngineCore

/// A rectangular walk over two tensors: the same number of steps along each axis, with strides (in elements, also
/// negative or 0) of their own.
///
/// Transposing, slicing, tiling, padding, reversing and broadcasting are all copies along such walks.
public struct StridedWalk: Sendable {
  public var shape: [Int]
  public var sourceStrides: [Int]
  public var destinationStrides: [Int]
  public var sourceOffset: Int
  public var destinationOffset: Int

  public init(
    shape: [Int], sourceStrides: [Int], destinationStrides: [Int], sourceOffset: Int = 0, destinationOffset: Int = 0
  ) {
    self.shape = shape
    self.sourceStrides = sourceStrides
    self.destinationStrides = destinationStrides
    self.sourceOffset = sourceOffset
    self.destinationOffset = destinationOffset
  }

  /// Row-major strides, in elements.
  public static func strides(_ shape: [Int]) -> [Int] {
    var result = [Int](repeating: 1, count: shape.count)
    var product = 1
    for axis in shape.indices.reversed() {
      result[axis] = product
      product = product &* shape[axis]
    }
    return result
  }

  public var elementCount: Int { shape.reduce(1, &*) }

  /// The same walk with as few axes as possible: those of one step dropped, those that continue each other joined.
  func simplified() -> StridedWalk {
    var result = self
    result.shape = []
    result.sourceStrides = []
    result.destinationStrides = []
    for axis in shape.indices where shape[axis] != 1 {
      if let last = result.shape.indices.last,
        result.sourceStrides[last] == sourceStrides[axis] &* shape[axis],
        result.destinationStrides[last] == destinationStrides[axis] &* shape[axis]
      {
        result.shape[last] *= shape[axis]
        result.sourceStrides[last] = sourceStrides[axis]
        result.destinationStrides[last] = destinationStrides[axis]
      } else {
        result.shape.append(shape[axis])
        result.sourceStrides.append(sourceStrides[axis])
        result.destinationStrides.append(destinationStrides[axis])
      }
    }
    return result
  }
}

extension Kernels {
  /// Copies `source` to `destination` along a walk that stays inside both (the caller has checked). Not in place.
  /// **Types**: all that are plain data, and strings; both tensors have the same.
  /// **Errors**: `Unimplemented` for resources and variants.
  public static func copy(_ source: Tensor, into destination: Tensor, _ walk: StridedWalk) throws {
    if walk.shape.contains(0) { return }
    let walk = walk.simplified()
    if source.dtype == .string {
      copyStrings(source, destination, walk)
      return
    }
    switch source.dtype.itemSize {
    case 1: copyItems(source, destination, walk, UInt8.self)
    case 2: copyItems(source, destination, walk, UInt16.self)
    case 4: copyItems(source, destination, walk, UInt32.self)
    case 8: copyItems(source, destination, walk, UInt64.self)
    case 16: copyItems(source, destination, walk, SIMD2<UInt64>.self)
    default: throw unsupported("copy", source.dtype)
    }
  }

  /// Copies the whole of a tensor; the element counts are the same.
  public static func copyAll(_ source: Tensor, into destination: Tensor) throws {
    let count = source.elementCount
    try copy(source, into: destination, StridedWalk(shape: [count], sourceStrides: [1], destinationStrides: [1]))
  }

  private static func copyStrings(_ source: Tensor, _ destination: Tensor, _ walk: StridedWalk) {
    let strings = source.strings
    func visit(_ axis: Int, _ from: Int, _ to: Int) {
      if axis == walk.shape.count {
        destination.buffer.strings[to] = strings[from]
        return
      }
      for step in 0..<walk.shape[axis] {
        visit(axis + 1, from + step * walk.sourceStrides[axis], to + step * walk.destinationStrides[axis])
      }
    }
    visit(0, walk.sourceOffset, walk.destinationOffset)
  }

  /// Bytes below which a copy stays on one thread.
  private static let parallelBytes = 1 << 18

  private static func copyItems<Item: BitwiseCopyable>(
    _ source: Tensor, _ destination: Tensor, _ walk: StridedWalk, _ type: Item.Type
  ) {
    let from = source.pointer.assumingMemoryBound(to: Item.self) + walk.sourceOffset
    let to = destination.pointer.assumingMemoryBound(to: Item.self) + walk.destinationOffset
    let count = walk.elementCount
    let bytes = count * MemoryLayout<Item>.stride
    guard bytes > parallelBytes, let outer = walk.shape.first, outer > 1 else {
      walkItems(from, to, walk, 0)
      return
    }
    // Split the first axis into pieces of about 128 KB; each element is written once, so the pieces do not matter.
    let pieces = min(outer, (bytes + (1 << 17) - 1) >> 17)
    let size = (outer + pieces - 1) / pieces
    ThreadPool.shared.parallelFor(pieces, nanosecondsEach: 20_000) { piece in
      let first = piece * size
      guard first < outer else { return }
      var part = walk
      part.shape[0] = min(size, outer - first)
      walkItems(from + first * walk.sourceStrides[0], to + first * walk.destinationStrides[0], part, 0)
    }
  }

  private static func walkItems<Item: BitwiseCopyable>(
    _ from: UnsafePointer<Item>, _ to: UnsafeMutablePointer<Item>, _ walk: StridedWalk, _ axis: Int
  ) {
    let left = walk.shape.count - axis
    if left == 0 {
      to.pointee = from.pointee
      return
    }
    let (count, sourceStride, destinationStride) = (
      walk.shape[axis], walk.sourceStrides[axis], walk.destinationStrides[axis]
    )
    if left == 1 {
      copyRun(from, sourceStride, to, destinationStride, count)
      return
    }
    if left == 2 {
      copyPlane(from, to, walk, axis)
      return
    }
    for step in 0..<count { walkItems(from + step * sourceStride, to + step * destinationStride, walk, axis + 1) }
  }

  @inline(__always)
  private static func copyRun<Item: BitwiseCopyable>(
    _ from: UnsafePointer<Item>, _ sourceStride: Int, _ to: UnsafeMutablePointer<Item>, _ destinationStride: Int,
    _ count: Int
  ) {
    if destinationStride == 1 {
      if sourceStride == 1 {
        to.update(from: from, count: count)
        return
      }
      if sourceStride == 0 {
        to.update(repeating: from.pointee, count: count)
        return
      }
      for step in 0..<count { to[step] = from[step * sourceStride] }
      return
    }
    for step in 0..<count { to[step * destinationStride] = from[step * sourceStride] }
  }

  /// Two axes that run in different order in the two tensors, in square tiles so that both stay in the cache.
  private static func copyPlane<Item: BitwiseCopyable>(
    _ from: UnsafePointer<Item>, _ to: UnsafeMutablePointer<Item>, _ walk: StridedWalk, _ axis: Int
  ) {
    let (rows, columns) = (walk.shape[axis], walk.shape[axis + 1])
    let (sourceRow, sourceColumn) = (walk.sourceStrides[axis], walk.sourceStrides[axis + 1])
    let (destinationRow, destinationColumn) = (walk.destinationStrides[axis], walk.destinationStrides[axis + 1])
    if sourceColumn == 1 && destinationColumn == 1 || sourceColumn == 0 {
      for row in 0..<rows {
        copyRun(from + row * sourceRow, sourceColumn, to + row * destinationRow, destinationColumn, columns)
      }
      return
    }
    if sourceRow == 1 && destinationColumn == 1 {
      return turnPlane(from, sourceColumn, to, destinationRow, rows, columns)
    }
    let tile = 32
    var row = 0
    while row < rows {
      let lastRow = min(row + tile, rows)
      var column = 0
      while column < columns {
        let lastColumn = min(column + tile, columns)
        for r in row..<lastRow {
          let (source, destination) = (from + r * sourceRow, to + r * destinationRow)
          for c in column..<lastColumn { destination[c * destinationColumn] = source[c * sourceColumn] }
        }
        column = lastColumn
      }
      row = lastRow
    }
  }

  /// A matrix turned over, by squares that are gathered first: both tensors are touched a cache line at a time, also
  /// when their lines lie a power of two apart and so compete for the same places of the cache.
  private static func turnPlane<Item: BitwiseCopyable>(
    _ from: UnsafePointer<Item>, _ sourceColumn: Int, _ to: UnsafeMutablePointer<Item>, _ destinationRow: Int,
    _ rows: Int, _ columns: Int
  ) {
    let side = 16
    withUnsafeTemporaryAllocation(of: Item.self, capacity: side * side) { memory in
      guard let square = memory.baseAddress else { return }
      for top in stride(from: 0, to: rows, by: side) {
        let height = min(side, rows - top)
        for left in stride(from: 0, to: columns, by: side) {
          let width = min(side, columns - left)
          for c in 0..<width {
            let source = from + (left + c) * sourceColumn + top
            for r in 0..<height { square[r * side + c] = source[r] }
          }
          for r in 0..<height { (to + (top + r) * destinationRow + left).update(from: square + r * side, count: width) }
        }
      }
    }
  }

  // MARK: Walks by name

  /// `y[i₀, i₁, ...] = x[...]` with y's axis k being x's axis `permutation[k]`.
  public static func transpose(_ x: Tensor, permutation: [Int], into y: Tensor) throws {
    let strides = StridedWalk.strides(x.shape)
    try copy(
      x, into: y,
      StridedWalk(
        shape: y.shape, sourceStrides: permutation.map { strides[$0] }, destinationStrides: StridedWalk.strides(y.shape)
      ))
  }

  /// Repeats `x` along its axes of size 1 (and missing leading ones) to y's shape.
  public static func broadcast(_ x: Tensor, into y: Tensor) throws {
    let missing = y.rank - x.rank
    let strides = StridedWalk.strides(x.shape)
    let sourceStrides = y.shape.indices.map { axis in
      axis < missing || x.shape[axis - missing] == 1 ? 0 : strides[axis - missing]
    }
    try copy(
      x, into: y,
      StridedWalk(
        shape: y.shape, sourceStrides: sourceStrides, destinationStrides: StridedWalk.strides(y.shape)))
  }

  /// `y = x[begin : begin + y.shape]`.
  public static func slice(_ x: Tensor, begin: [Int], into y: Tensor) throws {
    let strides = StridedWalk.strides(x.shape)
    try copy(
      x, into: y,
      StridedWalk(
        shape: y.shape, sourceStrides: strides, destinationStrides: StridedWalk.strides(y.shape),
        sourceOffset: zip(begin, strides).reduce(0) { $0 + $1.0 * $1.1 }))
  }

  /// `y[begin : begin + x.shape] = x`; the rest of y stays as it is.
  public static func paste(_ x: Tensor, into y: Tensor, begin: [Int]) throws {
    let strides = StridedWalk.strides(y.shape)
    try copy(
      x, into: y,
      StridedWalk(
        shape: x.shape, sourceStrides: StridedWalk.strides(x.shape), destinationStrides: strides,
        destinationOffset: zip(begin, strides).reduce(0) { $0 + $1.0 * $1.1 }))
  }
}
