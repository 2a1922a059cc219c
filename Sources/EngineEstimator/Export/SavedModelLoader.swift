import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Reads SavedModels and puts their graphs into sessions.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/saved_model/load
public enum SavedModelLoader {
  /// The names under which a graph says what to run after loading.
  private static let initSignature = "__saved_model_init_op"
  private static let mainOpCollections = ["saved_model_main_op", "legacy_init_op"]

  /// Whether a directory holds a SavedModel's main file.
  public static func isSavedModel(_ directory: String) -> Bool {
    ["saved_model.pb", "saved_model.pbtxt"].contains { FileSystem.exists(FileSystem.join(directory, $0)) }
  }

  /// The `SavedModel` message of a directory.
  /// **Errors**: `OSError` when there is none, or none that can be read.
  public static func read(_ directory: String) throws -> ProtoMessage {
    let (binary, text) = (
      FileSystem.join(directory, "saved_model.pb"), FileSystem.join(directory, "saved_model.pbtxt")
    )
    let isBinary = FileSystem.exists(binary)
    guard isBinary || FileSystem.exists(text) else {
      throw EngineError(
        kind: .os, code: .notFound,
        "SavedModel file does not exist at: \(FileSystem.join(directory, "{saved_model.pbtxt|saved_model.pb}"))")
    }
    let bytes = try FileSystem.readFile(isBinary ? binary : text)
    do {
      return isBinary
        ? try ProtoMessage("SavedModel", parsing: bytes) : try ProtoMessage("SavedModel", parsingText: bytes)
    } catch let error as EngineError {
      throw EngineError(
        kind: .os, code: .dataLoss, "Cannot parse file \(isBinary ? binary : text): \(error.message).")
    }
  }

  static func tags(_ metaGraph: ProtoMessage) -> [String] {
    metaGraph.message("meta_info_def")?.strings("tags") ?? []
  }

  /// The graph of a model that has exactly these tags.
  /// **Errors**: `RuntimeError` when there is none.
  public static func metaGraph(_ model: ProtoMessage, tags: [String]) throws -> ProtoMessage {
    let graphs = model.messages("meta_graphs")
    if let found = graphs.first(where: { Set(self.tags($0)) == Set(tags) }) { return found }
    let available = graphs.map { "{" + self.tags($0).sorted().map { "'\($0)'" }.joined(separator: ", ") + "}" }
    throw EngineError.runtime(
      "MetaGraphDef associated with tags \(tags.map { "'\($0)'" }.joined(separator: ", ")) could not be found in "
        + "SavedModel, with available tags '[\(available.joined(separator: ", "))]'. To inspect available tag-sets in the "
        + "SavedModel, please use the SavedModel CLI: `saved_model_cli`.")
  }

  /// Adds the graph with these tags to the session's, gives its variables their values, and runs what the model wants to
  /// have run.
  /// - Returns: the graph's `MetaGraphDef` message.
  /// **Errors**: `OSError` without a SavedModel, `RuntimeError` without such a graph; those of importing and restoring.
  @discardableResult
  public static func load(
    _ directory: String, tags: [String], into session: Session, importing options: MetaGraphImport = .init()
  ) throws -> ProtoMessage {
    let message = try metaGraph(read(directory), tags: tags)
    let result = try options.add(message, to: session.graph)
    if let saver = result.saver {
      try saver.restore(session, FileSystem.join(FileSystem.join(directory, "variables"), "variables"))
    } else {
      Logger.info("The specified SavedModel has no variables; no checkpoints were restored.")
    }
    let prefix = options.scope.isEmpty ? "" : options.scope + "/"
    guard let name = try mainOp(message) else { return message }
    guard let node = session.graph.node(named: prefix + name.split(separator: ":")[0]) else {
      throw EngineError(
        kind: .key, code: .notFound, "The SavedModel's init op '\(prefix + name)' is not in its graph.")
    }
    _ = try session.run(fetches: [], targets: [node], feeds: try assets(message, directory, prefix, session.graph))
    return message
  }

  private static func mainOp(_ message: ProtoMessage) throws -> String? {
    if let signature = message.entry("signature_def", initSignature) {
      return signature.entry("outputs", initSignature)?.string("name")
    }
    for collection in mainOpCollections {
      guard let names = message.entry("collection_def", collection)?.message("node_list")?.strings("value") else {
        continue
      }
      guard names.count == 1, let name = names.first, !name.isEmpty else {
        throw EngineError.runtime("Expected exactly one SavedModel init op. Found: \(names).")
      }
      return name
    }
    return nil
  }

