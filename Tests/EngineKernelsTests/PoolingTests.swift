import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct PoolingTests {
    private func compare(
      _ dtype: DType, _ shape: [Int], _ what: String, units: Double, _ plain: (Tensor) throws -> Void,
      _ fast: (Tensor) throws -> Void
    ) throws {
      let expected = try Tensor(uninitialized: dtype, shape: shape)
      try plain(expected)
      let actual = try expectSameWithThreads(what) {
        let y = try Tensor(uninitialized: dtype, shape: shape)
        try fast(y)
        return y
      }
      try expectClose(actual, expected, units: units, scale: 1, "\(dtype) \(what) \(shape)")
    }

    @Test(arguments: [DType.float32, .float64, .float16, .int32])
    func poolsAgree(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 10)
      for (input, size, stride, isSame) in [
        ([2, 8, 8, 5], 2, 2, true), ([1, 7, 9, 3], 3, 2, true), ([2, 7, 9, 17], 3, 1, false),
        ([0, 4, 4, 2], 2, 2, true),
        ([3, 28, 28, 32], 2, 2, true),
      ] as [([Int], Int, Int, Bool)] {
        let test = KernelTests.ConvolutionTests.Case(
          input: input, filter: [size, size, 1, 1], stride: stride, isSame: isSame)
        let window = test.window
        let output = [input[0], window.outputHeight, window.outputWidth, input[3]]
        let x = try numbers.tensor(dtype, input)
        let dy = try numbers.tensor(dtype, output)
        let y = try Tensor(uninitialized: dtype, shape: output)
        try Kernels.maxPool(x, window, into: y)
        try compare(dtype, output, "maxPool", units: 0) {
          try PlainKernels.maxPool(x, window, into: $0)
        } _: {
          try Kernels.maxPool(x, window, into: $0)
        }
        try compare(dtype, input, "maxPoolGrad", units: 1) {
          try PlainKernels.maxPoolGrad(x, y, dy, window, into: $0)
        } _: {
          try Kernels.maxPoolGrad(x, y, dy, window, into: $0)
        }
        if dtype.isInteger { continue }
        try compare(dtype, output, "averagePool", units: 4) {
          try PlainKernels.averagePool(x, window, into: $0)
        } _: {
          try Kernels.averagePool(x, window, into: $0)
        }
        try compare(dtype, input, "averagePoolGrad", units: 4) {
          try PlainKernels.averagePoolGrad(dy, window, into: $0)
        } _: {
          try Kernels.averagePoolGrad(dy, window, into: $0)
        }
      }
    }

    @Test func notANumber() throws {
      let x = try Tensor(uninitialized: .float32, shape: [1, 2, 2, 1])
      let window = WindowGeometry(
        height: 2, width: 2, strideHeight: 2, strideWidth: 2, padTop: 0, padLeft: 0, outputHeight: 1, outputWidth: 1)
      let y = try Tensor(uninitialized: .float32, shape: [1, 1, 1, 1])
      let dy = try Tensor(scalar: Float(1)).reshaped([1, 1, 1, 1])
      let dx = try Tensor(uninitialized: .float32, shape: [1, 2, 2, 1])
      for (values, largest, place) in [
        ([.nan, 1, 2, 3], 3, 0), ([1, .nan, 2, 3], 3, 3),
        ([.nan, .nan, .nan, .nan], -Float.greatestFiniteMagnitude, 0),
      ] as [([Float], Float, Int)] {
        for i in 0..<4 { x.elements(Float.self)[i] = values[i] }
        try Kernels.maxPool(x, window, into: y)
        #expect(try y.scalars(Float.self) == [largest])
        try Kernels.maxPoolGrad(x, y, dy, window, into: dx)
        #expect(try dx.scalars(Float.self) == (0..<4).map { $0 == place ? 1 : 0 })
      }
    }

    @Test(arguments: [DType.float32, .float64, .bfloat16])
    func depthwiseConvolutionsAgree(_ dtype: DType) throws {
      var numbers = TestNumbers(seed: 11)
      for (input, multiplier, stride, dilation) in [
        ([2, 7, 6, 4], 1, 1, 1), ([1, 8, 8, 3], 2, 2, 1), ([2, 9, 9, 9], 1, 1, 2),
      ] as [([Int], Int, Int, Int)] {
        let filter = [3, 3, input[3], multiplier]
        let test = KernelTests.ConvolutionTests.Case(input: input, filter: filter, stride: stride, dilation: dilation)
        let window = test.window
        let output = [input[0], window.outputHeight, window.outputWidth, input[3] * multiplier]
        let x = try numbers.tensor(dtype, input)
        let w = try numbers.tensor(dtype, filter)
        let dy = try numbers.tensor(dtype, output)
        try compare(dtype, output, "depthwise", units: 16) {
          try PlainKernels.depthwiseConv2D(x, w, window, into: $0)
        } _: {
          try Kernels.depthwiseConv2D(x, w, window, into: $0)
        }
        try compare(dtype, input, "depthwise input", units: 16) {
          try PlainKernels.depthwiseConv2DBackpropInput(w, dy, window, into: $0)
        } _: {
          try Kernels.depthwiseConv2DBackpropInput(w, dy, window, into: $0)
        }
        try compare(dtype, filter, "depthwise filter", units: 64) {
          try PlainKernels.depthwiseConv2DBackpropFilter(x, dy, window, into: $0)
        } _: {
          try Kernels.depthwiseConv2DBackpropFilter(x, dy, window, into: $0)
        }
      }
    }
  }
}
