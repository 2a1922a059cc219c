import EngineCore
import Glibc

/// Random tensors, bit for bit those of TensorFlow's CPU kernels for the same generator state.
///
/// Every element depends on the generator's counter and its own position only, so any number of threads gives the same
/// tensor.
extension Kernels {
  /// Elements computed by one task.
  private static let chunk = 8_192

  private static func fill(
    _ count: Int, group: Int, nanosecondsPerElement: Int, _ body: @Sendable (_ firstGroup: Int, Range<Int>) -> Void
  ) {
    let size = chunk / group * group
    ThreadPool.shared.parallelFor((count + size - 1) / size, nanosecondsEach: nanosecondsPerElement * size) { task in
      let start = task * size
      body(start / group, start..<min(start + size, count))
    }
  }

  /// Uniform in [0, 1). **Types**: floating.
  public static func randomUniform(_ generator: Philox, into y: Tensor) throws {
    let count = y.elementCount
    switch y.dtype {
    case .float32:
      nonisolated(unsafe) let target = y.elements(Float.self)
      fill(count, group: 4, nanosecondsPerElement: 5) { first, range in
        each4(generator, first, range) { target[$0] = uniformFloat($1) }
      }
    case .float16:
      nonisolated(unsafe) let target = y.elements(Half.self)
      fill(count, group: 4, nanosecondsPerElement: 5) { first, range in
        each4(generator, first, range) { target[$0] = uniformHalf($1) }
      }
    case .bfloat16:
      nonisolated(unsafe) let target = y.elements(BFloat16.self)
      fill(count, group: 4, nanosecondsPerElement: 5) { first, range in
        each4(generator, first, range) { target[$0] = uniformBFloat16($1) }
      }
    case .float64:
      nonisolated(unsafe) let target = y.elements(Double.self)
      fill(count, group: 2, nanosecondsPerElement: 8) { first, range in
        each2(generator, first, range) { target[$0] = uniformDouble($1, $2) }
      }
    default: throw unsupported("randomUniform", y.dtype)
    }
  }

  /// Uniform integers in `low..<high`, taken modulo the width of the range. **Types**: int32, int64.
  public static func randomUniformInteger(_ generator: Philox, low: Int, high: Int, into y: Tensor) throws {
    let count = y.elementCount
    switch y.dtype {
    case .int32:
      nonisolated(unsafe) let target = y.elements(Int32.self)
      let width = UInt32(truncatingIfNeeded: high &- low)
      let base = Int32(truncatingIfNeeded: low)
      fill(count, group: 4, nanosecondsPerElement: 5) { first, range in
        each4(generator, first, range) { target[$0] = base &+ Int32(truncatingIfNeeded: $1 % width) }
      }
    case .int64:
      nonisolated(unsafe) let target = y.elements(Int64.self)
      let width = UInt64(truncatingIfNeeded: high &- low)
      let base = Int64(low)
      fill(count, group: 2, nanosecondsPerElement: 8) { first, range in
        each2(generator, first, range) {
          target[$0] = base &+ Int64(truncatingIfNeeded: (UInt64($1) | UInt64($2) << 32) % width)
        }
      }
    default: throw unsupported("randomUniformInteger", y.dtype)
    }
  }

  /// Standard normal, by Box and Muller's method. **Types**: floating.
  public static func randomNormal(_ generator: Philox, into y: Tensor) throws {
    let count = y.elementCount
    switch y.dtype {
    case .float32:
      nonisolated(unsafe) let target = y.elements(Float.self)
      fill(count, group: 4, nanosecondsPerElement: 20) { first, range in
        normal4(generator, first, range) { target[$0] = $1 }
      }
    case .float16:
      nonisolated(unsafe) let target = y.elements(Half.self)
      fill(count, group: 4, nanosecondsPerElement: 20) { first, range in
        normal4(generator, first, range) { target[$0] = Half($1) }
      }
    case .bfloat16:
      nonisolated(unsafe) let target = y.elements(BFloat16.self)
      fill(count, group: 4, nanosecondsPerElement: 20) { first, range in
        normal4(generator, first, range) { target[$0] = BFloat16($1) }
      }
    case .float64:
      nonisolated(unsafe) let target = y.elements(Double.self)
      fill(count, group: 2, nanosecondsPerElement: 40) { first, range in
        var source = generator
        source.skip(UInt64(first))
        var at = range.lowerBound
        while at < range.upperBound {
          let (a, b) = boxMullerDouble(source.next())
          target[at] = a
          if at + 1 < range.upperBound { target[at + 1] = b }
          at += 2
        }
      }
    default: throw unsupported("randomNormal", y.dtype)
    }
  }

  /// Standard normal, redrawn outside (−2, 2). Each group of outputs has its own stretch of the generator, because it
  /// is not known how many numbers it will use. **Types**: floating.
  public static func randomTruncatedNormal(_ generator: Philox, into y: Tensor) throws {
    let count = y.elementCount
    switch y.dtype {
    case .float32:
      nonisolated(unsafe) let target = y.elements(Float.self)
      fill(count, group: 4, nanosecondsPerElement: 30) { first, range in
        truncated4(generator, first, range) { target[$0] = $1 }
      }
    case .float16:
      nonisolated(unsafe) let target = y.elements(Half.self)
      fill(count, group: 4, nanosecondsPerElement: 30) { first, range in
        truncated4(generator, first, range) { target[$0] = Half($1) }
      }
    case .bfloat16:
      nonisolated(unsafe) let target = y.elements(BFloat16.self)
      fill(count, group: 4, nanosecondsPerElement: 30) { first, range in
        truncated4(generator, first, range) { target[$0] = BFloat16($1) }
      }
    case .float64:
      nonisolated(unsafe) let target = y.elements(Double.self)
      fill(count, group: 2, nanosecondsPerElement: 60) { first, range in
        var group = first
        var at = range.lowerBound
        while at < range.upperBound {
          var source = generator
          source.skip(UInt64(group) &* 128)
          var filled = 0
          while filled < 2 {
            let pair = boxMullerDouble(source.next())
            for value in [pair.0, pair.1] where abs(value) < 2 && filled < 2 {
              if at + filled < range.upperBound { target[at + filled] = value }
              filled += 1
            }
          }
          group += 1
          at += 2
        }
      }
    default: throw unsupported("randomTruncatedNormal", y.dtype)
    }
  }

