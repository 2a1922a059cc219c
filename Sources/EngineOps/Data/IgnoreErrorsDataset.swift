import EngineCore
import EngineGraph

extension OpDefinition {
  /// The elements without those whose computation fails.
  static let ignoreErrorsDataset = dataset(
    "IgnoreErrorsDataset", [inputDataset], attributes: [.bool("log_warning", false)]
  ) { context in Skipping(try context.dataset(0)) }
}

private final class Skipping: DatasetNode {
  let input: any DatasetNode
  init(_ input: any DatasetNode) { self.input = input }
  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    let iterator = try input.makeIterator(context)
    return ClosureIterator {
      while true {
        do {
          return try iterator.next()
        } catch let error as EngineError where error.kind == .status && error.code != .cancelled {
          try context.checkCancellation()
        }
      }
    }
  }
}
