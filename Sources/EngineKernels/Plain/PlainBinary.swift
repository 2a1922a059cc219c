import EngineCore

extension PlainKernels {
  package static func binary(_ operation: BinaryOperation, _ a: Tensor, _ b: Tensor, into z: Tensor) throws {
    if a.dtype == .complex64 { return try ComplexLoops<Float>().binary(operation, a, b, z) }
    if a.dtype == .complex128 { return try ComplexLoops<Double>().binary(operation, a, b, z) }
    var name: String { "\(operation)" }
    switch operation {
    case .add, .subtract, .multiply, .maximum, .minimum, .squaredDifference, .truncateMod, .floorMod, .floorDivide,
      .truncateDivide, .divide, .power, .reluGrad, .relu6Grad, .multiplyNoNan, .divideNoNan:
      if a.dtype.isInteger {
        try dispatch(integer: a.dtype, name, IntegerBinary(operation: operation, a: a, b: b, z: z))
      } else {
        try dispatch(floating: a.dtype, name, FloatBinary(operation: operation, a: a, b: b, z: z))
      }
    case .logicalAnd, .logicalOr:
      guard a.dtype == .bool else { throw Kernels.unsupported(name, a.dtype) }
      zip(UInt8.self, UInt8.self, a, b, z) { operation == .logicalAnd ? $0 & $1 : $0 | $1 }
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor, .leftShift, .rightShift:
      try dispatch(integer: a.dtype, name, IntegerBinary(operation: operation, a: a, b: b, z: z))
    default:
      try dispatch(floating: a.dtype, name, FloatBinary(operation: operation, a: a, b: b, z: z))
    }
  }

  /// The loop over a broadcast pair.
  @inline(__always)
  static func zip<Element: TensorElement, Result: TensorElement>(
    _ type: Element.Type, _ resultType: Result.Type, _ a: Tensor, _ b: Tensor, _ z: Tensor,
    _ function: (Element, Element) -> Result
  ) {
    let (left, right, target) = (a.elements(type), b.elements(type), z.elements(resultType))
    if z.elementCount == 0 { return }
    if a.shape == b.shape {
      for i in 0..<z.elementCount { target[i] = function(left[i], right[i]) }
      return
    }
    let plan = BroadcastPlan(output: z.shape, inputs: [a.shape, b.shape])
    let (leftStep, rightStep, length) = (plan.step(0), plan.step(1), plan.rowLength)
    var index = 0
    for row in 0..<plan.rowCount {
      let leftRow = left + plan.offset(0, row: row)
      let rightRow = right + plan.offset(1, row: row)
      for i in 0..<length {
        target[index] = function(leftRow[i * leftStep], rightRow[i * rightStep])
        index += 1
      }
    }
  }

  @inline(__always)
  static func zipValues<Element: RealElement>(
    _ type: Element.Type, _ a: Tensor, _ b: Tensor, _ z: Tensor,
    _ function: (Element.Value, Element.Value) -> Element.Value
  ) {
    zip(type, type, a, b, z) { Element(value: function($0.value, $1.value)) }
  }
}

private struct IntegerBinary: IntegerLoop {
  let operation: BinaryOperation
  let a: Tensor
  let b: Tensor
  let z: Tensor

  func run<Element: IntegerElement>(_ type: Element.Type) throws {
    switch operation {
    case .truncateDivide, .divide, .floorDivide, .floorMod, .truncateMod:
      let divisors = b.elements(type)
      if z.elementCount > 0, (0..<b.elementCount).contains(where: { divisors[$0] == 0 }) {
        throw EngineError.invalidArgument("Integer division by zero")
      }
    case .power where Element.isSigned:
      let exponents = b.elements(type)
      if z.elementCount > 0, (0..<b.elementCount).contains(where: { exponents[$0] < 0 }) {
        throw EngineError.invalidArgument("Integers to negative integer powers are not allowed")
      }
    default: break
    }
    switch operation {
    case .add: PlainKernels.zip(type, type, a, b, z) { $0 &+ $1 }
    case .subtract: PlainKernels.zip(type, type, a, b, z) { $0 &- $1 }
    case .multiply: PlainKernels.zip(type, type, a, b, z) { $0 &* $1 }
    case .maximum: PlainKernels.zip(type, type, a, b, z) { $0 < $1 ? $1 : $0 }
    case .minimum: PlainKernels.zip(type, type, a, b, z) { $1 < $0 ? $1 : $0 }
    case .squaredDifference:
      PlainKernels.zip(type, type, a, b, z) {
        let difference = $0 &- $1
        return difference &* difference
      }
    case .truncateDivide, .divide: PlainKernels.zip(type, type, a, b, z) { $0.over($1) }
    case .divideNoNan: PlainKernels.zip(type, type, a, b, z) { $1 == 0 ? 0 : $0.over($1) }
    case .multiplyNoNan: PlainKernels.zip(type, type, a, b, z) { $0 &* $1 }
    case .truncateMod: PlainKernels.zip(type, type, a, b, z) { $0.truncatedRemainder($1) }
    case .floorDivide:
      PlainKernels.zip(type, type, a, b, z) {
        let remainder = $0.truncatedRemainder($1)
        let quotient = $0.over($1)
        return remainder != 0 && (remainder < 0) != ($1 < 0) ? quotient &- 1 : quotient
      }
    case .floorMod:
      PlainKernels.zip(type, type, a, b, z) {
        let remainder = $0.truncatedRemainder($1)
        return remainder != 0 && (remainder < 0) != ($1 < 0) ? remainder &+ $1 : remainder
      }
    case .power: PlainKernels.zip(type, type, a, b, z) { wholePower($0, $1) }
    case .bitwiseAnd: PlainKernels.zip(type, type, a, b, z) { $0 & $1 }
    case .bitwiseOr: PlainKernels.zip(type, type, a, b, z) { $0 | $1 }
    case .bitwiseXor: PlainKernels.zip(type, type, a, b, z) { $0 ^ $1 }
    // Amounts beyond the width are those nearest to them.
    case .leftShift: PlainKernels.zip(type, type, a, b, z) { $0 &<< shiftAmount($1) }
    case .rightShift: PlainKernels.zip(type, type, a, b, z) { $0 &>> shiftAmount($1) }
    case .reluGrad: PlainKernels.zip(type, type, a, b, z) { $1 > 0 ? $0 : 0 }
    case .relu6Grad: PlainKernels.zip(type, type, a, b, z) { $1 > 0 && $1 < 6 ? $0 : 0 }
    default: throw Kernels.unsupported("\(operation)", a.dtype)
    }
  }

