import EngineCore

/// The geometry of a two-dimensional window over NHWC data: sizes, steps and the zeros around the input.
public struct WindowGeometry: Sendable, Hashable {
  public var height: Int
  public var width: Int
  public var strideHeight: Int
  public var strideWidth: Int
  public var dilationHeight = 1
  public var dilationWidth = 1
  public var padTop: Int
  public var padLeft: Int
  public var outputHeight: Int
  public var outputWidth: Int

  public init(
    height: Int, width: Int, strideHeight: Int, strideWidth: Int, dilationHeight: Int = 1, dilationWidth: Int = 1,
    padTop: Int, padLeft: Int, outputHeight: Int, outputWidth: Int
  ) {
    self.height = height
    self.width = width
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
  }
}

extension Kernels {
  /// `y[n, i, j, f] = Σ x[n, i·s + r·d − pad, j·s + c·d − pad, ch]·w[r, c, ch, f]`.
  /// `x: [n, h, w, c]`, `filter: [r, c, in, out]`, `y: [n, oh, ow, out]`. Groups: `in` may divide the input's channels.
  /// **Types**: floating.
  public static func conv2D(_ x: Tensor, _ filter: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    if y.elementCount == 0 { return }
    let isWhole = filter.shape[2] == x.shape[3] && x.elementCount > 0 && filter.elementCount > 0
    switch x.dtype {
    case .float32 where isWhole:
      try PatchConvolution(table.floatGemm, input: x.shape, outputs: filter.shape[3], window).forward(
        x.elements(), MatrixView(pointer: UnsafePointer(filter.elements()), row: filter.shape[3], column: 1),
        y.elements())
    case .float64 where isWhole:
      try PatchConvolution(table.doubleGemm, input: x.shape, outputs: filter.shape[3], window).forward(
        x.elements(), MatrixView(pointer: UnsafePointer(filter.elements()), row: filter.shape[3], column: 1),
        y.elements())
    case .float16, .bfloat16:
      try throughFloat([x, filter], y) { try conv2D($0[0], $0[1], window, into: $1) }
    default: try PlainKernels.conv2D(x, filter, window, into: y)
    }
  }

  /// The gradient of ``conv2D`` with respect to its input; `dx` has the input's shape.
  public static func conv2DBackpropInput(
    _ filter: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dx: Tensor
  ) throws {
    if dx.elementCount == 0 { return }
    let isWhole = filter.shape[2] == dx.shape[3] && dy.elementCount > 0 && filter.elementCount > 0
    switch dy.dtype {
    case .float32 where isWhole:
      try PatchConvolution(table.floatGemm, input: dx.shape, outputs: filter.shape[3], window).inputGradient(
        filter.elements(), dy.elements(), dx.elements())
    case .float64 where isWhole:
      try PatchConvolution(table.doubleGemm, input: dx.shape, outputs: filter.shape[3], window).inputGradient(
        filter.elements(), dy.elements(), dx.elements())
    case .float16, .bfloat16:
      try throughFloat([filter, dy], dx) { try conv2DBackpropInput($0[0], $0[1], window, into: $1) }
    default: try PlainKernels.conv2DBackpropInput(filter, dy, window, into: dx)
    }
  }

  /// The gradient of ``conv2D`` with respect to its filter.
  public static func conv2DBackpropFilter(
    _ x: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dFilter: Tensor
  ) throws {
    if dFilter.elementCount == 0 { return }
    let isWhole = dFilter.shape[2] == x.shape[3] && dy.elementCount > 0 && x.elementCount > 0
    switch dy.dtype {
    case .float32 where isWhole:
      try PatchConvolution(table.floatGemm, input: x.shape, outputs: dFilter.shape[3], window).filterGradient(
        x.elements(), dy.elements(), dFilter.elements())
    case .float64 where isWhole:
      try PatchConvolution(table.doubleGemm, input: x.shape, outputs: dFilter.shape[3], window).filterGradient(
        x.elements(), dy.elements(), dFilter.elements())
    case .float16, .bfloat16:
      try throughFloat([x, dy], dFilter) { try conv2DBackpropFilter($0[0], $0[1], window, into: $1) }
    default: try PlainKernels.conv2DBackpropFilter(x, dy, window, into: dFilter)
    }
  }

