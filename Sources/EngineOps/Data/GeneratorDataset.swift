import EngineCore
import EngineGraph

extension OpDefinition {
  /// Elements from functions: `init_func` makes the state that `next_func` takes, until that runs out of range;
  /// `finalize_func` ends it.
  static let generatorDataset = dataset(
    "GeneratorDataset",
    [
      .list("init_func_other_args", types: "Tinit_func_args"), .list("next_func_other_args", types: "Tnext_func_args"),
      .list("finalize_func_other_args", types: "Tfinalize_func_args"),
    ],
    attributes: [
      .function("init_func"), .function("next_func"), .function("finalize_func"), .types("Tinit_func_args"),
      .types("Tnext_func_args"), .types("Tfinalize_func_args"),
    ], isStateful: true
  ) { context in
    let first = context.node.types("Tinit_func_args").count
    let second = context.node.types("Tnext_func_args").count
    return Generating(
      start: try CapturedFunction(context, "init_func", from: 0, count: first),
      next: try CapturedFunction(context, "next_func", from: first, count: second),
      finish: try CapturedFunction(context, "finalize_func", from: first + second))
  }
}

private final class Generating: DatasetNode {
  let start: CapturedFunction
  let next: CapturedFunction
  let finish: CapturedFunction

  init(start: CapturedFunction, next: CapturedFunction, finish: CapturedFunction) {
    self.start = start
    self.next = next
    self.finish = finish
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator { Iterator(self, context) }

  private final class Iterator: DatasetIterator {
    let dataset: Generating
    let context: IterationContext
    var state: [Tensor]?
    var isDone = false

    init(_ dataset: Generating, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
    }

    deinit { try? finish() }

    func next() throws -> DatasetElement? {
      if isDone { return nil }
      let state = try state ?? dataset.start([], context)
      self.state = state
      do {
        return .tensors(try dataset.next(state, context))
      } catch let error as EngineError where error.code == .outOfRange || error.kind == .stopIteration {
        isDone = true
        try finish()
        return nil
      }
    }

    private func finish() throws {
      guard let state else { return }
      self.state = nil
      _ = try dataset.finish(state, context)
    }
  }
}
