// Matrix products of `Float`, and the same for `Double`.

public let floatColumnTile = 2 * FloatVector.scalarCount

/// See `GemmKernels.packPanel`.
public func floatPackPanel(
  _ depth: Int, _ columns: Int, _ b: UnsafePointer<Float>, _ bRow: Int, _ bColumn: Int,
  _ panel: UnsafeMutablePointer<Float>
) {
  let width = 2 * FloatVector.scalarCount
  if columns == width && bColumn == 1 {
    for p in 0..<depth {
      let (from, to) = (b + p * bRow, panel + p * width)
      store(load(from), to)
      store(load(from + FloatVector.scalarCount), to + FloatVector.scalarCount)
    }
    return
  }
  var p = 0
  if columns == width && bRow == 1 {
    // Columns lie in memory one after another: squares of four by four are turned.
    while p + 4 <= depth {
      var j = 0
      while j < width {
        let from = b + j * bColumn + p
        turn4(from, bColumn, panel + p * width + j, width)
        j += 4
      }
      p += 4
    }
  }
  while p < depth {
    let (from, to) = (b + p * bRow, panel + p * width)
    for j in 0..<columns { to[j] = from[j * bColumn] }
    for j in columns..<max(columns, width) { to[j] = 0 }
    p += 1
  }
}

/// See `GemmKernels.packRows`.
public func floatPackRows(
  _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int,
  _ packed: UnsafeMutablePointer<Float>
) {
  var start = 0
  while start < rows {
    let count = min(floatRowTile, rows - start)
    let (from, to) = (a + start * aRow, packed + start * depth)
    if count == floatRowTile {
      var p = 0
      if aColumn == 1 {
        while p + 4 <= depth {
          let target = to + p * floatRowTile
          var r = 0
          while r + 4 <= floatRowTile {
            turn4(from + r * aRow + p, aRow, target + r, floatRowTile)
            r += 4
          }
          while r < floatRowTile {
            let row = from + r * aRow + p
            for x in 0..<4 { target[x * floatRowTile + r] = row[x] }
            r += 1
          }
          p += 4
        }
      }
      while p < depth {
        for r in 0..<floatRowTile { to[p * floatRowTile + r] = from[r * aRow + p * aColumn] }
        p += 1
      }
    } else {
      for p in 0..<depth {
        for r in 0..<count { to[p * floatRowTile + r] = from[r * aRow + p * aColumn] }
      }
    }
    start += floatRowTile
  }
}

