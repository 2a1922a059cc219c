import CEngineShims
import EngineCore

/// CRC-32C (Castagnoli) of a growing sequence of bytes.
///
///   var sum = Checksum()
///   sum.update(bytes)
///   sum.masked          // the form in which TensorFlow's files store it
///
/// **Numerics**: reflected polynomial 0x82F63B78, initial and final inversion. Uses the CPU's instruction where there
/// is one, tables otherwise.
public struct Checksum: Sendable {
  private var state: UInt32 = 0xffff_ffff

  /// The checksum of nothing.
  public init() {}

  /// The checksum of these bytes.
  public init(_ bytes: UnsafeRawBufferPointer) { update(bytes) }
  /// The checksum of these bytes.
  public init(_ bytes: ByteString) { update(bytes) }

  /// The checksum as it is.
  public var value: UInt32 { ~state }
  /// Rotated and offset, so that the checksum of data that holds checksums stays meaningful.
  public var masked: UInt32 { Checksum.mask(value) }

  /// The stored form of a checksum.
  public static func mask(_ value: UInt32) -> UInt32 { (value >> 15 | value << 17) &+ 0xa282_ead8 }

  /// The checksum of a stored form.
  public static func unmask(_ masked: UInt32) -> UInt32 {
    let rotated = masked &- 0xa282_ead8
    return rotated >> 17 | rotated << 15
  }

  private static let hasInstruction = engine_crc32c_is_available() != 0

  /// Goes on with these bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if Checksum.hasInstruction {
      state = engine_crc32c_update(state, bytes.baseAddress, bytes.count)
    } else {
      state = Checksum.updateByTables(state, bytes)
    }
  }

  /// Goes on with these bytes.
  public mutating func update(_ bytes: ByteString) { bytes.withUnsafeBytes { update($0) } }

  /// Goes on with the bytes of a number, which the caller has brought into little-endian order.
  public mutating func update<Value: BitwiseCopyable>(littleEndian value: Value) {
    withUnsafeBytes(of: value) { update($0) }
  }

  /// The checksum of bytes with the checksum `first`, followed by `byteCount` bytes with the checksum `second`; all of
  /// them in the plain form (``value``).
  ///
  /// **Numerics**: a checksum is a polynomial modulo the generator; bytes that follow multiply it by a power of x.
  public static func combine(_ first: UInt32, _ second: UInt32, byteCount: Int) -> UInt32 {
    var power: UInt32 = 0x8000_0000  // x^0; the highest bit is the lowest power
    var square: UInt32 = 0x0080_0000  // x^8, a byte
    var rest = byteCount
    while rest > 0 {
      if rest & 1 == 1 { power = product(power, square) }
      square = product(square, square)
      rest >>= 1
    }
    return product(first, power) ^ second
  }

  /// The product of two polynomials modulo the generator.
  private static func product(_ first: UInt32, _ second: UInt32) -> UInt32 {
    var result: UInt32 = 0
    var (bit, shifted) = (UInt32(0x8000_0000), second)
    while bit != 0 {
      if first & bit != 0 { result ^= shifted }
      shifted = shifted & 1 == 1 ? shifted >> 1 ^ 0x82f6_3b78 : shifted >> 1
      bit >>= 1
    }
    return result
  }

  /// Eight tables of 256 entries: entry b of table k is the effect of byte b that k more bytes follow.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
      tables[byte] = crc
    }
    for entry in 256..<8 * 256 {
      let previous = tables[entry - 256]
      tables[entry] = tables[Int(previous & 0xff)] ^ previous >> 8
    }
    return tables
  }()

  static func updateByTables(_ initial: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { table in
      var crc = initial
      var position = 0
      while bytes.count - position >= 8 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ UInt64(crc)
        crc = 0
        for index in 0..<8 {
          let byte = Int(truncatingIfNeeded: word >> UInt64(8 * index)) & 0xff
          crc ^= table[(7 - index) * 256 + byte]
        }
        position += 8
      }
      while position < bytes.count {
        crc = table[Int((crc ^ UInt32(bytes[position])) & 0xff)] ^ crc >> 8
        position += 1
      }
      return crc
    }
  }
}
