import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Graphs that carry their variables' values as constants.
public enum FrozenGraph {
  /// The part of a graph that gives some outputs, with variables replaced by what a session holds.
  ///
  /// - Parameters:
  ///   - outputs: names of nodes.
  ///   - replacing: the variables to replace; default: all.
  ///   - keeping: variables that stay as they are.
  /// - Returns: the graph, and how many variables were replaced.
  /// **Errors**: an assertion for an output that the graph does not have; `FailedPrecondition` for a variable without
  /// a value; `Unimplemented` for uses of variables that have no counterpart.
  public static func make(
    _ graph: ProtoMessage, _ session: Session, outputs: [String], replacing: Set<String>? = nil,
    keeping: Set<String> = []
  ) throws -> (graph: ProtoMessage, count: Int) {
    let part = try GraphSurgery.subgraph(graph, for: outputs)
    let names = part.messages("node").filter { $0.string("op") == "VarHandleOp" }.map { $0.string("name") }
      .filter { replacing?.contains($0) ?? true && !keeping.contains($0) }
    var values: [String: Tensor] = [:]
    for name in names {
      let handle = try session.graph.output(named: name + ":0")
      guard let resource = try session.run(fetches: [handle]).first?.buffer.resource as? VariableResource else {
        throw EngineError.internal("'\(name)' is not a resource variable")
      }
      values[name] = try resource.read()
    }
    return (try GraphSurgery.freezing(part, values: values), values.count)
  }
}
