/// The inner loops of matrix products, twelve rows and two vectors of columns at a time: what 32 registers hold.
public let doubleRowTile = 12

/// See `GemmKernels.block`.
public func doubleGemmBlock(
  _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Double>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Double>,
  _ bRow: Int, _ bPanel: Int, _ c: UnsafeMutablePointer<Double>, _ cRow: Int, _ accumulate: Bool
) {
  let width = 2 * DoubleVector.scalarCount
  var j = 0
  var panel = b
  while j + width <= n {
    tilesOfRows(m, k, a, aRow, aColumn, panel, bRow, c + j, cRow, accumulate)
    j += width
    panel += bPanel
  }
  if j == n { return }
  // The last columns are computed beside c and copied.
  let columns = n - j
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 12 * width) { scratch in
    guard let tile = scratch.baseAddress else { return }
    var i = 0
    while i < m {
      let rows = min(12, m - i)
      // Rows of a packed a lie inside tiles; a plain a has the same offset either way.
      tilesOfRows(rows, k, a + tileOffset(i, k, aRow, aColumn), aRow, aColumn, panel, bRow, tile, width, false)
      for r in 0..<rows {
        let (from, to) = (tile + r * width, c + (i + r) * cRow + j)
        if accumulate {
          for x in 0..<columns { to[x] += from[x] }
        } else {
          for x in 0..<columns { to[x] = from[x] }
        }
      }
      i += 12
    }
  }
}

/// Where row `i`, the first of a tile, starts: packed tiles (marked by a negative row stride) follow one another.
@inline(__always)
private func tileOffset(_ i: Int, _ k: Int, _ aRow: Int, _ aColumn: Int) -> Int {
  aRow < 0 ? i * k : i * aRow
}

/// All rows of one panel.
private func tilesOfRows(
  _ m: Int, _ k: Int, _ a: UnsafePointer<Double>, _ row: Int, _ aColumn: Int, _ b: UnsafePointer<Double>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Double>, _ cRow: Int, _ accumulate: Bool
) {
  let aRow = abs(row)
  var i = 0
  while i + 12 <= m {
    tile12(k, a + tileOffset(i, k, row, aColumn), aRow, aColumn, b, bRow, c + i * cRow, cRow, accumulate)
    i += 12
  }
  // What is left starts a tile; its rows are `aRow` apart in both layouts.
  var rest = a + tileOffset(i, k, row, aColumn)
  if i + 6 <= m {
    tile6(k, rest, aRow, aColumn, b, bRow, c + i * cRow, cRow, accumulate)
    i += 6
    rest += 6 * aRow
  }
  if i + 4 <= m {
    tile4(k, rest, aRow, aColumn, b, bRow, c + i * cRow, cRow, accumulate)
    i += 4
    rest += 4 * aRow
  }
  if i + 2 <= m {
    tile2(k, rest, aRow, aColumn, b, bRow, c + i * cRow, cRow, accumulate)
    i += 2
    rest += 2 * aRow
  }
  if i + 1 <= m {
    tile1(k, rest, aRow, aColumn, b, bRow, c + i * cRow, cRow, accumulate)
    i += 1
    rest += aRow
  }
}