  /// Where the assets are now, by the tensors that hold their paths.
  private static func assets(
    _ message: ProtoMessage, _ directory: String, _ prefix: String, _ graph: Graph
  ) throws -> [(Output, Tensor)] {
    var definitions = message.messages("asset_file_def")
    if let items = message.entry("collection_def", "saved_model_assets")?.message("any_list")?.messages("value") {
      definitions = try items.map { try ProtoMessage("AssetFileDef", parsing: $0.bytes("value")) }
    }
    return try definitions.map { definition in
      let name = definition.message("tensor_info")?.string("name") ?? ""
      let path = FileSystem.join(FileSystem.join(directory, "assets"), definition.string("filename"))
      return (try graph.output(named: prefix + name), Tensor(string: path))
    }
  }
}

/// A loaded SavedModel: a graph in a session, and the computations that it offers by name.
///
///   let model = try SavedModel(at: directory)
///   let outputs = try model.predict(["x": x])
///
/// **Threading**: several threads may predict at once.
public final class SavedModel {
  /// What a computation takes and gives, by name.
  public struct Signature {
    public let inputs: [String: Output]
    public let outputs: [String: Output]
    /// Such as `tensorflow/serving/predict`.
    public let method: String
  }

  public let graph: Graph
  public let session: Session
  public let signatures: [String: Signature]
  /// The name of the signature that is called when no other is named.
  public static let defaultSignature = ModeKeys.defaultServingKey

  /// Loads a model.
  /// - Parameter tags: which of the model's graphs is meant; may be left out when it has one.
  /// **Errors**: `OSError` without a SavedModel; `ValueError` when it is not clear which graph is meant, `RuntimeError`
  /// when there is no such graph; `NotImplemented` for signatures with sparse tensors.
  public init(at directory: String, tags: [String]? = nil) throws {
    let model = try SavedModelLoader.read(directory)
    let graphs = model.messages("meta_graphs").map(SavedModelLoader.tags)
    guard let tags = tags ?? (graphs.count == 1 ? graphs[0] : nil) else {
      throw EngineError.value("the SavedModel has \(graphs.count) graphs; choose one by its tags: \(graphs)")
    }
    let graph = Graph()
    let session = Session(graph: graph)
    let message = try SavedModelLoader.load(directory, tags: tags, into: session)
    self.graph = graph
    self.session = session
    var signatures: [String: Signature] = [:]
    for case (let name, .message(let definition)) in message.entries("signature_def")
    where !name.hasPrefix("__saved_model") {
      signatures[name] = Signature(
        inputs: try SavedModel.tensors(definition, "inputs", graph),
        outputs: try SavedModel.tensors(definition, "outputs", graph), method: definition.string("method_name"))
    }
    self.signatures = signatures
  }

  deinit { session.close() }

  private static func tensors(_ definition: ProtoMessage, _ field: String, _ graph: Graph) throws -> [String: Output] {
    var result: [String: Output] = [:]
    for case (let name, .message(let info)) in definition.entries(field) {
      guard !info.has("coo_sparse"), !info.has("composite_tensor") else {
        throw EngineError(
          kind: .notImplemented, code: .unimplemented, "signatures with sparse tensors are not supported: '\(name)'")
      }
      result[name] = try graph.output(named: info.string("name"))
    }
    return result
  }

  /// The outputs of a signature for these inputs.
  /// **Errors**: `ValueError` for an unknown signature and for inputs that are missing or unknown; those of the run.
  public func predict(_ values: [String: Tensor], signature name: String = defaultSignature) throws -> [String: Tensor]
  {
    guard let signature = signatures[name] else {
      throw EngineError.value("Got signature_def_key '\(name)'. Available signatures are \(signatures.keys.sorted()).")
    }
    let names = signature.inputs.keys.sorted()
    guard values.keys.sorted() == names else {
      throw EngineError.value("the signature '\(name)' takes \(names), got \(values.keys.sorted())")
    }
    let feeds = names.compactMap { name in signature.inputs[name].flatMap { input in values[name].map { (input, $0) } }
    }
    let outputs = signature.outputs.sorted { $0.key < $1.key }
    let results = try session.run(fetches: outputs.map(\.value), feeds: feeds)
    return Dictionary(zip(outputs.map(\.key), results), uniquingKeysWith: { first, _ in first })
  }

  /// Closes the session; the model can't be asked any more.
  public func close() { session.close() }
}
