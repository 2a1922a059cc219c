import EngineCore

/// The scalars of an optimizer's update of one element; the tensors' elements come beside it.
protocol ElementUpdate {
  /// `slots` points to the variable's element and its slots' elements.
  func apply<Value: FloatNumber>(_ g: Value, _ w: inout Value, _ s1: inout Value, _ s2: inout Value, _ s3: inout Value)
}

extension PlainKernels {
  /// Runs an update over all elements; absent slots are nil.
  static func update(
    _ name: String, _ w: Tensor, _ slots: [Tensor], _ g: Tensor, _ update: some ElementUpdate
  ) throws {
    try dispatch(floating: w.dtype, name, UpdateLoop(w: w, slots: slots, g: g, update: update))
  }
}

private struct UpdateLoop<Update: ElementUpdate>: FloatLoop {
  let w: Tensor
  let slots: [Tensor]
  let g: Tensor
  let update: Update

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    let (variable, gradient) = (w.elements(type), g.elements(type))
    let s1 = slots.count > 0 ? slots[0].elements(type) : nil
    let s2 = slots.count > 1 ? slots[1].elements(type) : nil
    let s3 = slots.count > 2 ? slots[2].elements(type) : nil
    for i in 0..<w.elementCount {
      var value = variable[i].value
      var (v1, v2, v3) = (s1?[i].value ?? 0, s2?[i].value ?? 0, s3?[i].value ?? 0)
      update.apply(gradient[i].value, &value, &v1, &v2, &v3)
      variable[i] = Element(value: value)
      s1?[i] = Element(value: v1)
      s2?[i] = Element(value: v2)
      s3?[i] = Element(value: v3)
    }
  }
}

struct GradientDescentUpdate: ElementUpdate {
  let rate: Double
  func apply<V: FloatNumber>(_ g: V, _ w: inout V, _ s1: inout V, _ s2: inout V, _ s3: inout V) { w -= V(rate) * g }
}

struct MomentumUpdate: ElementUpdate {
  let rate: Double
  let momentum: Double
  let nesterov: Bool
  func apply<V: FloatNumber>(_ g: V, _ w: inout V, _ a: inout V, _ s2: inout V, _ s3: inout V) {
    a = a * V(momentum) + g
    w -= nesterov ? g * V(rate) + a * V(momentum) * V(rate) : a * V(rate)
  }
}

struct AdamUpdate: ElementUpdate {
  let (beta1Power, beta2Power, rate, beta1, beta2, epsilon): (Double, Double, Double, Double, Double, Double)
  let nesterov: Bool
  func apply<V: FloatNumber>(_ g: V, _ w: inout V, _ m: inout V, _ v: inout V, _ s3: inout V) {
    let alpha = V(rate) * (1 - V(beta2Power)).squareRoot() / (1 - V(beta1Power))
    m += (g - m) * (1 - V(beta1))
    v += (g * g - v) * (1 - V(beta2))
    let direction = nesterov ? g * (1 - V(beta1)) + V(beta1) * m : m
    w -= direction * alpha / (v.squareRoot() + V(epsilon))
  }
}

struct AdagradUpdate: ElementUpdate {
  let rate: Double
  let epsilon: Double?
  let updateSlots: Bool
  func apply<V: FloatNumber>(_ g: V, _ w: inout V, _ a: inout V, _ s2: inout V, _ s3: inout V) {
    if updateSlots { a += g * g }
    if let epsilon {
      w -= g * V(rate) / (a.squareRoot() + V(epsilon))
    } else {
      w -= g * V(rate) / a.squareRoot()
    }
  }
}

struct RMSPropUpdate: ElementUpdate {
  let (rate, rho, momentum, epsilon): (Double, Double, Double, Double)
  let isCentered: Bool
  func apply<V: FloatNumber>(_ g: V, _ w: inout V, _ r: inout V, _ mom: inout V, _ mg: inout V) {
    r += (g * g - r) * (1 - V(rho))
    var denominator = r + V(epsilon)
    if isCentered {
      mg += (g - mg) * (1 - V(rho))
      denominator = r - mg * mg + V(epsilon)
    }
    mom = mom * V(momentum) + g * V(rate) / denominator.squareRoot()
    w -= mom
  }
}

struct AdadeltaUpdate: ElementUpdate {
  let (rate, rho, epsilon): (Double, Double, Double)
  func apply<V: FloatNumber>(_ g: V, _ w: inout V, _ a: inout V, _ d: inout V, _ s3: inout V) {
    a = a * V(rho) + g * g * (1 - V(rho))
    let update = (d + V(epsilon)).squareRoot() / (a + V(epsilon)).squareRoot() * g
    w -= update * V(rate)
    d = d * V(rho) + update * update * (1 - V(rho))
  }
}

struct FtrlUpdate: ElementUpdate {
  let (rate, l1, l2, l2Shrinkage, ratePower): (Double, Double, Double, Double, Double)
  func apply<V: FloatNumber>(_ g: V, _ w: inout V, _ a: inout V, _ linear: inout V, _ s3: inout V) {
    let shrunk = g + 2 * V(l2Shrinkage) * w
    let accumulated = a + g * g
    let power: (V) -> V = { V(ratePower) == -0.5 ? $0.squareRoot() : V.power($0, -V(ratePower)) }
    linear += shrunk - (power(accumulated) - power(a)) / V(rate) * w
    let quadratic = power(accumulated) / V(rate) + 2 * V(l2)
    let threshold = V(l1)
    w = linear.magnitude > threshold ? ((linear > 0 ? threshold : -threshold) - linear) / quadratic : 0
    a = accumulated
  }
}
