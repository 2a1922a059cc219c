import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// The nodes with which other runtimes save and restore a graph's variables, as its file has them.
enum SaverNodes {
  /// What a saver's definition says besides the nodes.
  struct Settings {
    var maxToKeep = 5
    var isSharded = true
    var keepEveryNHours = 10000.0
  }

  /// A variable by the nodes that the saver's connect to.
  private struct Item {
    let key: String
    let slice: String
    let dtype: DType
    let handle: Output
  }

  /// Adds the nodes to a graph, and says in a `SaverDef` which they are.
  ///
  /// **Source**: names and order of the nodes are those of TensorFlow's savers.
  static func add(
    to graph: Graph, variables: [(key: String, variable: Variable)], settings: Settings = Settings()
  ) throws -> ProtoMessage {
    try add(to: graph, SavedItem.sorted(variables.map { SavedItem(key: $0.key, variable: $0.variable) }), settings)
  }

  static func add(to graph: Graph, _ items: [SavedItem], _ settings: Settings) throws -> ProtoMessage {
    try graph.withInitScope {
      try graph.withNameScope("save") { _ in
        try add(items.map { try item($0, $0.variable.handle) }, graph, settings)
      }
    }
  }

  /// The same nodes as messages, for the file of a graph that stays as it is.
  static func messages(
    for graph: Graph, _ items: [SavedItem], settings: Settings, taken: inout Set<String>
  ) throws -> (nodes: [ProtoMessage], types: Set<String>, definition: ProtoMessage) {
    let part = Graph()
    let handles = try items.map { item in
      // Stands for the graph's own node, to which the messages refer by name.
      try part.addNode(
        "Placeholder", attributes: ["dtype": .type(.resource), "shape": .shape(.scalar)],
        name: item.variable.handle.node.name + "/"
      ).output()
    }
    var scope = graph.uniqueName("save", markAsUsed: false)
    var number = 0
    while !taken.insert(scope).inserted {
      number += 1
      scope = "save_\(number)"
    }
    let definition = try part.withNameScope(scope) { _ in
      try add(zip(items, handles).map { try item($0, $1) }, part, settings)
    }
    let nodes = part.nodes.dropFirst(handles.count)
    return (try nodes.map { try GraphCodec.nodeDef($0, addShapes: true) }, Set(nodes.map(\.type)), definition)
  }

  private static func item(_ saved: SavedItem, _ handle: Output) throws -> Item {
    let slice = try saved.slice.map { part in part.fullShape.map { "\($0) " }.joined() + "\(part.slice)" }
    return Item(key: saved.key, slice: slice ?? "", dtype: saved.variable.dtype, handle: handle)
  }

  private static func text(_ texts: [String], _ graph: Graph, _ name: String) throws -> Output {
    try graph.constant(Tensor(strings: texts.map { ByteString($0.utf8) }, shape: [texts.count]), name: name)
  }

  private static func scalar(_ text: String, _ graph: Graph, _ name: String = "Const") throws -> Output {
    try graph.constant(Tensor(string: text), name: name)
  }

  private static func add(_ items: [Item], _ graph: Graph, _ settings: Settings) throws -> ProtoMessage {
    let scalarShape = ["shape": AttributeValue.shape(.scalar)]
    let input = try scalar("model", graph, "filename/input")
    let filename = try graph.op("PlaceholderWithDefault", input, attributes: scalarShape, name: "filename")
    let prefix = try graph.op("PlaceholderWithDefault", filename, attributes: scalarShape, name: "Const")
    let saved = settings.isSharded ? try addSharded(items, graph, prefix) : try addPlain(items, graph, prefix)

    let restore = try graph.addNode(
      "RestoreV2",
      [
        prefix, text(items.map(\.key), graph, "RestoreV2/tensor_names"),
        text(items.map(\.slice), graph, "RestoreV2/shape_and_slices"),
      ], attributes: ["dtypes": .types(items.map(\.dtype))], name: "RestoreV2")
    var assignments = try items.enumerated().map { index, item in
      let value = try graph.op("Identity", restore.output(index), name: "Identity")
      return try graph.addNode(
        "AssignVariableOp", [item.handle, value], attributes: ["dtype": .type(item.dtype)], name: "AssignVariableOp")
    }
    if settings.isSharded { assignments = [try graph.group(assignments, name: "restore_shard")] }
    let all = try graph.group(assignments, name: "restore_all")
    return try MetaGraph.saverDef(
      filenameTensor: prefix.name, saveTensor: saved.name, restoreOp: all.name, maxToKeep: settings.maxToKeep,
      isSharded: settings.isSharded, keepCheckpointEveryHours: Float(settings.keepEveryNHours))
  }

  /// The node that writes a file.
  private static func addSave(_ items: [Item], _ graph: Graph, _ file: Output) throws -> Node {
    let values = try items.map {
      try graph.op("ReadVariableOp", $0.handle, attributes: ["dtype": .type($0.dtype)], name: "ReadVariableOp")
    }
    return try graph.addNode(
      "SaveV2",
      arguments: [
        [file], [text(items.map(\.key), graph, "SaveV2/tensor_names")],
        [text(items.map(\.slice), graph, "SaveV2/shape_and_slices")], values,
      ], attributes: ["dtypes": .types(items.map(\.dtype))], name: "SaveV2")
  }

  private static func addPlain(_ items: [Item], _ graph: Graph, _ prefix: Output) throws -> Output {
    let save = try addSave(items, graph, prefix)
    return try graph.withControlDependencies([save]) {
      try graph.op("Identity", prefix, name: "control_dependency")
    }
  }

  private static func addSharded(_ items: [Item], _ graph: Graph, _ prefix: Output) throws -> Output {
    let isRemote = try graph.op(
      "StaticRegexFullMatch", prefix, attributes: ["pattern": .string("^s3://.*")], name: "StaticRegexFullMatch")
    // Where renaming is expensive, the parts stand beside the result.
    let part = try scalar(".part", graph, "Const")
    let folder = try scalar("_temp/part", graph, "Const")
    let suffix = try graph.op("Select", isRemote, part, folder, name: "Select")
    let base = try graph.op("StringJoin", arguments: [[prefix, suffix]], name: "StringJoin")
    let count = try graph.constant(scalar: Int32(1), name: "num_shards")
    let shard = try graph.constant(scalar: Int32(0), name: "ShardedFilename/shard")
    let file = try graph.op("ShardedFilename", base, shard, count, name: "ShardedFilename")
    let save = try addSave(items, graph, file)
    let saved = try graph.withControlDependencies([save]) {
      try graph.op("Identity", file, name: "control_dependency")
    }
    let prefixes = try graph.withControlDependencies([save]) {
      try graph.op("Pack", arguments: [[saved]], name: "MergeV2Checkpoints/checkpoint_prefixes")
    }
    let merge = try graph.addNode("MergeV2Checkpoints", [prefixes, prefix], name: "MergeV2Checkpoints")
    return try graph.withControlDependencies([merge, saved.node]) {
      try graph.op("Identity", prefix, name: "Identity")
    }
  }
}
