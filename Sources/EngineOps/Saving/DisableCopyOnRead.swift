import EngineGraph

extension OpDefinition {
  /// Tells a variable that reads need not copy, which they never do here.
  static let disableCopyOnRead = OpDefinition(
    "DisableCopyOnRead", inputs: [.tensor("resource", .resource)], isStateful: true, shape: ShapeContext.none,
    gradient: .none
  ) { _ in }
}
