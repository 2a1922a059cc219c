import EngineCore
import EngineGraph

extension OpDefinition {
  /// The elements for which `predicate` gives true.
  static let filterDataset = dataset(
    "FilterDataset", [inputDataset, .list("other_arguments", types: "Targuments")],
    attributes: [.function("predicate"), .types("Targuments")]
  ) { Filtering(try $0.dataset(0), try CapturedFunction($0, "predicate"), stopsAtFirst: false) }
}

/// Keeps elements for which a predicate holds, or those before the first for which it doesn't.
final class Filtering: DatasetNode {
  let input: any DatasetNode
  let predicate: CapturedFunction
  let stopsAtFirst: Bool

  init(_ input: any DatasetNode, _ predicate: CapturedFunction, stopsAtFirst: Bool) {
    self.input = input
    self.predicate = predicate
    self.stopsAtFirst = stopsAtFirst
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context), context)
  }

  var inputs: [any DatasetNode] { [input] }
  var functions: [CapturedFunction] { [predicate] }
  var isRepeatable: Bool { input.isRepeatable && predicate.isRepeatable }

  private final class Iterator: ChainedIterator {
    let dataset: Filtering
    let context: IterationContext
    var isDone = false

    init(_ dataset: Filtering, _ input: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      while !isDone, let element = try input.next() {
        let tensors = try element.tensors()
        let answer = try dataset.predicate(tensors, context)
        guard answer.count == 1, answer[0].dtype == .bool, answer[0].elementCount == 1 else {
          throw EngineError.invalidArgument("Filter predicate `f` must return a scalar bool.")
        }
        if answer[0].element(0, as: Bool.self) { return .tensors(tensors) }
        if dataset.stopsAtFirst { isDone = true }
        try context.checkCancellation()
      }
      return nil
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) throws {
      try dataset.predicate.checkStorable()
      encoder.append(isDone)
    }
    override func restoreOwn(_ decoder: inout IteratorDecoder) throws { isDone = try decoder.flag() }
  }
}
