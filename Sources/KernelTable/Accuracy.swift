extension UnaryOperation {
  /// The largest error of a float32 or float64 result, in units in the last place of the exact one.
  ///
  /// **Numerics**: 0 stands for the correctly rounded result. Holds at every CPU level and over the whole range of the
  /// function; subnormal results may be off by as many units of the smallest subnormal number. float16 and bfloat16
  /// results are those of float32, rounded. Functions that come from the C library have its errors.
  public var unitsInTheLastPlace: Double {
    switch self {
    case .negate, .abs, .sign, .square, .sqrt, .reciprocal, .relu, .relu6, .floor, .ceil, .rint, .logicalNot, .invert: 0
    case .rsqrt, .softsign: 1.5
    case .exp, .log: 2
    case .log1p, .tanh, .sigmoid: 3
    case .expm1, .softplus, .elu: 4
    case .selu: 5
    case .erf: 8
    case .sin, .cos, .tan, .asin, .acos, .atan, .asinh, .acosh, .atanh, .sinh, .cosh: 2
    case .erfc, .lgamma: 8
    case .digamma: 16
    }
  }
}

extension BinaryOperation {
  /// The largest difference from the formula computed step by step in the operands' type, in units in the last place.
  public var unitsInTheLastPlace: Double {
    switch self {
    case .softplusGrad: 4
    default: 0
    }
  }
}
