import EngineCore
import KernelTable

extension Kernels {
  /// Sums, means and extrema of `Float` and `Double` tensors; false for others.
  static func vectorReduce(_ operation: ReductionOperation, _ x: Tensor, _ axes: [Int], _ y: Tensor) throws -> Bool {
    switch operation {
    case .sum, .mean, .maximum, .minimum: break
    default: return false
    }
    let count = x.elementCount
    if x.dtype == .float32, y.elementCount == 1, count > 1, count <= VectorReduction<Float>.tile,
      x.rank == axes.count
    {
      // All of a small tensor: one tile.
      let table = table
      var result =
        operation == .sum || operation == .mean
        ? table.float.sum(count, x.elements(), false) : table.float.extremum(count, x.elements(), operation == .maximum)
      if operation == .mean { result /= Float(count) }
      y.elements(Float.self)[0] = result
      withExtendedLifetime((x, y)) {}
      return true
    }
    switch x.dtype {
    case .float32:
      try VectorReduction(table.float, operation).run(x.elements(), x.shape, axes, y.elements())
    case .float64:
      try VectorReduction(table.double, operation).run(x.elements(), x.shape, axes, y.elements())
    case .float16, .bfloat16:
      try throughFloat([x], y) { try reduce(operation, $0[0], axes: axes, into: $1) }
    default: return false
    }
    return true
  }
}

/// A reduction, one group of adjacent axes at a time, the innermost first.
struct VectorReduction<Scalar: FloatNumber> {
  let kernels: VectorKernels<Scalar>
  let operation: ReductionOperation
  /// Elements of a tile, whose partial result is computed in one go; partial results are combined in order.
  static var tile: Int { 8192 }
  private let tile = VectorReduction.tile
  /// Rows of a tile of rows.
  static func rowsEach(_ columns: Int) -> Int { max(8, tile / columns) }

  init(_ kernels: VectorKernels<Scalar>, _ operation: ReductionOperation) {
    self.kernels = kernels
    self.operation = operation
  }

  private var isSum: Bool { operation == .sum || operation == .mean }
  private var start: Scalar { isSum ? 0 : operation == .maximum ? -.infinity : .infinity }

  func run(
    _ x: UnsafePointer<Scalar>, _ shape: [Int], _ axes: [Int], _ y: UnsafeMutablePointer<Scalar>
  ) throws {
    // Groups of adjacent axes of one kind, the outermost first; axes of length one belong to no group.
    var groups: [(size: Int, isReduced: Bool)] = []
    for (axis, size) in shape.enumerated() where size != 1 {
      let isReduced = axes.contains(axis)
      if let last = groups.last, last.isReduced == isReduced {
        groups[groups.count - 1].size *= size
      } else {
        groups.append((size, isReduced))
      }
    }
    let count = groups.reduce(1) { $0 * ($1.isReduced ? 1 : $1.size) }
    let reduced = groups.reduce(1) { $0 * ($1.isReduced ? $1.size : 1) }
    if count == 0 { return }
    if reduced == 0 {
      for i in 0..<count { y[i] = operation == .mean ? .nan : start }
      return
    }
    try reduce(x, groups, y)
    if operation == .mean {
      // 1/n is not exact, so divide.
      let size = Scalar(reduced)
      for i in 0..<count { y[i] /= size }
    }
  }

  private func reduce(
    _ x: UnsafePointer<Scalar>, _ groups: [(size: Int, isReduced: Bool)], _ y: UnsafeMutablePointer<Scalar>
  ) throws {
    guard let last = groups.lastIndex(where: \.isReduced) else {
      let count = groups.reduce(1) { $0 * $1.size }
      for i in 0..<count { y[i] = x[i] }
      return
    }
    let outer = groups[..<last].reduce(1) { $0 * $1.size }
    let inner = groups[(last + 1)...].reduce(1) { $0 * $1.size }
    let size = groups[last].size
    var rest = groups
    rest.remove(at: last)
    if !rest.contains(where: \.isReduced) { return try step(x, outer, size, inner, y) }
    let partial = try Buffer(byteCount: outer * inner * MemoryLayout<Scalar>.size)
    defer { withExtendedLifetime(partial) {} }
    let middle = partial.pointer.assumingMemoryBound(to: Scalar.self)
    try step(x, outer, size, inner, middle)
    try reduce(UnsafePointer(middle), rest, y)
  }

