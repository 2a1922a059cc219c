import EngineCore
import EngineKernels
import Testing

extension KernelTests {
  @Suite struct PlainKernelsTests {
    private func tensor<Element: TensorElement>(_ values: [Element], _ shape: [Int]) throws -> Tensor {
      let result = try Tensor(uninitialized: Element.dtype, shape: shape)
      for (i, value) in values.enumerated() { result.elements(Element.self)[i] = value }
      return result
    }

    @Test func broadcastAddition() throws {
      let a = try tensor([1, 2, 3] as [Float], [3, 1])
      let b = try tensor([10, 20] as [Float], [2])
      let z = try Tensor(uninitialized: .float32, shape: [3, 2])
      try PlainKernels.binary(.add, a, b, into: z)
      #expect(try z.scalars(Float.self) == [11, 21, 12, 22, 13, 23])
    }

    @Test func integerDivisionFollowsTheDivisor() throws {
      let a = try tensor([7, -7, 7, -7, 0] as [Int32], [5])
      let b = try tensor([2, 2, -2, -2, 3] as [Int32], [5])
      let z = try Tensor(uninitialized: .int32, shape: [5])
      try PlainKernels.binary(.floorMod, a, b, into: z)
      #expect(try z.scalars(Int32.self) == [1, 1, -1, -1, 0])
      try PlainKernels.binary(.floorDivide, a, b, into: z)
      #expect(try z.scalars(Int32.self) == [3, -4, -4, 3, 0])
      #expect(throws: EngineError.self) { try PlainKernels.binary(.floorMod, a, try tensor([Int32(0)], []), into: z) }
      let low = try tensor([Int32.min], [])
      let quotient = try Tensor(uninitialized: .int32, shape: [])
      try PlainKernels.binary(.truncateDivide, low, try tensor([Int32(-1)], []), into: quotient)
      #expect(try quotient.scalars(Int32.self) == [.min])
    }

    @Test func matrixProductsOfAllOrientations() throws {
      // a = [[1, 2, 3], [4, 5, 6]], b = [[1, 0], [0, 1], [1, 1]]
      let expected: [Double] = [4, 5, 10, 11]
      let (a, aT) = (try tensor([1, 2, 3, 4, 5, 6.0], [2, 3]), try tensor([1, 4, 2, 5, 3, 6.0], [3, 2]))
      let (b, bT) = (try tensor([1, 0, 0, 1, 1, 1.0], [3, 2]), try tensor([1, 0, 1, 0, 1, 1.0], [2, 3]))
      for (left, transposeA) in [(a, false), (aT, true)] {
        for (right, transposeB) in [(b, false), (bT, true)] {
          let c = try Tensor(uninitialized: .float64, shape: [2, 2])
          try PlainKernels.matmul(left, right, transposeA: transposeA, transposeB: transposeB, into: c)
          #expect(try c.scalars(Double.self) == expected)
        }
      }
    }

    @Test func reductionsOverNothing() throws {
      let x = try Tensor(uninitialized: .float32, shape: [0, 3])
      let y = try Tensor(uninitialized: .float32, shape: [3])
      try PlainKernels.reduce(.sum, x, axes: [0], into: y)
      #expect(try y.scalars(Float.self) == [0, 0, 0])
      try PlainKernels.reduce(.maximum, x, axes: [0], into: y)
      #expect(try y.scalars(Float.self) == [-.infinity, -.infinity, -.infinity])
      try PlainKernels.reduce(.mean, x, axes: [0], into: y)
      #expect(try y.scalars(Float.self).allSatisfy { $0.isNaN })
    }

    @Test func castsFollowTheProcessor() throws {
      let x = try tensor([.nan, .infinity, 3e9, -3e9, 300.7, -1.5] as [Float], [6])
      let y = try Tensor(uninitialized: .int32, shape: [6])
      try PlainKernels.cast(x, into: y)
      #expect(try y.scalars(Int32.self) == [.min, .min, .min, .min, 300, -1])
      let z = try Tensor(uninitialized: .uint8, shape: [6])
      try PlainKernels.cast(x, into: z)
      #expect(try z.scalars(UInt8.self) == [0, 0, 0, 0, 44, 255])
    }

    @Test func maxPoolingIgnoresNaN() throws {
      let x = try tensor([.nan, 1, 2, 3] as [Float], [1, 2, 2, 1])
      let window = WindowGeometry(
        height: 2, width: 2, strideHeight: 2, strideWidth: 2, padTop: 0, padLeft: 0, outputHeight: 1, outputWidth: 1)
      let y = try Tensor(uninitialized: .float32, shape: [1, 1, 1, 1])
      try PlainKernels.maxPool(x, window, into: y)
      #expect(try y.scalars(Float.self) == [3])
      let dx = try Tensor(uninitialized: .float32, shape: [1, 2, 2, 1])
      try PlainKernels.maxPoolGrad(x, y, try tensor([Float(1)], [1, 1, 1, 1]), window, into: dx)
      #expect(try dx.scalars(Float.self) == [1, 0, 0, 0])
    }

    @Test func complexArithmetic() throws {
      // (1 + 2i) and (3 − i)
      let a = try Tensor(uninitialized: .complex128, shape: [1])
      let b = try Tensor(uninitialized: .complex128, shape: [])
      func parts(_ tensor: Tensor) -> [Double] {
        let values = tensor.pointer.assumingMemoryBound(to: Double.self)
        return [values[0], values[1]]
      }
      func set(_ tensor: Tensor, _ real: Double, _ imaginary: Double) {
        let values = tensor.pointer.assumingMemoryBound(to: Double.self)
        (values[0], values[1]) = (real, imaginary)
      }
      set(a, 1, 2)
      set(b, 3, -1)
      let z = try Tensor(uninitialized: .complex128, shape: [1])
      try Kernels.binary(.add, a, b, into: z)
      #expect(parts(z) == [4, 1])
      try Kernels.binary(.multiply, a, b, into: z)
      #expect(parts(z) == [5, 5])
      try Kernels.binary(.divide, z, b, into: z)
      #expect(abs(parts(z)[0] - 1) < 1e-15 && abs(parts(z)[1] - 2) < 1e-15)
      try Kernels.unary(.negate, a, into: z)
      #expect(parts(z) == [-1, -2])
      let sum = try Tensor(uninitialized: .complex128, shape: [])
      try Kernels.reduce(.sum, a, axes: [0], into: sum)
      #expect(parts(sum) == [1, 2])
      let equal = try Tensor(uninitialized: .bool, shape: [1])
      try Kernels.compare(.equal, a, a, into: equal)
      #expect(try equal.scalars(Bool.self) == [true])
      #expect(throws: EngineError.self) { try Kernels.binary(.maximum, a, b, into: z) }
      let single = try Tensor(uninitialized: .complex64, shape: [1])
      try Kernels.cast(a, into: single)
      try Kernels.cast(single, into: z)
      #expect(parts(z) == [1, 2])
    }
  }
}
