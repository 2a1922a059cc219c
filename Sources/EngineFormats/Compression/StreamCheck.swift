/// The check values of compressed files: CRC-32 for gzip, Adler-32 for zlib.
///
/// **Source**: RFC 1952, section 8; RFC 1950, section 8.2.
struct StreamCheck {
  private var crc: UInt32 = 0xffff_ffff
  private var low: UInt32 = 1
  private var high: UInt32 = 0
  /// How many bytes there were, modulo 2^32.
  private(set) var byteCount: UInt32 = 0
  private let isCRC: Bool

  init(_ compression: RecordCompression) { isCRC = compression == .gzip }

  /// The check value of the bytes so far.
  var value: UInt32 { isCRC ? crc ^ 0xffff_ffff : high << 16 | low }

  mutating func update(_ bytes: some Sequence<UInt8>) {
    if isCRC {
      for byte in bytes {
        crc = StreamCheck.table[Int((crc ^ UInt32(byte)) & 0xff)] ^ (crc >> 8)
        byteCount &+= 1
      }
    } else {
      for byte in bytes {
        low = (low + UInt32(byte)) % 65521
        high = (high + low) % 65521
        byteCount &+= 1
      }
    }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }
}
