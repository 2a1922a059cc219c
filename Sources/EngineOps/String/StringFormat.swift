import EngineCore
import EngineGraph

extension OpDefinition {
  /// A text with the inputs shown where a template has its placeholder; long axes show `summarize` elements at each end.
  static let stringFormat = OpDefinition(
    "StringFormat", inputs: [.list("inputs", types: "T")], outputs: [.tensor("output", .string)],
    attributes: [
      .init("T", .types), .string("template", "%s"), .string("placeholder", "%s"), .int("summarize", 3),
    ],
    shape: ShapeContext.scalar, gradient: .none
  ) { context in
    let (template, placeholder) = (context.node.string("template"), context.node.string("placeholder"))
    var pieces = [Substring]()
    var rest = template[...]
    while !placeholder.isEmpty, let range = rest.firstRange(of: placeholder) {
      pieces.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    guard pieces.count == context.inputs.count else {
      throw EngineError.invalidArgument(
        "num placeholders in template and num inputs must match, got \(pieces.count) and \(context.inputs.count)")
    }
    var text = ""
    for (piece, input) in zip(pieces, context.inputs) {
      text += piece
      text += TensorText.rows(input, edge: context.node.int("summarize"))
    }
    text += rest
    context.setOutput(0, try Tensor(strings: [ByteString(text.utf8)], shape: []))
  }
}

extension TensorText {
  /// All axes with brackets, one line a row, and dots for the middle of axes of more than twice `edge` elements.
  static func rows(_ tensor: Tensor, edge: Int) -> String {
    let strides = StridesOfShape.of(tensor.shape)
    func show(_ axis: Int, _ offset: Int) -> String {
      if axis == tensor.rank {
        if tensor.dtype == .string { return "\"\(element(tensor, offset))\"" }
        return element(tensor, offset)
      }
      let count = tensor.shape[axis]
      var items: [String] = []
      for index in 0..<count {
        if edge >= 0, count > 2 * edge, index == edge { items.append("...") }
        if edge >= 0, count > 2 * edge, index >= edge, index < count - edge { continue }
        items.append(show(axis + 1, offset + index * strides[axis]))
      }
      let depth = tensor.rank - axis - 1
      let separator =
        depth == 0
        ? " " : String(repeating: "\n", count: depth) + String(repeating: " ", count: axis + 1)
      return "[" + items.joined(separator: separator) + "]"
    }
    return show(0, 0)
  }
}

enum StridesOfShape {
  static func of(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }
}
