import EngineCore

/// Optimizer updates of whole variables, in place. All tensors of one call have the same shape and floating type;
/// scalars come as `Double` and are rounded to the type first, as TensorFlow's scalar inputs are.
extension Kernels {
  /// `w −= rate·g`
  public static func applyGradientDescent(_ w: Tensor, rate: Double, _ g: Tensor) throws {
    let table = table
    switch w.dtype {
    case .float32:
      let wElements = w.elements(Float.self)
      let gElements = g.elements(Float.self)
      blocks(w.elementCount, 600) { table.float.gradientDescent($1, wElements + $0, gElements + $0, Float(rate)) }
    case .float64:
      let wElements = w.elements(Double.self)
      let gElements = g.elements(Double.self)
      blocks(w.elementCount, 1200) { table.double.gradientDescent($1, wElements + $0, gElements + $0, Double(rate)) }
    default:
      try PlainKernels.applyGradientDescent(w, rate: rate, g)
    }
  }

  /// `a = momentum·a + g`; `w −= rate·a`, or with Nesterov `w −= rate·g + rate·momentum·a`.
  public static func applyMomentum(
    _ w: Tensor, _ a: Tensor, rate: Double, _ g: Tensor, momentum: Double, nesterov: Bool
  ) throws {
    let table = table
    switch w.dtype {
    case .float32:
      let wElements = w.elements(Float.self)
      let aElements = a.elements(Float.self)
      let gElements = g.elements(Float.self)
      blocks(w.elementCount, 900) {
        table.float.momentum($1, wElements + $0, aElements + $0, gElements + $0, Float(rate), Float(momentum), nesterov)
      }
    case .float64:
      let wElements = w.elements(Double.self)
      let aElements = a.elements(Double.self)
      let gElements = g.elements(Double.self)
      blocks(w.elementCount, 1800) {
        table.double.momentum(
          $1, wElements + $0, aElements + $0, gElements + $0, Double(rate), Double(momentum), nesterov)
      }
    default:
      try PlainKernels.applyMomentum(w, a, rate: rate, g, momentum: momentum, nesterov: nesterov)
    }
  }

  /// `m += (g − m)(1 − β1)`; `v += (g² − v)(1 − β2)`; `w −= rate·√(1 − β2Power)/(1 − β1Power)·m/(√v + ε)`;
  /// Nesterov replaces m by `m·β1 + (1 − β1)·g` in the last.
  public static func applyAdam(
    _ w: Tensor, _ m: Tensor, _ v: Tensor, beta1Power: Double, beta2Power: Double, rate: Double, beta1: Double,
    beta2: Double, epsilon: Double, _ g: Tensor, nesterov: Bool
  ) throws {
    let table = table
    switch w.dtype {
    case .float32:
      let wElements = w.elements(Float.self)
      let mElements = m.elements(Float.self)
      let vElements = v.elements(Float.self)
      let gElements = g.elements(Float.self)
      let alpha = Float(rate) * (1 - Float(beta2Power)).squareRoot() / (1 - Float(beta1Power))
      blocks(w.elementCount, 1200) {
        table.float.adam(
          $1, wElements + $0, mElements + $0, vElements + $0, gElements + $0, alpha, Float(beta1), Float(beta2),
          Float(epsilon), nesterov)
      }
    case .float64:
      let wElements = w.elements(Double.self)
      let mElements = m.elements(Double.self)
      let vElements = v.elements(Double.self)
      let gElements = g.elements(Double.self)
      let alpha = Double(rate) * (1 - Double(beta2Power)).squareRoot() / (1 - Double(beta1Power))
      blocks(w.elementCount, 2400) {
        table.double.adam(
          $1, wElements + $0, mElements + $0, vElements + $0, gElements + $0, alpha, Double(beta1), Double(beta2),
          Double(epsilon), nesterov)
      }
    default:
      try PlainKernels.applyAdam(
        w, m, v, beta1Power: beta1Power, beta2Power: beta2Power, rate: rate, beta1: beta1, beta2: beta2,
        epsilon: epsilon,
        g, nesterov: nesterov)
    }
  }