/// 12 rows times 2 vectors of columns.
@inline(__always)
private func tile12(
  _ k: Int, _ a: UnsafePointer<Double>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Double>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Double>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = DoubleVector.zero, s0b = DoubleVector.zero
  var s1a = DoubleVector.zero, s1b = DoubleVector.zero
  var s2a = DoubleVector.zero, s2b = DoubleVector.zero
  var s3a = DoubleVector.zero, s3b = DoubleVector.zero
  var s4a = DoubleVector.zero, s4b = DoubleVector.zero
  var s5a = DoubleVector.zero, s5b = DoubleVector.zero
  var s6a = DoubleVector.zero, s6b = DoubleVector.zero
  var s7a = DoubleVector.zero, s7b = DoubleVector.zero
  var s8a = DoubleVector.zero, s8b = DoubleVector.zero
  var s9a = DoubleVector.zero, s9b = DoubleVector.zero
  var s10a = DoubleVector.zero, s10b = DoubleVector.zero
  var s11a = DoubleVector.zero, s11b = DoubleVector.zero
  var (left, right) = (a, b)
  let row2 = 2 * aRow
  let row3 = 3 * aRow
  let row4 = 4 * aRow
  let row5 = 5 * aRow
  let row6 = 6 * aRow
  let row7 = 7 * aRow
  let row8 = 8 * aRow
  let row9 = 9 * aRow
  let row10 = 10 * aRow
  let row11 = 11 * aRow
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + DoubleVector.scalarCount)
    let x0 = DoubleVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    let x1 = DoubleVector(repeating: left[aRow])
    s1a = multiplyAdd(x1, righta, s1a)
    s1b = multiplyAdd(x1, rightb, s1b)
    let x2 = DoubleVector(repeating: left[row2])
    s2a = multiplyAdd(x2, righta, s2a)
    s2b = multiplyAdd(x2, rightb, s2b)
    let x3 = DoubleVector(repeating: left[row3])
    s3a = multiplyAdd(x3, righta, s3a)
    s3b = multiplyAdd(x3, rightb, s3b)
    let x4 = DoubleVector(repeating: left[row4])
    s4a = multiplyAdd(x4, righta, s4a)
    s4b = multiplyAdd(x4, rightb, s4b)
    let x5 = DoubleVector(repeating: left[row5])
    s5a = multiplyAdd(x5, righta, s5a)
    s5b = multiplyAdd(x5, rightb, s5b)
    let x6 = DoubleVector(repeating: left[row6])
    s6a = multiplyAdd(x6, righta, s6a)
    s6b = multiplyAdd(x6, rightb, s6b)
    let x7 = DoubleVector(repeating: left[row7])
    s7a = multiplyAdd(x7, righta, s7a)
    s7b = multiplyAdd(x7, rightb, s7b)
    let x8 = DoubleVector(repeating: left[row8])
    s8a = multiplyAdd(x8, righta, s8a)
    s8b = multiplyAdd(x8, rightb, s8b)
    let x9 = DoubleVector(repeating: left[row9])
    s9a = multiplyAdd(x9, righta, s9a)
    s9b = multiplyAdd(x9, rightb, s9b)
    let x10 = DoubleVector(repeating: left[row10])
    s10a = multiplyAdd(x10, righta, s10a)
    s10b = multiplyAdd(x10, rightb, s10b)
    let x11 = DoubleVector(repeating: left[row11])
    s11a = multiplyAdd(x11, righta, s11a)
    s11b = multiplyAdd(x11, rightb, s11b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + DoubleVector.scalarCount, accumulate)
  store(s1a, c + cRow, accumulate)
  store(s1b, c + cRow + DoubleVector.scalarCount, accumulate)
  store(s2a, c + 2 * cRow, accumulate)
  store(s2b, c + 2 * cRow + DoubleVector.scalarCount, accumulate)
  store(s3a, c + 3 * cRow, accumulate)
  store(s3b, c + 3 * cRow + DoubleVector.scalarCount, accumulate)
  store(s4a, c + 4 * cRow, accumulate)
  store(s4b, c + 4 * cRow + DoubleVector.scalarCount, accumulate)
  store(s5a, c + 5 * cRow, accumulate)
  store(s5b, c + 5 * cRow + DoubleVector.scalarCount, accumulate)
  store(s6a, c + 6 * cRow, accumulate)
  store(s6b, c + 6 * cRow + DoubleVector.scalarCount, accumulate)
  store(s7a, c + 7 * cRow, accumulate)
  store(s7b, c + 7 * cRow + DoubleVector.scalarCount, accumulate)
  store(s8a, c + 8 * cRow, accumulate)
  store(s8b, c + 8 * cRow + DoubleVector.scalarCount, accumulate)
  store(s9a, c + 9 * cRow, accumulate)
  store(s9b, c + 9 * cRow + DoubleVector.scalarCount, accumulate)
  store(s10a, c + 10 * cRow, accumulate)
  store(s10b, c + 10 * cRow + DoubleVector.scalarCount, accumulate)
  store(s11a, c + 11 * cRow, accumulate)
  store(s11b, c + 11 * cRow + DoubleVector.scalarCount, accumulate)
}

