import EngineCore

extension PlainKernels {
  package static func conv2D(_ x: Tensor, _ filter: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    try dispatch(
      floating: x.dtype, "conv2D",
      Convolution(kind: .forward, input: x.shape, filter: filter.shape, window: window, x: x, w: filter, y: y))
  }

  package static func conv2DBackpropInput(
    _ filter: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dx: Tensor
  ) throws {
    try dispatch(
      floating: dy.dtype, "conv2DBackpropInput",
      Convolution(kind: .input, input: dx.shape, filter: filter.shape, window: window, x: dx, w: filter, y: dy))
  }

  package static func conv2DBackpropFilter(
    _ x: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dFilter: Tensor
  ) throws {
    try dispatch(
      floating: dy.dtype, "conv2DBackpropFilter",
      Convolution(kind: .filter, input: x.shape, filter: dFilter.shape, window: window, x: x, w: dFilter, y: dy))
  }

  package static func depthwiseConv2D(
    _ x: Tensor, _ filter: Tensor, _ window: WindowGeometry, into y: Tensor
  ) throws {
    try dispatch(
      floating: x.dtype, "depthwiseConv2D",
      Convolution(
        kind: .forward, input: x.shape, depthwise: filter.shape, window: window, x: x, w: filter, y: y))
  }

  package static func depthwiseConv2DBackpropInput(
    _ filter: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dx: Tensor
  ) throws {
    try dispatch(
      floating: dy.dtype, "depthwiseConv2DBackpropInput",
      Convolution(kind: .input, input: dx.shape, depthwise: filter.shape, window: window, x: dx, w: filter, y: dy))
  }

  package static func depthwiseConv2DBackpropFilter(
    _ x: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dFilter: Tensor
  ) throws {
    try dispatch(
      floating: dy.dtype, "depthwiseConv2DBackpropFilter",
      Convolution(kind: .filter, input: x.shape, depthwise: dFilter.shape, window: window, x: x, w: dFilter, y: dy))
  }
}

/// A convolution or one of its gradients: all three are sums over the same triples of input, filter and output element.
private struct Convolution: FloatLoop {
  enum Kind { case forward, input, filter }
  let kind: Kind
  let (batch, height, width, channels): (Int, Int, Int, Int)
  /// Input channels and filters of one group.
  let (groupInputs, groupOutputs): (Int, Int)
  // A filter element is at `((r·columns + c)·groupInputs + channel)·outputs + f`, in depthwise filters too.
  let outputs: Int
  let window: WindowGeometry
  let x: Tensor
  let w: Tensor
  let y: Tensor

  init(
    kind: Kind, input: [Int], filter: [Int], window: WindowGeometry, x: Tensor, w: Tensor, y: Tensor
  ) {
    self.kind = kind
    (batch, height, width, channels) = (input[0], input[1], input[2], input[3])
    groupInputs = filter[2]
    outputs = filter[3]
    let groups = filter[2] == 0 ? 1 : max(1, input[3] / filter[2])
    groupOutputs = filter[3] / groups
    self.window = window
    self.x = x
    self.w = w
    self.y = y
  }

  init(
    kind: Kind, input: [Int], depthwise filter: [Int], window: WindowGeometry, x: Tensor, w: Tensor, y: Tensor
  ) {
    self.kind = kind
    (batch, height, width, channels) = (input[0], input[1], input[2], input[3])
    groupInputs = 1
    groupOutputs = filter[3]
    outputs = filter[2] * filter[3]
    self.window = window
    self.x = x
    self.w = w
    self.y = y
  }

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    let (input, filter, output) = (x.elements(type), w.elements(type), y.elements(type))
    typealias Accumulator = Element.Value.Accumulator
    let target = kind == .forward ? y : kind == .input ? x : w
    var sums = [Accumulator](repeating: .zero, count: target.elementCount)
    let groups = groupOutputs == 0 ? 0 : outputs / groupOutputs
    for n in 0..<batch {
      for i in 0..<window.outputHeight {
        for j in 0..<window.outputWidth {
          let outputBase = ((n * window.outputHeight + i) * window.outputWidth + j) * outputs
          for r in 0..<window.height {
            let row = i * window.strideHeight + r * window.dilationHeight - window.padTop
            if row < 0 || row >= height { continue }
            for c in 0..<window.width {
              let column = j * window.strideWidth + c * window.dilationWidth - window.padLeft
              if column < 0 || column >= width { continue }
              let inputBase = ((n * height + row) * width + column) * channels
              let filterBase = (r * window.width + c) * groupInputs * outputs
              for group in 0..<groups {
                for channel in 0..<groupInputs {
                  let inputIndex = inputBase + group * groupInputs + channel
                  for f in 0..<groupOutputs {
                    let outputIndex = outputBase + group * groupOutputs + f
                    let filterIndex = filterBase + channel * outputs + group * groupOutputs + f
                    switch kind {
                    case .forward:
                      sums[outputIndex] = sums[outputIndex].plus(
                        input[inputIndex].value.accumulator.times(filter[filterIndex].value.accumulator))
                    case .input:
                      sums[inputIndex] = sums[inputIndex].plus(
                        output[outputIndex].value.accumulator.times(filter[filterIndex].value.accumulator))
                    case .filter:
                      sums[filterIndex] = sums[filterIndex].plus(
                        output[outputIndex].value.accumulator.times(input[inputIndex].value.accumulator))
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    let elements = target.elements(type)
    for i in 0..<sums.count { elements[i] = Element(value: Element.Value(accumulator: sums[i])) }
  }
}
