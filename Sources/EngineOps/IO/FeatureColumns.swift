import EngineCore
import EngineFormats
import EngineGraph

/// A feature that becomes a dense tensor.
struct DenseFeature {
  let key: ByteString
  let dtype: DType
  /// As the op's attribute gives it: an unknown first dimension means any number of rows.
  let shape: Shape
  /// What an example without the feature gets; empty when there must be one, one element to pad with when the number
  /// of rows varies.
  let defaultValue: Tensor?

  var isVariable: Bool { shape.rank ?? 0 > 0 && shape[0] == nil }
  /// The known dimensions: all, or those of a row.
  let rowShape: [Int]
  let rowSize: Int

  /// **Errors**: `InvalidArgument` when default and shape don't fit.
  init(_ key: ByteString, _ dtype: DType, _ shape: Shape, defaultValue: Tensor?, number: Int) throws {
    self.key = key
    self.dtype = dtype
    self.shape = shape
    self.defaultValue = defaultValue
    let isVariable = shape.rank ?? 0 > 0 && shape[0] == nil
    guard let dimensions = shape.dimensions,
      let row = Shape(isVariable ? Array(dimensions.dropFirst()) : dimensions).known,
      let size = Shape.elementCount(row)
    else {
      throw EngineError.invalidArgument("dense_shapes[\(number)] has unknown rank or unknown inner dimensions")
    }
    rowShape = row
    rowSize = size
    guard let defaultValue else { return }
    guard defaultValue.dtype == dtype else {
      throw EngineError.invalidArgument(
        "dense_defaults[\(number)].dtype() == \(defaultValue.dtype) != dense_types_[\(number)] == \(dtype)")
    }
    if isVariable {
      guard defaultValue.elementCount == 1 else {
        throw EngineError.invalidArgument(
          "dense_shape[\(number)] is a variable length shape: \(shape.bracketed), therefore def_value[\(number)] must "
            + "contain a single element (the padding element).  But its shape is: \(defaultValue.bracketedShape)")
      }
    } else if defaultValue.elementCount > 0 {
      guard shape.isCompatible(with: defaultValue.shape) else {
        throw EngineError.invalidArgument(
          "def_value[\(number)].shape() == \(defaultValue.bracketedShape) is not compatible with "
            + "dense_shapes_[\(number)] == \(shape.bracketed)")
      }
    }
  }
}

/// Reads columns of tensors out of serialized examples: what the parsing ops have in common.
struct FeatureColumns {
  let index: FeatureIndex
  /// Names of the examples for messages; empty when they have none.
  let names: [ByteString]
  /// Whether the input is one example rather than a batch: outputs lack the batch dimension.
  let isSingle: Bool
  /// Whether these are the contexts of sequence examples, for which messages differ.
  var isSequence = false

  private func name(_ row: Int) -> String { row < names.count ? names[row].text : "<unknown>" }

  private func error(_ row: Int, _ key: ByteString, _ message: String) -> EngineError {
    if isSequence {
      return .invalidArgument("Name: \(name(row)), Context feature: \(key.text).  \(message)")
    }
    return .invalidArgument(
      isSingle
        ? "Key: \(key.text).  \(message)" : "Name: \(name(row)), Key: \(key.text), Index: \(row).  \(message)")
  }

  private func typeError(_ row: Int, _ key: ByteString, expected: DType, found: DType, isSparse: Bool) -> EngineError {
    error(
      row, key,
      isSparse || isSequence
        ? "Data types don't match. Expected type: \(expected.messageName), Actual type: \(found.messageName)"
        : "Data types don't match. Data type: \(found.messageName) but expected type: \(expected.messageName)")
  }

  /// For a feature with too many or too few values: TensorFlow has another message for each of its ways to parse.
  private func countError(_ row: Int, _ feature: DenseFeature, _ count: Int, _ expectation: String) -> EngineError {
    if isSequence {
      return error(
        row, feature.key,
        "Inconsistent max number of elements for feature \(feature.key.text): expected \(feature.rowSize), but found "
          + "\(count)")
    }
    let message = "Number of \(feature.dtype.listName) values \(expectation): \(feature.shape.bracketed)"
    return error(row, feature.key, isSingle ? "Can't parse serialized Example.  \(message)" : message)
  }

