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
  var inputs: [any DatasetNode] { [input] }
  var functions: [CapturedFunction] { [function] }
  var isRepeatable: Bool { input.isRepeatable && function.isRepeatable }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context), context)
  }

  private final class Iterator: DatasetIterator {
    let dataset: Interleaving
    let context: IterationContext
    var input: (any DatasetIterator)?
    /// An open dataset with what it was made of.
    struct Entry {
      let arguments: [Tensor]
      let dataset: any DatasetNode
      let iterator: any DatasetIterator
    }
    /// The open datasets; `nil` where one has ended and the next has not been asked for.
    var cycle: [Entry?]
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
          if let element = try current.iterator.next() {
            taken += 1
            if taken == dataset.blockLength { advance() }
            return element
          }
          cycle[place] = nil
          advance()
        } else if let source = input {
          if let element = try source.next() {
            let arguments = try element.tensors()
            let made = try dataset.function.dataset(arguments, context)
            cycle[place] = Entry(arguments: arguments, dataset: made, iterator: try made.makeIterator(context))
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

    func suspendWork() {
      input?.suspendWork()
      for entry in cycle { entry?.iterator.suspendWork() }
    }
    func resumeWork() {
      input?.resumeWork()
      for entry in cycle { entry?.iterator.resumeWork() }
    }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      try dataset.function.checkStorable()
      encoder.append(input != nil)
      try input?.saveState(&encoder)
      encoder.append(place)
      encoder.append(taken)
      encoder.append(cycle.count { $0 != nil })
      for (index, entry) in cycle.enumerated() {
        guard let entry else { continue }
        encoder.append(index)
        try encoder.append(entry.arguments)
        try encoder.append(entry.dataset, entry.iterator)
      }
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      if try decoder.flag() { try input?.restoreState(&decoder) } else { input = nil }
      place = try decoder.count()
      taken = try decoder.count()
      guard taken < dataset.blockLength else { throw StateDecoder.damaged("\(taken) elements of a block") }
      for _ in 0..<(try decoder.count()) {
        let index = try decoder.count()
        guard index < cycle.count else { throw StateDecoder.damaged("place \(index) in a cycle of \(cycle.count)") }
        let arguments = try decoder.tensors()
        let made = try dataset.function.dataset(arguments, context)
        cycle[index] = Entry(arguments: arguments, dataset: made, iterator: try decoder.iterator(made))
      }
      guard place < cycle.count else { throw StateDecoder.damaged("place \(place) in a cycle of \(cycle.count)") }
    }

    private func advance() {
      taken = 0
      place = (place + 1) % cycle.count
    }
  }
}