/// See `GemmKernels.dots`.
public func floatDots(
  _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bColumn: Int,
  _ c: UnsafeMutablePointer<Float>, _ cColumn: Int, _ accumulate: Bool
) {
  let width = FloatVector.scalarCount
  var j = 0
  while j + 4 <= n {
    let (b0, b1) = (b + j * bColumn, b + (j + 1) * bColumn)
    let (b2, b3) = (b + (j + 2) * bColumn, b + (j + 3) * bColumn)
    var (s0, s1, s2, s3) = (FloatVector.zero, FloatVector.zero, FloatVector.zero, FloatVector.zero)
    var (t0, t1, t2, t3) = (FloatVector.zero, FloatVector.zero, FloatVector.zero, FloatVector.zero)
    var p = 0
    while p + 2 * width <= k {
      let (x, y) = (load(a + p), load(a + p + width))
      s0 = multiplyAdd(x, load(b0 + p), s0)
      s1 = multiplyAdd(x, load(b1 + p), s1)
      s2 = multiplyAdd(x, load(b2 + p), s2)
      s3 = multiplyAdd(x, load(b3 + p), s3)
      t0 = multiplyAdd(y, load(b0 + p + width), t0)
      t1 = multiplyAdd(y, load(b1 + p + width), t1)
      t2 = multiplyAdd(y, load(b2 + p + width), t2)
      t3 = multiplyAdd(y, load(b3 + p + width), t3)
      p += 2 * width
    }
    if p + width <= k {
      let x = load(a + p)
      s0 = multiplyAdd(x, load(b0 + p), s0)
      s1 = multiplyAdd(x, load(b1 + p), s1)
      s2 = multiplyAdd(x, load(b2 + p), s2)
      s3 = multiplyAdd(x, load(b3 + p), s3)
      p += width
    }
    var (r0, r1, r2, r3) = ((s0 + t0).sum(), (s1 + t1).sum(), (s2 + t2).sum(), (s3 + t3).sum())
    while p < k {
      r0 += a[p] * b0[p]
      r1 += a[p] * b1[p]
      r2 += a[p] * b2[p]
      r3 += a[p] * b3[p]
      p += 1
    }
    let target = c + j * cColumn
    if accumulate {
      target[0] += r0
      target[cColumn] += r1
      target[2 * cColumn] += r2
      target[3 * cColumn] += r3
    } else {
      target[0] = r0
      target[cColumn] = r1
      target[2 * cColumn] = r2
      target[3 * cColumn] = r3
    }
    j += 4
  }
  while j < n {
    let column = b + j * bColumn
    var (s, t) = (FloatVector.zero, FloatVector.zero)
    var p = 0
    while p + 2 * width <= k {
      s = multiplyAdd(load(a + p), load(column + p), s)
      t = multiplyAdd(load(a + p + width), load(column + p + width), t)
      p += 2 * width
    }
    if p + width <= k {
      s = multiplyAdd(load(a + p), load(column + p), s)
      p += width
    }
    var r = (s + t).sum()
    while p < k {
      r += a[p] * column[p]
      p += 1
    }
    if accumulate { c[j * cColumn] += r } else { c[j * cColumn] = r }
    j += 1
  }
}

/// See `GemmKernels.rowTimes`.
public func floatRowTimes(
  _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ accumulate: Bool
) {
  let width = FloatVector.scalarCount
  if !accumulate {
    for j in 0..<n { c[j] = 0 }
  }
  var p = 0
  // Eight rows of b at a time: the row of c stays in the nearest cache, b is read once, in order.
  while p + 8 <= k {
    let (rows, scales) = (b + p * bRow, a + p * aColumn)
    let (a0, a1, a2, a3) = (scales[0], scales[aColumn], scales[2 * aColumn], scales[3 * aColumn])
    let (a4, a5, a6, a7) = (scales[4 * aColumn], scales[5 * aColumn], scales[6 * aColumn], scales[7 * aColumn])
    let (v0, v1) = (FloatVector(repeating: a0), FloatVector(repeating: a1))
    let (v2, v3) = (FloatVector(repeating: a2), FloatVector(repeating: a3))
    let (v4, v5) = (FloatVector(repeating: a4), FloatVector(repeating: a5))
    let (v6, v7) = (FloatVector(repeating: a6), FloatVector(repeating: a7))
    var j = 0
    while j + width <= n {
      let from = rows + j
      var s = multiplyAdd(v0, load(from), load(c + j))
      var t = v1 * load(from + bRow)
      s = multiplyAdd(v2, load(from + 2 * bRow), s)
      t = multiplyAdd(v3, load(from + 3 * bRow), t)
      s = multiplyAdd(v4, load(from + 4 * bRow), s)
      t = multiplyAdd(v5, load(from + 5 * bRow), t)
      s = multiplyAdd(v6, load(from + 6 * bRow), s)
      t = multiplyAdd(v7, load(from + 7 * bRow), t)
      store(s + t, c + j)
      j += width
    }
    while j < n {
      let from = rows + j
      let s = a0 * from[0] + a2 * from[2 * bRow] + a4 * from[4 * bRow] + a6 * from[6 * bRow]
      let t = a1 * from[bRow] + a3 * from[3 * bRow] + a5 * from[5 * bRow] + a7 * from[7 * bRow]
      c[j] += s + t
      j += 1
    }
    p += 8
  }
  while p < k {
    let (row, scale) = (b + p * bRow, a[p * aColumn])
    let v = FloatVector(repeating: scale)
    var j = 0
    while j + width <= n {
      store(multiplyAdd(v, load(row + j), load(c + j)), c + j)
      j += width
    }
    while j < n {
      c[j] += scale * row[j]
      j += 1
    }
    p += 1
  }
}

