import EngineCore
import EngineKernels
import Testing

extension KernelTests {
  @Suite struct ConvolutionTests {
    struct Case: Sendable {
      var input: [Int]
      var filter: [Int]
      var stride = 1
      var dilation = 1
      var isSame = true

      /// As TensorFlow pads.
      var window: WindowGeometry {
        func axis(_ size: Int, _ window: Int) -> (output: Int, before: Int) {
          let reach = (window - 1) * dilation + 1
          if !isSame { return (max(0, (size - reach + stride) / stride), 0) }
          let output = (size + stride - 1) / stride
          return (output, max(0, (output - 1) * stride + reach - size) / 2)
        }
        let (rows, columns) = (axis(input[1], filter[0]), axis(input[2], filter[1]))
        return WindowGeometry(
          height: filter[0], width: filter[1], strideHeight: stride, strideWidth: stride, dilationHeight: dilation,
          dilationWidth: dilation, padTop: rows.before, padLeft: columns.before, outputHeight: rows.output,
          outputWidth: columns.output)
      }
    }

    static let cases: [Case] = [
      Case(input: [1, 1, 1, 1], filter: [1, 1, 1, 1]),
      Case(input: [2, 5, 5, 1], filter: [3, 3, 1, 4]),
      Case(input: [2, 9, 7, 3], filter: [5, 5, 3, 17]),
      Case(input: [2, 9, 7, 3], filter: [5, 3, 3, 16], isSame: false),
      Case(input: [3, 8, 8, 16], filter: [1, 1, 16, 33]),
      Case(input: [2, 11, 10, 4], filter: [3, 3, 4, 8], stride: 2),
      Case(input: [2, 11, 10, 4], filter: [2, 2, 4, 5], stride: 3, isSame: false),
      Case(input: [1, 12, 12, 3], filter: [3, 3, 3, 6], dilation: 2),
      Case(input: [2, 12, 12, 3], filter: [3, 3, 3, 6], stride: 2, dilation: 3),
      Case(input: [2, 6, 6, 8], filter: [3, 3, 4, 6]),
      Case(input: [3, 20, 20, 1], filter: [5, 5, 1, 32]),
      Case(input: [2, 9, 9, 32], filter: [5, 5, 32, 64]),
      Case(input: [1, 3, 3, 40], filter: [5, 5, 40, 3]),
      Case(input: [0, 3, 3, 2], filter: [2, 2, 2, 3]),
      Case(input: [2, 3, 3, 2], filter: [5, 5, 2, 3], isSame: false),
    ]

    private func check(
      _ dtype: DType, _ shape: [Int], depth: Int, _ what: String, _ plain: (Tensor) throws -> Void,
      _ fast: (Tensor) throws -> Void
    ) throws {
      let expected = try Tensor(uninitialized: dtype, shape: shape)
      try plain(expected)
      try atEveryLevel {
        let actual = try expectSameWithThreads(what) {
          let y = try Tensor(uninitialized: dtype, shape: shape)
          try fast(y)
          return y
        }
        let isHalf = dtype == .float16 || dtype == .bfloat16
        let scale = isHalf ? 4.0 : Double(max(1, depth)).squareRoot() * 2
        try expectClose(actual, expected, units: isHalf ? 1 : 4 + Double(depth) / 2, scale: scale, "\(dtype) \(what)")
      }
    }

    @Test(arguments: cases, [DType.float32, .float64])
    func agreesWithTheDefinition(_ test: Case, _ dtype: DType) throws { try run(test, dtype) }

    @Test(arguments: [DType.float16, .bfloat16])
    func halfPrecision(_ dtype: DType) throws {
      try run(Self.cases[1], dtype)
      try run(Self.cases[5], dtype)
    }

    private func run(_ test: Case, _ dtype: DType) throws {
      var numbers = TestNumbers(seed: 42)
      let window = test.window
      let outputShape = [test.input[0], window.outputHeight, window.outputWidth, test.filter[3]]
      let x = try numbers.tensor(dtype, test.input)
      let w = try numbers.tensor(dtype, test.filter)
      let dy = try numbers.tensor(dtype, outputShape)
      let depth = test.filter[0] * test.filter[1] * test.filter[2]
      try check(
        dtype, outputShape, depth: depth, "conv2D \(test)", { try PlainKernels.conv2D(x, w, window, into: $0) },
        { try Kernels.conv2D(x, w, window, into: $0) })
      try check(
        dtype, test.input, depth: test.filter[0] * test.filter[1] * test.filter[3], "conv2DBackpropInput \(test)",
        { try PlainKernels.conv2DBackpropInput(w, dy, window, into: $0) },
        { try Kernels.conv2DBackpropInput(w, dy, window, into: $0) })
      try check(
        dtype, test.filter, depth: outputShape[0] * outputShape[1] * outputShape[2], "conv2DBackpropFilter \(test)",
        { try PlainKernels.conv2DBackpropFilter(x, dy, window, into: $0) },
        { try Kernels.conv2DBackpropFilter(x, dy, window, into: $0) })
    }
  }
}
