import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct ElementwiseTests {
    /// Vectorised functions with the interval to test and the error allowed, in units in the last place.
    static let functions: [(UnaryOperation, low: Double, high: Double, units: Double)] = [
      (.negate, -5, 5, 0), (.abs, -5, 5, 0), (.sign, -5, 5, 0), (.square, -5, 5, 0), (.sqrt, 0, 100, 0),
      (.rsqrt, 0.01, 100, 1), (.reciprocal, -5, 5, 0), (.relu, -5, 5, 0), (.relu6, -5, 10, 0), (.exp, -100, 88, 2),
      (.exp, -1, 1, 2), (.expm1, -20, 80, 4), (.expm1, -0.5, 0.5, 4), (.log, 0, 1000, 2), (.log, 0.5, 2, 3),
      (.log1p, -0.99, 100, 3), (.log1p, -0.001, 0.001, 3), (.tanh, -10, 10, 3), (.tanh, -0.7, 0.7, 3),
      (.sigmoid, -80, 80, 4), (.softplus, -50, 50, 4), (.softsign, -9, 9, 1), (.elu, -10, 10, 4), (.selu, -10, 10, 5),
      (.erf, -4, 4, 8), (.erf, -0.5, 0.5, 8),
    ]

    @Test(arguments: [DType.float32, .float64])
    func vectorFunctionsKeepTheirErrors(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 1)
      for (operation, low, high, units) in Self.functions {
        let x = try numbers.tensor(dtype, [20_003], low, high)
        let expected = try Tensor(uninitialized: dtype, shape: x.shape)
        // Of the exact function, so that the reference's own error does not count.
        let exact = try Tensor(uninitialized: .float64, shape: x.shape)
        let wide = try Tensor(uninitialized: .float64, shape: x.shape)
        try PlainKernels.cast(x, into: wide)
        try PlainKernels.unary(operation, wide, into: exact)
        try PlainKernels.cast(exact, into: expected)
        try atEveryLevel {
          let y = try expectSameWithThreads("\(operation)") {
            let y = try Tensor(uninitialized: dtype, shape: x.shape)
            try Kernels.unary(operation, x, into: y)
            return y
          }
          try expectClose(y, expected, units: units + 0.5, "\(dtype) \(operation) on \(low)...\(high)")
        }
      }
    }

    @Test(arguments: [DType.float32, .float64])
    func specialNumbers(_ dtype: DType) throws {
      let special: [Double] = [
        0, -0.0, 1, -1, .infinity, -.infinity, .nan, 1e-40, -1e-40, 88.7, 89, -87.5, -100, -104, 710, -746, 3e38, 1e-45,
        0.5, 2, 6, 7, -0.34, 0.34, 0.625,
      ]
      for count in [1, 3, special.count] {
        let wide = try Tensor(uninitialized: .float64, shape: [count])
        for offset in 0..<special.count {
          for i in 0..<count { wide.elements(Double.self)[i] = special[(i + offset) % special.count] }
          let x = try Tensor(uninitialized: dtype, shape: [count])
          try PlainKernels.cast(wide, into: x)
          for (operation, _, _, _) in Self.functions {
            let expected = try Tensor(uninitialized: dtype, shape: [count])
            try PlainKernels.unary(operation, x, into: expected)
            try atEveryLevel {
              let inputs = try x.doubles
              let y = try x.copied()
              try Kernels.unary(operation, y, into: y)
              try expectClose(y, expected, units: 6, "\(dtype) \(operation) of \(inputs)")
            }
          }
        }
      }
    }

    @Test(arguments: [DType.float32, .float64, .float16, .bfloat16, .int32, .uint8, .int64])
    func everyUnaryOperationAgrees(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 2)
      for operation in UnaryOperation.allCases {
        for shape in [[], [0], [7], [3, 11]] {
          let x = try numbers.tensor(dtype, shape, 0.1, 0.9)
          let expected = try Tensor(uninitialized: dtype, shape: shape)
          do { try PlainKernels.unary(operation, x, into: expected) } catch {
            #expect(throws: EngineError.self) { try Kernels.unary(operation, x, into: expected) }
            continue
          }
          let y = try Tensor(uninitialized: dtype, shape: shape)
          try Kernels.unary(operation, x, into: y)
          try expectClose(y, expected, units: 6, "\(dtype) \(operation)")
        }
      }
    }

    static let pairs: [([Int], [Int], [Int])] = [
      ([], [], []), ([5], [5], [5]), ([0], [0], [0]), ([33], [], [33]), ([], [33], [33]), ([3, 1], [1, 4], [3, 4]),
      ([4, 1, 3], [2, 1], [4, 2, 3]), ([2, 3, 17], [17], [2, 3, 17]), ([5, 1], [5, 19], [5, 19]),
      ([200, 130], [130], [200, 130]), ([70_001], [70_001], [70_001]), ([0, 3], [3], [0, 3]),
    ]

    @Test(arguments: [DType.float32, .float64, .float16, .int32, .int8, .uint16])
    func everyBinaryOperationAgrees(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 3)
      for operation in BinaryOperation.allCases {
        for (aShape, bShape, zShape) in Self.pairs {
          let a = try numbers.tensor(dtype, aShape, dtype.isFloating ? -3 : 1, 5)
          let b = try numbers.tensor(dtype, bShape, dtype.isFloating ? -3 : 1, 5)
          let expected = try Tensor(uninitialized: dtype, shape: zShape)
          do { try PlainKernels.binary(operation, a, b, into: expected) } catch {
            #expect(throws: EngineError.self) { try Kernels.binary(operation, a, b, into: expected) }
            continue
          }
          try atEveryLevel {
            let z = try expectSameWithThreads("\(operation)") {
              let z = try Tensor(uninitialized: dtype, shape: zShape)
              try Kernels.binary(operation, a, b, into: z)
              return z
            }
            try expectClose(z, expected, units: 4, "\(dtype) \(operation) \(aShape) \(bShape)")
          }
        }
      }
    }

    @Test func extremaAndMasksPassNaNOn() throws {
      let nan = Tensor(scalar: Float.nan)
      let one = Tensor(scalar: Float(1))
      let minusOne = Tensor(scalar: Float(-1))
      let z = Tensor(scalar: Float(0))
      try atEveryLevel {
        for (a, b) in [(nan, one), (one, nan)] {
          for operation in [BinaryOperation.maximum, .minimum] {
            try Kernels.binary(operation, a, b, into: z)
            #expect(try z.scalars(Float.self)[0].isNaN)
          }
        }
        try Kernels.binary(.reluGrad, nan, minusOne, into: z)
        #expect(try z.scalars(Float.self)[0].isNaN)
        try Kernels.binary(.reluGrad, one, nan, into: z)
        #expect(try z.scalars(Float.self)[0] == 0)
        try Kernels.leakyReluGrad(one, nan, alpha: 0.25, into: z)
        #expect(try z.scalars(Float.self)[0] == 0.25)
        try Kernels.unary(.relu, nan, into: z)
        #expect(try z.scalars(Float.self)[0].isNaN)
      }
    }

    @Test func sumsOfSeveralTensors() throws {
      var numbers = TestNumbers(seed: 4)
      for dtype in [DType.float32, .float64, .int32, .float16] {
        for count in [1, 2, 5] {
          let xs = try (0..<count).map { _ in try numbers.tensor(dtype, [3, 7]) }
          let expected = try Tensor(uninitialized: dtype, shape: [3, 7])
          try PlainKernels.addN(xs, into: expected)
          try Kernels.addN(xs, into: xs[0])
          try expectClose(xs[0], expected, units: 1, "addN")
        }
      }
    }
  }
}
