import EngineCore
import EngineGraph

/// An iterator of a session: the place that `MakeIterator` fills and `IteratorGetNext` reads.
/// **Threading**: several threads may ask for elements; each element goes to one of them.
public final class IteratorResource: ResumableState, @unchecked Sendable {
  public let name: String
  private let lock = Lock()
  private var iterator: (any DatasetIterator)?
  /// What the iterator goes over.
  private var dataset: (any DatasetNode)?
  private var context: IterationContext?
  /// Gives the dataset when it is first needed.
  private var factory: Factory?
  private let factoryFunction: GraphFunction?
  /// Elements given since the iterator was made, and what its datasets shared at that time.
  private var taken = 0
  private var beginning: ByteString = []
  /// A saved position that waits for the dataset.
  private var pending: ByteString?
  private var wasReplayed = false

  public typealias Factory = () throws -> (dataset: any DatasetNode, context: IterationContext)

  /// - Parameters:
  ///   - factory: gives the dataset; default: ``initialize(_:_:)`` does.
  ///   - function: what the factory calls.
  public init(name: String, function: GraphFunction? = nil, factory: Factory? = nil) {
    self.name = name
    self.factory = factory
    factoryFunction = function
  }

  /// Starts over with `dataset`.
  public func initialize(_ dataset: any DatasetNode, _ environment: ExecutionEnvironment) throws {
    lock.lock()
    defer { lock.unlock() }
    try start(dataset, IterationContext(environment))
    try applyPending()
  }

  /// The lock is held.
  private func start(_ dataset: any DatasetNode, _ context: IterationContext) throws {
    var encoder = IteratorEncoder(dataset)
    try encoder.appendShared()
    let fresh = try dataset.makeIterator(context)
    (self.dataset, self.context, iterator, beginning, taken) = (dataset, context, fresh, encoder.state.bytes, 0)
  }

  /// The lock is held.
  private func startByFactory() throws {
    guard iterator == nil, let make = factory else { return }
    let (dataset, context) = try make()
    try start(dataset, context)
    factory = nil
    try applyPending()
  }

  /// The next element's components; `nil` at the end.
  /// **Errors**: `FailedPrecondition` when nothing has been initialised; what the pipeline reports.
  public func next() throws -> [Tensor]? {
    lock.lock()
    defer { lock.unlock() }
    try startByFactory()
    guard let iterator else {
      throw EngineError.failedPrecondition(
        "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer "
          + "operation for this iterator before getting the next element.")
    }
    guard let element = try iterator.next() else { return nil }
    taken &+= 1
    return try element.tensors()
  }

  // MARK: Saved positions

  private enum Form: UInt8 {
    case notStarted = 0
    /// The states of all iterators.
    case stored = 1
    /// How many elements to take from the beginning.
    case replayed = 2
  }

  public func suspendWork() {
    lock.lock()
    iterator?.suspendWork()
  }

  public func resumeWork() {
    iterator?.resumeWork()
    lock.unlock()
  }

  public var ownedFunctions: [GraphFunction] {
    guard wasReplayed, let dataset else { return [] }
    return DatasetTree(dataset).functions + [factoryFunction].compactMap { $0 }
  }

  /// Between ``suspendWork()`` and ``resumeWork()``, which hold the lock.
  public func saveState(_ encoder: inout StateEncoder) throws {
    wasReplayed = false
    guard let dataset, let iterator else { return encoder.append(Form.notStarted.rawValue) }
    do {
      var inner = IteratorEncoder(dataset)
      try inner.append(dataset, iterator)
      encoder.append(Form.stored.rawValue)
      encoder.append(inner.state.bytes)
    } catch let error as EngineError where error.code == .unimplemented || error.code == .resourceExhausted {
      // Reading the input again costs time, but works for everything.
      wasReplayed = true
      encoder.append(Form.replayed.rawValue)
      encoder.append(ByteString())
    }
    encoder.append(beginning)
    encoder.append(UInt64(taken))
  }

