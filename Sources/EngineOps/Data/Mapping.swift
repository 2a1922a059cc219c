import EngineCore
import EngineGraph

/// A function of the graph with the values that it captured.
public final class CapturedFunction: Sendable {
  let function: GraphFunction
  let captured: [Tensor]

  init(_ function: GraphFunction, _ captured: [Tensor]) {
    self.function = function
    self.captured = captured
  }

  /// From an op whose captured values start at input `first` and whose function is in `attribute`.
  convenience init(_ context: KernelContext, _ attribute: String = "f", from first: Int = 1, count: Int? = nil) throws {
    let end = count.map { first + $0 } ?? context.inputs.count
    self.init(try context.node.graphFunction(attribute), Array(context.inputs[first..<end]))
  }

  func callAsFunction(_ arguments: [Tensor], _ context: IterationContext) throws -> [Tensor] {
    try context.call(function, arguments + captured)
  }

  /// Whether equal arguments give equal results, and nobody sees that it was called.
  var isRepeatable: Bool {
    !hasNode { node in
      if node.type.hasPrefix("Shuffle") || node.type == "GeneratorDataset" { return true }
      let isSource = node.outputTypes == [.variant] || node.type == "DummyMemoryCache"
      return node.definition.isStateful && !isSource
    }
  }

  /// **Errors**: `Unimplemented` when the function calls the host, which may count its calls: pipelines with such
  /// functions are read again from the beginning.
  func checkStorable() throws {
    if hasNode({ $0.type == "PyFunc" || $0.type == "EagerPyFunc" }) { throw IteratorEncoder.notStorable }
  }

  private func hasNode(_ matches: (Node) -> Bool) -> Bool {
    var seen = Set<ObjectIdentifier>()
    var stack = [function.body]
    while let body = stack.popLast() {
      guard seen.insert(ObjectIdentifier(body)).inserted else { continue }
      if body.nodes.contains(where: matches) { return true }
      stack.append(contentsOf: body.calledFunctions().map(\.body))
    }
    return false
  }

  /// For functions that give one dataset.
  func dataset(_ arguments: [Tensor], _ context: IterationContext) throws -> any DatasetNode {
    let results = try self(arguments, context)
    guard results.count == 1 else {
      throw EngineError.invalidArgument("Function must return a single dataset, got \(results.count) results")
    }
    return try results[0].asDataset()
  }
}

/// Applies a function to each element.
final class Mapping: DatasetNode {
  let input: any DatasetNode
  let function: CapturedFunction
  let preservesCardinality: Bool

  init(_ input: any DatasetNode, _ function: CapturedFunction, preservesCardinality: Bool) {
    self.input = input
    self.function = function
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
    let dataset: Mapping
    let context: IterationContext
    var isDone = false

    init(_ dataset: Mapping, _ input: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      guard !isDone, let element = try input.next() else { return nil }
      let result = try dataset.apply(element, context)
      isDone = result == nil
      return result
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) throws {
      try dataset.function.checkStorable()
      encoder.append(isDone)
    }
    override func restoreOwn(_ decoder: inout IteratorDecoder) throws { isDone = try decoder.flag() }
  }

  /// `nil` when the function says that there is no more (it ran out of range).
  func apply(_ element: DatasetElement, _ context: IterationContext) throws -> DatasetElement? {
    do {
      return .tensors(try function(try element.tensors(), context))
    } catch let error as EngineError where error.kind == .status && error.code == .outOfRange {
      guard preservesCardinality else { return nil }
      var other = error
      other.code = .invalidArgument
      other.message = "Function invocation produced OutOfRangeError: \(error.message)"
      throw other
    }
  }
}
