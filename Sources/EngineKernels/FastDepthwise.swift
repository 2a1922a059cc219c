import EngineCore

/// Depthwise convolutions: every input channel has its own filters, `multiplier` of them.
struct DepthwiseConvolution<Scalar: FloatNumber> {
  let batch: Int
  let height: Int
  let width: Int
  let channels: Int
  let multiplier: Int
  let window: WindowGeometry

  init(_ shape: [Int], _ multiplier: Int, _ window: WindowGeometry) {
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

  func forward(_ x: UnsafePointer<Scalar>, _ w: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>) {
    let lines = batch * window.outputHeight
    let lineSize = window.outputWidth * outputs
    ThreadPool.shared.parallelFor(
      lines, nanosecondsEach: lineSize * window.height * window.width / 3 + 20, mayStop: true
    ) { line in
      let target = y + line * lineSize
      for i in 0..<lineSize { target[i] = 0 }
      forEachPair(line..<line + 1) { output, input, tap in
        let (values, weights, sums) = (x + input * channels, w + tap * outputs, y + output * outputs)
        if multiplier == 1 {
          for channel in 0..<channels { sums[channel] += values[channel] * weights[channel] }
        } else {
          for channel in 0..<channels {
            for f in 0..<multiplier {
              sums[channel * multiplier + f] += values[channel] * weights[channel * multiplier + f]
            }
          }
        }
      }
    }
  }

  func inputGradient(_ w: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>) {
    let imageSize = height * width * channels
    let cost = window.outputHeight * window.outputWidth * outputs * window.height * window.width / 3 + 20
    ThreadPool.shared.parallelFor(batch, nanosecondsEach: cost, mayStop: true) { n in
      let image = dx + n * imageSize
      for i in 0..<imageSize { image[i] = 0 }
      forEachPair(n * window.outputHeight..<(n + 1) * window.outputHeight) { output, input, tap in
        let (sums, weights, gradient) = (dx + input * channels, w + tap * outputs, dy + output * outputs)
        if multiplier == 1 {
          for channel in 0..<channels { sums[channel] += gradient[channel] * weights[channel] }
        } else {
          for channel in 0..<channels {
            for f in 0..<multiplier {
              sums[channel] += gradient[channel * multiplier + f] * weights[channel * multiplier + f]
            }
          }
        }
      }
    }
  }

  /// The window's positions are independent of one another.
  func filterGradient(_ x: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dw: UnsafeMutablePointer<Scalar>) {
    let taps = window.height * window.width
    let cost = batch * window.outputHeight * window.outputWidth * outputs / 3 + 20
    ThreadPool.shared.parallelFor(taps, nanosecondsEach: cost, mayStop: true) { wanted in
      let sums = dw + wanted * outputs
      for i in 0..<outputs { sums[i] = 0 }
      let (r, c) = (wanted / window.width, wanted % window.width)
      for line in 0..<batch * window.outputHeight {
        let (n, i) = (line / window.outputHeight, line % window.outputHeight)
        guard window.rows(i, height).contains(r) else { continue }
        let row = (n * height + i * window.strideHeight - window.padTop + r * window.dilationHeight) * width
        for j in 0..<window.outputWidth where window.columns(j, width).contains(c) {
          let input = row + j * window.strideWidth - window.padLeft + c * window.dilationWidth
          let (values, gradient) = (x + input * channels, dy + (line * window.outputWidth + j) * outputs)
          if multiplier == 1 {
            for channel in 0..<channels { sums[channel] += values[channel] * gradient[channel] }
          } else {
            for channel in 0..<channels {
              for f in 0..<multiplier {
                sums[channel * multiplier + f] += values[channel] * gradient[channel * multiplier + f]
              }
            }
          }
        }
      }
    }
  }
}