  /// `filter: [r, c, in, multiplier]`, `y: [n, oh, ow, in·multiplier]`.
  public static func depthwiseConv2D(_ x: Tensor, _ filter: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    switch x.dtype {
    case .float32:
      DepthwiseConvolution(table.floatGemm, x.shape, filter.shape[3], window).forward(
        x.elements(), filter.elements(), y.elements())
    case .float64:
      DepthwiseConvolution(table.doubleGemm, x.shape, filter.shape[3], window).forward(
        x.elements(), filter.elements(), y.elements())
    case .float16, .bfloat16: try throughFloat([x, filter], y) { try depthwiseConv2D($0[0], $0[1], window, into: $1) }
    default: throw unsupported("depthwiseConv2D", x.dtype)
    }
  }
  public static func depthwiseConv2DBackpropInput(
    _ filter: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dx: Tensor
  ) throws {
    switch dy.dtype {
    case .float32:
      DepthwiseConvolution(table.floatGemm, dx.shape, filter.shape[3], window).inputGradient(
        filter.elements(), dy.elements(), dx.elements())
    case .float64:
      DepthwiseConvolution(table.doubleGemm, dx.shape, filter.shape[3], window).inputGradient(
        filter.elements(), dy.elements(), dx.elements())
    case .float16, .bfloat16:
      try throughFloat([filter, dy], dx) { try depthwiseConv2DBackpropInput($0[0], $0[1], window, into: $1) }
    default: throw unsupported("depthwiseConv2DBackpropInput", dy.dtype)
    }
  }
  public static func depthwiseConv2DBackpropFilter(
    _ x: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dFilter: Tensor
  ) throws {
    switch dy.dtype {
    case .float32:
      DepthwiseConvolution(table.floatGemm, x.shape, dFilter.shape[3], window).filterGradient(
        x.elements(), dy.elements(), dFilter.elements())
    case .float64:
      DepthwiseConvolution(table.doubleGemm, x.shape, dFilter.shape[3], window).filterGradient(
        x.elements(), dy.elements(), dFilter.elements())
    case .float16, .bfloat16:
      try throughFloat([x, dy], dFilter) { try depthwiseConv2DBackpropFilter($0[0], $0[1], window, into: $1) }
    default: throw unsupported("depthwiseConv2DBackpropFilter", dy.dtype)
    }
  }

  /// The largest element of each window; padding never wins. NHWC. **Types**: real numbers.
  public static func maxPool(_ x: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    switch x.dtype {
    case .float32: VectorPooling<Float>(x.shape, window).maximum(x.elements(), y.elements())
    case .float64: VectorPooling<Double>(x.shape, window).maximum(x.elements(), y.elements())
    default: try PlainKernels.maxPool(x, window, into: y)
    }
  }

  /// Each window's gradient goes to the first of its largest elements.
  public static func maxPoolGrad(
    _ x: Tensor, _ y: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dx: Tensor
  ) throws {
    switch x.dtype {
    case .float32: VectorPooling<Float>(x.shape, window).maximumGradient(x.elements(), dy.elements(), dx.elements())
    case .float64: VectorPooling<Double>(x.shape, window).maximumGradient(x.elements(), dy.elements(), dx.elements())
    default: try PlainKernels.maxPoolGrad(x, y, dy, window, into: dx)
    }
  }

  /// The mean over the part of each window that lies inside the input. **Types**: floating.
  public static func averagePool(_ x: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    switch x.dtype {
    case .float32: VectorPooling<Float>(x.shape, window).average(x.elements(), y.elements())
    case .float64: VectorPooling<Double>(x.shape, window).average(x.elements(), y.elements())
    default: try PlainKernels.averagePool(x, window, into: y)
    }
  }
  public static func averagePoolGrad(_ dy: Tensor, _ window: WindowGeometry, into dx: Tensor) throws {
    switch dy.dtype {
    case .float32: VectorPooling<Float>(dx.shape, window).averageGradient(dy.elements(), dx.elements())
    case .float64: VectorPooling<Double>(dx.shape, window).averageGradient(dy.elements(), dx.elements())
    default: try PlainKernels.averagePoolGrad(dy, window, into: dx)
    }
  }
}
