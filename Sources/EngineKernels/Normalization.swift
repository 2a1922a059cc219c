import EngineCore

/// Batch normalisation over all axes but the last. Statistics are float32 also for 16-bit data.
///
/// **Numerics**: sums run over fixed blocks of rows, whose partial sums are added in order, so results do not depend on
/// the number of threads.
extension Kernels {
  /// Rows of one partial sum.
  private static let block = 512

  /// The mean and (biased) variance of each channel. `x: [rows, channels]` in any shape, `mean, variance: [channels]`.
  public static func channelMoments(_ x: Tensor, mean: Tensor, variance: Tensor) throws {
    let channels = mean.elementCount
    let rows = channels == 0 ? 0 : x.elementCount / channels
    let (m, v) = (mean.elements(Float.self), variance.elements(Float.self))
    switch x.dtype {
    case .float32: moments(x.elements(Float.self), rows, channels, m, v)
    case .float16: moments(x.elements(Half.self), rows, channels, m, v)
    case .bfloat16: moments(x.elements(BFloat16.self), rows, channels, m, v)
    default: throw unsupported("channelMoments", x.dtype)
    }
  }

  /// `y = (x − mean)·scale/√(variance + epsilon) + offset`, statistics along the last axis.
  public static func batchNorm(
    _ x: Tensor, scale: Tensor, offset: Tensor, mean: Tensor, variance: Tensor, epsilon: Float, into y: Tensor
  ) throws {
    let channels = mean.elementCount
    let rows = channels == 0 ? 0 : x.elementCount / channels
    let (m, v) = (mean.elements(Float.self), variance.elements(Float.self))
    let (s, o) = (scale.elements(Float.self), offset.elements(Float.self))
    let factors = UnsafeMutablePointer<Float>.allocate(capacity: max(channels, 1))
    defer { factors.deallocate() }
    for c in 0..<channels { factors[c] = s[c] * (1 / (v[c] + epsilon).squareRoot()) }
    switch x.dtype {
    case .float32: normalize(x.elements(Float.self), y.elements(), rows, channels, m, factors, o)
    case .float16: normalize(x.elements(Half.self), y.elements(), rows, channels, m, factors, o)
    case .bfloat16: normalize(x.elements(BFloat16.self), y.elements(), rows, channels, m, factors, o)
    default: throw unsupported("batchNorm", x.dtype)
    }
  }

  /// The gradients of ``batchNorm`` with respect to x, scale and offset.
  ///
  /// - Parameter isTraining: whether mean and variance were those of x, so that the gradient also flows through them.
  public static func batchNormGrad(
    _ dy: Tensor, _ x: Tensor, scale: Tensor, mean: Tensor, variance: Tensor, epsilon: Float, isTraining: Bool,
    into dx: Tensor, dScale: Tensor, dOffset: Tensor
  ) throws {
    let channels = mean.elementCount
    let rows = channels == 0 ? 0 : x.elementCount / channels
    let statistics = ChannelStatistics(
      scale: scale.elements(), mean: mean.elements(), variance: variance.elements(), epsilon: epsilon)
    let (ds, d) = (dScale.elements(Float.self), dOffset.elements(Float.self))
    switch x.dtype {
    case .float32:
      gradient(dy.elements(Float.self), x.elements(), dx.elements(), rows, channels, statistics, isTraining, ds, d)
    case .float16:
      gradient(dy.elements(Half.self), x.elements(), dx.elements(), rows, channels, statistics, isTraining, ds, d)
    case .bfloat16:
      gradient(dy.elements(BFloat16.self), x.elements(), dx.elements(), rows, channels, statistics, isTraining, ds, d)
    default: throw unsupported("batchNormGrad", x.dtype)
    }
  }

  private struct ChannelStatistics {
    let scale: UnsafeMutablePointer<Float>
    let mean: UnsafeMutablePointer<Float>
    let variance: UnsafeMutablePointer<Float>
    let epsilon: Float
  }