  /// `a += g²` (unless `updateSlots` is false); `w −= rate·g/√a`, with `epsilon` given `w −= rate·g/(√a + ε)`.
  public static func applyAdagrad(
    _ w: Tensor, _ a: Tensor, rate: Double, epsilon: Double?, _ g: Tensor, updateSlots: Bool
  ) throws {
    let table = table
    switch w.dtype {
    case .float32:
      let wElements = w.elements(Float.self)
      let aElements = a.elements(Float.self)
      let gElements = g.elements(Float.self)
      blocks(w.elementCount, 900) {
        table.float.adagrad(
          $1, wElements + $0, aElements + $0, gElements + $0, Float(rate), Float(epsilon ?? 0), updateSlots)
      }
    case .float64:
      let wElements = w.elements(Double.self)
      let aElements = a.elements(Double.self)
      let gElements = g.elements(Double.self)
      blocks(w.elementCount, 1800) {
        table.double.adagrad(
          $1, wElements + $0, aElements + $0, gElements + $0, Double(rate), Double(epsilon ?? 0), updateSlots)
      }
    default:
      try PlainKernels.applyAdagrad(w, a, rate: rate, epsilon: epsilon, g, updateSlots: updateSlots)
    }
  }

  /// `r += (g² − r)(1 − rho)`; `mom = momentum·mom + rate·g/√(r + ε)`; `w −= mom`.
  public static func applyRMSProp(
    _ w: Tensor, _ r: Tensor, _ mom: Tensor, rate: Double, rho: Double, momentum: Double, epsilon: Double, _ g: Tensor
  ) throws {
    let table = table
    switch w.dtype {
    case .float32:
      let wElements = w.elements(Float.self)
      let rElements = r.elements(Float.self)
      let momElements = mom.elements(Float.self)
      let gElements = g.elements(Float.self)
      blocks(w.elementCount, 1200) {
        table.float.rmsProp(
          $1, wElements + $0, rElements + $0, momElements + $0, gElements + $0, Float(rate), Float(rho),
          Float(momentum), Float(epsilon))
      }
    case .float64:
      let wElements = w.elements(Double.self)
      let rElements = r.elements(Double.self)
      let momElements = mom.elements(Double.self)
      let gElements = g.elements(Double.self)
      blocks(w.elementCount, 2400) {
        table.double.rmsProp(
          $1, wElements + $0, rElements + $0, momElements + $0, gElements + $0, Double(rate), Double(rho),
          Double(momentum), Double(epsilon))
      }
    default:
      try PlainKernels.applyRMSProp(w, r, mom, rate: rate, rho: rho, momentum: momentum, epsilon: epsilon, g)
    }
  }

  /// Also `mg += (g − mg)(1 − rho)`, with `√(r − mg² + ε)`.
  public static func applyCenteredRMSProp(
    _ w: Tensor, _ mg: Tensor, _ r: Tensor, _ mom: Tensor, rate: Double, rho: Double, momentum: Double,
    epsilon: Double, _ g: Tensor
  ) throws {
    try PlainKernels.applyCenteredRMSProp(w, mg, r, mom, rate: rate, rho: rho, momentum: momentum, epsilon: epsilon, g)
  }

  /// `A = ρA + (1 − ρ)g²`; `u = g·√(D + ε)/√(A + ε)`; `w −= rate·u`; `D = ρD + (1 − ρ)u²`.
  public static func applyAdadelta(
    _ w: Tensor, _ accumulator: Tensor, _ accumulatedUpdate: Tensor, rate: Double, rho: Double, epsilon: Double,
    _ g: Tensor
  ) throws {
    try PlainKernels.applyAdadelta(w, accumulator, accumulatedUpdate, rate: rate, rho: rho, epsilon: epsilon, g)
  }

  /// FTRL-Proximal with L2 shrinkage; see `ResourceApplyFtrlV2`.
  public static func applyFtrl(
    _ w: Tensor, _ accumulator: Tensor, _ linear: Tensor, _ g: Tensor, rate: Double, l1: Double, l2: Double,
    l2Shrinkage: Double, ratePower: Double
  ) throws {
    try PlainKernels.applyFtrl(
      w, accumulator, linear, g, rate: rate, l1: l1, l2: l2, l2Shrinkage: l2Shrinkage, ratePower: ratePower)
  }
}
