import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// Adds graphs with their collections from `MetaGraphDef` messages.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/import_meta_graph
public struct MetaGraphImport {
  /// A scope for the names of what is imported.
  public var scope = ""
  public var clearsDevices = false
  /// Outputs of the graph that replace those of the file's nodes.
  public var inputMap: [String: Output] = [:]
  /// Names of nodes and outputs to give back.
  public var returns: [String] = []
  /// What the collection of unbound inputs is called.
  public var unboundInputs = "unbound_inputs"

  /// What has been added.
  public struct Result {
    /// The nodes and outputs that were asked for.
    public let elements: [ImportedElement]
    /// Restores the variables; `nil` when there are none.
    public let saver: Saver?
  }

  public init() {}

  /// **Errors**: those of ``EngineGraph/Graph/importDefinition(_:prefix:inputMap:returns:)``; `ValueError` for inputs
  /// that the file leaves open and `inputMap` does not name, for collections that refer to nodes that do not exist.
  public func add(_ message: ProtoMessage, to graph: Graph) throws -> Result {
    if let open = message.entry("collection_def", unboundInputs)?.message("bytes_list")?.byteStrings("value") {
      let missing = open.map { String(decoding: $0, as: UTF8.self) }.filter { inputMap[$0] == nil }
      if !missing.isEmpty {
        throw EngineError.value(
          "Graph contains unbound inputs: \(missing.sorted().joined(separator: ", ")). Must provide these inputs through "
            + "input_map.")
      }
    }
    var definition = try message.message("graph_def") ?? ProtoMessage("GraphDef")
    if clearsDevices {
      definition["node"] = .list(
        definition.messages("node").map { node in
          var node = node
          node["device"] = .string("")
          return .message(node)
        })
    }
    let parsed: GraphDefinition
    do {
      parsed = try GraphDefinition(definition)
    } catch var error as EngineError where error.code == .invalidArgument {
      error.kind = .value
      throw error
    }
    let elements = try graph.importDefinition(parsed, prefix: scope, inputMap: inputMap, returns: returns)
    var variables: [String: Variable] = [:]
    for (name, collection) in message.entries("collection_def") where name != unboundInputs {
      guard case .message(let collection) = collection else { continue }
      try add(collection, name, to: graph, &variables)
    }
    return Result(elements: elements, saver: try saver(message, graph))
  }

  private func scoped(_ name: String) -> String { scope.isEmpty || name.isEmpty ? name : "\(scope)/\(name)" }

  private func saver(_ message: ProtoMessage, _ graph: Graph) throws -> Saver? {
    if let definition = message.message("saver_def"), !definition.string("restore_op_name").isEmpty {
      return Saver(definition: scoped(definition))
    }
    if try SavedItem.all(in: graph).isEmpty {
      Logger.info("Saver not created because there are no variables in the graph to restore")
      return nil
    }
    let saver = Saver()
    try saver.build(graph)
    return saver
  }

  /// A `SaverDef` with its names below the scope.
  func scoped(_ definition: ProtoMessage) -> ProtoMessage {
    var definition = definition
    for field in ["filename_tensor_name", "save_tensor_name", "restore_op_name"] {
      definition[field] = .string(scoped(definition.string(field)))
    }
    return definition
  }

  private func add(
    _ collection: ProtoMessage, _ name: String, to graph: Graph, _ variables: inout [String: Variable]
  ) throws {
    for text in collection.message("node_list")?.strings("value") ?? [] {
      if let node = graph.node(named: scoped(text)) {
        graph.addToCollection(name, .node(node))
      } else if text.contains(":"), let output = try? graph.output(named: scoped(text)) {
        graph.addToCollection(name, .output(output))
      } else {
        throw EngineError(
          kind: .key, code: .notFound,
          "The name '\(scoped(text))' of collection '\(name)' refers to a Tensor or an Operation not in the graph.")
      }
    }
    for bytes in collection.message("bytes_list")?.byteStrings("value") ?? [] {
      if MetaGraphExport.variableCollections.contains(name) {
        graph.addToCollection(name, .object(try variable(bytes, graph, &variables)))
      } else if name == GraphKeys.savers {
        graph.addToCollection(
          name, .object(Saver(definition: scoped(try ProtoMessage("SaverDef", parsing: bytes)))))
      } else if !["queue_runners", "cond_context", "while_context"].contains(name) {
        graph.addToCollection(name, .object(PlainItem(.text(bytes))))
      }
    }
    for number in collection.message("int64_list")?.ints("value") ?? [] {
      graph.addToCollection(name, .object(PlainItem(.integer(number))))
    }
    for number in collection.message("float_list")?.doubles("value") ?? [] {
      graph.addToCollection(name, .object(PlainItem(.real(number))))
    }
  }

  private func variable(
    _ bytes: ByteString, _ graph: Graph, _ known: inout [String: Variable]
  ) throws -> Variable {
    let message = try ProtoMessage("VariableDef", parsing: bytes)
    let name = message.string("variable_name")
    if let variable = known[name] { return variable }
    let made = try Self.variable(message, in: graph, scope: scope)
    known[name] = made
    return made
  }

  /// The variable that a `VariableDef` names.
  /// **Errors**: `KeyError` for nodes that the graph does not have; `NotImplemented` for variables of TensorFlow 1's
  /// kind, which are no resources.
  public static func variable(_ message: ProtoMessage, in graph: Graph, scope: String = "") throws -> Variable {
    func full(_ field: String) -> String {
      let name = message.string(field)
      return scope.isEmpty ? name : "\(scope)/\(name)"
    }
    guard message.bool("is_resource") else {
      throw EngineError(
        kind: .notImplemented, code: .unimplemented,
        "'\(message.string("variable_name"))' is a reference variable; only resource variables are supported")
    }
    guard let initializer = graph.node(named: full("initializer_name")) else {
      throw EngineError(
        kind: .key, code: .notFound,
        "The name '\(full("initializer_name"))' refers to an Operation not in the graph.")
    }
    var slice: SaveSliceInfo?
    if let info = message.message("save_slice_info_def") {
      let whole = info.string("full_name")
      slice = SaveSliceInfo(
        fullName: scope.isEmpty ? whole : "\(scope)/\(whole)", fullShape: info.ints("full_shape"),
        offset: info.ints("var_offset"), shape: info.ints("var_shape"))
      guard let slice, slice.isSound else {
        throw EngineError.value(
          "The slice of variable '\(message.string("variable_name"))' lies outside of '\(whole)'.")
      }
    }
    let snapshot = try graph.output(named: full("snapshot_name"))
    let initial =
      message.string("initial_value_name").isEmpty
      ? snapshot : try graph.output(named: full("initial_value_name"))
    return try Variable(
      handle: graph.output(named: full("variable_name")), initializer: initializer, snapshot: snapshot,
      initialValue: initial, isTrainable: message.bool("trainable"), saveSliceInfo: slice)
  }
}
