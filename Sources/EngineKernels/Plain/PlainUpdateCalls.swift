import EngineCore

extension PlainKernels {
  /// A scalar as a tensor of type `dtype` would hold it.
  static func rounded(_ value: Double, _ dtype: DType) -> Double {
    switch dtype {
    case .float32: Double(Float(value))
    case .float16: Double(Half(Float(value)).float)
    case .bfloat16: Double(BFloat16(Float(value)).float)
    default: value
    }
  }

  package static func applyGradientDescent(_ w: Tensor, rate: Double, _ g: Tensor) throws {
    try update("applyGradientDescent", w, [], g, GradientDescentUpdate(rate: rounded(rate, w.dtype)))
  }

  package static func applyMomentum(
    _ w: Tensor, _ a: Tensor, rate: Double, _ g: Tensor, momentum: Double, nesterov: Bool
  ) throws {
    try update(
      "applyMomentum", w, [a], g,
      MomentumUpdate(rate: rounded(rate, w.dtype), momentum: rounded(momentum, w.dtype), nesterov: nesterov))
  }

  package static func applyAdam(
    _ w: Tensor, _ m: Tensor, _ v: Tensor, beta1Power: Double, beta2Power: Double, rate: Double, beta1: Double,
    beta2: Double, epsilon: Double, _ g: Tensor, nesterov: Bool
  ) throws {
    let dtype = w.dtype
    try update(
      "applyAdam", w, [m, v], g,
      AdamUpdate(
        beta1Power: rounded(beta1Power, dtype), beta2Power: rounded(beta2Power, dtype), rate: rounded(rate, dtype),
        beta1: rounded(beta1, dtype), beta2: rounded(beta2, dtype), epsilon: rounded(epsilon, dtype),
        nesterov: nesterov))
  }

  package static func applyAdagrad(
    _ w: Tensor, _ a: Tensor, rate: Double, epsilon: Double?, _ g: Tensor, updateSlots: Bool
  ) throws {
    try update(
      "applyAdagrad", w, [a], g,
      AdagradUpdate(
        rate: rounded(rate, w.dtype), epsilon: epsilon.map { rounded($0, w.dtype) }, updateSlots: updateSlots))
  }

  package static func applyRMSProp(
    _ w: Tensor, _ r: Tensor, _ mom: Tensor, rate: Double, rho: Double, momentum: Double, epsilon: Double, _ g: Tensor
  ) throws {
    try update("applyRMSProp", w, [r, mom], g, rmsProp(w.dtype, rate, rho, momentum, epsilon, isCentered: false))
  }

  package static func applyCenteredRMSProp(
    _ w: Tensor, _ mg: Tensor, _ r: Tensor, _ mom: Tensor, rate: Double, rho: Double, momentum: Double,
    epsilon: Double, _ g: Tensor
  ) throws {
    try update(
      "applyCenteredRMSProp", w, [r, mom, mg], g, rmsProp(w.dtype, rate, rho, momentum, epsilon, isCentered: true))
  }

  private static func rmsProp(
    _ dtype: DType, _ rate: Double, _ rho: Double, _ momentum: Double, _ epsilon: Double, isCentered: Bool
  ) -> RMSPropUpdate {
    RMSPropUpdate(
      rate: rounded(rate, dtype), rho: rounded(rho, dtype), momentum: rounded(momentum, dtype),
      epsilon: rounded(epsilon, dtype), isCentered: isCentered)
  }

  package static func applyAdadelta(
    _ w: Tensor, _ accumulator: Tensor, _ accumulatedUpdate: Tensor, rate: Double, rho: Double, epsilon: Double,
    _ g: Tensor
  ) throws {
    try update(
      "applyAdadelta", w, [accumulator, accumulatedUpdate], g,
      AdadeltaUpdate(rate: rounded(rate, w.dtype), rho: rounded(rho, w.dtype), epsilon: rounded(epsilon, w.dtype)))
  }

  package static func applyFtrl(
    _ w: Tensor, _ accumulator: Tensor, _ linear: Tensor, _ g: Tensor, rate: Double, l1: Double, l2: Double,
    l2Shrinkage: Double, ratePower: Double
  ) throws {
    let dtype = w.dtype
    try update(
      "applyFtrl", w, [accumulator, linear], g,
      FtrlUpdate(
        rate: rounded(rate, dtype), l1: rounded(l1, dtype), l2: rounded(l2, dtype),
        l2Shrinkage: rounded(l2Shrinkage, dtype), ratePower: rounded(ratePower, dtype)))
  }
}
