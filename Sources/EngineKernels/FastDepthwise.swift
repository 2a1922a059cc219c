import EngineCore
import KernelTable

/// Depthwise convolutions: every input channel has its own filters, `multiplier` of them.
struct DepthwiseConvolution<Scalar: FloatNumber> {
  let kernels: GemmKernels<Scalar>
  let batch: Int
  let height: Int
  let width: Int
  let channels: Int
  let multiplier: Int
  let window: WindowGeometry

  init(_ kernels: GemmKernels<Scalar>, _ shape: [Int], _ multiplier: Int, _ window: WindowGeometry) {
    self.kernels = kernels
    (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    self.multiplier = multiplier
    self.window = window
  }

  private var outputs: Int { channels * multiplier }

  /// Calls `body` with the output position, the input position and the filter position of every pair that meets.
  @inline(__always)
  private func forEachPair(
    _ lines: Range<Int>, _ body: (_ output: Int, _ input: Int, _ tap: Int) -> Void
  ) {
    for line in lines {
      let (n, i) = (line / window.outputHeight, line % window.outputHeight)
      let rows = window.rows(i, height)
      for j in 0..<window.outputWidth {
        let columns = window.columns(j, width)
        let top = i * window.strideHeight - window.padTop
        let left = j * window.strideWidth - window.padLeft
        for r in rows {
          for c in columns {
            let input = (n * height + top + r * window.dilationHeight) * width + left + c * window.dilationWidth
            body(line * window.outputWidth + j, input, r * window.width + c)
          }
        }
      }
    }
  }

  /// Calls `body` with room for the addresses of `count` pairs of rows.
  @inline(__always)
  private func withPairs(
    _ count: Int,
    _ body: (_ left: UnsafeMutablePointer<UnsafePointer<Scalar>>, _ right: UnsafeMutablePointer<UnsafePointer<Scalar>>)
      -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Scalar>.self, capacity: 2 * max(1, count)) { memory in
      guard let left = memory.baseAddress else { return }
      body(left, left + max(1, count))
    }
  }

  func forward(_ x: UnsafePointer<Scalar>, _ w: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>) {
    let lines = batch * window.outputHeight
    let lineSize = window.outputWidth * outputs
    let cost = lineSize * window.height * window.width / 12 + 20 * window.outputWidth
    ThreadPool.shared.parallelFor(lines, nanosecondsEach: cost, mayStop: true) { line in
      if multiplier == 1 { return forwardLine(line, x, w, y) }
      let target = y + line * lineSize
      for i in 0..<lineSize { target[i] = 0 }
      forEachPair(line..<line + 1) { output, input, tap in
        let (values, weights, sums) = (x + input * channels, w + tap * outputs, y + output * outputs)
        for channel in 0..<channels {
          for f in 0..<multiplier {
            sums[channel * multiplier + f] += values[channel] * weights[channel * multiplier + f]
          }
        }
      }
    }
  }

  /// A line of output when every channel has one filter: all products of a position in one sum.
  private func forwardLine(
    _ line: Int, _ x: UnsafePointer<Scalar>, _ w: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
  ) {
    let (n, i) = (line / window.outputHeight, line % window.outputHeight)
    let rows = window.rows(i, height)
    withPairs(window.height * window.width) { left, right in
      for j in 0..<window.outputWidth {
        let columns = window.columns(j, width)
        let first = n * height + i * window.strideHeight - window.padTop
        let start = j * window.strideWidth - window.padLeft
        var count = 0
        for r in rows {
          for c in columns {
            left[count] =
              x + ((first + r * window.dilationHeight) * width + start + c * window.dilationWidth) * channels
            right[count] = w + (r * window.width + c) * channels
            count += 1
          }
        }
        kernels.products(channels, count, left, right, y + (line * window.outputWidth + j) * channels)
      }
    }
  }

