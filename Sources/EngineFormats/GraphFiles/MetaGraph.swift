import EngineCore
import EngineGraph

/// Parts of `MetaGraphDef` and `SavedModel` messages.
///
/// What is not here can be set by name: a ``ProtoMessage`` knows all their fields.
public enum MetaGraph {
  /// A meta graph without collections, signatures and saver.
  public static func message(
    _ graph: Graph, tags: [String] = [], addShapes: Bool = true, stripsDefaultAttributes: Bool = false
  ) throws -> ProtoMessage {
    var info = try ProtoMessage("MetaGraphDef.MetaInfoDef")
    info["stripped_op_list"] = .message(try GraphCodec.opList(graph))
    if !tags.isEmpty { info["tags"] = .list(tags.map { .string($0) }) }
    info["tensorflow_version"] = .string(GraphCodec.tensorFlowVersion)
    info["tensorflow_git_version"] = .string(GraphCodec.tensorFlowGitVersion)
    info["stripped_default_attrs"] = .bool(stripsDefaultAttributes)
    var definition = try GraphCodec.graphDef(graph, addShapes: addShapes)
    if stripsDefaultAttributes { try strip(&definition) }
    var result = try ProtoMessage("MetaGraphDef")
    result["meta_info_def"] = .message(info)
    result["graph_def"] = .message(definition)
    return result
  }

  /// Removes attributes that have their op's default value, so that older readers understand the graph.
  public static func strip(_ graph: inout ProtoMessage) throws {
    let nodes = try graph.messages("node").map { node -> ProtoValue in
      var node = node
      guard let definition = try? OpRegistry.definition(named: node.string("op")),
        case .map(var entries)? = node["attr"]
      else { return .message(node) }
      for attribute in definition.attributes {
        guard let value = attribute.defaultValue, case .message(let known)? = entries[.string(attribute.name)] else {
          continue
        }
        if try AttributeCodec.message(value).serialized() == known.serialized() {
          entries[.string(attribute.name)] = nil
        }
      }
      node["attr"] = .map(entries)
      return .message(node)
    }
    graph["node"] = .list(nodes)
  }

  /// How to save and restore a graph: the names of the tensors and the operation to use.
  public static func saverDef(
    filenameTensor: String, saveTensor: String, restoreOp: String, maxToKeep: Int = 5, isSharded: Bool = false,
    keepCheckpointEveryHours: Float = 10000
  ) throws -> ProtoMessage {
    var result = try ProtoMessage("SaverDef")
    result["filename_tensor_name"] = .string(filenameTensor)
    result["save_tensor_name"] = .string(saveTensor)
    result["restore_op_name"] = .string(restoreOp)
    result["max_to_keep"] = .int(Int64(maxToKeep))
    result["sharded"] = .bool(isSharded)
    result["keep_checkpoint_every_n_hours"] = .float(keepCheckpointEveryHours)
    result["version"] = 2
    return result
  }

  /// Name, type and shape of a tensor.
  public static func tensorInfo(_ output: Output) throws -> ProtoMessage {
    var result = try ProtoMessage("TensorInfo")
    result["name"] = .string(output.name)
    result["dtype"] = .int(Int64(output.dtype.rawValue))
    result["tensor_shape"] = .message(try .shape(output.shape))
    return result
  }

  /// The inputs and outputs of a graph under the keys that a caller uses.
  public static func signatureDef(inputs: [String: Output], outputs: [String: Output], methodName: String) throws
    -> ProtoMessage
  {
    var result = try ProtoMessage("SignatureDef")
    for (key, output) in inputs { result.setEntry("inputs", key, .message(try tensorInfo(output))) }
    for (key, output) in outputs { result.setEntry("outputs", key, .message(try tensorInfo(output))) }
    result["method_name"] = .string(methodName)
    return result
  }

  /// A collection of names of nodes and tensors.
  public static func collectionDef(names: [String]) throws -> ProtoMessage {
    try collectionDef("NodeList", "node_list", names.map { .string($0) })
  }

  /// A collection of serialized messages, such as `VariableDef`.
  public static func collectionDef(messages: [ByteString]) throws -> ProtoMessage {
    try collectionDef("BytesList", "bytes_list", messages.map { .bytes($0) })
  }

  /// A collection of whole numbers.
  public static func collectionDef(integers: [Int]) throws -> ProtoMessage {
    try collectionDef("Int64List", "int64_list", integers.map { .int(Int64($0)) })
  }

  /// A collection of floating-point numbers.
  public static func collectionDef(floats: [Float]) throws -> ProtoMessage {
    try collectionDef("FloatList", "float_list", floats.map { .float($0) })
  }

  /// A collection of messages that carry their type along, such as `AssetFileDef`.
  public static func collectionDef(typed messages: [ProtoMessage]) throws -> ProtoMessage {
    try collectionDef(
      "AnyList", "any_list",
      try messages.map { message in
        var any = try ProtoMessage("google.protobuf.Any")
        any["type_url"] = .string("type.googleapis.com/tensorflow.\(message.descriptor.name)")
        any["value"] = .bytes(message.serialized())
        return .message(any)
      })
  }

  private static func collectionDef(_ kind: String, _ field: String, _ values: [ProtoValue]) throws -> ProtoMessage {
    var list = try ProtoMessage("CollectionDef.\(kind)")
    if !values.isEmpty { list["value"] = .list(values) }
    var result = try ProtoMessage("CollectionDef")
    result[field] = .message(list)
    return result
  }

  /// A saved model of these meta graphs.
  public static func savedModel(_ metaGraphs: [ProtoMessage]) throws -> ProtoMessage {
    var result = try ProtoMessage("SavedModel")
    result["saved_model_schema_version"] = 1
    result["meta_graphs"] = .list(metaGraphs.map { .message($0) })
    return result
  }
}
