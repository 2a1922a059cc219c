import EngineCore
import EngineFormats

/// A `tf.train.Feature` in wire form: the type of its values and the message that lists them.
///
/// The first list of a feature counts, as in TensorFlow; there is never more than one in files that programs write.
struct FeatureWire {
  /// `nil` for a feature without a list, which counts as missing.
  let dtype: DType?
  let list: UnsafeRawBufferPointer

  /// **Errors**: `DataLoss` for bytes that are no feature.
  init(_ feature: UnsafeRawBufferPointer) throws {
    var decoder = ProtoDecoder(feature)
    guard !decoder.isAtEnd else {
      dtype = nil
      list = feature
      return
    }
    let (number, wireType) = try decoder.tag()
    switch (number, wireType) {
    case (1, 2): dtype = .string
    case (2, 2): dtype = .float32
    case (3, 2): dtype = .int64
    default: throw EngineError.dataLoss("malformed Feature: field \(number)")
    }
    list = try decoder.lengthDelimited()
  }
}

/// Values of features, one array for each type that features have; only the one of the column's type is used.
struct FeatureValues {
  let dtype: DType
  private(set) var floats: [Float] = []
  private(set) var integers: [Int64] = []
  private(set) var strings: [ByteString] = []

  init(_ dtype: DType) { self.dtype = dtype }

  var count: Int {
    switch dtype {
    case .float32: floats.count
    case .int64: integers.count
    default: strings.count
    }
  }

  /// Appends the values of a list in wire form, packed or not. Memory grows only with bytes that are really there.
  /// **Errors**: `DataLoss` for bytes that are no such list.
  mutating func append(_ list: UnsafeRawBufferPointer) throws {
    var decoder = ProtoDecoder(list)
    while !decoder.isAtEnd {
      let (number, wireType) = try decoder.tag()
      guard number == 1 else { throw EngineError.dataLoss("malformed list of values: field \(number)") }
      switch (dtype, wireType) {
      case (.float32, 2): try appendPacked(try decoder.lengthDelimited())
      case (.float32, 5): floats.append(Float(bitPattern: try decoder.fixed32()))
      case (.int64, 2):
        var packed = ProtoDecoder(try decoder.lengthDelimited())
        while !packed.isAtEnd { integers.append(Int64(bitPattern: try packed.varint())) }
      case (.int64, 0): integers.append(Int64(bitPattern: try decoder.varint()))
      case (.string, 2): strings.append(ByteString(try decoder.lengthDelimited()))
      default: throw EngineError.dataLoss("malformed list of values: wire type \(wireType)")
      }
    }
  }

  private mutating func appendPacked(_ packed: UnsafeRawBufferPointer) throws {
    guard packed.count % 4 == 0 else { throw ProtoDecoder.truncated }
    let start = floats.count
    floats.append(contentsOf: repeatElement(0, count: packed.count / 4))
    floats.withUnsafeMutableBytes { target in
      UnsafeMutableRawBufferPointer(rebasing: target[(4 * start)...]).copyMemory(from: packed)
    }
  }

  /// Appends the elements of a tensor of the same type.
  mutating func append(_ tensor: Tensor) throws {
    switch dtype {
    case .float32: floats += try tensor.scalars(Float.self)
    case .int64: integers += try tensor.scalars(Int64.self)
    default: strings += tensor.strings
    }
  }

  /// The values as they stand.
  func tensor(_ shape: [Int]) throws -> Tensor {
    switch dtype {
    case .float32: try Tensor(floats, shape: shape)
    case .int64: try Tensor(integers, shape: shape)
    default: try Tensor(strings: strings, shape: shape)
    }
  }

  /// Rows of `counts` values each, filled up to `width`.
  func padded(_ counts: [Int], width: Int, with padding: Tensor?, shape: [Int]) throws -> Tensor {
    guard Shape.elementCount(shape) != nil else {
      throw EngineError.resourceExhausted("a tensor of shape \(Shape(known: shape).bracketed) is too large")
    }
    switch dtype {
    case .float32:
      let value = try padding?.scalars(Float.self).first ?? 0
      return try numbers(floats, counts, width, value, shape)
    case .int64:
      let value = try padding?.scalars(Int64.self).first ?? 0
      return try numbers(integers, counts, width, value, shape)
    default:
      let result = try Tensor(uninitialized: .string, shape: shape)
      let value = padding?.strings.first ?? []
      var source = 0
      for (row, count) in counts.enumerated() {
        for column in 0..<width {
          result.buffer.strings[row * width + column] = column < count ? strings[source + column] : value
        }
        source += count
      }
      return result
    }
  }

  private func numbers<Element: TensorElement>(
    _ values: [Element], _ counts: [Int], _ width: Int, _ padding: Element, _ shape: [Int]
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: Element.dtype, shape: shape)
    withExtendedLifetime(result) {
      let target = result.elements(Element.self)
      var source = 0
      for (row, count) in counts.enumerated() {
        for column in 0..<width { target[row * width + column] = column < count ? values[source + column] : padding }
        source += count
      }
    }
    return result
  }
}
