import EngineCore
import KernelTable

/// A matrix in memory: element (i, j) is at `pointer[i·row + j·column]`.
struct MatrixView<Scalar> {
  var pointer: UnsafePointer<Scalar>
  var row: Int
  var column: Int

  @inline(__always)
  func at(_ i: Int, _ j: Int) -> UnsafePointer<Scalar> { pointer + (i * row + j * column) }
}

/// `c (+)= a·b` for one pair of matrices: picks a way by the shape alone, so that the thread count changes nothing.
enum Gemm {
  /// Depth of a block: a panel of b and a tile of a of this depth stay in the nearest cache.
  static let depthBlock = 256
  /// Columns of a block of b: with the depth, what the outer caches hold.
  static let columnBlock = 2048
  /// Marks packed matrices among the forms of a buffer, with the width of their panels added.
  private static let packedKind = 1 << 16

  /// - Parameter owner: the buffer that b is the beginning of, when it may be the same in many products: its packed form
  ///   is then kept with it.
  static func multiply(
    _ kernels: GemmKernels<Float>, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixView<Float>, _ b: MatrixView<Float>,
    _ c: UnsafeMutablePointer<Float>, cRow: Int, owner: Buffer? = nil
  ) throws {
    try multiply(kernels, m, n, k, a, b, c, cRow, MemoryLayout<Float>.size, owner)
  }

  static func multiply(
    _ kernels: GemmKernels<Double>, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixView<Double>, _ b: MatrixView<Double>,
    _ c: UnsafeMutablePointer<Double>, cRow: Int
  ) throws {
    try multiply(kernels, m, n, k, a, b, c, cRow, MemoryLayout<Double>.size, nil)
  }

  private static func multiply<Scalar: FloatNumber>(
    _ kernels: GemmKernels<Scalar>, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixView<Scalar>, _ b: MatrixView<Scalar>,
    _ c: UnsafeMutablePointer<Scalar>, _ cRow: Int, _ size: Int, _ owner: Buffer?
  ) throws {
    if m == 0 || n == 0 { return }
    if k == 0 {
      for i in 0..<m {
        for j in 0..<n { c[i * cRow + j] = 0 }
      }
      return
    }
    if m * n * k <= 64 {
      for i in 0..<m {
        for j in 0..<n {
          var sum = a.at(i, 0).pointee * b.at(0, j).pointee
          for p in 1..<max(1, k) { sum += a.at(i, p).pointee * b.at(p, j).pointee }
          c[i * cRow + j] = sum
        }
      }
      return
    }
    if n == 1, cRow == 1, m > 1 {
      // A column is a row of the transposed product.
      let (left, right) = (
        MatrixView(pointer: b.pointer, row: b.column, column: b.row),
        MatrixView(pointer: a.pointer, row: a.column, column: a.row)
      )
      try multiply(kernels, 1, m, k, left, right, c, m, size, nil)
      return
    }
    if m <= 3 || (m <= 6 && b.row == 1) {
      if b.row == 1 && a.column == 1 {
        rows(m, n, k, size, least: 64) { i, j, count in
          kernels.dots(count, k, a.at(i, 0), b.at(0, j), b.column, c + i * cRow + j, 1, false)
        }
        return
      }
      if b.column == 1 {
        rows(m, n, k, size, least: 256) { i, j, count in
          kernels.rowTimes(count, k, a.at(i, 0), a.column, b.at(0, j), b.row, c + i * cRow + j, false)
        }
        return
      }
    }
    // Small enough to stay in the nearest caches: no packing, but of the last, incomplete panel.
    if b.column == 1 && k <= depthBlock && (m <= 2 * kernels.rowTile || k * n * size <= 1 << 15) {
      try unpacked(kernels, m, n, k, a, b, c, cRow)
      return
    }
    try packed(kernels, m, n, k, a, b, c, cRow, size, owner)
  }

  /// Some rows times columns in blocks of fixed size.
  private static func rows(
    _ m: Int, _ n: Int, _ k: Int, _ size: Int, least: Int, _ body: (_ i: Int, _ j: Int, _ count: Int) -> Void
  ) {
    // Blocks are worth about 100 kB of b, but not so narrow that reading rows of b jumps after every few cache lines.
    let block = max(least, (((1 << 17) / (k * size)) + 31) & ~31)
    let blocks = (n + block - 1) / block
    ThreadPool.shared.parallelFor(blocks, nanosecondsEach: m * k * min(block, n) * size / 20, mayStop: true) { index in
      let start = index * block
      for i in 0..<m { body(i, start, min(block, n - start)) }
    }
  }

