// Sums of products of rows of `Float`, and the same for `Double`.

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