  public func restoreState(_ decoder: inout StateDecoder) throws {
    var encoder = StateEncoder()
    let form = try decoder.number(UInt8.self)
    guard let known = Form(rawValue: form) else { throw StateDecoder.damaged("a position of kind \(form)") }
    if known == .notStarted { return }
    encoder.append(form)
    encoder.append(try decoder.block())
    encoder.append(try decoder.block())
    encoder.append(UInt64(try decoder.count()))
    lock.withLock { pending = encoder.bytes }
  }

  public func finishRestoring() throws {
    lock.lock()
    defer { lock.unlock() }
    try startByFactory()
    try applyPending()
  }

  /// Goes to the saved position, if there is one and the dataset is known. The lock is held.
  private func applyPending() throws {
    guard let bytes = pending, let dataset, let context else { return }
    pending = nil
    var decoder = StateDecoder(bytes)
    let form = Form(rawValue: try decoder.number(UInt8.self))
    let stored = try decoder.block()
    let first = try decoder.block()
    let count = try decoder.count()
    var inner = IteratorDecoder(StateDecoder(form == .stored ? stored : first), dataset, context)
    if form == .stored {
      let fresh = try inner.iterator(dataset)
      try inner.state.finish()
      iterator = fresh
    } else {
      try inner.restoreShared()
      let fresh = try dataset.makeIterator(context)
      for index in 0..<count {
        guard try fresh.next() != nil else {
          throw EngineError.dataLoss("the input has only \(index) elements now, \(count) had been taken")
        }
        try context.checkCancellation()
      }
      iterator = fresh
    }
    (beginning, taken) = (first, count)
  }
}

/// The iterators of a session by their string handles.
final class IteratorHandles: @unchecked Sendable {
  private var iterators: [String: IteratorResource] = [:]
  private let lock = Lock()

  static func of(_ environment: ExecutionEnvironment) throws -> IteratorHandles {
    try environment.resource("\0iterator handles", as: IteratorHandles.self) { IteratorHandles() }
  }

  func handle(for iterator: IteratorResource) -> String {
    let handle = "iterator/\(iterator.name)"
    lock.withLock { iterators[handle] = iterator }
    return handle
  }

  func iterator(_ handle: String) -> IteratorResource? { lock.withLock { iterators[handle] } }
}

extension OpDefinition {
  /// The shapes of the attribute `output_shapes`, as far as it goes.
  static let declaredShapes: ShapeFunction = { context in
    let shapes = context.node.shapes("output_shapes")
    return context.node.outputTypes.indices.map { $0 < shapes.count ? shapes[$0] : .unknown }
  }

  static let iteratorAttributes: [AttributeDefinition] = [.types("output_types"), .shapes("output_shapes")]

  static func iterator(_ name: String) -> OpDefinition {
    OpDefinition(
      name, outputs: [.tensor("handle", .resource)],
      attributes: [.string("shared_name"), .string("container")] + iteratorAttributes, isStateful: true,
      shape: ShapeContext.scalar, gradient: .none
    ) { context in
      let shared = context.node.string("shared_name")
      let name = shared.isEmpty ? context.node.name : shared
      let iterator = try context.environment.resource("\0iterator/\(name)", as: IteratorResource.self) {
        IteratorResource(name: name)
      }
      context.setOutput(0, Tensor(resource: iterator))
    }
  }

  static func iteratorGetNext(_ name: String) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("iterator", .resource)], outputs: [.list("components", types: "output_types")],
      attributes: iteratorAttributes, isStateful: true,
      shape: declaredShapes, gradient: .none
    ) { context in
      let iterator = try context.resource(0, as: IteratorResource.self)
      guard let components = try iterator.next() else { throw EngineError.outOfRange("End of sequence") }
      let types = context.node.outputTypes
      guard components.map(\.dtype) == types else {
        throw EngineError.invalidArgument(
          "Number of components or types do not match: expected \(types.map(\.name)), got "
            + "\(components.map(\.dtype.name))")
      }
      for (index, (component, shape)) in zip(components, context.node.shapes("output_shapes")).enumerated() {
        guard shape.isCompatible(with: component.shape) else {
          throw EngineError.invalidArgument(
            "Incompatible shapes at component \(index): expected \(shape.bracketed) but got \(component.shapeText).")
        }
      }
      for (index, component) in components.enumerated() { context.setOutput(index, component) }
    }
  }
}
