import EngineCore
import EngineGraph

/// A dataset: a description that any number of iterators can be made of.
public protocol DatasetNode: AnyObject, Sendable {
  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator
  /// The number of elements; ``DatasetCardinality/infinite`` or ``DatasetCardinality/unknown``.
  var cardinality: Int { get }
  /// When every element is a row of the same tensors: these. Batches then ask for row numbers, many at a time.
  var rowSource: TensorRows? { get }

  // For saving positions; see ``IteratorEncoder``.

  /// The datasets that this one is made of.
  var inputs: [any DatasetNode] { get }
  /// The functions that it calls.
  var functions: [CapturedFunction] { get }
  /// Whether every pass gives the same elements, without calling the host.
  var isRepeatable: Bool { get }
  /// What its iterators share.
  func saveShared(_ encoder: inout IteratorEncoder) throws
  func restoreShared(_ decoder: inout IteratorDecoder) throws
}

extension DatasetNode {
  public var inputs: [any DatasetNode] { [] }
  public var functions: [CapturedFunction] { [] }
  public var rowSource: TensorRows? { nil }
  public var isRepeatable: Bool { false }
  public func saveShared(_ encoder: inout IteratorEncoder) throws {}
  public func restoreShared(_ decoder: inout IteratorDecoder) throws {}
}

/// The special values of a dataset's cardinality, as TensorFlow has them.
public enum DatasetCardinality {
  public static let infinite = -1
  public static let unknown = -2
}

/// One pass over a dataset.
/// **Threading**: used by one thread at a time.
public protocol DatasetIterator: AnyObject {
  /// The next element; `nil` at the end, and from then on.
  func next() throws -> DatasetElement?
  /// For iterators of datasets with a ``DatasetNode/rowSource``: the numbers of up to `count` next rows. Fewer only at
  /// the end.
  func nextRows(_ count: Int, into numbers: UnsafeMutablePointer<Int>) throws -> Int

  /// Waits until threads of the iterator and its inputs are done with their elements, and holds them.
  func suspendWork()
  func resumeWork()
  /// Writes the position. Threads are held meanwhile.
  /// **Errors**: `Unimplemented` for iterators whose position cannot be stored.
  func saveState(_ encoder: inout IteratorEncoder) throws
  /// Takes a new iterator of the same dataset to a position.
  /// **Errors**: `DataLoss` for bytes that cannot be right.
  func restoreState(_ decoder: inout IteratorDecoder) throws
}

extension DatasetIterator {
  public func nextRows(_ count: Int, into numbers: UnsafeMutablePointer<Int>) throws -> Int {
    for place in 0..<count {
      guard case .row(_, let number)? = try next() else { return place }
      numbers[place] = number
    }
    return count
  }

  public func suspendWork() {}
  public func resumeWork() {}
  public func saveState(_ encoder: inout IteratorEncoder) throws { throw IteratorEncoder.notStorable }
  public func restoreState(_ decoder: inout IteratorDecoder) throws { throw IteratorEncoder.notStorable }
}

/// What an iterator may use of the session that it belongs to. Holds it weakly: the session owns its iterators.
public final class IterationContext: @unchecked Sendable {
  private weak var environment: ExecutionEnvironment?

  public init(_ environment: ExecutionEnvironment) { self.environment = environment }

  /// Runs a function of the graph.
  /// **Errors**: what the function reports; `Cancelled` once the session is gone.
  func call(_ function: GraphFunction, _ arguments: [Tensor]) throws -> [Tensor] {
    guard let environment else { throw EngineError.cancelled("The session of the iterator was closed.") }
    return try environment.call(function, arguments)
  }

  var isCancelled: Bool { environment?.cancellation.isCancelled ?? true }

  /// Pipelines call it in loops, never with a lock held: it may ask the host.
  /// **Errors**: `Cancelled` once the session is closed; the host's wish to stop.
  func checkCancellation() throws {
    guard let environment else { throw EngineError.cancelled("The session of the iterator was closed.") }
    try environment.cancellation.check()
    try Interrupt.check()
  }
}

/// What variant tensors of datasets hold.
final class DatasetHandle: Sendable {
  let dataset: any DatasetNode
  init(_ dataset: any DatasetNode) { self.dataset = dataset }
}

extension Tensor {
  /// A variant scalar that stands for a dataset.
  static func dataset(_ dataset: any DatasetNode) throws -> Tensor {
    try Tensor(dtype: .variant, shape: [], buffer: Buffer(resource: DatasetHandle(dataset)))
  }

  /// The dataset that a variant scalar stands for.
  /// **Errors**: `InvalidArgument` for any other tensor.
  func asDataset() throws -> any DatasetNode {
    guard let handle = buffer.resource as? DatasetHandle else {
      throw EngineError.invalidArgument("expected a dataset, got a \(dtype) tensor of shape \(shapeText)")
    }
    return handle.dataset
  }
}

