import EngineCore
import EngineFormats

/// Finds the columns that want a feature by the bytes of its key, without making an array of each key of the input.
struct FeatureKeys {
  private let keys: [ByteString]
  private var columns: [UInt64: [Int]] = [:]

  init(_ keys: [ByteString]) {
    self.keys = keys
    for (column, key) in keys.enumerated() {
      columns[key.withUnsafeBytes { FeatureKeys.hash($0) }, default: []].append(column)
    }
  }

  func forEachColumn(_ key: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
    guard let candidates = columns[FeatureKeys.hash(key)] else { return }
    for column in candidates where keys[column].elementsEqual(key) { body(column) }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}

/// Where the wanted features stand in serialized examples: one row for each example, one column for each key.
struct FeatureIndex {
  let serialized: [ByteString]
  private let columnCount: Int
  /// Offsets in an example; `start` is -1 where the feature is missing.
  private var spans: [(start: Int, count: Int)]

  /// What of a message is searched.
  enum Part: Int {
    /// `Example.features` and `SequenceExample.context`.
    case features = 1
    /// `SequenceExample.feature_lists`.
    case lists = 2
  }

  /// **Errors**: `InvalidArgument` for bytes that are no example.
  init(_ serialized: [ByteString], keys: [ByteString], part: Part = .features) throws {
    self.serialized = serialized
    columnCount = keys.count
    let (count, overflow) = serialized.count.multipliedReportingOverflow(by: keys.count)
    guard !overflow else { throw EngineError.resourceExhausted("too many features") }
    try checkRoom(for: count, of: (Int, Int).self)
    spans = Array(repeating: (-1, 0), count: count)
    let table = FeatureKeys(keys)
    for row in serialized.indices {
      try FeatureIndex.parsing(serialized[row]) { bytes in try locate(row, bytes, table, part) }
    }
  }

  private mutating func locate(_ row: Int, _ bytes: UnsafeRawBufferPointer, _ keys: FeatureKeys, _ part: Part) throws {
    var example = ProtoDecoder(bytes)
    while !example.isAtEnd {
      let (number, wireType) = try example.tag()
      guard wireType == 2, number == part.rawValue else {
        try example.skip(wireType, number: number)
        continue
      }
      var features = ProtoDecoder(try example.lengthDelimited())
      while !features.isAtEnd {
        let (number, wireType) = try features.tag()
        guard number == 1, wireType == 2 else { throw EngineError.dataLoss("malformed map of features") }
        var entry = ProtoDecoder(try features.lengthDelimited())
        var (key, value) = (UnsafeRawBufferPointer(start: nil, count: 0), UnsafeRawBufferPointer(start: nil, count: 0))
        while !entry.isAtEnd {
          switch try entry.tag() {
          case (1, 2): key = try entry.lengthDelimited()
          case (2, 2): value = try entry.lengthDelimited()
          default: throw EngineError.dataLoss("malformed entry of a map of features")
          }
        }
        // A key that comes twice counts as it comes last.
        let start = value.baseAddress.flatMap { at in bytes.baseAddress.map { at - $0 } } ?? 0
        keys.forEachColumn(key) { spans[row * columnCount + $0] = (start, value.count) }
      }
    }
  }

  /// Calls `body` with a feature's message; `nil` when the example does not have it.
  func feature<Result>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer?) throws -> Result) throws -> Result {
    let (start, count) = spans[row * columnCount + column]
    guard start >= 0 else { return try body(nil) }
    return try FeatureIndex.parsing(serialized[row]) { bytes in
      try body(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)]))
    }
  }

  /// Turns errors of the wire form into TensorFlow's.
  private static func parsing<Result>(
    _ serialized: ByteString, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    do {
      return try serialized.withUnsafeBytes(body)
    } catch let error as EngineError where error.kind == .status && error.code == .dataLoss {
      let shown = String(decoding: serialized.prefix(1024), as: UTF8.self)
      throw EngineError.invalidArgument("Could not parse example input, value: '\(shown)' (\(error.message))")
    }
  }
}
