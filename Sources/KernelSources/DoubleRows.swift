import KernelTable

/// See `VectorKernels.sum`: four vectors of running sums.
public func doubleSum(_ n: Int, _ x: UnsafePointer<Double>, _ squared: Bool) -> Double {
  let width = DoubleVector.scalarCount
  var (s0, s1, s2, s3) = (DoubleVector.zero, DoubleVector.zero, DoubleVector.zero, DoubleVector.zero)
  var i = 0
  if squared {
    while i + 4 * width <= n {
      let (v0, v1) = (load(x + i), load(x + i + width))
      let (v2, v3) = (load(x + i + 2 * width), load(x + i + 3 * width))
      s0 += v0 * v0
      s1 += v1 * v1
      s2 += v2 * v2
      s3 += v3 * v3
      i += 4 * width
    }
  } else {
    while i + 4 * width <= n {
      s0 += load(x + i)
      s1 += load(x + i + width)
      s2 += load(x + i + 2 * width)
      s3 += load(x + i + 3 * width)
      i += 4 * width
    }
  }
  while i < n {
    let v = load(x + i, min(width, n - i), 0)
    s0 += squared ? v * v : v
    i += width
  }
  return total((s0 + s1) + (s2 + s3))
}

/// See `VectorKernels.extremum`.
public func doubleExtremum(_ n: Int, _ x: UnsafePointer<Double>, _ largest: Bool) -> Double {
  let width = DoubleVector.scalarCount
  let start = largest ? -Double.infinity : Double.infinity
  var best = DoubleVector(repeating: start)
  var nan = DoubleVector.zero
  var i = 0
  while i < n {
    let v = i + width <= n ? load(x + i) : load(x + i, n - i, start)
    best = largest ? select(v, best, where: v .> best) : select(v, best, where: v .< best)
    nan = select(nan, v, where: v .== v)
    i += width
  }
  var result = start
  for lane in 0..<width {
    if nan[lane] != nan[lane] { return nan[lane] }
    if largest ? best[lane] > result : best[lane] < result { result = best[lane] }
  }
  return result
}

/// See `VectorKernels.sumRows`.
public func doubleSumRows(_ rows: Int, _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>) {
  let width = DoubleVector.scalarCount
  var j = 0
  while j + 2 * width <= n {
    var (s, t) = (DoubleVector.zero, DoubleVector.zero)
    var row = x + j
    for _ in 0..<rows {
      s += load(row)
      t += load(row + width)
      row += n
    }
    store(s, y + j)
    store(t, y + j + width)
    j += 2 * width
  }
  while j < n {
    let count = min(width, n - j)
    var s = DoubleVector.zero
    var row = x + j
    if count == width {
      for _ in 0..<rows {
        s += load(row)
        row += n
      }
    } else {
      for _ in 0..<rows {
        s += load(row, count, 0)
        row += n
      }
    }
    for lane in 0..<count { y[j + lane] = s[lane] }
    j += width
  }
}

/// See `VectorKernels.extremumRows`.
public func doubleExtremumRows(
  _ rows: Int, _ n: Int, _ x: UnsafePointer<Double>, _ largest: Bool, _ y: UnsafeMutablePointer<Double>
) {
  let width = DoubleVector.scalarCount
  let start = DoubleVector(repeating: largest ? -Double.infinity : Double.infinity)
  var j = 0
  while j < n {
    let count = min(width, n - j)
    var best = start
    var row = x + j
    for _ in 0..<rows {
      let v = count == width ? load(row) : load(row, count, 0)
      let better = largest ? select(v, best, where: v .> best) : select(v, best, where: v .< best)
      // NaN, once there, stays.
      best = select(select(better, v, where: v .== v), best, where: best .== best)
      row += n
    }
    for lane in 0..<count { y[j + lane] = best[lane] }
    j += width
  }
}

/// See `VectorKernels.softmax`.
public func doubleSoftmax(
  _ n: Int, _ x: UnsafePointer<Double>, _ logarithmic: Bool, _ y: UnsafeMutablePointer<Double>
) {
  let maximum = DoubleVector(repeating: doubleExtremum(n, x, true))
  if logarithmic {
    let logSum = DoubleVector(repeating: logarithm(exponentials(n, x, maximum, nil)))
    forEach(n, x, y) { ($0 - maximum) - logSum }
  } else {
    let scale = DoubleVector(repeating: 1 / exponentials(n, x, maximum, y))
    forEach(n, y, y) { $0 * scale }
  }
}

