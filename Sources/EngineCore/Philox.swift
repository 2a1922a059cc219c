/// The counter-based generator Philox 4x32-10: a pure function of (key, counter), so that any part of a random
/// tensor can be computed by any thread with the same result.
///
/// **Source**: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct Philox: Sendable {
  public var counter: (UInt32, UInt32, UInt32, UInt32)
  public let key: (UInt32, UInt32)

  /// - Parameters:
  ///   - seed: the low and high words of the key (TensorFlow's `seed` attribute).
  ///   - seed2: the upper half of the counter (TensorFlow's `seed2` attribute).
  public init(seed: UInt64, seed2: UInt64) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = (0, 0, UInt32(truncatingIfNeeded: seed2), UInt32(truncatingIfNeeded: seed2 >> 32))
  }

  /// Advances the 128-bit counter.
  @inlinable
  public mutating func skip(_ blocks: UInt64) {
    let low = UInt64(counter.0) | UInt64(counter.1) << 32
    let (sum, carry) = low.addingReportingOverflow(blocks)
    counter.0 = UInt32(truncatingIfNeeded: sum)
    counter.1 = UInt32(truncatingIfNeeded: sum >> 32)
    if carry {
      let high = (UInt64(counter.2) | UInt64(counter.3) << 32) &+ 1
      counter.2 = UInt32(truncatingIfNeeded: high)
      counter.3 = UInt32(truncatingIfNeeded: high >> 32)
    }
  }

  /// Takes the 128-bit counter back by one.
  mutating func stepBack() {
    let low = (UInt64(counter.0) | UInt64(counter.1) << 32) &- 1
    counter.0 = UInt32(truncatingIfNeeded: low)
    counter.1 = UInt32(truncatingIfNeeded: low >> 32)
    if low == UInt64.max {
      let high = (UInt64(counter.2) | UInt64(counter.3) << 32) &- 1
      counter.2 = UInt32(truncatingIfNeeded: high)
      counter.3 = UInt32(truncatingIfNeeded: high >> 32)
    }
  }

  /// The four words at the current counter, which then advances by one.
  @inlinable
  public mutating func next() -> (UInt32, UInt32, UInt32, UInt32) {
    var (x0, x1, x2, x3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let p0 = UInt64(x0) &* 0xD251_1F53
      let p1 = UInt64(x2) &* 0xCD9E_8D57
      let y0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ x1 ^ k0
      let y1 = UInt32(truncatingIfNeeded: p1)
      let y2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ x3 ^ k1
      let y3 = UInt32(truncatingIfNeeded: p0)
      (x0, x1, x2, x3) = (y0, y1, y2, y3)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    skip(1)
    return (x0, x1, x2, x3)
  }
}

/// Hands out Philox words one at a time.
public struct PhiloxStream: Sendable {
  private var generator: Philox
  private var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var used = 4

  public init(_ generator: Philox) { self.generator = generator }

  /// The generator, and how many words of the block before its counter have been handed out (4: all).
  public var state: (generator: Philox, used: Int) { (generator, used) }

  /// Goes on where a stream of that ``state`` stood.
  public init(_ state: (generator: Philox, used: Int)) {
    generator = state.generator
    guard (0..<4).contains(state.used) else { return }
    generator.stepBack()
    block = generator.next()
    used = state.used
  }

  public mutating func next() -> UInt32 {
    if used == 4 {
      block = generator.next()
      used = 0
    }
    used += 1
    switch used {
    case 1: return block.0
    case 2: return block.1
    case 3: return block.2
    default: return block.3
    }
  }
}