  private func missingError(_ row: Int, _ feature: DenseFeature) -> EngineError {
    let reason =
      "Feature: \(feature.key.text) (data type: \(feature.dtype.messageName)) is required but could not be found."
    if isSequence {
      return .invalidArgument(
        "Inconsistent max number of elements for feature \(feature.key.text): expected \(feature.rowSize), but found 0."
          + "  Name: \(name(row)), Context \(reason)")
    }
    return .invalidArgument(isSingle ? reason : "Name: \(name(row)), \(reason)")
  }

  /// The dense tensor of column `column`.
  /// **Errors**: `InvalidArgument` for missing features and wrong types or numbers of values, as TensorFlow words them.
  func dense(_ column: Int, _ feature: DenseFeature) throws -> Tensor {
    let batch = isSingle ? [] : [index.serialized.count]
    var values = FeatureValues(feature.dtype)
    var counts: [Int] = []
    if !feature.isVariable {
      let (count, overflow) = feature.rowSize.multipliedReportingOverflow(by: index.serialized.count)
      guard !overflow else { throw EngineError.resourceExhausted("'\(feature.key.text)' has too many values") }
      try checkRoom(for: count, of: ByteString.self)
    }
    for row in index.serialized.indices {
      let before = values.count
      let isPresent = try index.feature(row, column) { bytes in
        guard let wire = try bytes.map(FeatureWire.init), let dtype = wire.dtype else { return false }
        guard dtype == feature.dtype else {
          throw typeError(row, feature.key, expected: feature.dtype, found: dtype, isSparse: false)
        }
        try values.append(wire.list)
        return true
      }
      let count = values.count - before
      if feature.isVariable {
        guard feature.rowSize > 0 ? count % feature.rowSize == 0 : count == 0 else {
          throw countError(
            row, feature, count, "is not a multiple of stride length. Saw \(count) values but output shape is")
        }
        counts.append(count)
      } else if isPresent {
        guard count == feature.rowSize else {
          throw countError(row, feature, count, "!= expected.  Values size: \(count) but output shape")
        }
      } else {
        guard let value = feature.defaultValue, value.elementCount > 0 else { throw missingError(row, feature) }
        try values.append(value)
      }
    }
    guard feature.isVariable else { return try values.tensor(batch + feature.rowShape) }
    let width = counts.max() ?? 0
    let rows = feature.rowSize > 0 ? width / feature.rowSize : 0
    return try values.padded(
      counts, width: width, with: feature.defaultValue, shape: batch + [rows] + feature.rowShape)
  }

  /// The values of column `column` with the number of each example.
  private func collect(_ column: Int, _ key: ByteString, _ dtype: DType) throws -> (FeatureValues, [Int]) {
    var values = FeatureValues(dtype)
    var counts: [Int] = []
    for row in index.serialized.indices {
      let before = values.count
      try index.feature(row, column) { bytes in
        guard let wire = try bytes.map(FeatureWire.init), let found = wire.dtype else { return }
        guard found == dtype else { throw typeError(row, key, expected: dtype, found: found, isSparse: true) }
        try values.append(wire.list)
      }
      counts.append(values.count - before)
    }
    return (values, counts)
  }

  /// Indices, values and dense shape of column `column` as a sparse tensor.
  /// **Errors**: `InvalidArgument` for values of another type.
  func sparse(_ column: Int, _ key: ByteString, _ dtype: DType) throws -> (Tensor, Tensor, Tensor) {
    let (values, counts) = try collect(column, key, dtype)
    if isSingle {
      return (
        try Tensor((0..<values.count).map(Int64.init), shape: [values.count, 1]), try values.tensor([values.count]),
        try Tensor([Int64(values.count)], shape: [1])
      )
    }
    var indices: [Int64] = []
    indices.reserveCapacity(2 * values.count)
    for (row, count) in counts.enumerated() {
      for place in 0..<count {
        indices.append(Int64(row))
        indices.append(Int64(place))
      }
    }
    return (
      try Tensor(indices, shape: [values.count, 2]), try values.tensor([values.count]),
      try Tensor([Int64(counts.count), Int64(counts.max() ?? 0)], shape: [2])
    )
  }
}

extension DType {
  /// TensorFlow's name of the type in messages of its runtime.
  var messageName: String { self == .float32 ? "float" : name }

  /// The name that messages of the parsing ops have for a list of values.
  var listName: String { self == .string ? "bytes" : messageName }
}
