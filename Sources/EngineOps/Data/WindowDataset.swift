import EngineCore
import EngineGraph

extension OpDefinition {
  /// Runs of `size` elements, `shift` apart, taking every `stride`-th: each as one dataset for each component.
  static let windowDataset = dataset(
    "WindowDataset",
    [
      inputDataset, .tensor("size", .int64), .tensor("shift", .int64), .tensor("stride", .int64),
      .tensor("drop_remainder", .bool),
    ]
  ) { context in
    try Windowing(
      try context.dataset(0), size: try context.integer(1), shift: try context.integer(2),
      stride: try context.integer(3), dropsRemainder: try context.flag(4))
  }
}

private final class Windowing: DatasetNode {
  let input: any DatasetNode
  let size: Int, shift: Int, stride: Int
  let dropsRemainder: Bool

  init(_ input: any DatasetNode, size: Int, shift: Int, stride: Int, dropsRemainder: Bool) throws {
    for (name, value) in [("size", size), ("shift", shift), ("stride", stride)] where value <= 0 {
      throw EngineError.invalidArgument("Window \(name) must be greater than zero.")
    }
    guard !(size - 1).multipliedReportingOverflow(by: stride).overflow else {
      throw EngineError.invalidArgument("A window of \(size) elements \(stride) apart is too long.")
    }
    self.input = input
    self.size = size
    self.shift = shift
    self.stride = stride
    self.dropsRemainder = dropsRemainder
  }

  var cardinality: Int {
    let all = input.cardinality
    guard all >= 0 else { return all }
    let reach = (size - 1) * stride
    let full = all > reach ? (all - reach - 1) / shift + 1 : 0
    return dropsRemainder ? full : all == 0 ? 0 : (all - 1) / shift + 1
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context), context)
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    let dataset: Windowing
    let context: IterationContext
    /// The elements from the start of the next window on.
    var buffer: [DatasetElement] = []
    var isDone = false
    /// Elements to leave out before the next window, when windows lie apart.
    var gap = 0

    init(_ dataset: Windowing, _ input: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      let (size, shift, stride) = (dataset.size, dataset.shift, dataset.stride)
      while gap > 0, !isDone {
        if try input.next() == nil { isDone = true }
        gap -= 1
        try context.checkCancellation()
      }
      let reach = ((size - 1) * stride).clampedSum(1)
      while buffer.count < reach, !isDone {
        if let element = try input.next() { buffer.append(element) } else { isDone = true }
        try context.checkCancellation()
      }
      if buffer.isEmpty || (dataset.dropsRemainder && buffer.count < reach) { return nil }
      var rows: [[Tensor]] = []
      for place in Swift.stride(from: 0, to: min(reach, buffer.count), by: stride) {
        rows.append(try buffer[place].tensors())
      }
      gap = max(shift - buffer.count, 0)
      buffer.removeFirst(min(shift, buffer.count))
      return .tensors(
        try (rows.first ?? []).indices.map { component in
          try Tensor.dataset(KeptElements(rows.map { [$0[component]] }))
        })
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) throws {
      encoder.append(isDone)
      encoder.append(gap)
      try encoder.append(buffer)
    }

    override func restoreOwn(_ decoder: inout IteratorDecoder) throws {
      isDone = try decoder.flag()
      gap = try decoder.count()
      buffer = try decoder.elements()
    }
  }
}

/// A dataset of elements that are at hand.
final class KeptElements: DatasetNode {
  let rows: [[Tensor]]
  init(_ rows: [[Tensor]]) { self.rows = rows }
  var cardinality: Int { rows.count }
  var isRepeatable: Bool { true }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator { Iterator(rows) }

  private final class Iterator: DatasetIterator {
    let rows: [[Tensor]]
    var index = 0
    init(_ rows: [[Tensor]]) { self.rows = rows }

    func next() -> DatasetElement? {
      guard index < rows.count else { return nil }
      defer { index += 1 }
      return .tensors(rows[index])
    }

    func saveState(_ encoder: inout IteratorEncoder) { encoder.append(index) }
    func restoreState(_ decoder: inout IteratorDecoder) throws {
      index = try decoder.count()
      guard index <= rows.count else { throw StateDecoder.damaged("element \(index) of \(rows.count)") }
    }
  }
}
