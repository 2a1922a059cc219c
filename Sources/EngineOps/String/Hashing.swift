import EngineCore

/// The 64-bit hashes of strings that TensorFlow's ops are defined by.
///
/// **Source**: FarmHash (https://github.com/google/farmhash), fingerprint of farmhashna; SipHash
/// (https://www.aumasson.jp/siphash/siphash.pdf); MurmurHash64A with a fixed seed.
public enum Hashing {
  private static let k0: UInt64 = 0xc3a5_c85c_97cb_3127
  private static let k1: UInt64 = 0xb492_b66f_be98_f273
  private static let k2: UInt64 = 0x9ae1_6a3b_2f90_404f

  private static func rotate(_ x: UInt64, _ by: UInt64) -> UInt64 { x &>> by | x &<< (64 &- by) }
  private static func shiftMix(_ x: UInt64) -> UInt64 { x ^ x &>> 47 }

  private static func word(_ bytes: ByteString, _ at: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(bytes[at + index]) &<< UInt64(8 * index) }
    return value
  }

  private static func half(_ bytes: ByteString, _ at: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<4 { value |= UInt64(bytes[at + index]) &<< UInt64(8 * index) }
    return value
  }

  private static func combine(_ u: UInt64, _ v: UInt64, _ factor: UInt64) -> UInt64 {
    let a = shiftMix((u ^ v) &* factor)
    return shiftMix((v ^ a) &* factor) &* factor
  }

  /// FarmHash's portable fingerprint of a string: `Fingerprint64`.
  public static func fingerprint64(_ s: ByteString) -> UInt64 {
    let count = s.count
    let factor = k2 &+ UInt64(count) &* 2
    switch count {
    case 0: return k2
    case 1...3:
      let y = UInt64(s[0]) &+ UInt64(s[count >> 1]) &<< 8
      let z = UInt64(count) &+ UInt64(s[count - 1]) &<< 2
      return shiftMix(y &* k2 ^ z &* k0) &* k2
    case 4...7: return combine(UInt64(count) &+ half(s, 0) &<< 3, half(s, count - 4), factor)
    case 8...16:
      let (a, b) = (word(s, 0) &+ k2, word(s, count - 8))
      return combine(rotate(b, 37) &* factor &+ a, (rotate(a, 25) &+ b) &* factor, factor)
    case 17...32:
      let (a, b) = (word(s, 0) &* k1, word(s, 8))
      let (c, d) = (word(s, count - 8) &* factor, word(s, count - 16) &* k2)
      return combine(rotate(a &+ b, 43) &+ rotate(c, 30) &+ d, a &+ rotate(b &+ k2, 18) &+ c, factor)
    case 33...64:
      let (a, b) = (word(s, 0) &* k2, word(s, 8))
      let (c, d) = (word(s, count - 8) &* factor, word(s, count - 16) &* k2)
      let y = rotate(a &+ b, 43) &+ rotate(c, 30) &+ d
      let z = combine(y, a &+ rotate(b &+ k2, 18) &+ c, factor)
      let (e, f) = (word(s, 16) &* factor, word(s, 24))
      let g = (y &+ word(s, count - 32)) &* factor
      let h = (z &+ word(s, count - 24)) &* factor
      return combine(rotate(e &+ f, 43) &+ rotate(g, 30) &+ h, e &+ rotate(f &+ a, 18) &+ g, factor)
    default: return longFingerprint(s)
    }
  }

  /// A cheap hash of 32 bytes with two seeds.
  private static func weak(_ s: ByteString, _ at: Int, _ a: UInt64, _ b: UInt64) -> (UInt64, UInt64) {
    let start = a &+ word(s, at)
    let turned = rotate(b &+ start &+ word(s, at + 24), 21)
    let sum = start &+ word(s, at + 8) &+ word(s, at + 16)
    return (sum &+ word(s, at + 24), turned &+ rotate(sum, 44) &+ start)
  }

  private static func longFingerprint(_ s: ByteString) -> UInt64 {
    let seed: UInt64 = 81
    var x = seed &* k2 &+ word(s, 0)
    var y = seed &* k1 &+ 113
    var z = shiftMix(y &* k2 &+ 113) &* k2
    var (v, w): ((UInt64, UInt64), (UInt64, UInt64)) = ((0, 0), (0, 0))
    func step(_ at: Int, _ factor: UInt64, isLast: Bool) {
      x = rotate(x &+ y &+ v.0 &+ word(s, at + 8), 37) &* factor
      y = rotate(y &+ v.1 &+ word(s, at + 48), 42) &* factor
      x ^= isLast ? w.1 &* 9 : w.1
      y &+= (isLast ? v.0 &* 9 : v.0) &+ word(s, at + 40)
      z = rotate(z &+ w.0, 33) &* factor
      v = weak(s, at, v.1 &* factor, x &+ w.0)
      w = weak(s, at + 32, z &+ w.1, y &+ word(s, at + 16))
      swap(&z, &x)
    }
    let end = (s.count - 1) / 64 * 64
    for at in stride(from: 0, to: end, by: 64) { step(at, k1, isLast: false) }
    let factor = k1 &+ (z & 0xff) &<< 1
    w.0 &+= UInt64((s.count - 1) & 63)
    v.0 &+= w.0
    w.0 &+= v.0
    step(s.count - 64, factor, isLast: true)
    return combine(
      combine(v.0, w.0, factor) &+ shiftMix(y) &* k0 &+ z, combine(v.1, w.1, factor) &+ x, factor)
  }

  /// Two fingerprints as one; the order counts.
  public static func joined(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let factor: UInt64 = 0xc6a4_a793_5bd1_e995
    let mixed = (a ^ factor ^ shiftMix(b &* factor) &* factor) &* factor
    return shiftMix(shiftMix(mixed) &* factor)
  }

  /// SipHash-2-4.
  public static func sipHash(_ s: ByteString, key: (UInt64, UInt64)) -> UInt64 {
    var v0 = key.0 ^ 0x736f_6d65_7073_6575
    var v1 = key.1 ^ 0x646f_7261_6e64_6f6d
    var v2 = key.0 ^ 0x6c79_6765_6e65_7261
    var v3 = key.1 ^ 0x7465_6462_7974_6573
    func round() {
      v0 &+= v1
      v1 = rotate(v1, 51) ^ v0
      v0 = rotate(v0, 32)
      v2 &+= v3
      v3 = rotate(v3, 48) ^ v2
      v0 &+= v3
      v3 = rotate(v3, 43) ^ v0
      v2 &+= v1
      v1 = rotate(v1, 47) ^ v2
      v2 = rotate(v2, 32)
    }
    func absorb(_ message: UInt64) {
      v3 ^= message
      round()
      round()
      v0 ^= message
    }
    let whole = s.count & ~7
    for at in stride(from: 0, to: whole, by: 8) { absorb(word(s, at)) }
    var last = UInt64(truncatingIfNeeded: s.count) &<< 56
    for index in whole..<s.count { last |= UInt64(s[index]) &<< UInt64(8 * (index - whole)) }
    absorb(last)
    v2 ^= 0xff
    for _ in 0..<4 { round() }
    return v0 ^ v1 ^ v2 ^ v3
  }

  /// TensorFlow's `Hash64`.
  public static func hash64(_ s: ByteString, seed: UInt64 = 0xdeca_fcaf_fe) -> UInt64 {
    let factor: UInt64 = 0xc6a4_a793_5bd1_e995
    var h = seed ^ UInt64(s.count) &* factor
    let whole = s.count & ~7
    for at in stride(from: 0, to: whole, by: 8) {
      let k = shiftMix(word(s, at) &* factor) &* factor
      h = (h ^ k) &* factor
    }
    if whole < s.count {
      for index in whole..<s.count { h ^= UInt64(s[index]) &<< UInt64(8 * (index - whole)) }
      h = h &* factor
    }
    return shiftMix(shiftMix(h) &* factor)
  }
}