  /// `[outer, size, inner]` to `[outer, inner]`.
  private func step(
    _ x: UnsafePointer<Scalar>, _ outer: Int, _ size: Int, _ inner: Int, _ y: UnsafeMutablePointer<Scalar>
  ) throws {
    if inner == 1 { return try reduceRows(x, outer, size, y) }
    // Rows in tiles; each tile gives a row of partial results.
    let rowsEach = VectorReduction.rowsEach(inner)
    let tiles = (size + rowsEach - 1) / rowsEach
    let cost = min(rowsEach, size) * inner / 4
    if tiles == 1 {
      ThreadPool.shared.parallelFor(outer, nanosecondsEach: cost + 10) { o in
        combineRows(size, inner, x + o * size * inner, y + o * inner)
      }
      return
    }
    let buffer = try Buffer(byteCount: outer * tiles * inner * MemoryLayout<Scalar>.size)
    defer { withExtendedLifetime(buffer) {} }
    let partial = buffer.pointer.assumingMemoryBound(to: Scalar.self)
    ThreadPool.shared.parallelFor(outer * tiles, nanosecondsEach: cost + 10) { job in
      let (o, t) = (job / tiles, job % tiles)
      combineRows(
        min(rowsEach, size - t * rowsEach), inner, x + (o * size + t * rowsEach) * inner, partial + job * inner)
    }
    for o in 0..<outer { combineRows(tiles, inner, partial + o * tiles * inner, y + o * inner) }
  }

  private func combineRows(
    _ rows: Int, _ count: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
  ) {
    if isSum {
      kernels.sumRows(rows, count, x, y)
    } else {
      kernels.extremumRows(rows, count, x, operation == .maximum, y)
    }
  }

  private func combine(_ count: Int, _ x: UnsafePointer<Scalar>) -> Scalar {
    isSum ? kernels.sum(count, x, false) : kernels.extremum(count, x, operation == .maximum)
  }

  /// Each row of `size` elements to one.
  private func reduceRows(
    _ x: UnsafePointer<Scalar>, _ rows: Int, _ size: Int, _ y: UnsafeMutablePointer<Scalar>
  ) throws {
    if size <= tile {
      let rowsEach = max(1, tile / size)
      ThreadPool.shared.parallelFor(
        (rows + rowsEach - 1) / rowsEach, nanosecondsEach: rowsEach * (5 + size / 4)
      ) { job in
        for row in job * rowsEach..<min(rows, (job + 1) * rowsEach) { y[row] = combine(size, x + row * size) }
      }
      return
    }
    let tiles = (size + tile - 1) / tile
    let buffer = try Buffer(byteCount: rows * tiles * MemoryLayout<Scalar>.size)
    defer { withExtendedLifetime(buffer) {} }
    let partial = buffer.pointer.assumingMemoryBound(to: Scalar.self)
    ThreadPool.shared.parallelFor(rows * tiles, nanosecondsEach: tile / 4) { job in
      let (row, t) = (job / tiles, job % tiles)
      partial[job] = combine(min(tile, size - t * tile), x + row * size + t * tile)
    }
    try reduceRows(UnsafePointer(partial), rows, tiles, y)
  }
}

extension Kernels {
  static func vectorL2Loss(_ x: Tensor, _ y: Tensor) throws -> Bool {
    switch x.dtype {
    case .float32: y.elements(Float.self)[0] = try squares(table.float, x.elements(Float.self), x.elementCount) / 2
    case .float64: y.elements(Double.self)[0] = try squares(table.double, x.elements(Double.self), x.elementCount) / 2
    case .float16, .bfloat16: try throughFloat([x], y) { _ = try vectorL2Loss($0[0], $1) }
    default: return false
    }
    return true
  }

  private static func squares<Scalar: FloatNumber>(
    _ kernels: VectorKernels<Scalar>, _ x: UnsafeMutablePointer<Scalar>, _ count: Int
  ) throws -> Scalar {
    let tile = 8192
    if count <= tile { return kernels.sum(count, x, true) }
    let tiles = (count + tile - 1) / tile
    let buffer = try Buffer(byteCount: tiles * MemoryLayout<Scalar>.size)
    defer { withExtendedLifetime(buffer) {} }
    let partial = buffer.pointer.assumingMemoryBound(to: Scalar.self)
    ThreadPool.shared.parallelFor(tiles, nanosecondsEach: tile / 4) { t in
      partial[t] = kernels.sum(min(tile, count - t * tile), x + t * tile, true)
    }
    return kernels.sum(tiles, partial, false)
  }
}