extension ExecutionEnvironment {
  /// Runs a function of the graph with these arguments.
  func call(_ function: GraphFunction, _ arguments: [Tensor]) throws -> [Tensor] {
    guard let callFunction else { throw EngineError.internal("this environment cannot call functions") }
    guard arguments.count == function.inputs.count else {
      throw EngineError.invalidArgument(
        "function '\(function.name)' takes \(function.inputs.count) arguments, got \(arguments.count)")
    }
    for (argument, input) in zip(arguments, function.inputs) where argument.dtype != input.dtype {
      throw EngineError.invalidArgument(
        "function '\(function.name)' expects \(input.dtype) for argument '\(input.node.name)', got \(argument.dtype)")
    }
    return try callFunction(function, arguments, self)
  }
}

extension Node {
  /// The function that an attribute names, from this graph or those around it.
  /// **Errors**: `NotFound` naming the function.
  func graphFunction(_ attribute: String) throws -> GraphFunction {
    let name = function(attribute) ?? string(attribute)
    return try graph.function(named: name)
  }
}

extension Graph {
  /// **Errors**: `NotFound` naming the function.
  func function(named name: String) throws -> GraphFunction {
    var graph: Graph? = self
    while let current = graph {
      if let function = current.functions[name] { return function }
      graph = current.outer
    }
    throw EngineError.notFound("Function \(name) is not defined.")
  }
}

extension KernelContext {
  func dataset(_ index: Int) throws -> any DatasetNode { try inputs[index].asDataset() }

  /// A boolean scalar input.
  func flag(_ index: Int) throws -> Bool {
    guard inputs[index].dtype == .bool, inputs[index].elementCount == 1 else {
      throw EngineError.invalidArgument("input \(index) of '\(node.name)' must be a boolean scalar")
    }
    return inputs[index].element(0, as: Bool.self)
  }

  /// A string scalar input.
  func text(_ index: Int) throws -> String {
    guard inputs[index].dtype == .string, let bytes = inputs[index].strings.first, inputs[index].elementCount == 1
    else {
      throw EngineError.invalidArgument("input \(index) of '\(node.name)' must be a string scalar")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension AttributeDefinition {
  static func types(_ name: String, _ value: [DType]? = nil) -> AttributeDefinition {
    .init(name, .types, default: value.map { .types($0) })
  }
  static func shapes(_ name: String, _ value: [Shape]? = nil) -> AttributeDefinition {
    .init(name, .shapes, default: value.map { .shapes($0) })
  }
  static func function(_ name: String) -> AttributeDefinition { .init(name, .function) }
}

extension OpDefinition {
  /// An op that makes a dataset.
  ///
  /// - Parameter hasOutputs: whether the op has the attributes `output_types` and `output_shapes`.
  static func dataset(
    _ name: String, _ inputs: [ArgumentDefinition], attributes: [AttributeDefinition] = [],
    hasOutputs: Bool = true, hasMetadata: Bool = true, isStateful: Bool = false,
    make: @escaping @Sendable (KernelContext) throws -> any DatasetNode
  ) -> OpDefinition {
    var all = attributes
    if hasOutputs { all += [.types("output_types"), .shapes("output_shapes")] }
    if hasMetadata { all.append(.string("metadata", "")) }
    return OpDefinition(
      name, inputs: inputs, outputs: [.tensor("handle", .variant)], attributes: all, isStateful: isStateful,
      shape: ShapeContext.scalar, gradient: .none
    ) { context in context.setOutput(0, try Tensor.dataset(try make(context))) }
  }

  static let inputDataset = ArgumentDefinition.tensor("input_dataset", .variant)
}

/// An iterator over another one; subclasses have what they count.
class ChainedIterator: DatasetIterator {
  var input: any DatasetIterator
  init(_ input: any DatasetIterator) { self.input = input }

  func next() throws -> DatasetElement? { try input.next() }
  func suspendWork() { input.suspendWork() }
  func resumeWork() { input.resumeWork() }

  final func saveState(_ encoder: inout IteratorEncoder) throws {
    try input.saveState(&encoder)
    try saveOwn(&encoder)
  }
  final func restoreState(_ decoder: inout IteratorDecoder) throws {
    try input.restoreState(&decoder)
    try restoreOwn(&decoder)
  }
  func saveOwn(_ encoder: inout IteratorEncoder) throws {}
  func restoreOwn(_ decoder: inout IteratorDecoder) throws {}
}

/// An iterator made of a closure. Its position cannot be stored; where it is used, inputs are brought back by reading
/// them again.
final class ClosureIterator: DatasetIterator {
  private let body: () throws -> DatasetElement?
  init(_ body: @escaping () throws -> DatasetElement?) { self.body = body }
  func next() throws -> DatasetElement? { try body() }
}
