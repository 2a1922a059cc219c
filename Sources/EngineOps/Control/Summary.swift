import EngineCore
import EngineFormats
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// An op whose result is a serialised `Summary`.
  static func summary(
    _ name: String, _ inputs: [ArgumentDefinition], attributes: [AttributeDefinition] = [],
    make: @escaping @Sendable (KernelContext) throws -> ByteString
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: inputs, outputs: [.tensor("summary", .string)], attributes: attributes,
      shape: ShapeContext.scalar, gradient: .none
    ) { context in context.setOutput(0, try Tensor(strings: [try make(context)], shape: [])) }
  }
}

extension KernelContext {
  /// The elements of a numeric input as `Float`.
  func floats(_ index: Int) throws -> [Float] {
    let tensor = inputs[index]
    if tensor.dtype == .float32 { return try tensor.scalars(Float.self) }
    let converted = try Tensor(uninitialized: .float32, shape: tensor.shape)
    try Kernels.cast(tensor, into: converted)
    return try converted.scalars(Float.self)
  }
}

/// Files that summaries carry.
enum MediaEncoding {
  /// A PNG file of 8-bit pixels with 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGBA) channels, not compressed.
  ///
  /// **Source**: PNG specification, third edition; RFC 1950 and 1951 (stored blocks).
  static func png(_ pixels: [UInt8], height: Int, width: Int, channels: Int) -> ByteString {
    let colorType: [UInt8] = [0, 0, 4, 2, 6]
    var file: ByteString = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    func chunk(_ type: String, _ content: ByteString) {
      let body = ByteString(type.utf8) + content
      file += bigEndian(UInt32(truncatingIfNeeded: content.count)) + body + bigEndian(crc32(body))
    }
    chunk(
      "IHDR",
      bigEndian(UInt32(truncatingIfNeeded: width)) + bigEndian(UInt32(truncatingIfNeeded: height)) + [
        8, colorType[channels], 0, 0, 0,
      ])
    var rows: ByteString = []
    rows.reserveCapacity(height * (width * channels + 1))
    for row in 0..<height {
      rows.append(0)
      rows += pixels[(row * width * channels)..<((row + 1) * width * channels)]
    }
    var stream: ByteString = [0x78, 0x01]
    var position = 0
    repeat {
      let size = min(rows.count - position, 0xffff)
      let isLast = position + size == rows.count
      stream += [
        isLast ? 1 : 0, UInt8(size & 0xff), UInt8(size >> 8), UInt8(~size & 0xff), UInt8(~size >> 8 & 0xff),
      ]
      stream += rows[position..<(position + size)]
      position += size
    } while position < rows.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in rows {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    chunk("IDAT", stream + bigEndian(b << 16 | a))
    chunk("IEND", [])
    return file
  }

  /// A WAV file of 16-bit samples.
  static func wav(_ samples: [Float], channels: Int, rate: Int) -> ByteString {
    func little(_ value: Int, _ bytes: Int) -> ByteString { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xff) } }
    let size = samples.count * 2
    var file = ByteString("RIFF".utf8) + little(36 + size, 4) + ByteString("WAVEfmt ".utf8)
    file += little(16, 4) + little(1, 2) + little(channels, 2) + little(rate, 4) + little(rate * channels * 2, 4)
    file += little(channels * 2, 2) + little(16, 2) + ByteString("data".utf8) + little(size, 4)
    for sample in samples {
      let scaled = sample.isNaN ? 0 : (sample * 32_768).rounded()
      file += little(Int(min(max(scaled, -32_768), 32_767)), 2)
    }
    return file
  }

  private static func bigEndian(_ value: UInt32) -> ByteString { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xff) } }

  private static let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
  }

  private static func crc32(_ bytes: ByteString) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crcTable[Int(($0 ^ UInt32($1)) & 0xff)] ^ $0 >> 8 }
  }
}
