import EngineCore

extension PlainKernels {
  package static func maxPool(_ x: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    try dispatch(real: x.dtype, "maxPool", MaxPool(x: x, window: window, y: y))
  }

  package static func maxPoolGrad(
    _ x: Tensor, _ y: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dx: Tensor
  ) throws {
    try dispatch(real: x.dtype, "maxPoolGrad", MaxPoolGrad(x: x, dy: dy, window: window, dx: dx))
  }

  package static func averagePool(_ x: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    try dispatch(floating: x.dtype, "averagePool", AveragePool(x: x, window: window, y: y))
  }

  package static func averagePoolGrad(_ dy: Tensor, _ window: WindowGeometry, into dx: Tensor) throws {
    try dispatch(floating: dy.dtype, "averagePoolGrad", AveragePoolGrad(dy: dy, window: window, dx: dx))
  }
}

extension WindowGeometry {
  /// The part of the window of output row `i` inside an input of `height` rows, as filter rows.
  @inline(__always)
  func rows(_ i: Int, _ height: Int) -> Range<Int> {
    WindowGeometry.inside(i * strideHeight - padTop, self.height, dilationHeight, height)
  }

  @inline(__always)
  func columns(_ j: Int, _ width: Int) -> Range<Int> {
    WindowGeometry.inside(j * strideWidth - padLeft, self.width, dilationWidth, width)
  }

  @inline(__always)
  private static func inside(_ start: Int, _ size: Int, _ dilation: Int, _ limit: Int) -> Range<Int> {
    let low = start >= 0 ? 0 : (dilation - 1 - start) / dilation
    let beyond = limit - start
    let high = beyond <= 0 ? 0 : min(size, (beyond + dilation - 1) / dilation)
    return low..<max(low, high)
  }

  /// Calls `body` for every output position with its index and the range of the window inside the input.
  @inline(__always)
  func forEachOutput(
    _ batch: Int, _ height: Int, _ width: Int, _ body: (_ position: Int, _ inputs: WindowInputs) -> Void
  ) {
    var position = 0
    for n in 0..<batch {
      for i in 0..<outputHeight {
        for j in 0..<outputWidth {
          body(
            position,
            WindowInputs(
              base: n * height * width, row: i * strideHeight - padTop, column: j * strideWidth - padLeft,
              rows: rows(i, height), columns: columns(j, width), width: width, dilationHeight: dilationHeight,
              dilationWidth: dilationWidth))
          position += 1
        }
      }
    }
  }
}

/// The input positions that one output position sees.
struct WindowInputs {
  let base: Int
  let row: Int
  let column: Int
  let rows: Range<Int>
  let columns: Range<Int>
  let width: Int
  let dilationHeight: Int
  let dilationWidth: Int
  var count: Int { rows.count * columns.count }

  @inline(__always)
  func forEach(_ body: (Int) -> Void) {
    for r in rows {
      let line = base + (row + r * dilationHeight) * width + column
      for c in columns { body(line + c * dilationWidth) }
    }
  }
}

private struct MaxPool: RealLoop {
  let x: Tensor
  let window: WindowGeometry
  let y: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    let (source, target) = (x.elements(type), y.elements(type))
    let channels = x.shape[3]
    window.forEachOutput(x.shape[0], x.shape[1], x.shape[2]) { position, inputs in
      for channel in 0..<channels {
        // As in TensorFlow, NaN never wins, and nothing is less than the lowest finite number.
        var best = Element.Value.lowestFinite
        inputs.forEach {
          let value = source[$0 * channels + channel].value
          if value > best { best = value }
        }
        target[position * channels + channel] = Element(value: best)
      }
    }
  }
}

private struct MaxPoolGrad: RealLoop {
  let x: Tensor
  let dy: Tensor
  let window: WindowGeometry
  let dx: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    let (source, gradient, target) = (x.elements(type), dy.elements(type), dx.elements(type))
    let channels = x.shape[3]
    var sums = [Element.Value](repeating: .zero, count: dx.elementCount)
    window.forEachOutput(x.shape[0], x.shape[1], x.shape[2]) { position, inputs in
      for channel in 0..<channels {
        var best = -1
        inputs.forEach {
          let index = $0 * channels + channel
          if best < 0 || source[index].value > source[best].value { best = index }
        }
        if best >= 0 { sums[best] = sums[best].plus(gradient[position * channels + channel].value) }
      }
    }
    for i in 0..<sums.count { target[i] = Element(value: sums[i]) }
  }
}

private struct AveragePool: FloatLoop {
  let x: Tensor
  let window: WindowGeometry
  let y: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    let (source, target) = (x.elements(type), y.elements(type))
    let channels = x.shape[3]
    window.forEachOutput(x.shape[0], x.shape[1], x.shape[2]) { position, inputs in
      for channel in 0..<channels {
        var sum = 0.0
        inputs.forEach { sum += Double(source[$0 * channels + channel].value) }
        target[position * channels + channel] = Element(value: Element.Value(sum / Double(inputs.count)))
      }
    }
  }
}

private struct AveragePoolGrad: FloatLoop {
  let dy: Tensor
  let window: WindowGeometry
  let dx: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    let (gradient, target) = (dy.elements(type), dx.elements(type))
    let channels = dx.shape[3]
    var sums = [Double](repeating: 0, count: dx.elementCount)
    window.forEachOutput(dx.shape[0], dx.shape[1], dx.shape[2]) { position, inputs in
      let share = 1 / Double(inputs.count)
      for channel in 0..<channels {
        let part = Double(gradient[position * channels + channel].value) * share
        inputs.forEach { sums[$0 * channels + channel] += part }
      }
    }
    for i in 0..<sums.count { target[i] = Element(value: Element.Value(sums[i])) }
  }
}
