import EngineCore
import EngineGraph

// Graphs as TensorFlow's messages:
//
//   let definition = try GraphCodec.graphDef(graph, addShapes: true)     // .serialized(), .text()
//   let parsed = try GraphDefinition(definition)                          // nodes as plain values
//   try graph.importDefinition(parsed, prefix: "import", inputMap: ["x:0": output])

/// Turns graphs into `GraphDef` messages, and ops into `OpDef` messages.
///
/// **Source**: nodes carry all their attributes, also those with default values, as TensorFlow's own graphs do.
public enum GraphCodec {
  /// The version of graphs that TensorFlow 2.15.1 writes.
  public static let producerVersion: Int64 = 1645
  /// The release whose formats these are.
  public static let tensorFlowVersion = "2.15.1"
  /// That release's revision.
  public static let tensorFlowGitVersion = "v2.15.0-11-g63f5a65c7cd"

  /// A graph with its functions.
  /// - Parameter addShapes: whether nodes get an attribute `_output_shapes` with what is known of their results.
  /// **Errors**: `Unimplemented` for constants that cannot be written.
  public static func graphDef(_ graph: Graph, addShapes: Bool = false) throws -> ProtoMessage {
    var result = try ProtoMessage("GraphDef")
    var found: [FoundFunction] = []
    var used = Set<String>()
    let names = collectFunctions(graph, [:], &used, &found)
    result["node"] = .list(
      try graph.nodes.map { node in
        .message(try nodeDef(node, addShapes: addShapes, names) { $0.index == 0 ? $0.node.name : $0.name })
      })
    if !found.isEmpty {
      var library = try ProtoMessage("FunctionDefLibrary")
      for entry in found.sorted(by: { $0.name < $1.name }) {
        var definition = try functionDef(entry.function, names: entry.namesInBody)
        if var signature = definition.message("signature") {
          signature["name"] = .string(entry.name)
          definition["signature"] = .message(signature)
        }
        library.append("function", .message(definition))
      }
      result["library"] = .message(library)
    }
    var versions = try ProtoMessage("VersionDef")
    versions["producer"] = .int(producerVersion)
    result["versions"] = .message(versions)
    return result
  }

  /// A function of a graph, or of the body of another one, with its name in the file, where all stand in one list.
  private struct FoundFunction {
    let name: String
    let function: GraphFunction
    /// What the functions that the body's nodes name are called in the file.
    let namesInBody: [String: String]
  }

  /// - Returns: what the functions that the graph's nodes name are called in the file.
  private static func collectFunctions(
    _ graph: Graph, _ outer: [String: String], _ used: inout Set<String>, _ found: inout [FoundFunction]
  ) -> [String: String] {
    var names = outer
    let functions = graph.functions.sorted { $0.key < $1.key }
    for (key, _) in functions {
      var name = key
      var number = 0
      while !used.insert(name).inserted {
        number += 1
        name = "\(key)_\(number)"
      }
      names[key] = name
    }
    for (key, function) in functions {
      let inner = collectFunctions(function.body, names, &used, &found)
      found.append(FoundFunction(name: names[key] ?? key, function: function, namesInBody: inner))
    }
    return names
  }

  /// A node of a graph.
  public static func nodeDef(_ node: Node, addShapes: Bool = false) throws -> ProtoMessage {
    try nodeDef(node, addShapes: addShapes, [:]) { $0.index == 0 ? $0.node.name : $0.name }
  }

  private static func nodeDef(
    _ node: Node, addShapes: Bool, _ names: [String: String], _ reference: (Output) throws -> String
  ) throws -> ProtoMessage {
    var result = try ProtoMessage("NodeDef")
    result["name"] = .string(node.name)
    result["op"] = .string(node.type)
    var inputs = try node.inputs.map { try reference($0) }
    // TensorFlow sorts control inputs by name.
    inputs += node.controlInputs.map { "^" + $0.name }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if !inputs.isEmpty { result["input"] = .list(inputs.map { .string($0) }) }
    result["device"] = .string(node.device)
    do {
      for (name, value) in node.attributes {
        if name == "branches", node.type.hasSuffix("Case"), case .strings(let functions) = value {
          let renamed = functions.map { names[String(decoding: $0, as: UTF8.self)].map { ByteString($0.utf8) } ?? $0 }
          result.setEntry("attr", name, .message(try AttributeCodec.functions(renamed)))
        } else if case .function(let function) = value {
          result.setEntry("attr", name, .message(try AttributeCodec.message(.function(names[function] ?? function))))
        } else {
          result.setEntry("attr", name, .message(try AttributeCodec.message(value)))
        }
      }
      if addShapes, !node.outputTypes.isEmpty {
        let shapes = try AttributeCodec.message(.shapes(node.outputShapes))
        result.setEntry("attr", "_output_shapes", .message(shapes))
      }
    } catch var error as EngineError {
      error.nodeName = error.nodeName ?? node.name
      throw error
    }
    return result
  }

  // MARK: Functions

