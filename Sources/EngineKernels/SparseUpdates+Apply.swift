import EngineCore

/// An optimizer's update with its numbers, for dense gradients and for rows. Numbers are rounded to the variable's type
/// first, as TensorFlow's scalar inputs are.
public enum OptimizerUpdate: Sendable {
  case momentum(rate: Double, momentum: Double, nesterov: Bool)
  case kerasMomentum(rate: Double, momentum: Double, nesterov: Bool)
  case adagrad(rate: Double, epsilon: Double?, updateSlots: Bool)
  case adagradDA(rate: Double, l1: Double, l2: Double, step: Double)
  case adadelta(rate: Double, rho: Double, epsilon: Double)
  case rmsProp(rate: Double, rho: Double, momentum: Double, epsilon: Double)
  case centeredRMSProp(rate: Double, rho: Double, momentum: Double, epsilon: Double)
  case ftrl(
    rate: Double, l1: Double, l2: Double, l2Shrinkage: Double, ratePower: Double, multiplyLinearByRate: Bool)
  case proximalAdagrad(rate: Double, l1: Double, l2: Double)
  case proximalGradientDescent(rate: Double, l1: Double, l2: Double)
  case adaMax(beta1Power: Double, rate: Double, beta1: Double, beta2: Double, epsilon: Double)
  case amsgrad(
    beta1Power: Double, beta2Power: Double, rate: Double, beta1: Double, beta2: Double, epsilon: Double)
}

extension Kernels {
  /// Applies an update to a variable and its slots in place.
  ///
  /// - Parameters:
  ///   - slots: those of the update's rule, at most three, each of w's shape and type.
  ///   - g: the gradient, w's shape; with `rows` one row for each of them, applied one after the other.
  ///   - rows: row numbers of w, in range; `nil` for a dense gradient.
  /// **Types**: floating.
  public static func applyUpdate(
    _ update: OptimizerUpdate, _ w: Tensor, slots: [Tensor], _ g: Tensor, rows: [Int]? = nil
  ) throws {
    if case .adagrad(let rate, let epsilon, let updateSlots) = update, let rows, w.dtype == .float32, slots.count == 1 {
      adagradRows(w, slots[0], g, rows, rate: Float(rate), epsilon: Float(epsilon ?? 0), updateSlots)
      return
    }
    switch w.dtype {
    case .float32: run(update, w.elements(Float.self), slots, g, rows, w)
    case .float64: run(update, w.elements(Double.self), slots, g, rows, w)
    case .float16: run(update, w.elements(Half.self), slots, g, rows, w)
    case .bfloat16: run(update, w.elements(BFloat16.self), slots, g, rows, w)
    default: throw unsupported("optimizer update", w.dtype)
    }
  }

  /// Rows of Adagrad, which embeddings are mostly trained with, by the kernel for whole variables.
  private static func adagradRows(
    _ w: Tensor, _ a: Tensor, _ g: Tensor, _ rows: [Int], rate: Float, epsilon: Float, _ updateSlots: Bool
  ) {
    let width = rowSize(w)
    let (values, sums, gradients) = (w.elements(Float.self), a.elements(Float.self), g.elements(Float.self))
    let kernel = table.float.adagrad
    for (index, row) in rows.enumerated() {
      let at = row * width
      if width == 1 {
        if updateSlots { sums[at] += gradients[index] * gradients[index] }
        values[at] -= rate * gradients[index] / (sums[at].squareRoot() + epsilon)
      } else {
        kernel(width, values + at, sums + at, gradients + index * width, rate, epsilon, updateSlots)
      }
    }
  }

