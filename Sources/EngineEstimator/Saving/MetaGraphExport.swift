import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// Writes graphs with their collections and savers as `MetaGraphDef` messages.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/export_meta_graph
public struct MetaGraphExport {
  /// Collections whose variables are written with all that belongs to them; others have their names only.
  static let variableCollections: Set<String> = [
    CollectionName.globalVariables, CollectionName.trainableVariables, CollectionName.localVariables,
    CollectionName.modelVariables, CollectionName.metricVariables, CollectionName.movingAverageVariables,
    CollectionName.globalStep,
  ]

  public var tags: [String] = []
  public var stripsDefaultAttributes = false
  public var clearsDevices = false
  /// Leaves out the nodes of other savers than the one given.
  public var clearsOtherSavers = false
  /// Only the nodes below this scope, with names relative to it.
  public var scope: String?
  /// The collections to write; default: all.
  public var collections: [String]?
  /// A `MetaInfoDef`, a `GraphDef` and a `SaverDef` to use instead of what the graph and the saver give.
  public var metaInfo: ProtoMessage?
  public var graphDef: ProtoMessage?
  public var saverDef: ProtoMessage?

  public init() {}

  /// A name without the scope in front of it.
  static func stripped(_ name: String, _ scope: String?) -> String {
    guard let scope, !scope.isEmpty, name.hasPrefix(scope + "/") else { return name }
    return String(name.dropFirst(scope.utf8.count + 1))
  }

  private func isInScope(_ name: String) -> Bool {
    guard let scope, !scope.isEmpty else { return true }
    return name.hasPrefix(scope + "/")
  }

  /// **Errors**: `Unimplemented` for constants that cannot be written.
  public func message(_ graph: Graph, _ saver: Saver?) throws -> ProtoMessage {
    var result = try MetaGraph.message(graph, tags: tags, stripsDefaultAttributes: false)
    var definition = try graphDef ?? result.message("graph_def") ?? ProtoMessage("GraphDef")
    var savers: [ObjectIdentifier: ProtoMessage] = [:]
    var taken = Set<String>()
    var types = Set<String>()
    if graphDef == nil {
      for item in [saver].compactMap({ $0 }) + otherSavers(graph) where savers[ObjectIdentifier(item)] == nil {
        if let known = item.definition {
          savers[ObjectIdentifier(item)] = known
        } else if let items = item.items, !items.isEmpty {
          let made = try SaverNodes.messages(for: graph, items, settings: item.nodeSettings, taken: &taken)
          for node in made.nodes { definition.append("node", .message(node)) }
          types.formUnion(made.types)
          savers[ObjectIdentifier(item)] = made.definition
        }
      }
    }
    var unbound: [String] = []
    if let scope, !scope.isEmpty { definition = try scoped(definition, scope, &unbound) }
    if clearsDevices {
      definition["node"] = .list(
        definition.messages("node").map { node in
          var node = node
          node["device"] = .string("")
          return .message(node)
        })
    }
    if stripsDefaultAttributes { try MetaGraph.strip(&definition) }
    result["graph_def"] = .message(definition)
    try addInfo(&result, types)
    if let given = saverDef ?? saver.flatMap({ savers[ObjectIdentifier($0)] }) {
      result["saver_def"] = .message(given)
    }
    for name in collections ?? graph.collectionOrder {
      if let collection = try collection(graph, name, savers) {
        result.setEntry("collection_def", name, .message(collection))
      }
    }
    if !unbound.isEmpty {
      let texts = try MetaGraph.collectionDef(messages: Set(unbound).sorted().map { ByteString($0.utf8) })
      result.setEntry("collection_def", "unbound_inputs", .message(texts))
    }
    return result
  }

  private func otherSavers(_ graph: Graph) -> [Saver] {
    if clearsOtherSavers { return [] }
    return graph.collection(GraphKeys.savers).compactMap { item in
      if case .object(let object) = item { return object as? Saver }
      return nil
    }
  }

