import EngineCore
import EngineGraph

extension Graph {
  /// The graph that this one is a function body of, at the end of the chain; the graph itself when it is none.
  ///
  /// Variables, their scopes and collections belong to it.
  public var outermost: Graph {
    var graph = self
    while let around = graph.outer { graph = around }
    return graph
  }

  /// Whether `other` is a graph around this function body.
  func isInside(_ other: Graph) -> Bool {
    var around = outer
    while let graph = around {
      if graph === other { return true }
      around = graph.outer
    }
    return false
  }

  /// A value of a graph around this body, as a tensor of the body; others as they are.
  func local(_ output: Output) throws -> Output {
    output.graph === self ? output : try addNode("Identity", [output]).output()
  }
}
