import KernelTable

// Optimizer updates; every one keeps the order of operations of `ElementUpdate`'s in EngineKernels.

public func floatGradientDescent(
  _ n: Int, _ w: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ rate: Float
) {
  let rates = FloatVector(repeating: rate)
  forEachVector(n) { i, count in
    store(load(w + i, count) - rates * load(g + i, count), w + i, count)
  }
}

public func floatMomentum(
  _ n: Int, _ w: UnsafeMutablePointer<Float>, _ a: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
  _ rate: Float, _ momentum: Float, _ nesterov: Bool
) {
  let (rates, decay) = (FloatVector(repeating: rate), FloatVector(repeating: momentum))
  forEachVector(n) { i, count in
    let gradient = load(g + i, count)
    let velocity = load(a + i, count) * decay + gradient
    store(velocity, a + i, count)
    let step = nesterov ? gradient * rates + velocity * decay * rates : velocity * rates
    store(load(w + i, count) - step, w + i, count)
  }
}

public func floatAdam(
  _ n: Int, _ w: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
  _ g: UnsafePointer<Float>, _ alpha: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float, _ nesterov: Bool
) {
  let (alphas, epsilons) = (FloatVector(repeating: alpha), FloatVector(repeating: epsilon))
  let (decay, gain1) = (FloatVector(repeating: beta1), FloatVector(repeating: 1 - beta1))
  let gain2 = FloatVector(repeating: 1 - beta2)
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

public func floatAdagrad(
  _ n: Int, _ w: UnsafeMutablePointer<Float>, _ a: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
  _ rate: Float, _ epsilon: Float, _ updateSlots: Bool
) {
  let (rates, epsilons) = (FloatVector(repeating: rate), FloatVector(repeating: epsilon))
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

public func floatRMSProp(
  _ n: Int, _ w: UnsafeMutablePointer<Float>, _ r: UnsafeMutablePointer<Float>, _ mom: UnsafeMutablePointer<Float>,
  _ g: UnsafePointer<Float>, _ rate: Float, _ rho: Float, _ momentum: Float, _ epsilon: Float
) {
  let (rates, epsilons) = (FloatVector(repeating: rate), FloatVector(repeating: epsilon))
  let (gain, decay) = (FloatVector(repeating: 1 - rho), FloatVector(repeating: momentum))
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
  let width = FloatVector.scalarCount
  var i = 0
  while i + width <= n {
    body(i, width)
    i += width
  }
  if i < n { body(i, n - i) }
}

@inline(__always)
private func load(_ p: UnsafePointer<Float>, _ count: Int) -> FloatVector {
  if count == FloatVector.scalarCount { return UnsafeRawPointer(p).loadUnaligned(as: FloatVector.self) }
  var v = FloatVector.zero
  for lane in 0..<count { v[lane] = p[lane] }
  return v
}

@inline(__always)
private func store(_ v: FloatVector, _ p: UnsafeMutablePointer<Float>, _ count: Int) {
  if count == FloatVector.scalarCount {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: FloatVector.self)
  } else {
    for lane in 0..<count { p[lane] = v[lane] }
  }
}
