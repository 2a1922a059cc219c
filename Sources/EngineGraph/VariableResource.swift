import EngineCore

/// The value of a resource variable in one session.
///
/// Readers get the very memory; a writer that finds it shared makes a copy first. So a value read in a step stays what
/// it was, and an update of memory that nobody else sees costs no copy.
public final class VariableResource: @unchecked Sendable {
  public let name: String
  public let dtype: DType
  private var value: Tensor?
  private let lock = Lock()

  public init(name: String, dtype: DType) {
    self.name = name
    self.dtype = dtype
  }

  public var isInitialized: Bool { lock.withLock { value != nil } }

  /// **Errors**: `FailedPrecondition` when nothing has been assigned.
  public func read() throws -> Tensor {
    lock.lock()
    defer { lock.unlock() }
    guard let value else { throw uninitialized }
    return value
  }

  /// **Errors**: `InvalidArgument` for another dtype.
  public func assign(_ tensor: Tensor) throws {
    guard tensor.dtype == dtype else {
      throw EngineError.invalidArgument(
        "Trying to assign variable '\(name)' with wrong dtype. Expected \(dtype) got \(tensor.dtype)")
    }
    // Memory that belongs to the caller of the session may change under us.
    let owned = tensor.buffer.isEngineOwned || !dtype.isPlainData ? tensor : try tensor.copied()
    lock.withLock { value = owned }
  }

  /// Takes the value away, as if nothing had been assigned yet.
  public func clear() { lock.withLock { value = nil } }

  /// Lets `body` change the elements in place.
  /// **Errors**: `FailedPrecondition` when nothing has been assigned; whatever `body` throws.
  public func update<Result>(_ body: (Tensor) throws -> Result) throws -> Result {
    lock.lock()
    defer { lock.unlock() }
    guard value != nil else { throw uninitialized }
    if value?.isUniquelyReferenced() == false { value = try value?.copied() }
    guard let value else { throw uninitialized }
    return try body(value)
  }

  /// Locks the variable and gives its value, which nobody else sees, to be changed in place until ``endUpdate()``;
  /// `nil`, without a lock, when nothing has been assigned.
  public func beginUpdate() throws -> Tensor? {
    lock.lock()
    do {
      if value?.isUniquelyReferenced() == false { value = try value?.copied() }
    } catch {
      lock.unlock()
      throw error
    }
    if value == nil { lock.unlock() }
    return value
  }

  /// Ends what a ``beginUpdate()`` that gave a value has begun.
  public func endUpdate() { lock.unlock() }

  private var uninitialized: EngineError {
    EngineError.failedPrecondition(
      "Could not find variable \(name). This could mean that the variable has been deleted, or that it is uninitialized."
    )
  }
}

extension VariableResource: ResumableState {
  public func saveState(_ encoder: inout StateEncoder) throws {
    let value = lock.withLock { self.value }
    try encoder.append(optional: value) { try $0.append($1) }
  }

  public func restoreState(_ decoder: inout StateDecoder) throws {
    guard let tensor = try decoder.optional({ try $0.tensor() }) else { return }
    try assign(tensor)
  }
}
