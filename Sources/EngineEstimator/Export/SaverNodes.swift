import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// The nodes with which other runtimes save and restore a graph's variables, as its file has them.
enum SaverNodes {
  /// Adds the nodes to a graph, and says in a `SaverDef` which they are.
  ///
  /// **Source**: names and order of the nodes are those of TensorFlow's sharded saver.
  static func add(to graph: Graph, variables: [(key: String, variable: Variable)]) throws -> ProtoMessage {
    let items = try SavedItem.sorted(variables.map { SavedItem(key: $0.key, variable: $0.variable) })
    return try graph.withInitScope {
      try graph.withNameScope("save") { _ in try add(items, graph) }
    }
  }

  private static func text(_ texts: [String], _ graph: Graph, _ name: String) throws -> Output {
    try graph.constant(Tensor(strings: texts.map { ByteString($0.utf8) }, shape: [texts.count]), name: name)
  }

  private static func scalar(_ text: String, _ graph: Graph, _ name: String = "Const") throws -> Output {
    try graph.constant(Tensor(string: text), name: name)
  }

  private static func shapeAndSlice(_ item: SavedItem) throws -> String {
    guard let part = try item.slice else { return "" }
    return part.fullShape.map { "\($0) " }.joined() + "\(part.slice)"
  }

  private static func add(_ items: [SavedItem], _ graph: Graph) throws -> ProtoMessage {
    let scalarShape = ["shape": AttributeValue.shape(.scalar)]
    let input = try scalar("model", graph, "filename/input")
    let filename = try graph.op("PlaceholderWithDefault", input, attributes: scalarShape, name: "filename")
    let prefix = try graph.op("PlaceholderWithDefault", filename, attributes: scalarShape, name: "Const")

    let isRemote = try graph.op(
      "StaticRegexFullMatch", prefix, attributes: ["pattern": .string("^s3://.*")], name: "StaticRegexFullMatch")
    // Where renaming is expensive, the parts stand beside the result.
    let part = try scalar(".part", graph, "Const_1")
    let folder = try scalar("_temp/part", graph, "Const_2")
    let suffix = try graph.op("Select", isRemote, part, folder, name: "Select")
    let base = try graph.op("StringJoin", arguments: [[prefix, suffix]], name: "StringJoin")
    let count = try graph.constant(scalar: Int32(1), name: "num_shards")
    let shard = try graph.constant(scalar: Int32(0), name: "ShardedFilename/shard")
    let file = try graph.op("ShardedFilename", base, shard, count, name: "ShardedFilename")

    let keys = items.map(\.key)
    let slices = try items.map(shapeAndSlice)
    let types = AttributeValue.types(items.map(\.variable.dtype))
    let values = try items.map { item in
      try graph.op(
        "ReadVariableOp", item.variable.handle, attributes: ["dtype": .type(item.variable.dtype)],
        name: "ReadVariableOp")
    }
    let save = try graph.addNode(
      "SaveV2",
      arguments: [
        [file], [text(keys, graph, "SaveV2/tensor_names")], [text(slices, graph, "SaveV2/shape_and_slices")], values,
      ], attributes: ["dtypes": types], name: "SaveV2")
    let saved = try graph.withControlDependencies([save]) {
      try graph.op("Identity", file, name: "control_dependency")
    }
    let prefixes = try graph.withControlDependencies([save]) {
      try graph.op("Pack", arguments: [[saved]], name: "MergeV2Checkpoints/checkpoint_prefixes")
    }
    let merge = try graph.addNode("MergeV2Checkpoints", [prefixes, prefix], name: "MergeV2Checkpoints")
    let done = try graph.withControlDependencies([merge, saved.node]) {
      try graph.op("Identity", prefix, name: "Identity")
    }

    let restore = try graph.addNode(
      "RestoreV2",
      [
        prefix, text(keys, graph, "RestoreV2/tensor_names"), text(slices, graph, "RestoreV2/shape_and_slices"),
      ], attributes: ["dtypes": types], name: "RestoreV2")
    let assignments = try items.enumerated().map { index, item in
      let value = try graph.op("Identity", restore.output(index), name: "Identity_\(index + 1)")
      return try graph.addNode(
        "AssignVariableOp", [item.variable.handle, value], attributes: ["dtype": .type(item.variable.dtype)],
        name: index == 0 ? "AssignVariableOp" : "AssignVariableOp_\(index)")
    }
    let shardDone = try graph.group(assignments, name: "restore_shard")
    let all = try graph.group([shardDone], name: "restore_all")
    return try MetaGraph.saverDef(
      filenameTensor: prefix.name, saveTensor: done.name, restoreOp: all.name, isSharded: true)
  }
}
