import EngineCore
import EngineGraph

extension OpDefinition {
  /// The bytes of strings of one length as numbers, along a new last axis.
  static let decodeRaw = OpDefinition(
    "DecodeRaw", inputs: [.tensor("bytes", .string)], outputs: [.tensor("output", "out_type")],
    attributes: [
      .type(
        "out_type",
        [
          .float16, .float32, .float64, .int32, .uint16, .uint8, .int16, .int8, .int64, .complex64, .complex128, .bool,
          .bfloat16,
        ]), .bool("little_endian", true),
    ], shape: { [$0.input(0).concatenated(with: [nil])] }, gradient: .none
  ) { context in
    let x = context.inputs[0]
    let type = context.node.outputTypes[0]
    let strings = x.strings
    let length = strings.first?.count ?? 0
    for (index, bytes) in strings.enumerated() where bytes.count != length {
      throw EngineError.invalidArgument(
        "DecodeRaw requires input strings to all be the same size, but element \(index) has size \(length) != \(bytes.count)"
      )
    }
    guard length % type.itemSize == 0 else {
      throw EngineError.invalidArgument(
        "Input to DecodeRaw has length \(length) that is not a multiple of \(type.itemSize), the size of \(type)")
    }
    let y = try Tensor(uninitialized: type, shape: x.shape + [length / type.itemSize])
    for (index, bytes) in strings.enumerated() {
      bytes.withUnsafeBytes { source in
        if let base = source.baseAddress { (y.pointer + index * length).copyMemory(from: base, byteCount: length) }
      }
    }
    if !context.node.bool("little_endian") {
      let width = type.isComplex ? type.itemSize / 2 : type.itemSize
      let bytes = UnsafeMutableRawBufferPointer(start: y.pointer, count: y.byteCount)
      for start in stride(from: 0, to: bytes.count, by: width) { bytes[start..<(start + width)].reverse() }
    }
    context.setOutput(0, y)
  }
}
