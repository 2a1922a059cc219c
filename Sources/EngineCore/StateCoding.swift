/// Writes state as bytes, for a reader that knows the order: integers, texts, tensors and nested blocks.
///
/// All numbers are little-endian. Lists and blocks begin with their count, so that a reader can check it against what is
/// left before it believes it.
public struct StateEncoder {
  public private(set) var bytes: ByteString = []
  /// The most that may be written; keeps a state from growing beyond what a file should hold.
  public let limit: Int

  public init(limit: Int = 1 << 30) { self.limit = limit }

  public mutating func append<Number: FixedWidthInteger>(_ value: Number) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
  public mutating func append(_ value: Bool) { bytes.append(value ? 1 : 0) }
  public mutating func append(_ text: String) { append(ByteString(text.utf8)) }

  /// A count and the bytes.
  public mutating func append(_ block: ByteString) {
    append(UInt64(block.count))
    bytes.append(contentsOf: block)
  }

  /// A value that may be missing.
  public mutating func append<Value>(optional value: Value?, _ write: (inout StateEncoder, Value) throws -> Void)
    rethrows
  {
    append(value != nil)
    if let value { try write(&self, value) }
  }

  /// A count and the elements.
  public mutating func append<Items: Collection>(
    list: Items, _ write: (inout StateEncoder, Items.Element) throws -> Void
  ) throws {
    append(UInt64(list.count))
    for item in list {
      try write(&self, item)
      try checkSize()
    }
  }

  /// **Errors**: `Unimplemented` for tensors that are no data, such as handles; `ResourceExhausted` beyond the limit.
  public mutating func append(_ tensor: Tensor) throws {
    append(tensor.dtype.rawValue)
    append(UInt8(truncatingIfNeeded: tensor.rank))
    for size in tensor.shape { append(UInt64(size)) }
    if tensor.dtype == .string {
      for element in tensor.strings { append(element) }
    } else {
      guard tensor.dtype.isPlainData, tensor.rank < 256 else {
        throw EngineError.unimplemented("a \(tensor.dtype) tensor cannot be kept as state")
      }
      guard tensor.byteCount <= limit - min(limit, bytes.count) else { throw tooLarge }
      withExtendedLifetime(tensor) {
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))
      }
    }
    try checkSize()
  }

  private func checkSize() throws { if bytes.count > limit { throw tooLarge } }

  private var tooLarge: EngineError {
    EngineError.resourceExhausted("the state takes more than \(limit) bytes")
  }
}

/// Reads what ``StateEncoder`` wrote.
///
/// **Errors**: every method throws `DataLoss` when the bytes end too early or say something impossible. Nothing is
/// allocated before the bytes for it have been seen.
public struct StateDecoder {
  private let bytes: ByteString
  private var position: Int
  private let end: Int

  public init(_ bytes: ByteString) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  public var remaining: Int { end - position }

  public static func damaged(_ what: String) -> EngineError {
    EngineError.dataLoss("the saved state is damaged: \(what)")
  }

  /// **Errors**: when something is left.
  public func finish() throws {
    if remaining != 0 { throw StateDecoder.damaged("\(remaining) bytes too many") }
  }

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw StateDecoder.damaged("\(count) bytes expected, \(remaining) are left")
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  public mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws -> Number {
    let slice = try take(MemoryLayout<Number>.size)
    return Number(littleEndian: slice.withUnsafeBytes { $0.loadUnaligned(as: Number.self) })
  }

  /// A number that was written as 64 bits and is a count or position here.
  public mutating func count() throws -> Int {
    guard let value = Int(exactly: try number(UInt64.self)) else { throw StateDecoder.damaged("an impossible count") }
    return value
  }

  /// A number of steps, small enough to count on from.
  public mutating func steps() throws -> Int {
    let value = try number(Int64.self)
    guard (0..<1 << 60).contains(value) else { throw StateDecoder.damaged("\(value) steps") }
    return Int(value)
  }

  public mutating func flag() throws -> Bool {
    switch try number(UInt8.self) {
    case 0: return false
    case 1: return true
    case let other: throw StateDecoder.damaged("\(other) is no truth value")
    }
  }

  public mutating func block() throws -> ByteString { ByteString(try take(try count())) }

  public mutating func text() throws -> String {
    guard let text = String(validating: try block(), as: UTF8.self) else {
      throw StateDecoder.damaged("a text is no UTF-8")
    }
    return text
  }

  public mutating func optional<Value>(_ read: (inout StateDecoder) throws -> Value) throws -> Value? {
    try flag() ? try read(&self) : nil
  }

  public mutating func list<Item>(_ read: (inout StateDecoder) throws -> Item) throws -> [Item] {
    let count = try count()
    // Every item takes a byte at least.
    guard count <= remaining else { throw StateDecoder.damaged("a list of \(count) in \(remaining) bytes") }
    var result: [Item] = []
    for _ in 0..<count { result.append(try read(&self)) }
    return result
  }

  public mutating func tensor() throws -> Tensor {
    guard let dtype = DType(rawValue: try number(Int32.self)) else { throw StateDecoder.damaged("an unknown type") }
    let rank = Int(try number(UInt8.self))
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try count()) }
    guard let elements = Shape.elementCount(shape) else { throw StateDecoder.damaged("an impossible shape") }
    if dtype == .string {
      guard elements.multipliedReportingOverflow(by: 8).partialValue <= remaining, elements <= remaining else {
        throw StateDecoder.damaged("\(elements) texts in \(remaining) bytes")
      }
      var strings: [ByteString] = []
      for _ in 0..<elements { strings.append(try block()) }
      return try Tensor(strings: strings, shape: shape)
    }
    guard dtype.isPlainData else { throw StateDecoder.damaged("a \(dtype) tensor") }
    let (size, overflow) = elements.multipliedReportingOverflow(by: dtype.itemSize)
    guard !overflow else { throw StateDecoder.damaged("an impossible shape") }
    let slice = try take(size)
    let tensor = try Tensor(uninitialized: dtype, shape: shape)
    slice.withUnsafeBytes { if let base = $0.baseAddress { tensor.pointer.copyMemory(from: base, byteCount: size) } }
    return tensor
  }
}
