import EngineCore
import Testing

@testable import EngineFormats

/// Compressed files: what is written can be read, what zlib writes too, and damaged data raises.
@Suite struct CompressionTests {
  /// Numbers that repeat from run to run.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  private func inflate(_ bytes: ByteString) throws -> ByteString {
    var rest = bytes[...]
    var reader = BitReader {
      // Small pieces, so that every way to run out of input is met.
      defer { rest = rest.dropFirst(7) }
      return ByteString(rest.prefix(7))
    }
    var inflater = Inflater()
    var result: ByteString = []
    while true {
      let piece = try inflater.read(1000, from: &reader)
      if piece.isEmpty { return result }
      result += piece
    }
  }

  private func deflate(_ bytes: ByteString, block: Int = 1 << 17) -> ByteString {
    var deflater = Deflater()
    var rest = bytes[...]
    while rest.count > block {
      ByteString(rest.prefix(block)).withUnsafeBytes { deflater.block($0, isLast: false) }
      deflater.flush()
      rest = rest.dropFirst(block)
    }
    ByteString(rest).withUnsafeBytes { deflater.block($0, isLast: true) }
    return deflater.takeOutput()
  }

  private static func samples() -> [ByteString] {
    var numbers = Numbers(state: 11)
    let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    let text = ByteString(String(repeating: "to be or not to be, that is the question; ", count: 3000).utf8)
    let mixed = (0..<50_000).map { _ in UInt8.random(in: 0...3, using: &numbers) }
    return [
      [], [0], ByteString("abc".utf8), ByteString(repeating: 7, count: 100_000), noise, text, mixed, Array(0...255),
    ]
  }

  @Test(arguments: samples().indices) func whatIsWrittenCanBeRead(_ index: Int) throws {
    let data = CompressionTests.samples()[index]
    #expect(try inflate(deflate(data)) == data)
    #expect(try inflate(deflate(data, block: 1000)) == data)
    if index == 5 { #expect(deflate(data).count < data.count / 20) }
  }

  /// From zlib at level 9: a block with the fixed codes.
  @Test func whatZlibWrites() throws {
    let stored: ByteString = [1, 3, 0, 0xfc, 0xff, 0x61, 0x62, 0x63]
    #expect(try inflate(stored) == ByteString("abc".utf8))
    let fixed: ByteString = [0x4b, 0x4c, 0x4a, 0x4e, 0x04, 0x23, 0x00]
    #expect(try inflate(fixed) == ByteString("abcabcabc".utf8))
    // A block that brings its codes along.
    let dynamic: ByteString = [
      0x9d, 0x8b, 0xcb, 0x0d, 0x80, 0x30, 0x0c, 0x43, 0x57, 0xf1, 0x00, 0x2c, 0x95, 0x7e, 0x68, 0xca, 0x2f, 0x50,
      0x52, 0x0a, 0x4c, 0x4f, 0xcb, 0x9d, 0x0b, 0x96, 0x25, 0x5b, 0x7a, 0x36, 0xd1, 0x7f, 0x19, 0xeb, 0xbe, 0xac,
      0xec, 0xb1, 0xe5, 0x68, 0x47, 0x98, 0x24, 0x65, 0x41, 0x2f, 0x27, 0x86, 0x3c, 0xaf, 0x3b, 0xe4, 0xf0, 0x09,
      0x0d, 0x4f, 0x74, 0x5f, 0x70, 0x12, 0x3a, 0x14, 0x8e, 0x96, 0x51, 0x68, 0xc7, 0x22, 0x8a, 0x1a, 0x2f, 0xaa,
      0xd9, 0x66, 0xed, 0xc9, 0xe4, 0x6a, 0x97, 0x1c, 0x58, 0x11, 0x15, 0x2a, 0x30, 0xfe, 0x01,
    ]
    let text =
      String(repeating: "a", count: 60) + String(repeating: "bcd", count: 9)
      + "the quick brown fox jumps over the lazy dog, which was not as lazy as the fox had thought it to be"
    #expect(try inflate(dynamic) == ByteString(text.utf8))
  }

  @Test func damagedDataOnlyRaises() {
    var numbers = Numbers(state: 5)
    let good = deflate(CompressionTests.samples()[5])
    var errors = 0
    for _ in 0..<400 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &numbers) {
        let place = Int.random(in: 0..<bytes.count, using: &numbers)
        bytes[place] = UInt8.random(in: 0...255, using: &numbers)
      }
      if Bool.random(using: &numbers) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &numbers)) }
      do { _ = try inflate(bytes) } catch { errors += 1 }
    }
    for _ in 0..<400 {
      let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &numbers) }
      do { _ = try inflate(bytes) } catch { errors += 1 }
    }
    #expect(errors > 400)
  }

  @Test(arguments: ["GZIP", "ZLIB"]) func recordFiles(_ kind: String) throws {
    let compression = try RecordCompression(named: kind)
    try withTemporaryDirectory { directory in
      let path = directory + "/records"
      let writer = try RecordWriter(path, compression: compression)
      for number in 0..<500 { try writer.write(ByteString("record \(number)".utf8)) }
      try writer.flush()
      for number in 500..<1000 { try writer.write(ByteString("record \(number)".utf8)) }
      try writer.close()
      let reader = try RecordReader(path, compression: compression)
      var count = 0
      while let record = try reader.next() {
        #expect(record == ByteString("record \(count)".utf8))
        count += 1
      }
      #expect(count == 1000)

      var bytes = try FileSystem.readFile(path)
      bytes[bytes.count - 5] ^= 1
      try AtomicFile.write(path, bytes)
      let damaged = try RecordReader(path, compression: compression)
      #expect(throws: EngineError.self) { while try damaged.next() != nil {} }
      // What came before the damage is read.
      try AtomicFile.write(path, ByteString(try FileSystem.readFile(path).prefix(1500)))
      let truncated = try RecordReader(path, compression: compression)
      var found = 0
      #expect(throws: EngineError.self) { while try truncated.next() != nil { found += 1 } }
      #expect(found > 10)
    }
  }
}
