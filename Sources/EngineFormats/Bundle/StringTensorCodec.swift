import EngineCore

/// The form of string tensors in a checkpoint's data file: the elements' lengths as varints, a checksum of the lengths,
/// then all bytes.
///
/// The checksums see each length as a fixed-width number (32 bits, or 64 where that is too small), not as the varint.
enum StringTensorCodec {
  static func encode(_ strings: [ByteString]) -> (bytes: ByteString, checksum: UInt32) {
    var encoder = ProtoEncoder()
    var lengths = Checksum()
    for string in strings {
      encoder.varint(UInt64(string.count))
      update(&lengths, string.count)
    }
    // The stored checksum of the lengths is covered by the entry's own, which therefore goes on from the lengths.
    let masked = lengths.masked
    encoder.fixed32(masked)
    var total = lengths
    total.update(littleEndian: masked.littleEndian)
    var bytes = encoder.bytes
    bytes.reserveCapacity(bytes.count + strings.reduce(0) { $0 + $1.count })
    for string in strings {
      total.update(string)
      bytes += string
    }
    return (bytes, total.masked)
  }

  /// **Errors**: `DataLoss` for anything that does not fit, including either checksum.
  static func decode(_ bytes: UnsafeRawBufferPointer, count: Int, checksum: UInt32) throws -> [ByteString] {
    var decoder = ProtoDecoder(bytes)
    var lengths: [UInt64] = []
    lengths.reserveCapacity(min(count, bytes.count))
    var sum = Checksum()
    for _ in 0..<count {
      let length = try decoder.varint()
      guard length <= UInt64(bytes.count) else { throw ProtoDecoder.truncated }
      lengths.append(length)
      update(&sum, Int(length))
    }
    let stored = try decoder.fixed32()
    guard sum.masked == stored else {
      throw EngineError.dataLoss("the length checksum does not match: expected \(sum.masked), found \(stored)")
    }
    sum.update(littleEndian: stored.littleEndian)
    var strings: [ByteString] = []
    strings.reserveCapacity(lengths.count)
    for length in lengths {
      let string = try decoder.raw(length)
      sum.update(string)
      strings.append(ByteString(string))
    }
    guard decoder.isAtEnd else {
      throw EngineError.dataLoss("\(decoder.remaining) bytes are left behind the last string")
    }
    guard sum.masked == checksum else { throw EngineError.dataLoss("checksum mismatch in string data") }
    return strings
  }

  private static func update(_ sum: inout Checksum, _ length: Int) {
    if let narrow = UInt32(exactly: length) {
      sum.update(littleEndian: narrow.littleEndian)
    } else {
      sum.update(littleEndian: UInt64(length).littleEndian)
    }
  }
}
