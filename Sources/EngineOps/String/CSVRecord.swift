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
    while position < record.count {
      if isLineEnd(record[position]) {  // line ends before a field count for nothing
        position += 1
        continue
      }
      var field: ByteString = []
      if quotes, record[position] == quote {
        position += 1
        while position < record.count {
          if record[position] != quote {
            field.append(record[position])
            position += 1
          } else if position + 1 < record.count, record[position + 1] == quote {
            field.append(quote)
            position += 2
          } else {
            break
          }
        }
        guard position < record.count else {
          throw EngineError.invalidArgument("Quoted field has to end with quote followed by delim or end")
        }
        position += 1
        guard position == record.count || record[position] == delimiter else {
          throw EngineError.invalidArgument("Quote inside a string has to be escaped by another quote")
        }
      } else {
        while position < record.count, record[position] != delimiter {
          guard !isLineEnd(record[position]), !quotes || record[position] != quote else {
            throw EngineError.invalidArgument("Unquoted fields cannot have quotes/CRLFs inside")
          }
          field.append(record[position])
          position += 1
        }
      }
      fields.append(field)
      position += 1  // the delimiter
    }
    if record.last == delimiter { fields.append([]) }
    return fields
  }
}
