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
  var functions: [CapturedFunction] { [start, next, finish] }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator { Iterator(self, context) }

  private final class Iterator: DatasetIterator {
    let dataset: Generating
    let context: IterationContext
    var state: [Tensor]?
    var isDone = false
    /// Elements given so far.
    var count = 0

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
        let element = try dataset.next(state, context)
        count += 1
        return .tensors(element)
      } catch let error as EngineError where error.code == .outOfRange || error.kind == .stopIteration {
        isDone = true
        try finish()
        return nil
      }
    }

    /// What the functions keep is out of reach, so the position is a count, and restoring takes as many elements.
    func saveState(_ encoder: inout IteratorEncoder) {
      encoder.append(count)
      encoder.append(isDone)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      let wanted = try decoder.count()
      let ended = try decoder.flag()
      while count < wanted || (ended && !isDone) {
        guard try next() != nil || (ended && count == wanted) else {
          throw StateDecoder.damaged("the generator has only \(count) elements, \(wanted) had been taken")
        }
        guard count <= wanted else { throw StateDecoder.damaged("the generator has more than \(wanted) elements") }
        try context.checkCancellation()
      }
    }

    private func finish() throws {
      guard let state else { return }
      self.state = nil
      _ = try dataset.finish(state, context)
    }
  }
}
