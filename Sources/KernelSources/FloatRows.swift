import KernelTable

/// See `VectorKernels.sum`: four vectors of running sums.
public func floatSum(_ n: Int, _ x: UnsafePointer<Float>, _ squared: Bool) -> Float {
  let width = FloatVector.scalarCount
  var (s0, s1, s2, s3) = (FloatVector.zero, FloatVector.zero, FloatVector.zero, FloatVector.zero)
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
public func floatExtremum(_ n: Int, _ x: UnsafePointer<Float>, _ largest: Bool) -> Float {
  let width = FloatVector.scalarCount
  let start = largest ? -Float.infinity : Float.infinity
  var best = FloatVector(repeating: start)
  var nan = FloatVector.zero
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
public func floatSumRows(_ rows: Int, _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
  let width = FloatVector.scalarCount
  var j = 0
  while j + 2 * width <= n {
    var (s, t) = (FloatVector.zero, FloatVector.zero)
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
    var s = FloatVector.zero
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
public func floatExtremumRows(
  _ rows: Int, _ n: Int, _ x: UnsafePointer<Float>, _ largest: Bool, _ y: UnsafeMutablePointer<Float>
) {
  let width = FloatVector.scalarCount
  let start = FloatVector(repeating: largest ? -Float.infinity : Float.infinity)
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
public func floatSoftmax(
  _ n: Int, _ x: UnsafePointer<Float>, _ logarithmic: Bool, _ y: UnsafeMutablePointer<Float>
) {
  let maximum = FloatVector(repeating: floatExtremum(n, x, true))
  if logarithmic {
    let logSum = FloatVector(repeating: logarithm(exponentials(n, x, maximum, nil)))
    forEach(n, x, y) { ($0 - maximum) - logSum }
  } else {
    let scale = FloatVector(repeating: 1 / exponentials(n, x, maximum, y))
    forEach(n, y, y) { $0 * scale }
  }
}

/// See `VectorKernels.crossEntropy`.
public func floatCrossEntropy(
  _ n: Int, _ logits: UnsafePointer<Float>, _ labels: UnsafePointer<Float>, _ backprop: UnsafeMutablePointer<Float>
) -> Float {
  let width = FloatVector.scalarCount
  let maximum = FloatVector(repeating: floatExtremum(n, logits, true))
  let sum = exponentials(n, logits, maximum, nil)
  let logSum = FloatVector(repeating: logarithm(sum))
  let scale = FloatVector(repeating: 1 / sum)
  var loss = FloatVector.zero
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
public func floatSparseCrossEntropy(
  _ n: Int, _ logits: UnsafePointer<Float>, _ label: Int, _ backprop: UnsafeMutablePointer<Float>
) -> Float {
  let largest = floatExtremum(n, logits, true)
  let own = logits[label] - largest
  let sum = exponentials(n, logits, FloatVector(repeating: largest), backprop)
  let scale = FloatVector(repeating: 1 / sum)
  forEach(n, backprop, backprop) { $0 * scale }
  backprop[label] -= 1
  return logarithm(sum) - own
}

/// Σ exp(x − maximum); the terms go to y, if there is one.
@inline(__always)
private func exponentials(
  _ n: Int, _ x: UnsafePointer<Float>, _ maximum: FloatVector, _ y: UnsafeMutablePointer<Float>?
) -> Float {
  let width = FloatVector.scalarCount
  var sum = FloatVector.zero
  var i = 0
  // In stretches, so that small terms are not lost in the sum of a long row.
  while i + width <= n {
    let end = min(n, i + 64 * width)
    var part = FloatVector.zero
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
  _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ f: (FloatVector) -> FloatVector
) {
  let width = FloatVector.scalarCount
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
private func logarithm(_ x: Float) -> Float { vectorLog(FloatVector(repeating: x))[0] }

@inline(__always)
private func total(_ v: FloatVector) -> Float {
  var result = v[0]
  for lane in 1..<FloatVector.scalarCount { result += v[lane] }
  return result
}

@inline(__always)
private func load(_ p: UnsafePointer<Float>) -> FloatVector {
  UnsafeRawPointer(p).loadUnaligned(as: FloatVector.self)
}

/// The first `count` lanes from memory, the others filled.
@inline(__always)
private func load(_ p: UnsafePointer<Float>, _ count: Int, _ filler: Float) -> FloatVector {
  if count == FloatVector.scalarCount { return load(p) }
  var v = FloatVector(repeating: filler)
  for lane in 0..<count { v[lane] = p[lane] }
  return v
}

@inline(__always)
private func store(_ v: FloatVector, _ p: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: FloatVector.self)
}
