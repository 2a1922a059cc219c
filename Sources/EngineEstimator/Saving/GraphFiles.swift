import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// Graphs as files beside checkpoints.
enum GraphFiles {
  /// The binary form of a graph, with its shapes.
  static func serialized(_ graph: Graph) throws -> ByteString { try graphDef(graph).serialized() }

  static func graphDef(_ graph: Graph) throws -> ProtoMessage { try GraphCodec.graphDef(graph, addShapes: true) }

  /// Writes the text form; it may be on disk only some time later.
  static func writeText(_ graph: Graph, to path: String) throws {
    let later = BackgroundFiles.Syncing()
    try AtomicFile.write(path, graphDef(graph).text(), syncing: later)
    BackgroundFiles.shared.synchronizeLater(later)
  }

  /// A graph with what is needed to save its variables again.
  ///
  /// The nodes that do so are in the message, not in the graph.
  static func metaGraph(
    _ graph: Graph, _ saver: Saver?, tags: [String] = [], stripsDefaultAttributes: Bool = false
  ) throws -> ProtoMessage {
    var options = MetaGraphExport()
    options.tags = tags
    options.stripsDefaultAttributes = stripsDefaultAttributes
    return try options.message(graph, saver)
  }

  static func variableDef(_ variable: Variable, in scope: String? = nil) throws -> ProtoMessage {
    func name(_ full: String) -> String { MetaGraphExport.stripped(full, scope) }
    var result = try ProtoMessage("VariableDef")
    result["variable_name"] = .string(name(variable.name))
    result["initializer_name"] = .string(name(variable.initializer.name))
    result["snapshot_name"] = .string(name(variable.snapshot.name))
    result["initial_value_name"] = .string(name(variable.initialValue.name))
    result["is_resource"] = .bool(true)
    result["trainable"] = .bool(variable.isTrainable)
    if let slice = variable.saveSliceInfo {
      var info = try ProtoMessage("SaveSliceInfoDef")
      info["full_name"] = .string(name(slice.fullName))
      for size in slice.fullShape { info.append("full_shape", .int(Int64(size))) }
      for offset in slice.offset { info.append("var_offset", .int(Int64(offset))) }
      for size in slice.shape { info.append("var_shape", .int(Int64(size))) }
      result["save_slice_info_def"] = .message(info)
    }
    return result
  }
}