  func inputGradient(_ w: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>) {
    if multiplier == 1 {
      let taps = window.height * window.width / max(1, window.strideHeight * window.strideWidth) + 1
      let cost = width * (channels * taps / 12 + 20)
      ThreadPool.shared.parallelFor(batch * height, nanosecondsEach: cost, mayStop: true) {
        inputGradientLine($0, w, dy, dx)
      }
      return
    }
    let imageSize = height * width * channels
    let cost = window.outputHeight * window.outputWidth * outputs * window.height * window.width / 3 + 20
    ThreadPool.shared.parallelFor(batch, nanosecondsEach: cost, mayStop: true) { n in
      let image = dx + n * imageSize
      for i in 0..<imageSize { image[i] = 0 }
      forEachPair(n * window.outputHeight..<(n + 1) * window.outputHeight) { output, input, tap in
        let (sums, weights, gradient) = (dx + input * channels, w + tap * outputs, dy + output * outputs)
        for channel in 0..<channels {
          for f in 0..<multiplier {
            sums[channel] += gradient[channel * multiplier + f] * weights[channel * multiplier + f]
          }
        }
      }
    }
  }

  /// A line of the input's gradient when every channel has one filter: from all outputs that saw a position.
  private func inputGradientLine(
    _ line: Int, _ w: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>
  ) {
    let (n, row) = (line / height, line % height)
    withPairs(window.height * window.width) { left, right in
      for column in 0..<width {
        var count = 0
        for r in 0..<window.height {
          let y = row + window.padTop - r * window.dilationHeight
          guard y >= 0, y % window.strideHeight == 0, y / window.strideHeight < window.outputHeight else { continue }
          let outputRow = n * window.outputHeight + y / window.strideHeight
          for c in 0..<window.width {
            let x = column + window.padLeft - c * window.dilationWidth
            guard x >= 0, x % window.strideWidth == 0, x / window.strideWidth < window.outputWidth else { continue }
            left[count] = dy + (outputRow * window.outputWidth + x / window.strideWidth) * channels
            right[count] = w + (r * window.width + c) * channels
            count += 1
          }
        }
        kernels.products(channels, count, left, right, dx + (line * width + column) * channels)
      }
    }
  }

  /// The window's positions are independent of one another.
  func filterGradient(_ x: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dw: UnsafeMutablePointer<Scalar>) {
    let taps = window.height * window.width
    let cost = batch * window.outputHeight * window.outputWidth * outputs / 6 + 20
    ThreadPool.shared.parallelFor(taps, nanosecondsEach: cost, mayStop: true) { tap in
      let sums = dw + tap * outputs
      for i in 0..<outputs { sums[i] = 0 }
      if multiplier == 1 { return filterGradient(tap, x, dy, sums) }
      forEachPosition(tap) { input, output in
        let (values, gradient) = (x + input * channels, dy + output * outputs)
        for channel in 0..<channels {
          for f in 0..<multiplier {
            sums[channel * multiplier + f] += values[channel] * gradient[channel * multiplier + f]
          }
        }
      }
    }
  }

  /// One position of the window when every channel has one filter: sums over stretches of positions, added in order.
  private func filterGradient(
    _ tap: Int, _ x: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ sums: UnsafeMutablePointer<Scalar>
  ) {
    let stretch = 128
    withPairs(stretch) { left, right in
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: channels) { memory in
        guard let part = memory.baseAddress else { return }
        var count = 0
        func add() {
          kernels.products(channels, count, left, right, part)
          for channel in 0..<channels { sums[channel] += part[channel] }
          count = 0
        }
        forEachPosition(tap) { input, output in
          left[count] = x + input * channels
          right[count] = dy + output * channels
          count += 1
          if count == stretch { add() }
        }
        if count > 0 { add() }
      }
    }
  }

  /// Calls `body` for every output position that sees an input through one position of the window.
  @inline(__always)
  private func forEachPosition(_ tap: Int, _ body: (_ input: Int, _ output: Int) -> Void) {
    let (r, c) = (tap / window.width, tap % window.width)
    for line in 0..<batch * window.outputHeight {
      let (n, i) = (line / window.outputHeight, line % window.outputHeight)
      guard window.rows(i, height).contains(r) else { continue }
      let row = (n * height + i * window.strideHeight - window.padTop + r * window.dilationHeight) * width
      for j in 0..<window.outputWidth where window.columns(j, width).contains(c) {
        body(
          row + j * window.strideWidth - window.padLeft + c * window.dilationWidth, line * window.outputWidth + j)
      }
    }
  }
}
