import EngineCore
import EngineGraph

extension OpDefinition {
  /// `start, start + step, …` below `stop` (above it, for a negative step).
  static let rangeDataset = dataset(
    "RangeDataset", [.tensor("start", .int64), .tensor("stop", .int64), .tensor("step", .int64)],
    attributes: [.bool("replicate_on_split", false)], isStateful: true
  ) { context in
    let (start, stop, step) = (try context.integer(0), try context.integer(1), try context.integer(2))
    guard step != 0 else { throw EngineError.invalidArgument("step must be a non-zero integer.") }
    return NumberRange(
      start: start, stop: stop, step: step, dtype: context.node.types("output_types").first ?? .int64)
  }
}

private final class NumberRange: DatasetNode {
  let start: Int, stop: Int, step: Int, dtype: DType
  init(start: Int, stop: Int, step: Int, dtype: DType) {
    self.start = start
    self.stop = stop
    self.step = step
    self.dtype = dtype
  }

  var cardinality: Int {
    let width = step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
    guard !width.overflow else { return DatasetCardinality.unknown }
    guard width.partialValue > 0 else { return 0 }
    return Int((width.partialValue.magnitude - 1) / step.magnitude) + 1
  }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    Iterator(self)
  }

  var isRepeatable: Bool { true }

  private final class Iterator: DatasetIterator {
    let dataset: NumberRange
    var value: Int?

    init(_ dataset: NumberRange) {
      self.dataset = dataset
      value = dataset.start
    }

    func next() throws -> DatasetElement? {
      let (stop, step) = (dataset.stop, dataset.step)
      guard let current = value, step > 0 ? current < stop : current > stop else { return nil }
      let (following, overflow) = current.addingReportingOverflow(step)
      value = overflow ? nil : following
      if dataset.dtype == .int64 { return .tensors([Tensor(scalar: Int64(current))]) }
      return .tensors([try Tensor(scalar: Double(current), dtype: dataset.dtype)])
    }

    func saveState(_ encoder: inout IteratorEncoder) {
      encoder.append(value != nil)
      encoder.append(value ?? 0)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      let hasValue = try decoder.flag()
      let saved = try decoder.int()
      value = hasValue ? saved : nil
    }
  }
}
