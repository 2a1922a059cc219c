import EngineCore
import EngineGraph

extension OpDefinition {
  /// The parts of strings as a sparse matrix: one row for each string. Each byte of the delimiter separates; an empty
  /// delimiter separates every two bytes.
  static let stringSplit = OpDefinition(
    "StringSplit", inputs: [.tensor("input", .string), .tensor("delimiter", .string)],
    outputs: [.tensor("indices", .int64), .tensor("values", .string), .tensor("shape", .int64)],
    attributes: [.bool("skip_empty", true)],
    shape: { context in
      _ = try context.input(0, rank: 1)
      _ = try context.input(1, rank: 0)
      return [[nil, 2], .vector(nil), [2]]
    }, gradient: .none
  ) { context in
    let (input, delimiter) = (context.inputs[0], context.inputs[1])
    guard input.rank == 1 else {
      throw EngineError.invalidArgument("input must be a vector, got shape: \(input.bracketedShape)")
    }
    guard delimiter.elementCount == 1, let separators = delimiter.strings.first else {
      throw EngineError.invalidArgument("delimiter must be a scalar, got shape: \(delimiter.bracketedShape)")
    }
    let skipsEmpty = context.node.bool("skip_empty")
    let rows: [[ByteString]] = input.strings.map { text in
      if text.isEmpty { return [] }
      if separators.isEmpty { return text.map { [$0] } }
      return text.split(omittingEmptySubsequences: skipsEmpty) { separators.contains($0) }.map { ByteString($0) }
    }
    let columns = rows.map(\.count).max() ?? 0
    let indices = rows.enumerated().flatMap { row, parts in parts.indices.flatMap { [Int64(row), Int64($0)] } }
    let values = rows.flatMap { $0 }
    context.setOutput(0, try Tensor(indices, shape: [values.count, 2]))
    context.setOutput(1, try Tensor(strings: values, shape: [values.count]))
    context.setOutput(2, try Tensor([Int64(rows.count), Int64(columns)], shape: [2]))
  }
}
