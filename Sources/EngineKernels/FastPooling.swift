import EngineCore

/// Pooling of channels-last images, all channels of a position at a time.
struct VectorPooling<Scalar: FloatNumber> {
  let batch: Int
  let height: Int
  let width: Int
  let channels: Int
  let window: WindowGeometry

  init(_ shape: [Int], _ window: WindowGeometry) {
    (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    self.window = window
  }

  private var imageSize: Int { height * width * channels }
  private var lineSize: Int { window.outputWidth * channels }
  /// What one output row takes, in nanoseconds.
  private var lineCost: Int { lineSize * window.height * window.width / 3 + 20 }

  /// Calls `body` for every output position of output row `line` (of all images) with the position's index.
  @inline(__always)
  private func forEachPosition(_ line: Int, _ body: (_ position: Int, _ inputs: WindowInputs) -> Void) {
    let (n, i) = (line / window.outputHeight, line % window.outputHeight)
    let rows = window.rows(i, height)
    for j in 0..<window.outputWidth {
      body(
        line * window.outputWidth + j,
        WindowInputs(
          base: n * height * width, row: i * window.strideHeight - window.padTop,
          column: j * window.strideWidth - window.padLeft, rows: rows, columns: window.columns(j, width),
          width: width, dilationHeight: window.dilationHeight, dilationWidth: window.dilationWidth))
    }
  }

  /// Lines of output in blocks.
  private func forEachLine(_ body: (Int) -> Void) {
    let lines = batch * window.outputHeight
    let each = max(1, 8192 / max(1, lineSize))
    ThreadPool.shared.parallelFor((lines + each - 1) / each, nanosecondsEach: each * lineCost, mayStop: true) { job in
      for line in job * each..<min(lines, (job + 1) * each) { body(line) }
    }
  }

  func maximum(_ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>) {
    forEachLine { line in
      forEachPosition(line) { position, inputs in
        let best = y + position * channels
        for channel in 0..<channels { best[channel] = -Scalar.greatestFiniteMagnitude }
        inputs.forEach { input in
          let values = x + input * channels
          for channel in 0..<channels {
            best[channel] = values[channel] > best[channel] ? values[channel] : best[channel]
          }
        }
      }
    }
  }

  /// Images are independent; inside of one, windows may overlap.
  func maximumGradient(
    _ x: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>
  ) {
    ThreadPool.shared.parallelFor(batch, nanosecondsEach: lineCost * window.outputHeight * 2, mayStop: true) { n in
      let image = dx + n * imageSize
      for i in 0..<imageSize { image[i] = 0 }
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: 2 * channels) { memory in
        guard let best = memory.baseAddress else { return }
        let rest = best + channels
        for i in 0..<window.outputHeight {
          forEachPosition(n * window.outputHeight + i) { position, inputs in
            largest(x, inputs, best)
            rest.update(from: dy + position * channels, count: channels)
            // The first of equals takes the gradient and leaves none to the others. A NaN that comes first is the
            // largest; later ones never are.
            var isFirst = true
            inputs.forEach { input in
              let (values, target) = (x + input * channels, dx + input * channels)
              if isFirst {
                for channel in 0..<channels {
                  let wins = values[channel] == best[channel] || best[channel] != best[channel]
                  target[channel] += wins ? rest[channel] : 0
                  rest[channel] = wins ? 0 : rest[channel]
                }
                isFirst = false
              } else {
                for channel in 0..<channels {
                  let wins = values[channel] == best[channel]
                  target[channel] += wins ? rest[channel] : 0
                  rest[channel] = wins ? 0 : rest[channel]
                }
              }
            }
          }
        }
      }
    }
  }

  /// The largest of each channel in a window; of a NaN in the first place nothing is larger, elsewhere it is not looked at.
  @inline(__always)
  private func largest(_ x: UnsafePointer<Scalar>, _ inputs: WindowInputs, _ best: UnsafeMutablePointer<Scalar>) {
    var isFirst = true
    inputs.forEach { input in
      let values = x + input * channels
      if isFirst {
        best.update(from: values, count: channels)
        isFirst = false
      } else {
        for channel in 0..<channels {
          best[channel] = values[channel] > best[channel] ? values[channel] : best[channel]
        }
      }
    }
  }

  func average(_ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>) {
    forEachLine { line in
      forEachPosition(line) { position, inputs in
        let sums = y + position * channels
        for channel in 0..<channels { sums[channel] = 0 }
        inputs.forEach { input in
          let values = x + input * channels
          for channel in 0..<channels { sums[channel] += values[channel] }
        }
        let count = Scalar(inputs.count)
        for channel in 0..<channels { sums[channel] /= count }
      }
    }
  }

  func averageGradient(_ dy: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>) {
    ThreadPool.shared.parallelFor(batch, nanosecondsEach: lineCost * window.outputHeight, mayStop: true) { n in
      let image = dx + n * imageSize
      for i in 0..<imageSize { image[i] = 0 }
      for i in 0..<window.outputHeight {
        forEachPosition(n * window.outputHeight + i) { position, inputs in
          let gradient = dy + position * channels
          let share = 1 / Scalar(inputs.count)
          inputs.forEach { input in
            let target = dx + input * channels
            for channel in 0..<channels { target[channel] += gradient[channel] * share }
          }
        }
      }
    }
  }
}
