import EngineCore

/// The ops that graphs may be built of, by name.
public enum OpRegistry {
  private static let lock = Lock()
  nonisolated(unsafe) private static var definitions: [String: OpDefinition] = [:]

  /// Adds `catalog`; installing the same catalog again changes nothing.
  public static func install(_ catalog: [OpDefinition]) {
    lock.withLock {
      for definition in catalog where definitions[definition.name] == nil { definitions[definition.name] = definition }
    }
  }

  /// **Errors**: `NotImplemented`, naming the op, when the engine has no such op.
  public static func definition(named name: String) throws -> OpDefinition {
    guard let definition = lock.withLock({ definitions[name] }) else {
      throw EngineError(
        kind: .notImplemented, code: .unimplemented, "Op type not registered '\(name)' in swiftestimator")
    }
    return definition
  }

  public static var names: [String] { lock.withLock { definitions.keys.sorted() } }
}
