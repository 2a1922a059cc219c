import EngineCore
import EngineGraph

extension OpDefinition {
  /// `f` of a state and each element, which gives the next state and the new element.
  static let scanDataset = dataset(
    "ScanDataset",
    [
      inputDataset, .list("initial_state", types: "Tstate"), .list("other_arguments", types: "Targuments"),
    ],
    attributes: [
      .function("f"), .types("Tstate"), .types("Targuments"), .bool("preserve_cardinality", false),
      .bool("use_default_device", true),
    ]
  ) { context in
    let count = context.node.types("Tstate").count
    return Scanning(
      try context.dataset(0), try CapturedFunction(context, from: 1 + count),
      state: Array(context.inputs[1..<(1 + count)]),
      preservesCardinality: context.node.bool("preserve_cardinality"))
  }
}

private final class Scanning: DatasetNode {
  let input: any DatasetNode
  let function: CapturedFunction
  let state: [Tensor]
  let preservesCardinality: Bool

  init(_ input: any DatasetNode, _ function: CapturedFunction, state: [Tensor], preservesCardinality: Bool) {
    self.input = input
    self.function = function
    self.state = state
    self.preservesCardinality = preservesCardinality
  }

  var cardinality: Int { preservesCardinality ? input.cardinality : DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context), context)
  }

  var inputs: [any DatasetNode] { [input] }
  var functions: [CapturedFunction] { [function] }
  var isRepeatable: Bool { input.isRepeatable && function.isRepeatable }

  private final class Iterator: ChainedIterator {
    let dataset: Scanning
    let context: IterationContext
    var current: [Tensor]
    var isDone = false

    init(_ dataset: Scanning, _ input: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
      current = dataset.state
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      guard !isDone, let element = try input.next() else { return nil }
      do {
        let results = try dataset.function(current + (try element.tensors()), context)
        guard results.count >= current.count else {
          throw EngineError.invalidArgument("Scan function gave \(results.count) values for \(current.count) of state")
        }
        current = Array(results.prefix(current.count))
        return .tensors(Array(results.dropFirst(current.count)))
      } catch let error as EngineError where error.kind == .status && error.code == .outOfRange {
        isDone = true
        return nil
      }
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) throws {
      try dataset.function.checkStorable()
      encoder.append(isDone)
      try encoder.append(current)
    }

    override func restoreOwn(_ decoder: inout IteratorDecoder) throws {
      isDone = try decoder.flag()
      let state = try decoder.tensors()
      guard state.map(\.dtype) == dataset.state.map(\.dtype) else {
        throw StateDecoder.damaged("the state of a scan has other types")
      }
      current = state
    }
  }
}
