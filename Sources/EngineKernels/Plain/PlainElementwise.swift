import EngineCore

extension PlainKernels {
  package static func leakyRelu(_ x: Tensor, alpha: Float, into y: Tensor) throws {
    try dispatch(floating: x.dtype, "leakyRelu", LeakyRelu(x: x, alpha: alpha, y: y))
  }

  package static func leakyReluGrad(_ dy: Tensor, _ x: Tensor, alpha: Float, into dx: Tensor) throws {
    try dispatch(floating: x.dtype, "leakyReluGrad", LeakyReluGrad(dy: dy, x: x, alpha: alpha, dx: dx))
  }

  package static func compare(_ operation: ComparisonOperation, _ a: Tensor, _ b: Tensor, into z: Tensor) throws {
    switch a.dtype {
    case .string: compareStrings(operation, a, b, z)
    case .complex64: try ComplexLoops<Float>().compare(operation, a, b, z)
    case .complex128: try ComplexLoops<Double>().compare(operation, a, b, z)
    case .bool: try Comparison(operation: operation, a: a, b: b, z: z).run(UInt8.self)
    default: try dispatch(real: a.dtype, "\(operation)", Comparison(operation: operation, a: a, b: b, z: z))
    }
  }

  private static func compareStrings(_ operation: ComparisonOperation, _ a: Tensor, _ b: Tensor, _ z: Tensor) {
    let (left, right, target) = (a.strings, b.strings, z.elements(Bool.self))
    if z.elementCount == 0 { return }
    let plan = BroadcastPlan(output: z.shape, inputs: [a.shape, b.shape])
    var index = 0
    for row in 0..<plan.rowCount {
      let (leftStart, rightStart) = (plan.offset(0, row: row), plan.offset(1, row: row))
      for i in 0..<plan.rowLength {
        let (l, r) = (left[leftStart + i * plan.step(0)], right[rightStart + i * plan.step(1)])
        target[index] =
          switch operation {
          case .equal: l == r
          case .notEqual: l != r
          case .less: l.lexicographicallyPrecedes(r)
          case .lessEqual: !r.lexicographicallyPrecedes(l)
          case .greater: r.lexicographicallyPrecedes(l)
          case .greaterEqual: !l.lexicographicallyPrecedes(r)
          }
        index += 1
      }
    }
  }

  package static func test(_ test: FloatTest, _ x: Tensor, into y: Tensor) throws {
    try dispatch(floating: x.dtype, "\(test)", Test(test: test, x: x, y: y))
  }

  package static func addN(_ xs: [Tensor], into z: Tensor) throws {
    if z.dtype == .complex64 { return ComplexLoops<Float>().addN(xs, z) }
    if z.dtype == .complex128 { return ComplexLoops<Double>().addN(xs, z) }
    try dispatch(real: z.dtype, "addN", Addition(xs: xs, z: z))
  }
}

private struct LeakyRelu: FloatLoop {
  let x: Tensor
  let alpha: Float
  let y: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    let slope = Element.Value(alpha)
    PlainKernels.map(type, x, y) { $0 > 0 ? $0 : slope * $0 }
  }
}

private struct LeakyReluGrad: FloatLoop {
  let dy: Tensor
  let x: Tensor
  let alpha: Float
  let dx: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    let slope = Element.Value(alpha)
    PlainKernels.zipValues(type, dy, x, dx) { $1 > 0 ? $0 : slope * $0 }
  }
}

private struct Comparison: RealLoop {
  let operation: ComparisonOperation
  let a: Tensor
  let b: Tensor
  let z: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    switch operation {
    case .equal: PlainKernels.zip(type, Bool.self, a, b, z) { $0.value == $1.value }
    case .notEqual: PlainKernels.zip(type, Bool.self, a, b, z) { $0.value != $1.value }
    case .less: PlainKernels.zip(type, Bool.self, a, b, z) { $0.value < $1.value }
    case .lessEqual: PlainKernels.zip(type, Bool.self, a, b, z) { $0.value <= $1.value }
    case .greater: PlainKernels.zip(type, Bool.self, a, b, z) { $0.value > $1.value }
    case .greaterEqual: PlainKernels.zip(type, Bool.self, a, b, z) { $0.value >= $1.value }
    }
  }
}

private struct Test: FloatLoop {
  let test: FloatTest
  let x: Tensor
  let y: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    let (source, target) = (x.elements(type), y.elements(Bool.self))
    for i in 0..<x.elementCount {
      let value = source[i].value
      target[i] =
        switch test {
        case .isNan: value != value
        case .isInfinite: value.magnitude == .infinity
        case .isFinite: value.magnitude < .infinity
        }
    }
  }
}

private struct Addition: RealLoop {
  let xs: [Tensor]
  let z: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    let target = z.elements(type)
    for i in 0..<z.elementCount {
      var sum = Element.Value.zero
      for (position, x) in xs.enumerated() {
        let value = x.elements(type)[i].value
        sum = position == 0 ? value : sum.plus(value)
      }
      target[i] = Element(value: sum)
    }
  }
}