  /// A function of a graph's library.
  /// - Parameter names: what functions that its nodes name are called in the file, where that is something else.
  public static func functionDef(_ function: GraphFunction, names: [String: String] = [:]) throws -> ProtoMessage {
    var arguments: [Output: String] = [:]
    var used = Set<String>()
    var signature = try ProtoMessage("OpDef")
    signature["name"] = .string(function.name)
    for input in function.inputs {
      let name = uniqueArgument(input.node.name, &used)
      arguments[input] = name
      signature.append("input_arg", .message(try argument(name, .fixed(input.dtype))))
    }
    /// As nodes of functions name their inputs: an argument, or node, output argument and place in it.
    func reference(_ output: Output) throws -> String {
      if let name = arguments[output] { return name }
      let (argument, index) = try outputArgument(output)
      return "\(output.node.name):\(argument):\(index)"
    }
    var result = try ProtoMessage("FunctionDef")
    let inputNodes = Set(function.inputs.map(\.node.id))
    for node in function.body.nodes where !inputNodes.contains(node.id) {
      result.append("node_def", .message(try nodeDef(node, addShapes: false, names, reference)))
      if node.definition.isStateful { signature["is_stateful"] = true }
    }
    var usedResults = Set<String>()
    for output in function.outputs {
      let name = uniqueArgument(output.node.name, &usedResults)
      signature.append("output_arg", .message(try argument(name, .fixed(output.dtype))))
      result.setEntry("ret", name, .string(try reference(output)))
    }
    result["signature"] = .message(signature)
    return result
  }

  /// Names of arguments are lower-case letters, digits and underscores.
  private static func uniqueArgument(_ name: String, _ used: inout Set<String>) -> String {
    var base = String(
      decoding: name.lowercased().utf8.map { byte -> UInt8 in
        (97...122).contains(byte) || (48...57).contains(byte) ? byte : 95
      }, as: UTF8.self)
    if base.utf8.first.map({ (97...122).contains($0) }) != true { base = "arg_" + base }
    var candidate = base
    var number = 0
    while !used.insert(candidate).inserted {
      number += 1
      candidate = "\(base)_\(number)"
    }
    return candidate
  }

  /// The output argument that an output belongs to, and its place in it.
  static func outputArgument(_ output: Output) throws -> (name: String, index: Int) {
    var rest = output.index
    for argument in output.node.definition.outputs {
      let count = try argumentCount(argument, output.node.attributes)
      if rest < count { return (argument.name, rest) }
      rest -= count
    }
    throw EngineError.internal("node '\(output.node.name)' has no output \(output.index)")
  }

  /// How many tensors an argument stands for.
  static func argumentCount(_ argument: ArgumentDefinition, _ attributes: [String: AttributeValue]) throws -> Int {
    switch argument.arity {
    case .single: return 1
    case .repeated(let name, _): if case .int(let count)? = attributes[name], count >= 0 { return count }
    case .list(let name): if case .types(let types)? = attributes[name] { return types.count }
    }
    throw EngineError.invalidArgument("the attribute that counts argument '\(argument.name)' is missing")
  }

  // MARK: Signatures of ops

  /// An op's signature.
  public static func opDef(_ definition: OpDefinition) throws -> ProtoMessage {
    var result = try ProtoMessage("OpDef")
    result["name"] = .string(definition.name)
    for input in definition.inputs { result.append("input_arg", .message(try argument(input.name, input.arity))) }
    for output in definition.outputs { result.append("output_arg", .message(try argument(output.name, output.arity))) }
    for attribute in definition.attributes {
      var message = try ProtoMessage("OpDef.AttrDef")
      message["name"] = .string(attribute.name)
      message["type"] = .string(attribute.kind.rawValue)
      if let value = attribute.defaultValue { message["default_value"] = .message(try AttributeCodec.message(value)) }
      if let types = attribute.allowedTypes, types.count < DType.allCases.count {
        let sorted = types.sorted { $0.rawValue < $1.rawValue }
        message["allowed_values"] = .message(try AttributeCodec.message(.types(sorted)))
      } else if !attribute.allowedStrings.isEmpty {
        message["allowed_values"] = .message(try AttributeCodec.message(.strings(attribute.allowedStrings)))
      }
      result.append("attr", .message(message))
    }
    result["is_stateful"] = .bool(definition.isStateful)
    result["is_commutative"] = .bool(definition.isCommutative)
    return result
  }

  /// The signatures of all ops that a graph uses, by name.
  public static func opList(_ graph: Graph) throws -> ProtoMessage {
    var definitions: [String: OpDefinition] = [:]
    func collect(_ graph: Graph) {
      for node in graph.nodes { definitions[node.type] = node.definition }
      for function in graph.functions.values { collect(function.body) }
    }
    collect(graph)
    var result = try ProtoMessage("OpList")
    for (_, definition) in definitions.sorted(by: { $0.key < $1.key }) {
      result.append("op", .message(try opDef(definition)))
    }
    return result
  }

  private static func argument(_ name: String, _ arity: ArgumentDefinition.Arity) throws -> ProtoMessage {
    var message: ProtoMessage
    switch arity {
    case .single(let element): message = try argument(name, element)
    case .repeated(let count, let element):
      message = try argument(name, element)
      message["number_attr"] = .string(count)
    case .list(let types):
      message = try ProtoMessage("OpDef.ArgDef")
      message["name"] = .string(name)
      message["type_list_attr"] = .string(types)
    }
    return message
  }

  private static func argument(_ name: String, _ element: ArgumentDefinition.Element) throws -> ProtoMessage {
    var message = try ProtoMessage("OpDef.ArgDef")
    message["name"] = .string(name)
    switch element {
    case .fixed(let dtype): message["type"] = .int(Int64(dtype.rawValue))
    case .attribute(let attribute): message["type_attr"] = .string(attribute)
    }
    return message
  }
}
