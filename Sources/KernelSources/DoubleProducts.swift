// Sums of products of rows of `Double`, and the same for `Double`.

/// See `GemmKernels.products`.
public func doubleProducts(
  _ n: Int, _ terms: Int, _ a: UnsafePointer<UnsafePointer<Double>>, _ b: UnsafePointer<UnsafePointer<Double>>,
  _ y: UnsafeMutablePointer<Double>
) {
  let width = DoubleVector.scalarCount
  var j = 0
  while j + 4 * width <= n {
    var (s0, s1, s2, s3) = (DoubleVector.zero, DoubleVector.zero, DoubleVector.zero, DoubleVector.zero)
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
    var s = DoubleVector.zero
    for t in 0..<terms { s = multiplyAdd(load(a[t] + j), load(b[t] + j), s) }
    store(s, y + j)
    j += width
  }
  while j < n {
    var s: Double = 0
    for t in 0..<terms { s += a[t][j] * b[t][j] }
    y[j] = s
    j += 1
  }
}

@inline(__always)
private func load(_ p: UnsafePointer<Double>) -> DoubleVector {
  UnsafeRawPointer(p).loadUnaligned(as: DoubleVector.self)
}

@inline(__always)
private func store(_ v: DoubleVector, _ p: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: DoubleVector.self)
}

@inline(__always)
private func multiplyAdd(_ a: DoubleVector, _ b: DoubleVector, _ c: DoubleVector) -> DoubleVector {
  #if LEVEL_FUSED
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}
