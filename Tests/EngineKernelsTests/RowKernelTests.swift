import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct RowKernelTests {
    static let reductions: [(shape: [Int], axes: [Int], result: [Int])] = [
      ([], [], []), ([1], [0], []), ([5], [0], []), ([5], [], [5]), ([40_000], [0], []), ([7, 9], [0], [9]),
      ([7, 9], [1], [7]), ([7, 9], [0, 1], []), ([3, 4, 5], [0, 2], [4]), ([3, 4, 5], [1], [3, 5]),
      ([2, 3, 4, 5], [1, 3], [2, 4]), ([3000, 10], [0], [10]), ([10, 3000], [1], [10]), ([2, 9000, 3], [1], [2, 3]),
      ([2, 1, 20_000], [2], [2, 1]), ([0, 3], [0], [3]), ([3, 0], [0], [0]), ([3, 0], [1], [3]),
    ]

    @Test(arguments: [DType.float32, .float64, .float16, .int32, .int64])
    func reductionsAgree(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 5)
      for operation in [ReductionOperation.sum, .mean, .product, .maximum, .minimum] {
        for (shape, axes, result) in Self.reductions {
          let x = try numbers.tensor(dtype, shape, 0.5, 1.5)
          let expected = try Tensor(uninitialized: dtype, shape: result)
          try PlainKernels.reduce(operation, x, axes: axes, into: expected)
          try atEveryLevel {
            let y = try expectSameWithThreads("\(operation)") {
              let y = try Tensor(uninitialized: dtype, shape: result)
              try Kernels.reduce(operation, x, axes: axes, into: y)
              return y
            }
            // Tiles keep the error of sums of positive numbers small.
            try expectClose(y, expected, units: 16, "\(dtype) \(operation) \(shape) \(axes)")
          }
        }
      }
    }

    @Test func extremaFindNaN() throws {
      for length in [2, 3, 9, 17, 40] {
        for place in 0..<length {
          let x = try Tensor(uninitialized: .float32, shape: [length])
          for i in 0..<length { x.elements(Float.self)[i] = i == place ? .nan : Float(i) }
          try atEveryLevel {
            for operation in [ReductionOperation.maximum, .minimum] {
              let y = try Tensor(uninitialized: .float32, shape: [])
              try Kernels.reduce(operation, x, axes: [0], into: y)
              #expect(try y.scalars(Float.self)[0].isNaN)
              let column = try Tensor(uninitialized: .float32, shape: [1])
              try Kernels.reduce(operation, try x.reshaped([length, 1]), axes: [0], into: column)
              #expect(try column.scalars(Float.self)[0].isNaN)
            }
            let best = try Tensor(uninitialized: .int64, shape: [])
            try Kernels.argReduce(x, axis: 0, largest: true, into: best)
            #expect(try best.scalars(Int64.self) == [Int64(place == length - 1 ? length - 2 : length - 1)])
          }
        }
      }
    }

    @Test(arguments: [DType.float32, .float64, .float16])
    func softmaxAgrees(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 6)
      for shape in [[1, 1], [3, 10], [2, 3, 7], [5, 8], [4, 33], [600, 17], [0, 4], [4, 1000]] {
        let x = try numbers.tensor(dtype, shape, -8, 8)
        for isLogarithmic in [false, true] {
          let expected = try Tensor(uninitialized: dtype, shape: shape)
          if isLogarithmic {
            try PlainKernels.logSoftmax(x, into: expected)
          } else {
            try PlainKernels.softmax(x, into: expected)
          }
          try atEveryLevel {
            let y = try expectSameWithThreads("softmax") {
              let y = try Tensor(uninitialized: dtype, shape: shape)
              if isLogarithmic { try Kernels.logSoftmax(x, into: y) } else { try Kernels.softmax(x, into: y) }
              return y
            }
            // The reference adds the terms one by one, which costs it some accuracy of its own.
            let units = 6 + Double(shape[shape.count - 1]).squareRoot() / 4
            try expectClose(y, expected, units: units, scale: isLogarithmic ? 8 : 0, "\(dtype) softmax \(shape)")
          }
        }
      }
    }

    @Test(arguments: [DType.float32, .float64])
    func crossEntropiesAgree(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 7)
      for (rows, length) in [(1, 1), (4, 10), (3, 8), (500, 19), (0, 3)] {
        let logits = try numbers.tensor(dtype, [rows, length], -8, 8)
        let labels = try numbers.tensor(dtype, [rows, length], 0, 1)
        let classes = try Tensor(uninitialized: .int32, shape: [rows])
        // The last row's label is out of range.
        for row in 0..<rows { classes.elements(Int32.self)[row] = Int32(row == 3 ? length : row % length) }
        func outputs() throws -> (Tensor, Tensor) {
          (try Tensor(uninitialized: dtype, shape: [rows]), try Tensor(uninitialized: dtype, shape: [rows, length]))
        }
        let (loss, gradient) = try outputs()
        try PlainKernels.softmaxCrossEntropy(logits: logits, labels: labels, loss: loss, backprop: gradient)
        let (sparseLoss, sparseGradient) = try outputs()
        try PlainKernels.sparseSoftmaxCrossEntropy(
          logits: logits, labels: classes, loss: sparseLoss, backprop: sparseGradient)
        try atEveryLevel {
          let (l, g) = try outputs()
          try Kernels.softmaxCrossEntropy(logits: logits, labels: labels, loss: l, backprop: g)
          try expectClose(l, loss, units: 8, scale: 64, "\(dtype) loss")
          try expectClose(g, gradient, units: 8, scale: 1, "\(dtype) gradient")
          let copy = try logits.copied()
          try Kernels.sparseSoftmaxCrossEntropy(logits: copy, labels: classes, loss: l, backprop: copy)
          try expectClose(l, sparseLoss, units: 8, scale: 8, "\(dtype) sparse loss")
          try expectClose(copy, sparseGradient, units: 8, scale: 1, "\(dtype) sparse gradient")
        }
      }
    }

    @Test func squaredNorms() throws {
      var numbers = TestNumbers(seed: 8)
      for dtype in [DType.float32, .float64, .float16] {
        for count in [0, 1, 13, 30_000] {
          let x = try numbers.tensor(dtype, [count], -0.1, 0.1)
          let expected = try Tensor(uninitialized: dtype, shape: [])
          try PlainKernels.l2Loss(x, into: expected)
          try atEveryLevel {
            let y = try Tensor(uninitialized: dtype, shape: [])
            try Kernels.l2Loss(x, into: y)
            try expectClose(y, expected, units: 16 + Double(count).squareRoot() / 4, "\(dtype) l2Loss \(count)")
          }
        }
      }
    }
  }
}
