import EngineCore
import EngineFormats
import EngineGraph

/// Reads the feature lists of serialized sequence examples.
struct SequenceColumns {
  let index: FeatureIndex
  let names: [ByteString]
  let isSingle: Bool

  private func name(_ row: Int) -> String {
    row < names.count && !names[row].isEmpty ? names[row].text : "<unknown>"
  }

  private func typeError(_ row: Int, _ key: ByteString, expected: DType, found: DType) -> EngineError {
    .invalidArgument(
      "Name: \(name(row)), Feature list: \(key.text), Index: \(row).  Data types don't match. Expected type: "
        + "\(expected.messageName), Actual type: \(found.messageName)")
  }

  /// Calls `body` with the features of a list; returns whether the example has the list.
  private func forEachStep(_ row: Int, _ column: Int, _ body: (Int, FeatureWire) throws -> Void) throws -> Bool {
    try index.feature(row, column) { bytes in
      guard let bytes else { return false }
      var list = ProtoDecoder(bytes)
      var step = 0
      while !list.isAtEnd {
        let (number, wireType) = try list.tag()
        guard number == 1, wireType == 2 else {
          try list.skip(wireType, number: number)
          continue
        }
        try body(step, try FeatureWire(try list.lengthDelimited()))
        step += 1
      }
      return true
    }
  }

  /// The steps of each example, filled up with zeros or empty strings, and their numbers.
  /// **Errors**: `InvalidArgument` for missing lists and for steps of another type or number of values.
  func dense(_ column: Int, _ feature: DenseFeature, mayBeMissing: Bool) throws -> (values: Tensor, lengths: Tensor) {
    var values = FeatureValues(feature.dtype)
    var steps: [Int] = []
    for row in index.serialized.indices {
      var count = 0
      let isPresent = try forEachStep(row, column) { step, wire in
        guard let dtype = wire.dtype else {
          throw EngineError.invalidArgument(
            "Name: \(name(row)), Key: \(feature.key.text), Index: \(step).  Number of values != expected.  values size: 0 "
              + "but output shape: \(feature.shape.bracketed)")
        }
        guard dtype == feature.dtype else { throw typeError(row, feature.key, expected: feature.dtype, found: dtype) }
        let before = values.count
        try values.append(wire.list)
        guard values.count - before == feature.rowSize else {
          throw EngineError.invalidArgument(
            "Feature list '\(feature.key.text)' has an unexpected number of values.  Total values size: "
              + "\(values.count - before) (in step \(step)) is not consistent with output shape: "
              + Shape([nil]).concatenated(with: feature.shape).bracketed)
        }
        count += 1
      }
      guard isPresent || mayBeMissing else {
        throw EngineError.invalidArgument(
          "Name: \(name(row)), Feature list '\(feature.key.text)' is required but could not be found.  Did you mean to "
            + "include it in feature_list_dense_missing_assumed_empty or feature_list_dense_defaults?")
      }
      steps.append(count)
    }
    let most = steps.max() ?? 0
    let batch = isSingle ? [] : [steps.count]
    let (width, overflow) = most.multipliedReportingOverflow(by: feature.rowSize)
    guard !overflow else { throw EngineError.resourceExhausted("feature list '\(feature.key.text)' is too long") }
    let tensor = try values.padded(
      steps.map { $0 * feature.rowSize }, width: width, with: nil, shape: batch + [most] + feature.rowShape)
    return (tensor, try Tensor(steps.map(Int64.init), shape: batch))
  }

  /// Indices, values and dense shape of column `column`: an axis for the steps and one for their values.
  /// **Errors**: `InvalidArgument` for steps of another type.
  func sparse(_ column: Int, _ key: ByteString, _ dtype: DType) throws -> (Tensor, Tensor, Tensor) {
    var values = FeatureValues(dtype)
    var indices: [Int64] = []
    var (most, widest) = (0, 0)
    for row in index.serialized.indices {
      var steps = 0
      _ = try forEachStep(row, column) { step, wire in
        steps = step + 1
        guard let found = wire.dtype else { return }
        guard found == dtype else { throw typeError(row, key, expected: dtype, found: found) }
        let before = values.count
        try values.append(wire.list)
        let count = values.count - before
        widest = max(widest, count)
        for place in 0..<count {
          if !isSingle { indices.append(Int64(row)) }
          indices.append(Int64(step))
          indices.append(Int64(place))
        }
      }
      most = max(most, steps)
    }
    let shape = (isSingle ? [] : [Int64(index.serialized.count)]) + [Int64(most), Int64(widest)]
    return (
      try Tensor(indices, shape: [values.count, shape.count]), try values.tensor([values.count]),
      try Tensor(shape, shape: [shape.count])
    )
  }
}
