import EngineCore
import EngineGraph

/// A function of the graph with the values that it captured.
final class CapturedFunction: Sendable {
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
    let iterator = try input.makeIterator(context)
    var isDone = false
    return ClosureIterator { [self] in
      guard !isDone, let element = try iterator.next() else { return nil }
      let result = try apply(element, context)
      isDone = result == nil
      return result
    }
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
