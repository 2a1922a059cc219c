import EngineCore
import EngineGraph

extension OpDefinition {
  /// The parts of strings as a sparse matrix: one row for each string. An empty separator means runs of white space.
  static let stringSplitV2 = OpDefinition(
    "StringSplitV2", inputs: [.tensor("input", .string), .tensor("sep", .string)],
    outputs: [.tensor("indices", .int64), .tensor("values", .string), .tensor("shape", .int64)],
    attributes: [.int("maxsplit", -1)],
    shape: { context in
      _ = try context.input(0, rank: 1)
      _ = try context.input(1, rank: 0)
      return [[nil, 2], .vector(nil), [2]]
    }, gradient: .none
  ) { context in
    let (input, separator) = (context.inputs[0], context.inputs[1])
    guard input.rank == 1 else {
      throw EngineError.invalidArgument("input must be a vector, got shape: \(input.bracketedShape)")
    }
    guard separator.rank == 0 else {
      throw EngineError.invalidArgument("sep must be a scalar, got shape: \(separator.bracketedShape)")
    }
    let limit = context.node.int("maxsplit")
    let rows = input.strings.map { split($0, separator.strings[0], limit: limit < 0 ? Int.max : limit) }
    let columns = rows.map(\.count).reduce(0) { $0 > $1 ? $0 : $1 }
    let indices = rows.enumerated().flatMap { row, parts in parts.indices.flatMap { [Int64(row), Int64($0)] } }
    let values = rows.flatMap { $0 }
    context.setOutput(0, try Tensor(indices, shape: [values.count, 2]))
    context.setOutput(1, try Tensor(strings: values, shape: [values.count]))
    context.setOutput(2, try Tensor([Int64(rows.count), Int64(columns)], shape: [2]))
  }

  /// As Python's `bytes.split` does it.
  private static func split(_ text: ByteString, _ separator: ByteString, limit: Int) -> [ByteString] {
    var parts: [ByteString] = []
    var position = 0
    if separator.isEmpty {
      while true {
        while position < text.count, text[position].isWhitespace { position += 1 }
        if position == text.count { return parts }
        if parts.count == limit {
          parts.append(Array(text[position...]))
          return parts
        }
        let start = position
        while position < text.count, !text[position].isWhitespace { position += 1 }
        parts.append(Array(text[start..<position]))
      }
    }
    var start = 0
    while parts.count < limit, position + separator.count <= text.count {
      if text[position..<(position + separator.count)].elementsEqual(separator) {
        parts.append(Array(text[start..<position]))
        position += separator.count
        start = position
      } else {
        position += 1
      }
    }
    parts.append(Array(text[start...]))
    return parts
  }
}
