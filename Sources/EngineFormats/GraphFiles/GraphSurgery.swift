import EngineCore
import EngineGraph

/// Changes of graphs as messages, for programs that prepare them for use elsewhere.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/graph_util
public enum GraphSurgery {
  /// The nodes that `names` depend on, themselves included, in the order of the graph.
  /// **Errors**: an assertion for a name that the graph does not have.
  public static func subgraph(_ graph: ProtoMessage, for names: [String]) throws -> ProtoMessage {
    let nodes = graph.messages("node")
    let inputs = Dictionary(
      nodes.map { ($0.string("name"), $0.strings("input")) }, uniquingKeysWith: { _, last in last })
    var kept = Set<String>()
    for name in names {
      guard inputs[name] != nil else { throw EngineError(kind: .assertion, code: .notFound, "\(name) is not in graph") }
    }
    var stack = names
    while let name = stack.popLast() {
      guard kept.insert(name).inserted else { continue }
      stack.append(contentsOf: (inputs[name] ?? []).map(nodeName))
    }
    var result = try ProtoMessage("GraphDef")
    result["node"] = .list(nodes.filter { kept.contains($0.string("name")) }.map { .message($0) })
    result["library"] = graph["library"]
    result["versions"] = graph["versions"]
    return result
  }

  /// Takes nodes out that only matter in training: checks of numbers, and identities without control inputs.
  ///
  /// - Parameter protected: names of nodes to keep.
  public static func removingTrainingNodes(_ graph: ProtoMessage, protected: Set<String>) throws -> ProtoMessage {
    let checked = try without(graph.messages("node"), protected) { $0.string("op") == "CheckNumerics" }
    // An identity stays when something waits for it, or when it joins what a node of several outputs gives.
    let awaited = Set(
      checked.flatMap { node in node.strings("input").filter { $0.hasPrefix("^") }.map(nodeName) })
    let spliced = try without(checked, protected) { node in
      node.string("op") == "Identity" && !awaited.contains(node.string("name"))
        && !node.strings("input").contains { $0.hasPrefix("^") }
    }
    var result = try ProtoMessage("GraphDef")
    result["node"] = .list(spliced.map { .message($0) })
    result["library"] = graph["library"]
    result["versions"] = graph["versions"]
    return result
  }

  /// Connects users of the nodes that `drops` chooses to what those nodes pass on.
  private static func without(
    _ nodes: [ProtoMessage], _ protected: Set<String>, _ drops: (ProtoMessage) -> Bool
  ) throws -> [ProtoMessage] {
    var sources: [String: String] = [:]
    for node in nodes where drops(node) && !protected.contains(node.string("name")) {
      if let input = node.strings("input").first, !input.hasPrefix("^") { sources[node.string("name")] = input }
    }
    func resolved(_ input: String) -> String {
      var current = input
      for _ in 0...sources.count {
        guard let next = sources[current] ?? (current.hasSuffix(":0") ? sources[String(current.dropLast(2))] : nil)
        else { return current }
        current = next
      }
      return current
    }
    return nodes.filter { sources[$0.string("name")] == nil }.map { node in
      var node = node
      let inputs = node.strings("input").map { input in
        input.hasPrefix("^") ? "^" + nodeName(resolved(nodeName(input))) : resolved(input)
      }
      if !inputs.isEmpty { node["input"] = .list(inputs.map { .string($0) }) }
      return node
    }
  }