  @inline(__always)
  private func shiftAmount<Element: IntegerElement>(_ amount: Element) -> Element {
    amount < 0
      ? 0
      : amount > Element(truncatingIfNeeded: Element.bitWidth - 1)
        ? Element(truncatingIfNeeded: Element.bitWidth - 1) : amount
  }

  private func wholePower<Element: IntegerElement>(_ base: Element, _ exponent: Element) -> Element {
    var (result, square, rest) = (Element.one, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* square }
      square = square &* square
      rest >>= 1
    }
    return result
  }
}

private struct FloatBinary: FloatLoop {
  let operation: BinaryOperation
  let a: Tensor
  let b: Tensor
  let z: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    switch operation {
    case .add: PlainKernels.zipValues(type, a, b, z) { $0 + $1 }
    case .subtract: PlainKernels.zipValues(type, a, b, z) { $0 - $1 }
    case .multiply: PlainKernels.zipValues(type, a, b, z) { $0 * $1 }
    case .divide: PlainKernels.zipValues(type, a, b, z) { $0 / $1 }
    case .truncateDivide: PlainKernels.zipValues(type, a, b, z) { ($0 / $1).rounded(.towardZero) }
    case .floorDivide: PlainKernels.zipValues(type, a, b, z) { ($0 / $1).rounded(.down) }
    case .truncateMod: PlainKernels.zipValues(type, a, b, z) { $0.truncatedRemainder($1) }
    case .floorMod:
      PlainKernels.zipValues(type, a, b, z) {
        let remainder = $0.truncatedRemainder($1)
        return remainder != 0 && (remainder < 0) != ($1 < 0) ? remainder + $1 : remainder
      }
    case .power: PlainKernels.zipValues(type, a, b, z) { Value.power($0, $1) }
    case .maximum: PlainKernels.zipValues(type, a, b, z) { $0 > $1 || $0.isNotANumber ? $0 : $1 }
    case .minimum: PlainKernels.zipValues(type, a, b, z) { $0 < $1 || $0.isNotANumber ? $0 : $1 }
    case .squaredDifference: PlainKernels.zipValues(type, a, b, z) { ($0 - $1) * ($0 - $1) }
    case .divideNoNan: PlainKernels.zipValues(type, a, b, z) { $1 == 0 ? 0 : $0 / $1 }
    case .multiplyNoNan: PlainKernels.zipValues(type, a, b, z) { $1 == 0 ? 0 : $0 * $1 }
    case .atan2: PlainKernels.zipValues(type, a, b, z) { Value.arcTangent($0, $1) }
    case .xdivy: PlainKernels.zipValues(type, a, b, z) { $0 == 0 ? 0 : $0 / $1 }
    case .xlogy: PlainKernels.zipValues(type, a, b, z) { $0 == 0 ? 0 : $0 * $1.logarithm }
    case .xlog1py: PlainKernels.zipValues(type, a, b, z) { $0 == 0 ? 0 : $0 * $1.logarithmOnePlus }
    case .tanhGrad: PlainKernels.zipValues(type, a, b, z) { $1 * (1 - $0 * $0) }
    case .sigmoidGrad: PlainKernels.zipValues(type, a, b, z) { $1 * $0 * (1 - $0) }
    case .sqrtGrad: PlainKernels.zipValues(type, a, b, z) { 0.5 * $1 / $0 }
    case .rsqrtGrad: PlainKernels.zipValues(type, a, b, z) { -0.5 * ($1 * $0) * ($0 * $0) }
    case .reciprocalGrad: PlainKernels.zipValues(type, a, b, z) { -$1 * $0 * $0 }
    case .reluGrad: PlainKernels.zipValues(type, a, b, z) { $1 > 0 ? $0 : $0 * 0 }
    case .relu6Grad: PlainKernels.zipValues(type, a, b, z) { $1 > 0 && $1 < 6 ? $0 : $0 * 0 }
    case .softplusGrad: PlainKernels.zipValues(type, a, b, z) { $0 / (1 + (-$1).exponential) }
    case .softsignGrad:
      PlainKernels.zipValues(type, a, b, z) {
        let denominator = 1 + $1.magnitude
        return $0 / (denominator * denominator)
      }
    case .eluGrad: PlainKernels.zipValues(type, a, b, z) { $1 < 0 ? $0 * ($1 + 1) : $0 }
    case .seluGrad:
      let scale = Value(seluScale)
      let scaledAlpha = Value(seluScaledAlpha)
      PlainKernels.zipValues(type, a, b, z) { $1 < 0 ? $0 * ($1 + scaledAlpha) : $0 * scale }
    default: throw Kernels.unsupported("\(operation)", a.dtype)
    }
  }
}
