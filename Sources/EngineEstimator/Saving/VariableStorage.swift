import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// The storage of variables in a session.
public enum VariableStorage {
  /// The objects behind the handles, in order.
  public static func resources(of variables: [Variable], in session: Session) throws -> [VariableResource] {
    if variables.isEmpty { return [] }
    let handles = try session.run(fetches: variables.map(\.handle))
    return try zip(variables, handles).map { variable, handle in
      guard let resource = handle.buffer.resource as? VariableResource else {
        throw EngineError.internal("'\(variable.nodeName)' is not a resource variable")
      }
      return resource
    }
  }

  /// Names of the variables that have no value yet.
  public static func uninitialized(_ variables: [Variable], in session: Session) throws -> [String] {
    zip(variables, try resources(of: variables, in: session)).filter { !$1.isInitialized }.map { $0.0.nodeName }
  }
}
