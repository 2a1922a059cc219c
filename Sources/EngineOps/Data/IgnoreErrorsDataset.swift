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
    Iterator(try input.makeIterator(context), context)
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    let context: IterationContext

    init(_ input: any DatasetIterator, _ context: IterationContext) {
      self.context = context
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      while true {
        do {
          return try input.next()
        } catch let error as EngineError where error.kind == .status && error.code != .cancelled {
          try context.checkCancellation()
        }
      }
    }
  }
}