  /// Sums `width` numbers a row over all rows: `add` adds one row's to the block's.
  @inline(__always)
  private static func blockSums(
    _ rows: Int, _ width: Int, into total: UnsafeMutablePointer<Float>,
    _ add: (_ row: Int, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) {
    let blocks = (rows + block - 1) / block
    let partial = UnsafeMutablePointer<Float>.allocate(capacity: max(blocks * width, 1))
    defer { partial.deallocate() }
    partial.initialize(repeating: 0, count: blocks * width)
    ThreadPool.shared.parallelFor(blocks, nanosecondsEach: block * width) { index in
      for row in (index * block)..<min((index + 1) * block, rows) { add(row, partial + index * width) }
    }
    total.initialize(repeating: 0, count: width)
    for index in 0..<blocks { for c in 0..<width { total[c] += partial[index * width + c] } }
  }

  @inline(__always)
  private static func moments<T: StoredReal>(
    _ x: UnsafeMutablePointer<T>, _ rows: Int, _ channels: Int, _ mean: UnsafeMutablePointer<Float>,
    _ variance: UnsafeMutablePointer<Float>
  ) where T.Real == Float {
    let factor = 1 / Float(max(rows, 1))
    blockSums(rows, channels, into: mean) { row, sums in
      let source = x + row * channels
      for c in 0..<channels { sums[c] += source[c].real }
    }
    for c in 0..<channels { mean[c] *= factor }
    blockSums(rows, channels, into: variance) { row, sums in
      let source = x + row * channels
      for c in 0..<channels {
        let centered = source[c].real - mean[c]
        sums[c] += centered * centered
      }
    }
    for c in 0..<channels { variance[c] *= factor }
  }

  @inline(__always)
  private static func normalize<T: StoredReal>(
    _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ rows: Int, _ channels: Int,
    _ mean: UnsafeMutablePointer<Float>, _ factors: UnsafeMutablePointer<Float>,
    _ offset: UnsafeMutablePointer<Float>
  ) where T.Real == Float {
    ThreadPool.shared.parallelFor((rows + block - 1) / block, nanosecondsEach: block * channels) { index in
      for row in (index * block)..<min((index + 1) * block, rows) {
        let (source, target) = (x + row * channels, y + row * channels)
        for c in 0..<channels { target[c] = T(real: (source[c].real - mean[c]) * factors[c] + offset[c]) }
      }
    }
  }

  @inline(__always)
  private static func gradient<T: StoredReal>(
    _ dy: UnsafeMutablePointer<T>, _ x: UnsafeMutablePointer<T>, _ dx: UnsafeMutablePointer<T>, _ rows: Int,
    _ channels: Int, _ statistics: ChannelStatistics, _ isTraining: Bool, _ dScale: UnsafeMutablePointer<Float>,
    _ dOffset: UnsafeMutablePointer<Float>
  ) where T.Real == Float {
    let mean = statistics.mean
    let sums = UnsafeMutablePointer<Float>.allocate(capacity: max(4 * channels, 1))
    defer { sums.deallocate() }
    blockSums(rows, 2 * channels, into: sums) { row, sums in
      let (g, source) = (dy + row * channels, x + row * channels)
      for c in 0..<channels {
        sums[c] += g[c].real
        sums[channels + c] += g[c].real * (source[c].real - mean[c])
      }
    }
    let (inner, outer) = (sums + 2 * channels, sums + 3 * channels)
    let count = Float(max(rows, 1))
    for c in 0..<channels {
      let inverse = 1 / (statistics.variance[c] + statistics.epsilon).squareRoot()
      dOffset[c] = sums[c]
      dScale[c] = sums[channels + c] * inverse
      outer[c] = inverse * statistics.scale[c]
      inner[c] = inverse * inverse * sums[channels + c] / count
    }
    ThreadPool.shared.parallelFor((rows + block - 1) / block, nanosecondsEach: block * channels * 2) { index in
      for row in (index * block)..<min((index + 1) * block, rows) {
        let (g, source, target) = (dy + row * channels, x + row * channels, dx + row * channels)
        if isTraining {
          for c in 0..<channels {
            let centered = source[c].real - mean[c]
            target[c] = T(real: outer[c] * (g[c].real - sums[c] / count - centered * inner[c]))
          }
        } else {
          for c in 0..<channels { target[c] = T(real: outer[c] * g[c].real) }
        }
      }
    }
  }
}