/// 6 rows times 2 vectors of columns.
@inline(__always)
private func tile6(
  _ k: Int, _ a: UnsafePointer<Double>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Double>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Double>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = DoubleVector.zero, s0b = DoubleVector.zero
  var s1a = DoubleVector.zero, s1b = DoubleVector.zero
  var s2a = DoubleVector.zero, s2b = DoubleVector.zero
  var s3a = DoubleVector.zero, s3b = DoubleVector.zero
  var s4a = DoubleVector.zero, s4b = DoubleVector.zero
  var s5a = DoubleVector.zero, s5b = DoubleVector.zero
  var (left, right) = (a, b)
  let row2 = 2 * aRow
  let row3 = 3 * aRow
  let row4 = 4 * aRow
  let row5 = 5 * aRow
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + DoubleVector.scalarCount)
    let x0 = DoubleVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    let x1 = DoubleVector(repeating: left[aRow])
    s1a = multiplyAdd(x1, righta, s1a)
    s1b = multiplyAdd(x1, rightb, s1b)
    let x2 = DoubleVector(repeating: left[row2])
    s2a = multiplyAdd(x2, righta, s2a)
    s2b = multiplyAdd(x2, rightb, s2b)
    let x3 = DoubleVector(repeating: left[row3])
    s3a = multiplyAdd(x3, righta, s3a)
    s3b = multiplyAdd(x3, rightb, s3b)
    let x4 = DoubleVector(repeating: left[row4])
    s4a = multiplyAdd(x4, righta, s4a)
    s4b = multiplyAdd(x4, rightb, s4b)
    let x5 = DoubleVector(repeating: left[row5])
    s5a = multiplyAdd(x5, righta, s5a)
    s5b = multiplyAdd(x5, rightb, s5b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + DoubleVector.scalarCount, accumulate)
  store(s1a, c + cRow, accumulate)
  store(s1b, c + cRow + DoubleVector.scalarCount, accumulate)
  store(s2a, c + 2 * cRow, accumulate)
  store(s2b, c + 2 * cRow + DoubleVector.scalarCount, accumulate)
  store(s3a, c + 3 * cRow, accumulate)
  store(s3b, c + 3 * cRow + DoubleVector.scalarCount, accumulate)
  store(s4a, c + 4 * cRow, accumulate)
  store(s4b, c + 4 * cRow + DoubleVector.scalarCount, accumulate)
  store(s5a, c + 5 * cRow, accumulate)
  store(s5b, c + 5 * cRow + DoubleVector.scalarCount, accumulate)
}

/// 4 rows times 2 vectors of columns.
@inline(__always)
private func tile4(
  _ k: Int, _ a: UnsafePointer<Double>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Double>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Double>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = DoubleVector.zero, s0b = DoubleVector.zero
  var s1a = DoubleVector.zero, s1b = DoubleVector.zero
  var s2a = DoubleVector.zero, s2b = DoubleVector.zero
  var s3a = DoubleVector.zero, s3b = DoubleVector.zero
  var (left, right) = (a, b)
  let row2 = 2 * aRow
  let row3 = 3 * aRow
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + DoubleVector.scalarCount)
    let x0 = DoubleVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    let x1 = DoubleVector(repeating: left[aRow])
    s1a = multiplyAdd(x1, righta, s1a)
    s1b = multiplyAdd(x1, rightb, s1b)
    let x2 = DoubleVector(repeating: left[row2])
    s2a = multiplyAdd(x2, righta, s2a)
    s2b = multiplyAdd(x2, rightb, s2b)
    let x3 = DoubleVector(repeating: left[row3])
    s3a = multiplyAdd(x3, righta, s3a)
    s3b = multiplyAdd(x3, rightb, s3b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + DoubleVector.scalarCount, accumulate)
  store(s1a, c + cRow, accumulate)
  store(s1b, c + cRow + DoubleVector.scalarCount, accumulate)
  store(s2a, c + 2 * cRow, accumulate)
  store(s2b, c + 2 * cRow + DoubleVector.scalarCount, accumulate)
  store(s3a, c + 3 * cRow, accumulate)
  store(s3b, c + 3 * cRow + DoubleVector.scalarCount, accumulate)
}

/// 2 rows times 2 vectors of columns.
@inline(__always)
private func tile2(
  _ k: Int, _ a: UnsafePointer<Double>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Double>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Double>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = DoubleVector.zero, s0b = DoubleVector.zero
  var s1a = DoubleVector.zero, s1b = DoubleVector.zero
  var (left, right) = (a, b)
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + DoubleVector.scalarCount)
    let x0 = DoubleVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    let x1 = DoubleVector(repeating: left[aRow])
    s1a = multiplyAdd(x1, righta, s1a)
    s1b = multiplyAdd(x1, rightb, s1b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + DoubleVector.scalarCount, accumulate)
  store(s1a, c + cRow, accumulate)
  store(s1b, c + cRow + DoubleVector.scalarCount, accumulate)
}

/// 1 rows times 2 vectors of columns.
@inline(__always)
private func tile1(
  _ k: Int, _ a: UnsafePointer<Double>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Double>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Double>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = DoubleVector.zero, s0b = DoubleVector.zero
  var (left, right) = (a, b)
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + DoubleVector.scalarCount)
    let x0 = DoubleVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + DoubleVector.scalarCount, accumulate)
}

@inline(__always)
private func load(_ p: UnsafePointer<Double>) -> DoubleVector {
  UnsafeRawPointer(p).loadUnaligned(as: DoubleVector.self)
}

@inline(__always)
private func store(_ v: DoubleVector, _ p: UnsafeMutablePointer<Double>, _ accumulate: Bool) {
  let old = accumulate ? load(p) : DoubleVector.zero
  UnsafeMutableRawPointer(p).storeBytes(of: old + v, as: DoubleVector.self)
}

@inline(__always)
private func multiplyAdd(_ a: DoubleVector, _ b: DoubleVector, _ c: DoubleVector) -> DoubleVector {
  #if LEVEL_FUSED
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}
