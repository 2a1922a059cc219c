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
  let inputs: [any DatasetNode]
  let stopsOnEmpty: Bool

  init(_ selector: any DatasetNode, _ inputs: [any DatasetNode], stopsOnEmpty: Bool) {
    self.selector = selector
    self.inputs = inputs
    self.stopsOnEmpty = stopsOnEmpty
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    let choices = try selector.makeIterator(context)
    var iterators: [(any DatasetIterator)?] = try inputs.map { try $0.makeIterator(context) }
    var open = iterators.count
    return ClosureIterator { [stopsOnEmpty] in
      while open > 0, let choice = try choices.next() {
        guard let number = try choice.tensors().first?.integers().first, iterators.indices.contains(number) else {
          throw EngineError.invalidArgument(
            "Selector index out of range: expected a number from 0 to \(iterators.count - 1)")
        }
        guard let iterator = iterators[number] else {
          try context.checkCancellation()
          continue
        }
        if let element = try iterator.next() { return element }
        iterators[number] = nil
        open = stopsOnEmpty ? 0 : open - 1
      }
      open = 0
      return nil
    }
  }
}
