import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Writes graphs with the values of their variables as a SavedModel.
///
/// **Source**: layout of TensorFlow's `SavedModelBuilder` of version 1.
public final class SavedModelBuilder {
  /// What is stored with a graph.
  public struct Parts {
    /// Tell the model's graphs apart when it is loaded.
    public var tags: [String]
    /// `SignatureDef` messages by the name that callers use.
    public var signatures: [(name: String, message: ProtoMessage)] = []
    /// Constants with paths of files that belong to the model.
    public var assets: [Output]?
    /// Run by loaders when the variables have their values.
    public var mainOp: Node?
    /// The older form of ``mainOp``.
    public var legacyInitOp: Node?
    public var trainOp: SpecValue?
    /// Saves and restores the variables; default: all the graph's.
    public var saver: Saver?
    /// Leaves out attributes with default values, so that older readers understand the graph.
    public var stripsDefaultAttributes = false
    /// Leaves out on which devices nodes were placed.
    public var clearsDevices = false

    public init(tags: [String]) { self.tags = tags }
  }

  public let directory: String
  private var metaGraphs: [ProtoMessage] = []
  private var assets = AssetFiles()
  private var hasVariables = false

  /// Makes the directory.
  /// **Errors**: `AssertionError` when it exists and has something in it.
  public init(directory: String) throws {
    self.directory = directory
    if FileSystem.exists(directory), try !FileSystem.listDirectory(directory).isEmpty {
      throw SavedModelBuilder.assertion(
        "Export directory \(directory) already exists, and isn't empty. Please choose a different export directory, or "
          + "delete all the contents of the specified directory.")
    }
    try FileSystem.makeDirectories(directory)
  }

  private static func assertion(_ message: String) -> EngineError {
    EngineError(kind: .assertion, code: .failedPrecondition, message)
  }

  /// Adds a graph, and writes the values that its variables have in `session`. One graph of a model is added so.
  /// **Errors**: `AssertionError` when values have been written already; those of ``addGraph(_:_:)``.
  public func addGraphAndVariables(_ session: Session, _ parts: Parts) throws {
    if hasVariables {
      throw SavedModelBuilder.assertion(
        "Graph state including variables and assets has already been saved. Please invoke `add_meta_graph()` instead.")
    }
    try check(parts)
    let saver = try self.saver(session.graph, parts)
    try assets.copy(parts.assets, to: directory)
    let prefix = FileSystem.join(FileSystem.join(directory, "variables"), "variables")
    try FileSystem.makeDirectories(FileSystem.directory(of: prefix))
    try saver.save(session, prefix, writesMetaGraph: false, writesState: false)
    try append(session.graph, parts, saver)
    hasVariables = true
  }

  /// Adds a graph that shares the values of the first.
  /// **Errors**: `AssertionError` before any values have been written; `KeyError` for signatures with reserved names;
  /// `TypeError` and `ValueError` for assets that are not constants with a path.
  public func addGraph(_ graph: Graph, _ parts: Parts) throws {
    guard hasVariables else {
      throw SavedModelBuilder.assertion(
        "Graph state including variables and assets has not been saved yet. Please invoke "
          + "`add_meta_graph_and_variables()` first.")
    }
    try check(parts)
    let saver = try self.saver(graph, parts)
    try assets.copy(parts.assets, to: directory)
    try append(graph, parts, saver)
  }

  private func check(_ parts: Parts) throws {
    for (name, purpose) in [("__saved_model_init_op", "initialization"), ("__saved_model_train_op", "the train op")]
    where parts.signatures.contains(where: { $0.name == name }) {
      throw EngineError(
        kind: .key, code: .invalidArgument,
        "SignatureDef map key \"\(name)\" is reserved for \(purpose). Please use a different key.")
    }
    for (_, signature) in parts.signatures {
      for field in ["inputs", "outputs"] {
        for case (_, .message(let info)) in signature.entries(field) { try SavedModelBuilder.checkTensorInfo(info) }
      }
    }
    for asset in parts.assets ?? [] { try AssetFiles.check(asset) }
  }

  private static func checkTensorInfo(_ info: ProtoMessage) throws {
    if !info.has("name") && !info.has("coo_sparse") && !info.has("composite_tensor") {
      throw assertion(
        "Invalid `tensor_info`: \(info.text()). All TensorInfo protos used in the SignatureDefs must have one of the "
          + "'encoding' fields (e.g., name or coo_sparse) set.")
    }
    if info.int("dtype") == 0 {
      throw assertion(
        "Invalid `tensor_info`: \(info.text()). All TensorInfo protos used in the SignatureDefs must have the dtype field "
          + "set.")
    }
  }

  private func saver(_ graph: Graph, _ parts: Parts) throws -> Saver {
    let saver = parts.saver ?? Saver(allowsEmpty: true, isSharded: true)
    try saver.build(graph)
    return saver
  }

  private func append(_ graph: Graph, _ parts: Parts, _ saver: Saver) throws {
    let wasFinal = graph.isFinalized
    if wasFinal { graph.unfinalize() }
    defer { if wasFinal { graph.finalize() } }
    if let trainOp = parts.trainOp?.collectionItem { graph.addToCollection("saved_model_train_op", trainOp) }
    for (collection, node) in [("saved_model_main_op", parts.mainOp), ("legacy_init_op", parts.legacyInitOp)] {
      guard let node else { continue }
      if !graph.collection(collection).isEmpty {
        throw EngineError.value("Graph already contains one or more main ops under the collection \(collection).")
      }
      graph.addToCollection(collection, .node(node))
    }
    var saverDef = try saver.saverDef(addingTo: graph)
    if saverDef == nil {
      // A saver of the host's own says nothing of its variables.
      let all = try SavedItem.all(in: graph).map { (key: $0.key, variable: $0.variable) }
      if !all.isEmpty { saverDef = try SaverNodes.add(to: graph, variables: all) }
    }
    var result = try GraphFiles.metaGraph(
      graph, nil, tags: parts.tags, stripsDefaultAttributes: parts.stripsDefaultAttributes)
    if parts.clearsDevices, var definition = result.message("graph_def") {
      definition["node"] = .list(
        definition.messages("node").map { node in
          var node = node
          node["device"] = nil
          return .message(node)
        })
      result["graph_def"] = .message(definition)
    }
    result["saver_def"] = saverDef.map { .message($0) }
    for (name, signature) in parts.signatures { result.setEntry("signature_def", name, .message(signature)) }
    let files = try assets.messages(parts.assets ?? [])
    if !files.isEmpty {
      result.setEntry("collection_def", "saved_model_assets", .message(try MetaGraph.collectionDef(typed: files)))
    }
    metaGraphs.append(result)
  }

  /// Writes the model's main file.
  /// - Returns: its path.
  @discardableResult
  public func save(asText: Bool = false) throws -> String {
    let model = try MetaGraph.savedModel(metaGraphs)
    let path = FileSystem.join(directory, asText ? "saved_model.pbtxt" : "saved_model.pb")
    if asText {
      try AtomicFile.write(path, model.text())
    } else {
      try AtomicFile.write(path, model.serialized())
    }
    Logger.info("SavedModel written to: \(path)")
    return path
  }
}

extension SpecValue {
  /// The value as a member of a collection.
  var collectionItem: CollectionItem? {
    switch self {
    case .output(let output): .output(output)
    case .node(let node): .node(node)
    case .variable(let variable): .object(variable)
    case .dict, .other: nil
    }
  }
}
