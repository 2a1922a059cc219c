import EngineCore

/// One line of comma-separated values.
///
/// **Source**: RFC 4180; quotes may be turned off.
enum CSVRecord {
  /// The fields of a record; of quoted ones the content.
  /// **Errors**: `InvalidArgument` for stray quotes.
  static func fields(_ record: ByteString, delimiter: UInt8, quotes: Bool) throws -> [ByteString] {
    let quote: UInt8 = 0x22
    func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }
    var fields: [ByteString] = []
    var position = 0
    while true {
      var field: ByteString = []
      if quotes, position < record.count, record[position] == quote {
        position += 1
        var isClosed = false
        while position < record.count {
          if record[position] != quote {
            field.append(record[position])
            position += 1
          } else if position + 1 < record.count, record[position + 1] == quote {
            field.append(quote)
            position += 2
          } else {
            position += 1
            isClosed = true
            break
          }
        }
        guard isClosed else { throw EngineError.invalidArgument("Quoted field has to end with quote followed by delim or end") }
        guard position == record.count || record[position] == delimiter || isLineEnd(record[position]) else {
          throw EngineError.invalidArgument("Quoted field has to end with quote followed by delim or end")
        }
      } else {
        while position < record.count, record[position] != delimiter, !isLineEnd(record[position]) {
          guard !quotes || record[position] != quote else {
            throw EngineError.invalidArgument("Unquoted fields cannot have quotes/CRLFs inside")
          }
          field.append(record[position])
          position += 1
        }
      }
      fields.append(field)
      guard position < record.count, record[position] == delimiter else { break }
      position += 1
    }
    // Only a line end may follow the last field.
    guard record[position...].allSatisfy(isLineEnd) else {
      throw EngineError.invalidArgument("Unquoted fields cannot have quotes/CRLFs inside")
    }
    return fields
  }
}
