import KernelTable

// Optimizer updates; every one keeps the order of operations of `ElementUpdate`'s in EngineKernels.

public func doubleGradientDescent(
  _ n: Int, _ w: UnsafeMutablePointer<Double>, _ g: UnsafePointer<Double>, _ rate: Double
) {
  let rates = DoubleVector(repeating: rate)
  forEachVector(n) { i, count in
    store(load(w + i, count) - rates * load(g + i, count), w + i, count)
  }
}

public func doubleMomentum(
  _ n: Int, _ w: UnsafeMutablePointer<Double>, _ a: UnsafeMutablePointer<Double>, _ g: UnsafePointer<Double>,
  _ rate: Double, _ momentum: Double, _ nesterov: Bool
) {
  let (rates, decay) = (DoubleVector(repeating: rate), DoubleVector(repeating: momentum))
  forEachVector(n) { i, count in
    let gradient = load(g + i, count)
    let velocity = load(a + i, count) * decay + gradient
    store(velocity, a + i, count)
    let step = nesterov ? gradient * rates + velocity * decay * rates : velocity * rates
    store(load(w + i, count) - step, w + i, count)
  }
}

public func doubleAdam(
  _ n: Int, _ w: UnsafeMutablePointer<Double>, _ m: UnsafeMutablePointer<Double>, _ v: UnsafeMutablePointer<Double>,
  _ g: UnsafePointer<Double>, _ alpha: Double, _ beta1: Double, _ beta2: Double, _ epsilon: Double, _ nesterov: Bool
) {
  let (alphas, epsilons) = (DoubleVector(repeating: alpha), DoubleVector(repeating: epsilon))
  let (decay, gain1) = (DoubleVector(repeating: beta1), DoubleVector(repeating: 1 - beta1))
  let gain2 = DoubleVector(repeating: 1 - beta2)
  forEachVector(n) { i, count in
    let gradient = load(g + i, count)
    var mean = load(m + i, count)
    var variance = load(v + i, count)
    mean += (gradient - mean) * gain1
    variance += (gradient * gradient - variance) * gain2
    store(mean, m + i, count)
    store(variance, v + i, count)
    let direction = nesterov ? gradient * gain1 + decay * mean : mean
    store(load(w + i, count) - direction * alphas / (squareRoot(variance) + epsilons), w + i, count)
  }
}

public func doubleAdagrad(
  _ n: Int, _ w: UnsafeMutablePointer<Double>, _ a: UnsafeMutablePointer<Double>, _ g: UnsafePointer<Double>,
  _ rate: Double, _ epsilon: Double, _ updateSlots: Bool
) {
  let (rates, epsilons) = (DoubleVector(repeating: rate), DoubleVector(repeating: epsilon))
  forEachVector(n) { i, count in
    let gradient = load(g + i, count)
    var accumulated = load(a + i, count)
    if updateSlots {
      accumulated += gradient * gradient
      store(accumulated, a + i, count)
    }
    store(load(w + i, count) - gradient * rates / (squareRoot(accumulated) + epsilons), w + i, count)
  }
}

public func doubleRMSProp(
  _ n: Int, _ w: UnsafeMutablePointer<Double>, _ r: UnsafeMutablePointer<Double>, _ mom: UnsafeMutablePointer<Double>,
  _ g: UnsafePointer<Double>, _ rate: Double, _ rho: Double, _ momentum: Double, _ epsilon: Double
) {
  let (rates, epsilons) = (DoubleVector(repeating: rate), DoubleVector(repeating: epsilon))
  let (gain, decay) = (DoubleVector(repeating: 1 - rho), DoubleVector(repeating: momentum))
  forEachVector(n) { i, count in
    let gradient = load(g + i, count)
    var mean = load(r + i, count)
    mean += (gradient * gradient - mean) * gain
    store(mean, r + i, count)
    let step = load(mom + i, count) * decay + gradient * rates / squareRoot(mean + epsilons)
    store(step, mom + i, count)
    store(load(w + i, count) - step, w + i, count)
  }
}

@inline(__always)
private func forEachVector(_ n: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
  let width = DoubleVector.scalarCount
  var i = 0
  while i + width <= n {
    body(i, width)
    i += width
  }
  if i < n { body(i, n - i) }
}

@inline(__always)
private func load(_ p: UnsafePointer<Double>, _ count: Int) -> DoubleVector {
  if count == DoubleVector.scalarCount { return UnsafeRawPointer(p).loadUnaligned(as: DoubleVector.self) }
  var v = DoubleVector.zero
  for lane in 0..<count { v[lane] = p[lane] }
  return v
}

@inline(__always)
private func store(_ v: DoubleVector, _ p: UnsafeMutablePointer<Double>, _ count: Int) {
  if count == DoubleVector.scalarCount {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: DoubleVector.self)
  } else {
    for lane in 0..<count { p[lane] = v[lane] }
  }
}
