import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// Graphs as files beside checkpoints.
enum GraphFiles {
  /// The binary form of a graph, with its shapes.
  static func serialized(_ graph: Graph) throws -> ByteString { try graphDef(graph).serialized() }

  static func graphDef(_ graph: Graph) throws -> ProtoMessage { try GraphCodec.graphDef(graph, addShapes: true) }

  /// Writes the text form.
  static func writeText(_ graph: Graph, to path: String) throws {
    try AtomicFile.write(path, graphDef(graph).text())
  }

  static func writeMetaGraph(_ graph: Graph, _ saver: Saver, to path: String) throws {
    try AtomicFile.write(path, metaGraph(graph, saver).serialized())
  }

  /// A graph with what is needed to save its variables again.
  static func metaGraph(
    _ graph: Graph, _ saver: Saver?, tags: [String] = [], stripsDefaultAttributes: Bool = false
  ) throws -> ProtoMessage {
    var result = try MetaGraph.message(graph, tags: tags, stripsDefaultAttributes: stripsDefaultAttributes)
    for name in graph.collectionOrder {
      if let collection = try collection(graph, name) {
        result.setEntry("collection_def", name, .message(collection))
      }
    }
    return result
  }

  /// Collections of tensors, operations and variables; `nil` for those with other things in them.
  private static func collection(_ graph: Graph, _ name: String) throws -> ProtoMessage? {
    var names: [String] = []
    var variables: [ByteString] = []
    for item in graph.collection(name) {
      switch item {
      case .output(let output): names.append(output.name)
      case .node(let node): names.append(node.name)
      case .object(let object):
        guard let variable = object as? Variable else { return nil }
        variables.append(try variableDef(variable).serialized())
      }
    }
    if variables.isEmpty { return names.isEmpty ? nil : try MetaGraph.collectionDef(names: names) }
    return names.isEmpty ? try MetaGraph.collectionDef(messages: variables) : nil
  }

  static func variableDef(_ variable: Variable) throws -> ProtoMessage {
    var result = try ProtoMessage("VariableDef")
    result["variable_name"] = .string(variable.name)
    result["initializer_name"] = .string(variable.initializer.name)
    result["snapshot_name"] = .string(variable.snapshot.name)
    result["initial_value_name"] = .string(variable.initialValue.name)
    result["is_resource"] = .bool(true)
    result["trainable"] = .bool(variable.isTrainable)
    if let slice = variable.saveSliceInfo {
      var info = try ProtoMessage("SaveSliceInfoDef")
      info["full_name"] = .string(slice.fullName)
      for size in slice.fullShape { info.append("full_shape", .int(Int64(size))) }
      for offset in slice.offset { info.append("var_offset", .int(Int64(offset))) }
      for size in slice.shape { info.append("var_shape", .int(Int64(size))) }
      result["save_slice_info_def"] = .message(info)
    }
    return result
  }
}
