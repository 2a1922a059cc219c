import EngineCore

/// A rectangular part of a tensor, as partitioned variables are saved.
///
///   TensorSlice(starts: [0, 0], lengths: [5, nil])      // rows 0 to 4
///   TensorSlice(parsing: "0,5:-")                       // the same, in the notation of SaveV2
public struct TensorSlice: Sendable, Hashable {
  /// The first index in each dimension.
  public let starts: [Int]
  /// `nil`: the whole dimension. A checkpoint remembers whether a dimension was given in full or by its length.
  public let lengths: [Int?]

  /// **Errors**: `InvalidArgument` when the counts differ, a start is negative or a length is not positive.
  public init(starts: [Int], lengths: [Int?]) throws {
    guard starts.count == lengths.count else {
      throw EngineError.invalidArgument("a slice has \(starts.count) starts but \(lengths.count) lengths")
    }
    for (start, length) in zip(starts, lengths) {
      guard start >= 0, length.map({ $0 > 0 }) ?? (start == 0) else {
        throw EngineError.invalidArgument(
          "Expected non-negative start and positive length but got start = \(start), length = \(length ?? -1)")
      }
    }
    self.starts = starts
    self.lengths = lengths
  }

  /// Parses one dimension after another, `start,length` or `-`, separated by colons.
  public init(parsing text: String) throws {
    var starts: [Int] = []
    var lengths: [Int?] = []
    for part in text.isEmpty ? [] : text.split(separator: ":", omittingEmptySubsequences: false) {
      if part == "-" {
        starts.append(0)
        lengths.append(nil)
        continue
      }
      let numbers = part.split(separator: ",", omittingEmptySubsequences: false)
      guard numbers.count == 2, let start = Int(numbers[0]), let length = Int(numbers[1]) else {
        throw EngineError.invalidArgument("Expected a pair of numbers or '-' but got '\(part)': string = \(text)")
      }
      starts.append(start)
      lengths.append(length)
    }
    try self.init(starts: starts, lengths: lengths)
  }

  /// Parses SaveV2's `shape_and_slices` element: the full shape, a space, the slice (`10 2 0,5:-`).
  public static func parseShapeAndSlice(_ text: String) throws -> (fullShape: [Int], slice: TensorSlice) {
    let words = text.split(separator: " ")
    guard let last = words.last else {
      throw EngineError.invalidArgument("Need at least two elements in shape_and_slice specification: ")
    }
    let shape = try words.dropLast().map { word in
      guard let dimension = Int(word), dimension >= 0 else {
        throw EngineError.invalidArgument("Non numerical dimension in shape_and_slice: \(text)")
      }
      return dimension
    }
    let slice = try TensorSlice(parsing: String(last))
    guard slice.starts.count == shape.count else {
      throw EngineError.invalidArgument("Incompatible shape and slice specification: \(text)")
    }
    return (shape, slice)
  }

  /// The slice's own shape, inside a tensor of `fullShape`.
  /// **Errors**: `InvalidArgument` when it doesn't fit in.
  public func shape(in fullShape: [Int]) throws -> [Int] {
    guard starts.count == fullShape.count else {
      throw EngineError.invalidArgument(
        "slice \(self) does not have the rank of shape \(Shape(known: fullShape).bracketed)")
    }
    return try fullShape.indices.map { axis in
      guard let length = lengths[axis] else { return fullShape[axis] }
      let (end, overflow) = starts[axis].addingReportingOverflow(length)
      guard !overflow, end <= fullShape[axis] else {
        throw EngineError.invalidArgument(
          "Extent in dimension \(axis) out of bounds: slice \(self), shape "
            + Shape(known: fullShape).bracketed)
      }
      return length
    }
  }

  func message() throws -> ProtoMessage {
    var result = try ProtoMessage("TensorSliceProto")
    for (start, length) in zip(starts, lengths) {
      var extent = try ProtoMessage("TensorSliceProto.Extent")
      if start != 0 { extent["start"] = .int(Int64(start)) }
      if let length { extent["length"] = .int(Int64(length)) }
      result.append("extent", .message(extent))
    }
    return result
  }

  init(message: ProtoMessage) throws {
    let extents = message.messages("extent")
    try self.init(
      starts: extents.map { $0.int("start") }, lengths: extents.map { $0.has("length") ? $0.int("length") : nil })
  }

  /// The key under which a checkpoint's index keeps this part of `name`.
  func key(_ name: ByteString) -> ByteString {
    var key = OrderedCode()
    key.append(unsigned: 0)
    key.append(text: name)
    key.append(unsigned: UInt64(starts.count))
    for (start, length) in zip(starts, lengths) {
      key.append(signed: Int64(start))
      key.append(signed: Int64(length ?? -1))
    }
    return key.bytes
  }
}

extension TensorSlice: CustomStringConvertible {
  /// SaveV2's notation.
  public var description: String {
    zip(starts, lengths).map { start, length in length.map { "\(start),\($0)" } ?? "-" }.joined(separator: ":")
  }
}

/// Codes numbers and text as bytes that sort like the values.
struct OrderedCode {
  private(set) var bytes: ByteString = []

  mutating func append(text: ByteString) {
    for byte in text {
      bytes.append(byte)
      if byte == 0 { bytes.append(0xff) }
      if byte == 0xff { bytes.append(0) }
    }
    bytes += [0, 1]
  }

  /// The number of significant bytes, then those, most significant first.
  mutating func append(unsigned value: UInt64) {
    let count = (64 - value.leadingZeroBitCount + 7) / 8
    bytes.append(UInt8(count))
    for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }

  /// The fewest bytes in which the number fits with a length marker: leading ones (for negative numbers: zeros), one
  /// for each byte.
  mutating func append(signed value: Int64) {
    let magnitude = UInt64(bitPattern: value < 0 ? ~value : value)
    let bits = 64 - magnitude.leadingZeroBitCount
    let count = bits / 7 + 1  // n bytes hold 7n - 1 bits
    var code = (0..<count).reversed().map { index in
      index < 8 ? UInt8(truncatingIfNeeded: value >> Int64(8 * index)) : (value < 0 ? 0xff : 0)
    }
    // The marker has `count` one bits, which reach into the second byte when there are more than eight.
    let marker = UInt16(truncatingIfNeeded: 0xffff << (16 - count))
    code[0] ^= UInt8(marker >> 8)
    if count > 1 { code[1] ^= UInt8(marker & 0xff) }
    bytes += code
  }
}