  /// Replaces variables by constants.
  ///
  /// - Parameter values: what the variables hold, by the name of the node that makes the handle.
  /// **Errors**: `Unimplemented` for a use of a variable that has no counterpart among operations on tensors.
  public static func freezing(_ graph: ProtoMessage, values: [String: Tensor]) throws -> ProtoMessage {
    var handles = Set(values.keys)
    let nodes = graph.messages("node")
    // A handle may be passed on by identities.
    var grew = true
    while grew {
      grew = false
      for node in nodes where node.string("op") == "Identity" && !handles.contains(node.string("name")) {
        if let input = node.strings("input").first, handles.contains(nodeName(input)) {
          handles.insert(node.string("name"))
          grew = true
        }
      }
    }
    var result: [ProtoMessage] = []
    var axes: [ProtoMessage] = []
    for node in nodes {
      let name = node.string("name")
      if let value = values[name] {
        result.append(try constant(name, value))
        continue
      }
      let inputs = node.strings("input")
      guard let input = inputs.first(where: { !$0.hasPrefix("^") && handles.contains(nodeName($0)) }) else {
        result.append(node)
        continue
      }
      guard let dtype = handleType(nodeName(input), nodes, values) else {
        throw EngineError.internal("no value for the variable that '\(name)' uses")
      }
      var changed = node
      switch node.string("op") {
      case "ReadVariableOp": changed = try identity(node, dtype)
      case "Identity":
        changed.setEntry("attr", "T", .message(try AttributeCodec.message(.type(dtype))))
      case "ResourceGather":
        let (gather, axis) = try self.gather(node, dtype)
        changed = gather
        axes.append(axis)
      default:
        throw EngineError.unimplemented(
          "Cannot make a constant of the variable that node '\(name)' (\(node.string("op"))) uses")
      }
      result.append(changed)
    }
    var frozen = try ProtoMessage("GraphDef")
    frozen["node"] = .list((result + axes).map { .message($0) })
    frozen["library"] = graph["library"]
    frozen["versions"] = graph["versions"]
    return frozen
  }

  private static func handleType(_ name: String, _ nodes: [ProtoMessage], _ values: [String: Tensor]) -> DType? {
    var current = name
    for _ in 0...nodes.count {
      if let value = values[current] { return value.dtype }
      guard let node = nodes.first(where: { $0.string("name") == current }), let input = node.strings("input").first
      else { return nil }
      current = nodeName(input)
    }
    return nil
  }

  private static func constant(_ name: String, _ value: Tensor) throws -> ProtoMessage {
    var node = try ProtoMessage("NodeDef")
    node["name"] = .string(name)
    node["op"] = "Const"
    node.setEntry("attr", "dtype", .message(try AttributeCodec.message(.type(value.dtype))))
    node.setEntry("attr", "value", .message(try AttributeCodec.message(.tensor(value))))
    return node
  }

  private static func identity(_ read: ProtoMessage, _ dtype: DType) throws -> ProtoMessage {
    var node = try ProtoMessage("NodeDef")
    node["name"] = read["name"]
    node["op"] = "Identity"
    node["input"] = read["input"]
    node["device"] = read["device"]
    node.setEntry("attr", "T", .message(try AttributeCodec.message(.type(dtype))))
    if let colocation = read.entry("attr", "_class") { node.setEntry("attr", "_class", .message(colocation)) }
    return node
  }

  private static func gather(_ read: ProtoMessage, _ dtype: DType) throws -> (ProtoMessage, ProtoMessage) {
    let axisName = read.string("name") + "/axis"
    let batchDimensions = read.entry("attr", "batch_dims")?.int("i") ?? 0
    let axis = try constant(axisName, Tensor(scalar: Int32(truncatingIfNeeded: batchDimensions)))
    var node = try ProtoMessage("NodeDef")
    node["name"] = read["name"]
    node["op"] = "GatherV2"
    let data = read.strings("input").filter { !$0.hasPrefix("^") }
    let controls = read.strings("input").filter { $0.hasPrefix("^") }
    node["input"] = .list((data + [axisName] + controls).map { .string($0) })
    node["device"] = read["device"]
    node.setEntry("attr", "Tparams", .message(try AttributeCodec.message(.type(dtype))))
    if let indices = read.entry("attr", "Tindices") { node.setEntry("attr", "Tindices", .message(indices)) }
    node.setEntry("attr", "Taxis", .message(try AttributeCodec.message(.type(.int32))))
    if batchDimensions != 0 {
      node.setEntry("attr", "batch_dims", .message(try AttributeCodec.message(.int(batchDimensions))))
    }
    if let colocation = read.entry("attr", "_class") { node.setEntry("attr", "_class", .message(colocation)) }
    return (node, axis)
  }

  /// The node that an input refers to.
  static func nodeName(_ input: String) -> String {
    var name = input.hasPrefix("^") ? String(input.dropFirst()) : input
    if let colon = name.firstIndex(of: ":") { name = String(name[..<colon]) }
    return name
  }
}
