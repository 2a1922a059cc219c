/// The arithmetic of one optimizer on one element. `w` is the variable, `a`, `b`, `c` its slots (unused ones are dummies).
protocol UpdateRule<Real> {
  associatedtype Real: UpdateReal
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real)
}

@inline(__always)
private func shrink<T: UpdateReal>(_ value: T, by threshold: T) -> T {
  let rest = abs(value) - threshold
  guard rest > 0 else { return 0 }
  return value > 0 ? rest : -rest
}

/// `a = momentum·a + g`; Nesterov as in `ResourceApplyMomentum`.
struct MomentumRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, momentum: Real, nesterov: Bool
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a = a * momentum + g
    w -= nesterov ? g * rate + a * momentum * rate : a * rate
  }
}

/// `a = momentum·a − rate·g`, `w += a`.
struct KerasMomentumRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, momentum: Real, nesterov: Bool
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a = a * momentum - g * rate
    w += nesterov ? a * momentum - g * rate : a
  }
}

struct AdagradRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, epsilon: Real?, updateSlots: Bool
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    if updateSlots { a += g * g }
    if let epsilon { w -= rate * g / (a.squareRoot() + epsilon) } else { w -= rate * g / a.squareRoot() }
  }
}

/// Dual averaging: `a` sums gradients, `b` their squares; the variable is computed anew.
struct AdagradDARule<Real: UpdateReal>: UpdateRule {
  let rate: Real, l1: Real, l2: Real, step: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a += g
    b += g * g
    let sum = l1 > 0 ? shrink(a, by: l1 * step) : a
    w = -rate * sum / (l2 * step * rate + b.squareRoot())
  }
}

struct AdadeltaRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, rho: Real, epsilon: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a = a * rho + g * g * (1 - rho)
    let update = (b + epsilon).squareRoot() / (a + epsilon).squareRoot() * g
    w -= update * rate
    b = b * rho + update * update * (1 - rho)
  }
}

/// `a` is the mean square, `b` the momentum.
struct RMSPropRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, rho: Real, momentum: Real, epsilon: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a = a * rho + g * g * (1 - rho)
    b = b * momentum + g * rate / (a + epsilon).squareRoot()
    w -= b
  }
}

/// `a` is the mean gradient, `b` the mean square, `c` the momentum.
struct CenteredRMSPropRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, rho: Real, momentum: Real, epsilon: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    b = b * rho + g * g * (1 - rho)
    a = a * rho + g * (1 - rho)
    c = c * momentum + g * rate / (b - a * a + epsilon).squareRoot()
    w -= c
  }
}

/// FTRL-Proximal: `a` is the sum of squares, `b` the linear term.
///
/// **Source**: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013.
struct FtrlRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, l1: Real, l2: Real, l2Shrinkage: Real, ratePower: Real, multiplyLinearByRate: Bool
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    let shrunk = g + 2 * l2Shrinkage * w
    let sum = a + g * g
    let (before, after): (Real, Real)
    if ratePower == -0.5 {
      (before, after) = (a.squareRoot(), sum.squareRoot())
    } else {
      (before, after) = (a.raised(to: -ratePower), sum.raised(to: -ratePower))
    }
    let quadratic: Real
    let threshold: Real
    if multiplyLinearByRate {
      b += shrunk * rate - (after - before) * w
      quadratic = after + 2 * l2 * rate
      threshold = l1 * rate
    } else {
      b += shrunk - (after - before) / rate * w
      quadratic = after / rate + 2 * l2
      threshold = l1
    }
    w = -shrink(b, by: threshold) / quadratic
    a = sum
  }
}

struct ProximalAdagradRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, l1: Real, l2: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a += g * g
    let rate = rate / a.squareRoot()
    w = proximal(w - g * rate, rate, l1, l2)
  }
}

struct ProximalGradientDescentRule<Real: UpdateReal>: UpdateRule {
  let rate: Real, l1: Real, l2: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    w = proximal(w - g * rate, rate, l1, l2)
  }
}

@inline(__always)
private func proximal<T: UpdateReal>(_ value: T, _ rate: T, _ l1: T, _ l2: T) -> T {
  (l1 > 0 ? shrink(value, by: rate * l1) : value) / (1 + l2 * rate)
}

/// `a` is the first moment, `b` the infinity norm.
struct AdaMaxRule<Real: UpdateReal>: UpdateRule {
  let correctedRate: Real, beta1: Real, beta2: Real, epsilon: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a += (g - a) * (1 - beta1)
    b = max(beta2 * b, abs(g))
    w -= correctedRate * (a / (b + epsilon))
  }
}

/// `a`, `b` are the moments, `c` the largest second moment so far.
struct AmsgradRule<Real: UpdateReal>: UpdateRule {
  let correctedRate: Real, beta1: Real, beta2: Real, epsilon: Real
  @inline(__always)
  func apply(_ w: inout Real, _ a: inout Real, _ b: inout Real, _ c: inout Real, _ g: Real) {
    a += (g - a) * (1 - beta1)
    b += (g * g - b) * (1 - beta2)
    c = max(c, b)
    w -= a * correctedRate / (c.squareRoot() + epsilon)
  }
}