/// Four rows of four values, `fromRow` apart, written as four columns: rows of the target are `toRow` apart.
@inline(__always)
private func turn4(
  _ from: UnsafePointer<Float>, _ fromRow: Int, _ to: UnsafeMutablePointer<Float>, _ toRow: Int
) {
  typealias Four = SIMD4<Float>
  typealias Eight = SIMD8<Float>
  let first = UnsafeRawPointer(from).loadUnaligned(as: Four.self)
  let second = UnsafeRawPointer(from + fromRow).loadUnaligned(as: Four.self)
  let third = UnsafeRawPointer(from + 2 * fromRow).loadUnaligned(as: Four.self)
  let fourth = UnsafeRawPointer(from + 3 * fromRow).loadUnaligned(as: Four.self)
  let (upper, lower) = (Eight(lowHalf: first, highHalf: second), Eight(lowHalf: third, highHalf: fourth))
  let even = Eight(lowHalf: upper.evenHalf, highHalf: lower.evenHalf)
  let odd = Eight(lowHalf: upper.oddHalf, highHalf: lower.oddHalf)
  UnsafeMutableRawPointer(to).storeBytes(of: even.evenHalf, as: Four.self)
  UnsafeMutableRawPointer(to + toRow).storeBytes(of: odd.evenHalf, as: Four.self)
  UnsafeMutableRawPointer(to + 2 * toRow).storeBytes(of: even.oddHalf, as: Four.self)
  UnsafeMutableRawPointer(to + 3 * toRow).storeBytes(of: odd.oddHalf, as: Four.self)
}

/// See `GemmKernels.products`.
public func floatProducts(
  _ n: Int, _ terms: Int, _ a: UnsafePointer<UnsafePointer<Float>>, _ b: UnsafePointer<UnsafePointer<Float>>,
  _ y: UnsafeMutablePointer<Float>
) {
  let width = FloatVector.scalarCount
  var j = 0
  while j + 4 * width <= n {
    var (s0, s1, s2, s3) = (FloatVector.zero, FloatVector.zero, FloatVector.zero, FloatVector.zero)
    for t in 0..<terms {
      let (left, right) = (a[t] + j, b[t] + j)
      s0 = multiplyAdd(load(left), load(right), s0)
      s1 = multiplyAdd(load(left + width), load(right + width), s1)
      s2 = multiplyAdd(load(left + 2 * width), load(right + 2 * width), s2)
      s3 = multiplyAdd(load(left + 3 * width), load(right + 3 * width), s3)
    }
    store(s0, y + j)
    store(s1, y + j + width)
    store(s2, y + j + 2 * width)
    store(s3, y + j + 3 * width)
    j += 4 * width
  }
  while j + width <= n {
    var s = FloatVector.zero
    for t in 0..<terms { s = multiplyAdd(load(a[t] + j), load(b[t] + j), s) }
    store(s, y + j)
    j += width
  }
  while j < n {
    var s: Float = 0
    for t in 0..<terms { s += a[t][j] * b[t][j] }
    y[j] = s
    j += 1
  }
}

@inline(__always)
private func load(_ p: UnsafePointer<Float>) -> FloatVector {
  UnsafeRawPointer(p).loadUnaligned(as: FloatVector.self)
}

@inline(__always)
private func store(_ v: FloatVector, _ p: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: FloatVector.self)
}

@inline(__always)
private func multiplyAdd(_ a: FloatVector, _ b: FloatVector, _ c: FloatVector) -> FloatVector {
  #if LEVEL_FUSED
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}
