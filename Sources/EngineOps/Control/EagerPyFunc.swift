import EngineGraph

extension OpDefinition {
  /// `PyFunc` for functions that take and give eager tensors; the host's closure converts.
  static let eagerPyFunc = hostCall("EagerPyFunc", isStateful: true, attributes: [.bool("is_async", false)])
}
