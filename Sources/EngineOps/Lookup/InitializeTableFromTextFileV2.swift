import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// Fills a static table from the lines of a file. An index of -1 stands for the line's number, -2 for the whole line,
  /// others for a column.
  static let initializeTableFromTextFileV2 = OpDefinition(
    "InitializeTableFromTextFileV2", inputs: [tableHandle, .tensor("filename", .string)],
    attributes: [
      .int("key_index"), .int("value_index"), .int("vocab_size", -1), .string("delimiter", "\t"),
      .int("offset", 0),
    ], isStateful: true,
    shape: { context in
      _ = try context.input(0, rank: 0)
      _ = try context.input(1, rank: 0)
      return []
    }, gradient: .none
  ) { context in
    let node = context.node
    let table = try context.table()
    let path = try context.text(1)
    let delimiters = ByteString(node.string("delimiter").utf8)
    guard delimiters.count == 1 else {
      throw EngineError.invalidArgument("delimiter should be only 1 char")
    }
    let (keyIndex, valueIndex) = (node.int("key_index"), node.int("value_index"))
    let limit = node.int("vocab_size")
    let file = try FileInputStream(path)
    var (keys, values): ([LookupTable.Cell], [LookupTable.Cell]) = ([], [])
    var number = 0
    while limit < 0 || number < limit, let line = try file.line() {
      guard !line.isEmpty else {
        throw EngineError.invalidArgument(
          "Invalid content in \(path): empty line found at line \(number).")
      }
      let columns =
        keyIndex >= 0 || valueIndex >= 0
        ? line.split(separator: delimiters[0], omittingEmptySubsequences: false) : []
      func cell(_ index: Int, _ type: DType) throws -> LookupTable.Cell {
        switch index {
        case -1:
          guard type == .int64 else {
            throw EngineError.invalidArgument("the number of a line is an int64, not a \(type)")
          }
          return .bits(UInt64(bitPattern: Int64(number &+ node.int("offset"))))
        case -2: return try tableCell(line, type, number)
        default:
          guard index < columns.count else {
            throw EngineError.invalidArgument(
              "Invalid number of columns in \(path) line \(number) (\(line.text)) : expected at least \(index + 1) got "
                + "\(columns.count)")
          }
          return try tableCell(ByteString(columns[index]), type, number)
        }
      }
      keys.append(try cell(keyIndex, table.keyType))
      values.append(try cell(valueIndex, table.valueType))
      number += 1
    }
    guard limit < 0 || number == limit else {
      throw EngineError.invalidArgument(
        "Invalid vocab_size in \(path): expected \(limit) but got \(number)")
    }
    try table.initialize(keys, values)
  }

  private static func tableCell(_ text: ByteString, _ type: DType, _ line: Int) throws
    -> LookupTable.Cell
  {
    func number(_ value: UInt64?) throws -> LookupTable.Cell {
      guard let value else {
        throw EngineError.invalidArgument(
          "Field \(text.text) in line \(line) is not a valid \(type.messageName).")
      }
      return .bits(value)
    }
    switch type {
    case .string: return .text(text)
    case .int64:
      return try number(NumberText.integer(text, Int64.self).map { UInt64(bitPattern: $0) })
    case .int32:
      return try number(NumberText.integer(text, Int32.self).map { UInt64(bitPattern: Int64($0)) })
    case .float32: return try number(NumberText.float(text).map { UInt64($0.bitPattern) })
    case .float64: return try number(NumberText.double(text).map(\.bitPattern))
    default: throw EngineError.invalidArgument("Data type \(type.messageName) not supported.")
    }
  }
}
