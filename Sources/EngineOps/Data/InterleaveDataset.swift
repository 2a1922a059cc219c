import EngineCore
import EngineGraph

extension OpDefinition {
  /// The elements of the datasets that `f` gives: from `cycle_length` of them in turn, `block_length` at a time.
  static let interleaveDataset = dataset(
    "InterleaveDataset",
    [
      inputDataset, .list("other_arguments", types: "Targuments"), .tensor("cycle_length", .int64),
      .tensor("block_length", .int64),
    ], attributes: [.function("f"), .types("Targuments")]
  ) { context in
    let count = context.node.types("Targuments").count
    return try Interleaving(
      try context.dataset(0), try CapturedFunction(context, count: count),
      cycleLength: try context.integer(1 + count), blockLength: try context.integer(2 + count))
  }

  /// `InterleaveDataset` with hints for parallelism; elements come in the deterministic order.
  static let parallelInterleaveDatasetV4 = dataset(
    "ParallelInterleaveDatasetV4",
    [
      inputDataset, .list("other_arguments", types: "Targuments"), .tensor("cycle_length", .int64),
      .tensor("block_length", .int64), .tensor("buffer_output_elements", .int64),
      .tensor("prefetch_input_elements", .int64), .tensor("num_parallel_calls", .int64),
    ], attributes: [.function("f"), .string("deterministic", "default"), .types("Targuments")]
  ) { context in
    let count = context.node.types("Targuments").count
    let cycle = try context.integer(1 + count)
    return try Interleaving(
      try context.dataset(0), try CapturedFunction(context, count: count),
      cycleLength: cycle == -1 ? BackgroundThread.defaultCount : cycle,
      blockLength: try context.integer(2 + count))
  }
}

/// Takes turns between the datasets that a function makes of the input's elements.
final class Interleaving: DatasetNode {
  let input: any DatasetNode
  let function: CapturedFunction
  let cycleLength: Int
  let blockLength: Int

  init(_ input: any DatasetNode, _ function: CapturedFunction, cycleLength: Int, blockLength: Int) throws {
    guard cycleLength > 0 else { throw EngineError.invalidArgument("cycle_length must be greater than zero.") }
    guard blockLength > 0 else { throw EngineError.invalidArgument("block_length must be greater than zero.") }
    self.input = input
    self.function = function
    self.cycleLength = cycleLength
    self.blockLength = blockLength
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context), context)
  }

  private final class Iterator: DatasetIterator {
    let dataset: Interleaving
    let context: IterationContext
    var input: (any DatasetIterator)?
    /// The open datasets; `nil` where one has ended and the next has not been asked for.
    var cycle: [(any DatasetIterator)?]
    var place = 0
    var taken = 0

    init(_ dataset: Interleaving, _ input: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      self.input = input
      self.context = context
      cycle = Array(repeating: nil, count: min(dataset.cycleLength, 4096))
    }

    func next() throws -> DatasetElement? {
      var idle = 0
      while idle < cycle.count || input != nil {
        if let current = cycle[place] {
          idle = 0
          if let element = try current.next() {
            taken += 1
            if taken == dataset.blockLength { advance() }
            return element
          }
          cycle[place] = nil
          advance()
        } else if let source = input {
          if let element = try source.next() {
            cycle[place] = try dataset.function.dataset(try element.tensors(), context).makeIterator(context)
            try context.checkCancellation()
          } else {
            input = nil
          }
        } else {
          idle += 1
          advance()
        }
      }
      return nil
    }

    private func advance() {
      taken = 0
      place = (place + 1) % cycle.count
    }
  }
}
