import EngineCore
import EngineGraph

extension OpDefinition {
  /// The bytes of strings as numbers, along a new last axis; strings are cut or filled up with zeros to one length.
  static let decodePaddedRaw = OpDefinition(
    "DecodePaddedRaw", inputs: [.tensor("input_bytes", .string), .tensor("fixed_length", .int32)],
    outputs: [.tensor("output", "out_type")],
    attributes: [
      .type("out_type", [.float16, .float32, .float64, .int32, .uint16, .uint8, .int16, .int8, .int64, .bfloat16]),
      .bool("little_endian", true),
    ],
    shape: { context in
      let length = try context.constantInts(1)?.first
      let size = context.node.dtype("out_type").itemSize
      if let length, size > 0, length % size != 0 {
        throw EngineError.value("Dimension size must be evenly divisible by \(size) but is \(length)")
      }
      return [context.input(0).concatenated(with: [length.map { $0 / max(size, 1) }])]
    }, gradient: .none
  ) { context in
    let x = context.inputs[0]
    let type = context.node.outputTypes[0]
    let length = try context.integer(1)
    guard length > 0, length % type.itemSize == 0 else {
      throw EngineError.invalidArgument(
        "fixed_length (\(length)) must be greater than zero and a multiple of the size of out_type (\(type.itemSize))")
    }
    let y = try Tensor(zeros: type, shape: x.shape + [length / type.itemSize])
    withExtendedLifetime(y) {
      for (index, bytes) in x.strings.enumerated() {
        bytes.withUnsafeBytes { source in
          guard let base = source.baseAddress else { return }
          (y.pointer + index * length).copyMemory(from: base, byteCount: min(length, source.count))
        }
      }
      guard !context.node.bool("little_endian") else { return }
      let bytes = UnsafeMutableRawBufferPointer(start: y.pointer, count: y.byteCount)
      for start in stride(from: 0, to: bytes.count, by: type.itemSize) {
        bytes[start..<(start + type.itemSize)].reverse()
      }
    }
    context.setOutput(0, y)
  }
}