  // MARK: Walks

  @inline(__always)
  private static func each4(
    _ generator: Philox, _ firstGroup: Int, _ range: Range<Int>, _ body: (Int, UInt32) -> Void
  ) {
    var source = generator
    source.skip(UInt64(firstGroup))
    var at = range.lowerBound
    while at + 4 <= range.upperBound {
      let words = source.next()
      body(at, words.0)
      body(at + 1, words.1)
      body(at + 2, words.2)
      body(at + 3, words.3)
      at += 4
    }
    if at < range.upperBound {
      let words = source.next()
      body(at, words.0)
      if at + 1 < range.upperBound { body(at + 1, words.1) }
      if at + 2 < range.upperBound { body(at + 2, words.2) }
    }
  }

  @inline(__always)
  private static func each2(
    _ generator: Philox, _ firstGroup: Int, _ range: Range<Int>, _ body: (Int, UInt32, UInt32) -> Void
  ) {
    var source = generator
    source.skip(UInt64(firstGroup))
    var at = range.lowerBound
    while at < range.upperBound {
      let words = source.next()
      body(at, words.0, words.1)
      if at + 1 < range.upperBound { body(at + 1, words.2, words.3) }
      at += 2
    }
  }

  @inline(__always)
  private static func normal4(
    _ generator: Philox, _ firstGroup: Int, _ range: Range<Int>, _ body: (Int, Float) -> Void
  ) {
    var source = generator
    source.skip(UInt64(firstGroup))
    var at = range.lowerBound
    while at < range.upperBound {
      let words = source.next()
      let (a, b) = boxMuller(words.0, words.1)
      body(at, a)
      if at + 1 < range.upperBound { body(at + 1, b) }
      if at + 2 < range.upperBound {
        let (c, d) = boxMuller(words.2, words.3)
        body(at + 2, c)
        if at + 3 < range.upperBound { body(at + 3, d) }
      }
      at += 4
    }
  }

  @inline(__always)
  private static func truncated4(
    _ generator: Philox, _ firstGroup: Int, _ range: Range<Int>, _ body: (Int, Float) -> Void
  ) {
    var group = firstGroup
    var at = range.lowerBound
    while at < range.upperBound {
      var source = generator
      source.skip(UInt64(group) &* 256)
      var filled = 0
      @inline(__always) func offer(_ value: Float) {
        guard abs(value) < 2, filled < 4 else { return }
        if at + filled < range.upperBound { body(at + filled, value) }
        filled += 1
      }
      while filled < 4 {
        let words = source.next()
        let (a, b) = boxMuller(words.0, words.1)
        offer(a)
        offer(b)
        guard filled < 4 else { break }
        let (c, d) = boxMuller(words.2, words.3)
        offer(c)
        offer(d)
      }
      group += 1
      at += 4
    }
  }

  // MARK: From bits to numbers

  /// 23 bits of the word as the fraction of a number in [1, 2), minus 1.
  @inline(__always)
  public static func uniformFloat(_ word: UInt32) -> Float {
    Float(bitPattern: 0x3f80_0000 | (word & 0x7f_ffff)) - 1
  }

  @inline(__always)
  private static func uniformHalf(_ word: UInt32) -> Half {
    Half(Half(bits: 0x3c00 | UInt16(truncatingIfNeeded: word & 0x3ff)).float - 1)
  }

  @inline(__always)
  private static func uniformBFloat16(_ word: UInt32) -> BFloat16 {
    BFloat16(BFloat16(bits: 0x3f80 | UInt16(truncatingIfNeeded: word & 0x7f)).float - 1)
  }

  @inline(__always)
  public static func uniformDouble(_ low: UInt32, _ high: UInt32) -> Double {
    Double(bitPattern: 0x3ff0_0000_0000_0000 | UInt64(low & 0xf_ffff) << 32 | UInt64(high)) - 1
  }

  @inline(__always)
  static func boxMuller(_ first: UInt32, _ second: UInt32) -> (Float, Float) {
    let u = max(uniformFloat(first), 1e-7)
    let angle = Float(2 * Double.pi * Double(uniformFloat(second)))
    let radius = (-2 * logf(u)).squareRoot()
    return (sinf(angle) * radius, cosf(angle) * radius)
  }

  @inline(__always)
  static func boxMullerDouble(_ words: (UInt32, UInt32, UInt32, UInt32)) -> (Double, Double) {
    let u = max(uniformDouble(words.0, words.1), 1e-7)
    let angle = 2 * Double.pi * uniformDouble(words.2, words.3)
    let radius = (-2 * log(u)).squareRoot()
    return (sin(angle) * radius, cos(angle) * radius)
  }
}
