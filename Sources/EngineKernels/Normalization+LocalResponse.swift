import EngineCore
import Glibc

/// Normalisation across neighbouring channels.
///
/// **Source**: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", NIPS 2012.
extension Kernels {
  /// `y = x·(bias + alpha·Σ x²)^−beta`, the sum over `2·radius + 1` channels around each. `x, y: [..., channels]`.
  /// **Types**: float16, bfloat16, float32.
  public static func localResponse(
    _ x: Tensor, radius: Int, bias: Float, alpha: Float, beta: Float, into y: Tensor
  ) throws {
    let parameters = LocalResponse(radius: radius, bias: bias, alpha: alpha, beta: beta)
    switch x.dtype {
    case .float32: forward(x.elements(Float.self), y.elements(), x, parameters)
    case .float16: forward(x.elements(Half.self), y.elements(), x, parameters)
    case .bfloat16: forward(x.elements(BFloat16.self), y.elements(), x, parameters)
    default: throw unsupported("localResponse", x.dtype)
    }
  }

  /// The gradient of ``localResponse`` with respect to x.
  public static func localResponseGrad(
    _ dy: Tensor, _ x: Tensor, _ y: Tensor, radius: Int, bias: Float, alpha: Float, beta: Float, into dx: Tensor
  ) throws {
    let parameters = LocalResponse(radius: radius, bias: bias, alpha: alpha, beta: beta)
    switch x.dtype {
    case .float32: backward(dy.elements(Float.self), x.elements(), y.elements(), dx.elements(), x, parameters)
    case .float16: backward(dy.elements(Half.self), x.elements(), y.elements(), dx.elements(), x, parameters)
    case .bfloat16: backward(dy.elements(BFloat16.self), x.elements(), y.elements(), dx.elements(), x, parameters)
    default: throw unsupported("localResponseGrad", x.dtype)
    }
  }

  private struct LocalResponse {
    let radius: Int, bias: Float, alpha: Float, beta: Float
    func window(_ channel: Int, _ channels: Int) -> Range<Int> {
      max(0, channel - radius)..<min(channels, channel + radius + 1)
    }
  }

  @inline(__always)
  private static func norm<T: StoredReal>(
    _ row: UnsafeMutablePointer<T>, _ channel: Int, _ channels: Int, _ parameters: LocalResponse
  ) -> Float where T.Real == Float {
    var sum: Float = 0
    for k in parameters.window(channel, channels) { sum += row[k].real * row[k].real }
    return parameters.bias + parameters.alpha * sum
  }

  @inline(__always)
  private static func forward<T: StoredReal>(
    _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ tensor: Tensor, _ parameters: LocalResponse
  ) where T.Real == Float {
    let channels = tensor.shape.last ?? 1
    let rows = channels == 0 ? 0 : tensor.elementCount / channels
    ThreadPool.shared.parallelFor(rows, nanosecondsEach: channels * (2 * parameters.radius + 20)) { row in
      let (source, target) = (x + row * channels, y + row * channels)
      for c in 0..<channels {
        target[c] = T(real: source[c].real * powf(norm(source, c, channels, parameters), -parameters.beta))
      }
    }
  }

  @inline(__always)
  private static func backward<T: StoredReal>(
    _ dy: UnsafeMutablePointer<T>, _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>,
    _ dx: UnsafeMutablePointer<T>, _ tensor: Tensor, _ parameters: LocalResponse
  ) where T.Real == Float {
    let channels = tensor.shape.last ?? 1
    let rows = channels == 0 ? 0 : tensor.elementCount / channels
    ThreadPool.shared.parallelFor(rows, nanosecondsEach: channels * (4 * parameters.radius + 40)) { row in
      let offset = row * channels
      let sums = UnsafeMutablePointer<Float>.allocate(capacity: channels)
      defer { sums.deallocate() }
      sums.initialize(repeating: 0, count: channels)
      for j in 0..<channels {
        let n = norm(x + offset, j, channels, parameters)
        let g = dy[offset + j].real
        for k in parameters.window(j, channels) {
          var change = -2 * parameters.alpha * parameters.beta * x[offset + k].real * y[offset + j].real / n
          if k == j { change += powf(n, -parameters.beta) }
          sums[k] += change * g
        }
      }
      for k in 0..<channels { dx[offset + k] = T(real: sums[k]) }
    }
  }
}
