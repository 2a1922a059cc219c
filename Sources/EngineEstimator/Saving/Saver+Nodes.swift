import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

extension Saver {
  /// A saver that runs the nodes that an imported graph has brought along for saving and restoring.
  ///
  /// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/import_meta_graph
  public convenience init(definition: ProtoMessage) {
    self.init()
    configure(Options(), definition: definition)
  }

  /// What other programs need to save and restore with the graph: adds nodes to it the first time.
  /// - Returns: `nil` when there is nothing to save.
  public func saverDef(addingTo graph: Graph) throws -> ProtoMessage? {
    if let definition { return definition }
    guard let items, !items.isEmpty else { return nil }
    // The nodes are for others: a graph that is final for the program's own purposes may still get them.
    let isFinal = graph.isFinalized
    if isFinal { graph.unfinalize() }
    defer { if isFinal { graph.finalize() } }
    definition = try SaverNodes.add(to: graph, items, nodeSettings)
    return definition
  }

  var nodeSettings: SaverNodes.Settings {
    SaverNodes.Settings(maxToKeep: maxToKeep ?? 0, isSharded: isSharded, keepEveryNHours: keepEveryNHours)
  }

  private func nodeName(_ field: String) -> String { definition?.string(field) ?? "" }

  private func feed(_ graph: Graph, _ path: String) throws -> [(Output, Tensor)] {
    [(try graph.output(named: nodeName("filename_tensor_name")), Tensor(string: path))]
  }

  func runSave(_ session: Session, _ prefix: String) throws {
    let saved = try session.graph.output(named: nodeName("save_tensor_name"))
    _ = try session.run(fetches: [saved], feeds: feed(session.graph, prefix))
  }

  func runRestore(_ session: Session, _ path: String) throws {
    let name = nodeName("restore_op_name")
    guard let restore = session.graph.node(named: name) else {
      throw EngineError(
        kind: .key, code: .notFound, "The name '\(name)' refers to an Operation not in the graph.")
    }
    _ = try session.run(fetches: [], targets: [restore], feeds: feed(session.graph, path))
  }
}
