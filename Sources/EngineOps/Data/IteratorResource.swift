import EngineCore
import EngineGraph

/// An iterator of a session: the place that `MakeIterator` fills and `IteratorGetNext` reads.
/// **Threading**: several threads may ask for elements; each element goes to one of them.
public final class IteratorResource: @unchecked Sendable {
  public let name: String
  private let lock = Lock()
  private var iterator: (any DatasetIterator)?
  /// Makes the iterator when it is first needed.
  private var factory: (() throws -> any DatasetIterator)?

  public init(name: String, factory: (() throws -> any DatasetIterator)? = nil) {
    self.name = name
    self.factory = factory
  }

  /// Starts over with `dataset`.
  public func initialize(_ dataset: any DatasetNode, _ environment: ExecutionEnvironment) throws {
    let fresh = try dataset.makeIterator(IterationContext(environment))
    lock.withLock { iterator = fresh }
  }

  /// The next element's components; `nil` at the end.
  /// **Errors**: `FailedPrecondition` when nothing has been initialised; what the pipeline reports.
  public func next() throws -> [Tensor]? {
    lock.lock()
    defer { lock.unlock() }
    if iterator == nil, let make = factory {
      iterator = try make()
      factory = nil
    }
    guard let iterator else {
      throw EngineError.failedPrecondition(
        "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer "
          + "operation for this iterator before getting the next element.")
    }
    return try iterator.next()?.tensors()
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
