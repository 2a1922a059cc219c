/// The inner loops of matrix products, six rows and two vectors of columns at a time: what sixteen registers hold.
public let floatRowTile = 6

/// See `GemmKernels.block`.
public func floatGemmBlock(
  _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>,
  _ bRow: Int, _ bPanel: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  let width = 2 * FloatVector.scalarCount
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
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 6 * width) { scratch in
    guard let tile = scratch.baseAddress else { return }
    var i = 0
    while i < m {
      let rows = min(6, m - i)
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
      i += 6
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
  _ m: Int, _ k: Int, _ a: UnsafePointer<Float>, _ row: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  let aRow = abs(row)
  var i = 0
  while i + 6 <= m {
    tile6(k, a + tileOffset(i, k, row, aColumn), aRow, aColumn, b, bRow, c + i * cRow, cRow, accumulate)
    i += 6
  }
  // What is left starts a tile; its rows are `aRow` apart in both layouts.
  var rest = a + tileOffset(i, k, row, aColumn)
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

/// 6 rows times 2 vectors of columns.
@inline(__always)
private func tile6(
  _ k: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = FloatVector.zero, s0b = FloatVector.zero
  var s1a = FloatVector.zero, s1b = FloatVector.zero
  var s2a = FloatVector.zero, s2b = FloatVector.zero
  var s3a = FloatVector.zero, s3b = FloatVector.zero
  var s4a = FloatVector.zero, s4b = FloatVector.zero
  var s5a = FloatVector.zero, s5b = FloatVector.zero
  var (left, right) = (a, b)
  let row2 = 2 * aRow
  let row3 = 3 * aRow
  let row4 = 4 * aRow
  let row5 = 5 * aRow
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + FloatVector.scalarCount)
    let x0 = FloatVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    let x1 = FloatVector(repeating: left[aRow])
    s1a = multiplyAdd(x1, righta, s1a)
    s1b = multiplyAdd(x1, rightb, s1b)
    let x2 = FloatVector(repeating: left[row2])
    s2a = multiplyAdd(x2, righta, s2a)
    s2b = multiplyAdd(x2, rightb, s2b)
    let x3 = FloatVector(repeating: left[row3])
    s3a = multiplyAdd(x3, righta, s3a)
    s3b = multiplyAdd(x3, rightb, s3b)
    let x4 = FloatVector(repeating: left[row4])
    s4a = multiplyAdd(x4, righta, s4a)
    s4b = multiplyAdd(x4, rightb, s4b)
    let x5 = FloatVector(repeating: left[row5])
    s5a = multiplyAdd(x5, righta, s5a)
    s5b = multiplyAdd(x5, rightb, s5b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + FloatVector.scalarCount, accumulate)
  store(s1a, c + cRow, accumulate)
  store(s1b, c + cRow + FloatVector.scalarCount, accumulate)
  store(s2a, c + 2 * cRow, accumulate)
  store(s2b, c + 2 * cRow + FloatVector.scalarCount, accumulate)
  store(s3a, c + 3 * cRow, accumulate)
  store(s3b, c + 3 * cRow + FloatVector.scalarCount, accumulate)
  store(s4a, c + 4 * cRow, accumulate)
  store(s4b, c + 4 * cRow + FloatVector.scalarCount, accumulate)
  store(s5a, c + 5 * cRow, accumulate)
  store(s5b, c + 5 * cRow + FloatVector.scalarCount, accumulate)
}

/// 4 rows times 2 vectors of columns.
@inline(__always)
private func tile4(
  _ k: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = FloatVector.zero, s0b = FloatVector.zero
  var s1a = FloatVector.zero, s1b = FloatVector.zero
  var s2a = FloatVector.zero, s2b = FloatVector.zero
  var s3a = FloatVector.zero, s3b = FloatVector.zero
  var (left, right) = (a, b)
  let row2 = 2 * aRow
  let row3 = 3 * aRow
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + FloatVector.scalarCount)
    let x0 = FloatVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    let x1 = FloatVector(repeating: left[aRow])
    s1a = multiplyAdd(x1, righta, s1a)
    s1b = multiplyAdd(x1, rightb, s1b)
    let x2 = FloatVector(repeating: left[row2])
    s2a = multiplyAdd(x2, righta, s2a)
    s2b = multiplyAdd(x2, rightb, s2b)
    let x3 = FloatVector(repeating: left[row3])
    s3a = multiplyAdd(x3, righta, s3a)
    s3b = multiplyAdd(x3, rightb, s3b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + FloatVector.scalarCount, accumulate)
  store(s1a, c + cRow, accumulate)
  store(s1b, c + cRow + FloatVector.scalarCount, accumulate)
  store(s2a, c + 2 * cRow, accumulate)
  store(s2b, c + 2 * cRow + FloatVector.scalarCount, accumulate)
  store(s3a, c + 3 * cRow, accumulate)
  store(s3b, c + 3 * cRow + FloatVector.scalarCount, accumulate)
}

/// 2 rows times 2 vectors of columns.
@inline(__always)
private func tile2(
  _ k: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = FloatVector.zero, s0b = FloatVector.zero
  var s1a = FloatVector.zero, s1b = FloatVector.zero
  var (left, right) = (a, b)
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + FloatVector.scalarCount)
    let x0 = FloatVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    let x1 = FloatVector(repeating: left[aRow])
    s1a = multiplyAdd(x1, righta, s1a)
    s1b = multiplyAdd(x1, rightb, s1b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + FloatVector.scalarCount, accumulate)
  store(s1a, c + cRow, accumulate)
  store(s1b, c + cRow + FloatVector.scalarCount, accumulate)
}

/// 1 rows times 2 vectors of columns.
@inline(__always)
private func tile1(
  _ k: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  var s0a = FloatVector.zero, s0b = FloatVector.zero
  var (left, right) = (a, b)
  for _ in 0..<k {
    let righta = load(right)
    let rightb = load(right + FloatVector.scalarCount)
    let x0 = FloatVector(repeating: left[0])
    s0a = multiplyAdd(x0, righta, s0a)
    s0b = multiplyAdd(x0, rightb, s0b)
    left += aColumn
    right += bRow
  }
  store(s0a, c, accumulate)
  store(s0b, c + FloatVector.scalarCount, accumulate)
}

@inline(__always)
private func load(_ p: UnsafePointer<Float>) -> FloatVector {
  UnsafeRawPointer(p).loadUnaligned(as: FloatVector.self)
}

@inline(__always)
private func store(_ v: FloatVector, _ p: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
  let old = accumulate ? load(p) : FloatVector.zero
  UnsafeMutableRawPointer(p).storeBytes(of: old + v, as: FloatVector.self)
}

@inline(__always)
private func multiplyAdd(_ a: FloatVector, _ b: FloatVector, _ c: FloatVector) -> FloatVector {
  #if LEVEL_FUSED
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}
