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
    let iterator = try input.makeIterator(context)
    var isDone = false
    return ClosureIterator { [predicate, stopsAtFirst] in
      while !isDone, let element = try iterator.next() {
        let tensors = try element.tensors()
        let answer = try predicate(tensors, context)
        guard answer.count == 1, answer[0].dtype == .bool, answer[0].elementCount == 1 else {
          throw EngineError.invalidArgument("Filter predicate `f` must return a scalar bool.")
        }
        if answer[0].element(0, as: Bool.self) { return .tensors(tensors) }
        if stopsAtFirst { isDone = true }
        try context.checkCancellation()
      }
      return nil
    }
  }
}
