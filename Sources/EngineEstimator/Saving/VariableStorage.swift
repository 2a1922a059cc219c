import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// The storage of variables in a session.
public enum VariableStorage {
  /// The objects behind the handles, in order.
  public static func resources(of variables: [Variable], in session: Session) throws -> [VariableResource] {
    if variables.isEmpty { return [] }
    let handles = try handles(variables, session)
    return try zip(variables, handles).map { variable, handle in
      guard let resource = handle.buffer.resource as? VariableResource else {
        throw EngineError.internal("'\(variable.nodeName)' is not a resource variable")
      }
      return resource
    }
  }

  private static func handles(_ variables: [Variable], _ session: Session) throws -> [Tensor] {
    // Handles need nothing but their node: a plan for them would cost more than they do.
    let isSimple = variables.allSatisfy { $0.handle.node.type == "VarHandleOp" && $0.handle.graph === session.graph }
    guard isSimple, !session.isClosed else { return try session.run(fetches: variables.map(\.handle)) }
    return try variables.map { variable in
      let node = variable.handle.node
      let context = KernelContext(node: node, environment: session.environment)
      try node.definition.kernel?(context)
      guard let handle = context.takeOutput(0) else {
        throw EngineError.internal("'\(variable.nodeName)' has no handle")
      }
      return handle
    }
  }

  /// Names of the variables that have no value yet.
  public static func uninitialized(_ variables: [Variable], in session: Session) throws -> [String] {
    zip(variables, try resources(of: variables, in: session)).filter { !$1.isInitialized }.map { $0.0.nodeName }
  }
}
