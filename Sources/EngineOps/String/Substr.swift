import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `len` bytes (or characters) from `pos`, negative ones counted from the end; position and length broadcast.
  static let substr = OpDefinition(
    "Substr", inputs: [.tensor("input", .string), .tensor("pos", "T"), .tensor("len", "T")],
    outputs: [.tensor("output", .string)],
    attributes: [.type("T", .index), .string("unit", "BYTE", oneOf: ["BYTE", "UTF8_CHAR"])],
    shape: { context in
      _ = try ShapeContext.merge(context.input(1), context.input(2))
      return [try Shape.broadcast(context.input(0), context.input(1))]
    }, gradient: .none
  ) { context in
    let (input, position, length) = (context.inputs[0], context.inputs[1], context.inputs[2])
    guard position.shape == length.shape else {
      throw EngineError.invalidArgument(
        "pos and len should have the same shape, got: \(position.bracketedShape) vs. \(length.bracketedShape)")
    }
    let shape = try broadcastShape(input, position)
    func spread(_ x: Tensor) throws -> Tensor {
      if x.shape == shape { return x }
      let wide = try Tensor(uninitialized: x.dtype, shape: shape)
      try Kernels.broadcast(x, into: wide)
      return wide
    }
    let (texts, positions) = (try spread(input).strings, try spread(position).integers())
    let lengths = try spread(length).integers()
    let countsBytes = context.node.string("unit") == "BYTE"
    let parts = try texts.indices.map { index -> ByteString in
      let text = texts[index]
      // Where each unit starts; units are whole characters or bytes.
      let starts = countsBytes ? [] : text.indices.filter { !text[$0].continuesCharacter }
      let count = countsBytes ? text.count : starts.count
      let first = positions[index] < 0 ? positions[index] &+ count : positions[index]
      guard first >= 0, first <= count else {
        throw EngineError.invalidArgument(
          "pos \(positions[index]) out of range for string b'\(text.text)' at index \(index)")
      }
      // A negative length means the rest.
      let last = lengths[index] < 0 ? count : first + Swift.min(lengths[index], count - first)
      func byte(_ unit: Int) -> Int { countsBytes ? unit : unit < starts.count ? starts[unit] : text.count }
      return Array(text[byte(first)..<byte(last)])
    }
    context.setOutput(0, try Tensor(strings: parts, shape: shape))
  }
}