  /// Signatures of the ops that only the savers' nodes use, and what the caller wants to say of the file.
  private func addInfo(_ result: inout ProtoMessage, _ types: Set<String>) throws {
    var info = try result.message("meta_info_def") ?? ProtoMessage("MetaGraphDef.MetaInfoDef")
    var list = try info.message("stripped_op_list") ?? ProtoMessage("OpList")
    var ops = list.messages("op")
    let known = Set(ops.map { $0.string("name") })
    for type in types where !known.contains(type) {
      ops.append(try GraphCodec.opDef(OpRegistry.definition(named: type)))
    }
    ops.sort { $0.string("name").utf8.lexicographicallyPrecedes($1.string("name").utf8) }
    list["op"] = .list(ops.map { .message($0) })
    info["stripped_op_list"] = .message(list)
    info["stripped_default_attrs"] = .bool(stripsDefaultAttributes)
    if let given = metaInfo {
      for field in ["meta_graph_version", "tags", "any_info"] where given.has(field) { info[field] = given[field] }
    }
    result["meta_info_def"] = .message(info)
  }

  /// The nodes of a scope, by names relative to it. What they use from outside becomes unbound.
  private func scoped(_ definition: ProtoMessage, _ scope: String, _ unbound: inout [String]) throws -> ProtoMessage {
    var result = definition
    let nodes = definition.messages("node")
    var free: [String] = []
    result["node"] = .list(
      nodes.filter { isInScope($0.string("name")) }.map { node in
        var node = node
        node["name"] = .string(MetaGraphExport.stripped(node.string("name"), scope))
        let inputs = node.strings("input").map { input -> String in
          let isControl = input.hasPrefix("^")
          let name = isControl ? String(input.dropFirst()) : input
          if isInScope(name) { return (isControl ? "^" : "") + MetaGraphExport.stripped(name, scope) }
          let text = (isControl ? "^" : "") + "$unbound_inputs_" + name
          free.append(text)
          return text
        }
        if !inputs.isEmpty { node["input"] = .list(inputs.map { .string($0) }) }
        return .message(node)
      })
    unbound = free
    return result
  }

  /// `nil` for a collection with things in it that have no place in files.
  private func collection(
    _ graph: Graph, _ name: String, _ savers: [ObjectIdentifier: ProtoMessage]
  ) throws -> ProtoMessage? {
    var names: [String] = []
    var messages: [ByteString] = []
    var numbers: [Int] = []
    var reals: [Float] = []
    var texts: [ByteString] = []
    let items = graph.collection(name)
    for item in items {
      switch item {
      case .output(let output):
        if isInScope(output.name) { names.append(MetaGraphExport.stripped(output.name, scope)) }
      case .node(let node): if isInScope(node.name) { names.append(MetaGraphExport.stripped(node.name, scope)) }
      case .object(let variable as Variable):
        guard isInScope(variable.name) else { continue }
        if MetaGraphExport.variableCollections.contains(name) {
          messages.append(try GraphFiles.variableDef(variable, in: scope).serialized())
        } else {
          names.append(MetaGraphExport.stripped(variable.name, scope))
        }
      case .object(let saver as Saver):
        if scope == nil, let definition = savers[ObjectIdentifier(saver)] {
          messages.append(definition.serialized())
        }
      case .object(let plain as any PlainCollectionItem):
        switch plain.plainValue {
        case .integer(let number): numbers.append(number)
        case .real(let number): reals.append(Float(number))
        case .text(let bytes): texts.append(bytes)
        case nil: return unwritable(name)
        }
      case .object: return unwritable(name)
      }
    }
    let kinds = [names.isEmpty, messages.isEmpty, numbers.isEmpty, reals.isEmpty, texts.isEmpty].filter { !$0 }
    if kinds.count > 1 { return unwritable(name) }
    if !names.isEmpty { return try MetaGraph.collectionDef(names: names) }
    if !numbers.isEmpty { return try MetaGraph.collectionDef(integers: numbers) }
    if !reals.isEmpty { return try MetaGraph.collectionDef(floats: reals) }
    let bytes = messages + texts
    return bytes.isEmpty ? nil : try MetaGraph.collectionDef(messages: bytes)
  }

  private func unwritable(_ name: String) -> ProtoMessage? {
    Logger.warning(
      "Issue encountered when serializing \(name).\nType is unsupported, or the types of the items don't match field "
        + "type in CollectionDef. Note this is a warning and probably safe to ignore.")
    return nil
  }
}
