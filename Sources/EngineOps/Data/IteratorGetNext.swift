import EngineGraph

extension OpDefinition {
  /// The next element. **Errors**: `OutOfRange` at the end, `FailedPrecondition` before initialisation.
  static let iteratorGetNext = iteratorGetNext("IteratorGetNext")
}
