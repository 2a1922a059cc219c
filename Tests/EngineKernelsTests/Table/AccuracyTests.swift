import EngineCore
import KernelTable
import Testing

@testable import EngineKernels

#if arch(x86_64)
  import Glibc
#endif

extension KernelTests {
  /// Functions against their exact values: `UnaryOperation.unitsInTheLastPlace` is what they promise.
  @Suite struct AccuracyTests {
    /// Intervals to sample, the functions' whole range and where they are delicate.
    static let intervals: [(operation: UnaryOperation, intervals: [(Double, Double)])] = [
      (.negate, [(-5, 5)]), (.abs, [(-5, 5)]), (.sign, [(-5, 5)]), (.square, [(-5, 5)]),
      (.sqrt, [(0, 100), (0, 1e-30)]),
      (.rsqrt, [(0.01, 100), (1e-30, 1e-29)]), (.reciprocal, [(-5, 5)]), (.relu, [(-5, 5)]), (.relu6, [(-5, 10)]),
      (.exp, [(-104, 89), (-1, 1), (-0.01, 0.01)]), (.expm1, [(-20, 88), (-2, 2), (-0.01, 0.01), (-1e-4, 1e-4)]),
      (.log, [(0, 1000), (0.5, 2), (0.99, 1.01), (1e-45, 1e-38)]),
      (.log1p, [(-0.9999, 100), (-0.5, 0.5), (-0.001, 0.001), (1e6, 1e9)]),
      (.tanh, [(-20, 20), (-0.7, 0.7), (-0.01, 0.01)]), (.sigmoid, [(-88, 88), (-2, 2)]),
      (.softplus, [(-80, 80), (-2, 2)]), (.softsign, [(-9, 9)]), (.elu, [(-20, 10), (-0.01, 0.01)]),
      (.selu, [(-20, 10), (-0.01, 0.01)]), (.erf, [(-6, 6), (-0.5, 0.5), (-0.01, 0.01)]), (.erfc, [(-4, 4)]),
      (.sin, [(-10, 10), (-1e4, 1e4)]), (.cos, [(-10, 10), (-1e4, 1e4)]), (.tan, [(-1.5, 1.5)]), (.asin, [(-1, 1)]),
      (.acos, [(-1, 1)]), (.atan, [(-50, 50)]), (.sinh, [(-20, 20)]), (.cosh, [(-20, 20)]), (.asinh, [(-50, 50)]),
      (.acosh, [(1, 50)]), (.atanh, [(-0.999, 0.999)]), (.lgamma, [(3, 50)]), (.digamma, [(2, 50)]),
      (.floor, [(-9, 9)]), (.ceil, [(-9, 9)]), (.rint, [(-9, 9)]),
    ]

    @Test func everyFunctionIsMeasured() {
      let measured = Set(Self.intervals.map(\.operation))
      let others = UnaryOperation.allCases.filter { !measured.contains($0) }
      #expect(others == [.logicalNot, .invert])
    }

    @Test(arguments: intervals.map(\.operation))
    func singlePrecision(_ operation: UnaryOperation) throws {
      for x in try samples(operation, .float32) {
        let wide = try Tensor(try x.doubles, shape: x.shape)
        let exact = try Tensor(uninitialized: .float64, shape: x.shape)
        try PlainKernels.unary(operation, wide, into: exact)
        let values = try exact.doubles
        try check(operation, x) { y, i in (Double(y.elements(Float.self)[i]), values[i], 0) }
      }
    }

    #if arch(x86_64)
      @Test(arguments: intervals.map(\.operation))
      func doublePrecision(_ operation: UnaryOperation) throws {
        guard let function = Self.extended(operation) else { return }
        for x in try samples(operation, .float64) {
          let exact = try x.doubles.map { function(Float80($0)) }
          try check(operation, x) { y, i in
            // The part of the exact value beyond a double counts.
            let high = Double(exact[i])
            return (y.elements(Double.self)[i], high, high.isFinite ? Double(exact[i] - Float80(high)) : 0)
          }
        }
      }

      /// The functions in extended precision.
      static func extended(_ operation: UnaryOperation) -> ((Float80) -> Float80)? {
        switch operation {
        case .negate: { -$0 }
        case .abs: { $0.magnitude }
        case .square: { $0 * $0 }
        case .sqrt: { $0.squareRoot() }
        case .rsqrt: { 1 / $0.squareRoot() }
        case .reciprocal: { 1 / $0 }
        case .exp: { exp($0) }
        case .expm1: { expm1($0) }
        case .log: { log($0) }
        case .log1p: { log1p($0) }
        case .tanh: { tanh($0) }
        case .sigmoid: { 1 / (1 + exp(-$0)) }
        case .softplus: { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }
        case .softsign: { $0 / (1 + $0.magnitude) }
        case .elu: { $0 < 0 ? expm1($0) : $0 }
        case .selu: { $0 < 0 ? Float80(seluScaledAlpha) * expm1($0) : Float80(seluScale) * $0 }
        case .erf: { erf($0) }
        case .erfc: { erfc($0) }
        case .sin: { sin($0) }
        case .cos: { cos($0) }
        case .tan: { tan($0) }
        case .asin: { asin($0) }
        case .acos: { acos($0) }
        case .atan: { atan($0) }
        case .sinh: { sinh($0) }
        case .cosh: { cosh($0) }
        case .asinh: { asinh($0) }
        case .acosh: { acosh($0) }
        case .atanh: { atanh($0) }
        default: nil
        }
      }
    #endif

    private func samples(_ operation: UnaryOperation, _ dtype: DType) throws -> [Tensor] {
      var numbers = TestNumbers(seed: UInt64(operation.rawValue) + 1)
      return try Self.intervals.first { $0.operation == operation }?.intervals.map {
        try numbers.tensor(dtype, [4001], $0.0, $0.1)
      } ?? []
    }

    /// `result` gives a value, the exact one and what was lost of that.
    private func check(
      _ operation: UnaryOperation, _ x: Tensor, _ result: (Tensor, Int) -> (Double, Double, Double)
    ) throws {
      // Half a unit is lost in rounding the exact value itself; 0 stands for exactly rounded.
      let units = operation.unitsInTheLastPlace
      try atEveryLevel {
        let y = try Tensor(garbage: x.dtype, shape: x.shape)
        try Kernels.unary(operation, x, into: y)
        var (worst, place) = (0.0, 0)
        for i in 0..<x.elementCount {
          let (value, exact, rest) = result(y, i)
          if value.isNaN && exact.isNaN || value == exact && exact.isInfinite { continue }
          let overflows = x.dtype == .float32 && Float(exact).isInfinite && !Float(value).isFinite
          if overflows { continue }
          let error = abs((value - exact) - rest) / unitInTheLastPlace(exact, x.dtype)
          if !(error <= worst) { (worst, place) = (error, i) }
        }
        let input = try x.doubles[place]
        #expect(
          worst <= max(units, 0.5001),
          "\(x.dtype) \(operation)(\(input)) at \(Kernels.levelName) is off by \(worst) units, not \(units)")
      }
    }
  }
}