/// See `VectorKernels.crossEntropy`.
public func doubleCrossEntropy(
  _ n: Int, _ logits: UnsafePointer<Double>, _ labels: UnsafePointer<Double>, _ backprop: UnsafeMutablePointer<Double>
) -> Double {
  let width = DoubleVector.scalarCount
  let maximum = DoubleVector(repeating: doubleExtremum(n, logits, true))
  let sum = exponentials(n, logits, maximum, nil)
  let logSum = DoubleVector(repeating: logarithm(sum))
  let scale = DoubleVector(repeating: 1 / sum)
  var loss = DoubleVector.zero
  var i = 0
  while i < n {
    let count = min(width, n - i)
    let shifted = load(logits + i, count, 0) - maximum
    let wanted = load(labels + i, count, 0)
    let part = wanted * (logSum - shifted)
    let gradient = vectorExp(shifted) * scale - wanted
    if count == width {
      loss += part
      store(gradient, backprop + i)
    } else {
      for lane in 0..<count {
        loss[lane] += part[lane]
        backprop[i + lane] = gradient[lane]
      }
    }
    i += width
  }
  return total(loss)
}

/// See `VectorKernels.sparseCrossEntropy`.
public func doubleSparseCrossEntropy(
  _ n: Int, _ logits: UnsafePointer<Double>, _ label: Int, _ backprop: UnsafeMutablePointer<Double>
) -> Double {
  let largest = doubleExtremum(n, logits, true)
  let own = logits[label] - largest
  let sum = exponentials(n, logits, DoubleVector(repeating: largest), backprop)
  let scale = DoubleVector(repeating: 1 / sum)
  forEach(n, backprop, backprop) { $0 * scale }
  backprop[label] -= 1
  return logarithm(sum) - own
}

/// Σ exp(x − maximum); the terms go to y, if there is one.
@inline(__always)
private func exponentials(
  _ n: Int, _ x: UnsafePointer<Double>, _ maximum: DoubleVector, _ y: UnsafeMutablePointer<Double>?
) -> Double {
  let width = DoubleVector.scalarCount
  var sum = DoubleVector.zero
  var i = 0
  // In stretches, so that small terms are not lost in the sum of a long row.
  while i + width <= n {
    let end = min(n, i + 64 * width)
    var part = DoubleVector.zero
    while i + width <= end {
      let e = vectorExp(load(x + i) - maximum)
      part += e
      if let y { store(e, y + i) }
      i += width
    }
    sum += part
  }
  if i < n {
    let e = vectorExp(load(x + i, n - i, 0) - maximum)
    for lane in 0..<n - i {
      sum[lane] += e[lane]
      if let y { y[i + lane] = e[lane] }
    }
  }
  return total(sum)
}

@inline(__always)
private func forEach(
  _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ f: (DoubleVector) -> DoubleVector
) {
  let width = DoubleVector.scalarCount
  var i = 0
  while i + width <= n {
    store(f(load(x + i)), y + i)
    i += width
  }
  if i == n { return }
  let r = f(load(x + i, n - i, 0))
  for lane in 0..<n - i { y[i + lane] = r[lane] }
}

@inline(__always)
private func logarithm(_ x: Double) -> Double { vectorLog(DoubleVector(repeating: x))[0] }

@inline(__always)
private func total(_ v: DoubleVector) -> Double {
  var result = v[0]
  for lane in 1..<DoubleVector.scalarCount { result += v[lane] }
  return result
}

@inline(__always)
private func load(_ p: UnsafePointer<Double>) -> DoubleVector {
  UnsafeRawPointer(p).loadUnaligned(as: DoubleVector.self)
}

/// The first `count` lanes from memory, the others filled.
@inline(__always)
private func load(_ p: UnsafePointer<Double>, _ count: Int, _ filler: Double) -> DoubleVector {
  if count == DoubleVector.scalarCount { return load(p) }
  var v = DoubleVector(repeating: filler)
  for lane in 0..<count { v[lane] = p[lane] }
  return v
}

@inline(__always)
private func store(_ v: DoubleVector, _ p: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: DoubleVector.self)
}
