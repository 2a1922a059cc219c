import EngineCore
import EngineGraph

extension OpDefinition {
  /// The next element of the dataset whose number the selector gives. Datasets that have ended are passed over, or end
  /// the whole with `stop_on_empty_dataset`.
  static let directedInterleaveDataset = dataset(
    "DirectedInterleaveDataset",
    [.tensor("selector_input_dataset", .variant), .repeated("data_input_datasets", count: "N", .variant)],
    attributes: [.int("N"), .bool("stop_on_empty_dataset", false)]
  ) { context in
    Choosing(
      try context.dataset(0), try (1..<context.inputs.count).map { try context.dataset($0) },
      stopsOnEmpty: context.node.bool("stop_on_empty_dataset"))
  }
}

private final class Choosing: DatasetNode {
  let selector: any DatasetNode
  let choices: [any DatasetNode]
  let stopsOnEmpty: Bool

  init(_ selector: any DatasetNode, _ choices: [any DatasetNode], stopsOnEmpty: Bool) {
    self.selector = selector
    self.choices = choices
    self.stopsOnEmpty = stopsOnEmpty
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(
      try selector.makeIterator(context), try choices.map { try $0.makeIterator(context) }, context,
      stopsOnEmpty: stopsOnEmpty)
  }

  var inputs: [any DatasetNode] { [selector] + choices }
  var isRepeatable: Bool { inputs.allSatisfy(\.isRepeatable) }

  private final class Iterator: DatasetIterator {
    let selector: any DatasetIterator
    /// `nil` where a dataset has ended.
    var choices: [(any DatasetIterator)?]
    let context: IterationContext
    let stopsOnEmpty: Bool
    var open: Int

    init(
      _ selector: any DatasetIterator, _ choices: [any DatasetIterator], _ context: IterationContext, stopsOnEmpty: Bool
    ) {
      self.selector = selector
      self.choices = choices
      self.context = context
      self.stopsOnEmpty = stopsOnEmpty
      open = choices.count
    }

    func next() throws -> DatasetElement? {
      while open > 0, let choice = try selector.next() {
        guard let number = try choice.tensors().first?.integers().first else {
          throw EngineError.invalidArgument("a selector must give numbers")
        }
        guard choices.indices.contains(number) else {
          throw EngineError.invalidArgument("Selector index out of range: \(number) >= \(choices.count)")
        }
        guard let iterator = choices[number] else {
          try context.checkCancellation()
          continue
        }
        if let element = try iterator.next() { return element }
        choices[number] = nil
        open = stopsOnEmpty ? 0 : open - 1
      }
      open = 0
      return nil
    }

    func suspendWork() {
      selector.suspendWork()
      for choice in choices { choice?.suspendWork() }
    }
    func resumeWork() {
      selector.resumeWork()
      for choice in choices { choice?.resumeWork() }
    }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      encoder.append(open > 0)
      try selector.saveState(&encoder)
      for choice in choices {
        encoder.append(choice != nil)
        try choice?.saveState(&encoder)
      }
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      let isOpen = try decoder.flag()
      try selector.restoreState(&decoder)
      for index in choices.indices {
        if try decoder.flag() { try choices[index]?.restoreState(&decoder) } else { choices[index] = nil }
      }
      open = isOpen ? choices.count { $0 != nil } : 0
    }
  }
}
