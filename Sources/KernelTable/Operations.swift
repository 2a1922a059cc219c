/// An elementwise function of one number. Raw values index the level tables.
public enum UnaryOperation: UInt8, CaseIterable, Sendable {
  case negate, abs, sign, square, sqrt, rsqrt, reciprocal
  case exp, expm1, log, log1p
  case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh
  case sigmoid, softplus, softsign, relu, relu6, elu, selu
  case erf, erfc, lgamma, digamma
  case floor, ceil
  /// To the nearest whole number, ties to even.
  case rint
  /// Of booleans.
  case logicalNot
  /// Of integers' bits.
  case invert
}

/// An elementwise function of two numbers.
public enum BinaryOperation: UInt8, CaseIterable, Sendable {
  case add, subtract, multiply
  /// Of floating point numbers.
  case divide
  /// Of integers, towards zero. Division by zero is an error.
  case truncateDivide
  case floorDivide, floorMod, truncateMod
  case power, maximum, minimum, squaredDifference
  /// 0 where the divisor is 0.
  case divideNoNan
  /// 0 where the second factor is 0.
  case multiplyNoNan
  case atan2, xdivy, xlogy, xlog1py
  case logicalAnd, logicalOr
  case bitwiseAnd, bitwiseOr, bitwiseXor, leftShift, rightShift
  // Gradients; arguments are (y, dy) or (dy, x) as in TensorFlow's ops of these names.
  /// dy·(1 − y²), arguments (y, dy)
  case tanhGrad
  /// dy·y·(1 − y), arguments (y, dy)
  case sigmoidGrad
  /// dy·½/y, arguments (y, dy)
  case sqrtGrad
  /// −½·dy·y³, arguments (y, dy)
  case rsqrtGrad
  /// −dy·y², arguments (y, dy)
  case reciprocalGrad
  /// dy where x > 0, arguments (dy, x)
  case reluGrad
  /// dy where 0 < x < 6, arguments (dy, x)
  case relu6Grad
  /// dy/(1 + e⁻ˣ), arguments (dy, x)
  case softplusGrad
  /// dy/(1 + |x|)², arguments (dy, x)
  case softsignGrad
  /// dy·(y + 1) where y < 0, else dy, arguments (dy, y)
  case eluGrad
  /// dy·(y + scale·alpha) where y < 0, else dy·scale, arguments (dy, y)
  case seluGrad
}

public enum ComparisonOperation: UInt8, CaseIterable, Sendable {
  case equal, notEqual, less, lessEqual, greater, greaterEqual
}

public enum ReductionOperation: UInt8, CaseIterable, Sendable {
  case sum, mean, product, maximum, minimum
  /// Of booleans.
  case any, all
}

/// A test of one floating point number.
public enum FloatTest: UInt8, CaseIterable, Sendable {
  case isNan, isInfinite, isFinite
}