  @inline(__always)
  private static func run<T: StoredReal>(
    _ update: OptimizerUpdate, _ pointer: UnsafeMutablePointer<T>, _ slots: [Tensor], _ g: Tensor, _ rows: [Int]?,
    _ w: Tensor
  ) {
    func round(_ value: Double) -> T.Real { T(real: T.Real(value)).real }
    func go<Rule: UpdateRule>(_ rule: Rule) where Rule.Real == T.Real {
      loop(rule, pointer, slots, g.elements(T.self), rows, count: w.elementCount, width: rowSize(w))
    }
    switch update {
    case .momentum(let rate, let momentum, let nesterov):
      go(MomentumRule(rate: round(rate), momentum: round(momentum), nesterov: nesterov))
    case .kerasMomentum(let rate, let momentum, let nesterov):
      go(KerasMomentumRule(rate: round(rate), momentum: round(momentum), nesterov: nesterov))
    case .adagrad(let rate, let epsilon, let updateSlots):
      go(AdagradRule(rate: round(rate), epsilon: epsilon.map(round), updateSlots: updateSlots))
    case .adagradDA(let rate, let l1, let l2, let step):
      go(AdagradDARule(rate: round(rate), l1: round(l1), l2: round(l2), step: round(step)))
    case .adadelta(let rate, let rho, let epsilon):
      go(AdadeltaRule(rate: round(rate), rho: round(rho), epsilon: round(epsilon)))
    case .rmsProp(let rate, let rho, let momentum, let epsilon):
      go(RMSPropRule(rate: round(rate), rho: round(rho), momentum: round(momentum), epsilon: round(epsilon)))
    case .centeredRMSProp(let rate, let rho, let momentum, let epsilon):
      go(CenteredRMSPropRule(rate: round(rate), rho: round(rho), momentum: round(momentum), epsilon: round(epsilon)))
    case .ftrl(let rate, let l1, let l2, let l2Shrinkage, let ratePower, let multiply):
      go(
        FtrlRule(
          rate: round(rate), l1: round(l1), l2: round(l2), l2Shrinkage: round(l2Shrinkage),
          ratePower: round(ratePower), multiplyLinearByRate: multiply))
    case .proximalAdagrad(let rate, let l1, let l2):
      go(ProximalAdagradRule(rate: round(rate), l1: round(l1), l2: round(l2)))
    case .proximalGradientDescent(let rate, let l1, let l2):
      go(ProximalGradientDescentRule(rate: round(rate), l1: round(l1), l2: round(l2)))
    case .adaMax(let beta1Power, let rate, let beta1, let beta2, let epsilon):
      go(
        AdaMaxRule(
          correctedRate: round(rate) / (1 - round(beta1Power)), beta1: round(beta1), beta2: round(beta2),
          epsilon: round(epsilon)))
    case .amsgrad(let beta1Power, let beta2Power, let rate, let beta1, let beta2, let epsilon):
      go(
        AmsgradRule(
          correctedRate: round(rate) * (1 - round(beta2Power)).squareRoot() / (1 - round(beta1Power)),
          beta1: round(beta1), beta2: round(beta2), epsilon: round(epsilon)))
    }
  }

  @inline(__always)
  private static func loop<T: StoredReal, Rule: UpdateRule>(
    _ rule: Rule, _ w: UnsafeMutablePointer<T>, _ slots: [Tensor], _ g: UnsafeMutablePointer<T>, _ rows: [Int]?,
    count: Int, width: Int
  ) where Rule.Real == T.Real {
    let a = slots.count > 0 ? slots[0].elements(T.self) : nil
    let b = slots.count > 1 ? slots[1].elements(T.self) : nil
    let c = slots.count > 2 ? slots[2].elements(T.self) : nil
    @inline(__always) func element(_ at: Int, _ gradient: T) {
      var value = w[at].real
      var first = a?[at].real ?? 0
      var second = b?[at].real ?? 0
      var third = c?[at].real ?? 0
      rule.apply(&value, &first, &second, &third, gradient.real)
      w[at] = T(real: value)
      if let a { a[at] = T(real: first) }
      if let b { b[at] = T(real: second) }
      if let c { c[at] = T(real: third) }
    }
    if let rows {
      // In order: a row may come up twice, and then the second update sees the first.
      for (index, row) in rows.enumerated() {
        for column in 0..<width { element(row * width + column, g[index * width + column]) }
      }
      return
    }
    let chunk = 16_384
    ThreadPool.shared.parallelFor((count + chunk - 1) / chunk, nanosecondsEach: 20_000) { task in
      for at in (task * chunk)..<min((task + 1) * chunk, count) { element(at, g[at]) }
    }
  }
}