  private static func unpacked<Scalar: FloatNumber>(
    _ kernels: GemmKernels<Scalar>, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixView<Scalar>, _ b: MatrixView<Scalar>,
    _ c: UnsafeMutablePointer<Scalar>, _ cRow: Int
  ) throws {
    let width = kernels.columnTile
    let whole = n / width * width
    // Rows in fixed blocks; small products make one block.
    let block = 8 * kernels.rowTile
    let blocks = (m + block - 1) / block
    func run(_ tail: UnsafeMutablePointer<Scalar>?) {
      if let tail { kernels.packPanel(k, n - whole, b.at(0, whole), b.row, 1, tail) }
      func multiply(_ index: Int) {
        let start = index * block
        let count = min(block, m - start)
        if whole > 0 {
          kernels.block(
            count, whole, k, a.at(start, 0), a.row, a.column, b.pointer, b.row, width, c + start * cRow, cRow, false)
        }
        if let tail {
          kernels.block(
            count, n - whole, k, a.at(start, 0), a.row, a.column, tail, width, 0, c + start * cRow + whole, cRow,
            false)
        }
      }
      if blocks == 1 { return multiply(0) }
      ThreadPool.shared.parallelFor(blocks, nanosecondsEach: nanoseconds(block, n, k), mayStop: true, multiply)
    }
    if whole == n { return run(nil) }
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: k * width) { run($0.baseAddress) }
  }

  private static func packed<Scalar: FloatNumber>(
    _ kernels: GemmKernels<Scalar>, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixView<Scalar>, _ b: MatrixView<Scalar>,
    _ c: UnsafeMutablePointer<Scalar>, _ cRow: Int, _ size: Int, _ owner: Buffer?
  ) throws {
    let width = kernels.columnTile
    let columns = min(n, columnBlock)
    let depths = min(k, depthBlock)
    let panels = (columns + width - 1) / width
    let key = DerivedKey(kind: packedKind + width, n, k, b.row, b.column)
    let state = owner?.derivedForm(key) ?? .unknown
    let buffer: Buffer
    // Whether the buffer has room for all of b, block after block, and whether they stand in it.
    let (holdsAll, isPacked): (Bool, Bool)
    switch state {
    case .ready(let known): (buffer, holdsAll, isPacked) = (known, true, true)
    case .wanted:
      buffer = try Buffer(byteCount: (n + width - 1) / width * width * k * size)
      (holdsAll, isPacked) = (true, false)
    case .unknown:
      buffer = try Buffer(byteCount: panels * width * depths * size)
      (holdsAll, isPacked) = (false, false)
    }
    defer { withExtendedLifetime(buffer) {} }
    let wholeB = buffer.pointer.assumingMemoryBound(to: Scalar.self)
    // About 72 rows of a at a time, fewer when that leaves too few blocks to share; then columns are shared, too.
    let rowBlock = max(1, 72 / kernels.rowTile) * kernels.rowTile
    let rowBlocks = (m + rowBlock - 1) / rowBlock
    let columnGroups = rowBlocks >= 8 ? 1 : min(panels, (8 + rowBlocks - 1) / rowBlocks)
    // Packing a pays when many columns use it.
    let packsRows = n >= 8 * width || a.column != 1
    // When columns are shared, several jobs need the same rows of a: those are packed once, before.
    let sharesRows = packsRows && columnGroups > 1
    let rowBuffer = sharesRows ? try Buffer(byteCount: rowBlocks * rowBlock * depths * size) : nil
    defer { withExtendedLifetime(rowBuffer) {} }
    let allRows = rowBuffer?.pointer.assumingMemoryBound(to: Scalar.self)
    var column = 0
    while column < n {
      let columnCount = min(columnBlock, n - column)
      let panelCount = (columnCount + width - 1) / width
      var depth = 0
      while depth < k {
        let depthCount = min(depthBlock, k - depth)
        let panelsEach = max(1, 16_384 / (depthCount * width))
        let packedB = holdsAll ? wholeB + (column * k + depth * panelCount * width) : wholeB
        let packJobs = isPacked ? 0 : (panelCount + panelsEach - 1) / panelsEach
        let rowJobs = allRows == nil ? 0 : rowBlocks
        // What is kept must be whole, even when the run is interrupted.
        ThreadPool.shared.parallelFor(
          packJobs + rowJobs, nanosecondsEach: panelsEach * depthCount * width / 8, mayStop: !holdsAll
        ) { job in
          if job >= packJobs {
            let row = (job - packJobs) * rowBlock
            guard let allRows, row < m else { return }
            kernels.packRows(
              min(rowBlock, m - row), depthCount, a.at(row, depth), a.row, a.column, allRows + row * depthCount)
            return
          }
          for panel in job * panelsEach..<min(panelCount, (job + 1) * panelsEach) {
            let start = panel * width
            kernels.packPanel(
              depthCount, min(width, columnCount - start), b.at(depth, column + start), b.row, b.column,
              packedB + start * depthCount)
          }
        }
        let groupPanels = (panelCount + columnGroups - 1) / columnGroups
        let cost = nanoseconds(min(rowBlock, m), groupPanels * width, depthCount)
        let jobs = rowBlocks * columnGroups
        let first = depth == 0
        ThreadPool.shared.parallelFor(jobs, nanosecondsEach: cost, mayStop: true) { job in
          let row = job / columnGroups * rowBlock
          let rowCount = min(rowBlock, m - row)
          let start = job % columnGroups * groupPanels * width
          let count = min(groupPanels * width, columnCount - start)
          if count <= 0 { return }
          let target = c + row * cRow + column + start
          let panelB = packedB + start * depthCount
          if let allRows {
            kernels.block(
              rowCount, count, depthCount, allRows + row * depthCount, -1, kernels.rowTile, panelB, width,
              depthCount * width, target, cRow, !first)
          } else if packsRows {
            let capacity = (rowCount + kernels.rowTile - 1) / kernels.rowTile * kernels.rowTile * depthCount
            withUnsafeTemporaryAllocation(of: Scalar.self, capacity: capacity) { scratch in
              guard let packedA = scratch.baseAddress else { return }
              kernels.packRows(rowCount, depthCount, a.at(row, depth), a.row, a.column, packedA)
              kernels.block(
                rowCount, count, depthCount, packedA, -1, kernels.rowTile, panelB, width, depthCount * width, target,
                cRow, !first)
            }
          } else {
            kernels.block(
              rowCount, count, depthCount, a.at(row, depth), a.row, a.column, panelB, width, depthCount * width,
              target, cRow, !first)
          }
        }
        depth += depthCount
      }
      column += columnCount
    }
    if holdsAll, !isPacked { owner?.keepDerivedForm(key, buffer) }
  }

  /// What a product takes at some 50 multiply-adds per nanosecond.
  static func nanoseconds(_ m: Int, _ n: Int, _ k: Int) -> Int { m * n * k / 40 }
}
