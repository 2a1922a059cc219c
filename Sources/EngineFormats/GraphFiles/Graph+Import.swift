import EngineCore
import EngineGraph

extension Graph {
  /// Adds a graph's nodes to this one.
  ///
  /// - Parameters:
  ///   - prefix: a scope for the new nodes' names; empty for none.
  ///   - inputMap: outputs of this graph that replace those of nodes in the definition, by `name:index` or `name`.
  /// - Returns: the new nodes by their names in the definition.
  /// **Errors**: `ValueError` for a name that is taken, an input that does not exist, or a cycle; `NotImplemented` for
  /// ops that the engine does not have; whatever adding a node throws.
  @discardableResult
  public func importDefinition(
    _ definition: GraphDefinition, prefix: String = "", inputMap: [String: Output] = [:]
  ) throws -> [String: Node] {
    for function in definition.functions where functions[function.name] == nil {
      try importFunction(function)
    }
    var importer = GraphImporter(graph: self, prefix: prefix, inputMap: inputMap)
    return try importer.add(definition.nodes)
  }

  private func importFunction(_ function: GraphDefinition.FunctionDefinition) throws {
    let body = Graph()
    body.outer = self
    var arguments: [String: Output] = [:]
    let inputs = try function.inputs.map { argument in
      let output = try body.addNode(
        "Placeholder", attributes: ["dtype": .type(argument.dtype), "shape": .shape(.unknown)],
        name: argument.name + "/"
      ).output()
      arguments[argument.name] = output
      return output
    }
    var importer = GraphImporter(graph: body, prefix: "", inputMap: arguments)
    let nodes = try importer.add(function.nodes)
    let outputs = try function.results.map { try importer.resolve($0, nodes, user: function.name) }
    addFunction(GraphFunction(name: function.name, body: body, inputs: inputs, outputs: outputs))
  }
}

/// Adds node definitions to a graph, inputs first.
private struct GraphImporter {
  let graph: Graph
  let prefix: String
  let inputMap: [String: Output]

  mutating func add(_ definitions: [GraphDefinition.NodeDefinition]) throws -> [String: Node] {
    var byName: [String: GraphDefinition.NodeDefinition] = [:]
    for definition in definitions {
      guard byName.updateValue(definition, forKey: definition.name) == nil else {
        throw EngineError.value("Node '\(definition.name)' is not unique")
      }
    }
    var made: [String: Node] = [:]
    var open = Set<String>()
    let device = graph.device
    defer { graph.device = device }
    // Files may list nodes in any order, so each is preceded by those it needs. The stack is our own, because chains
    // of nodes may be long.
    for first in definitions {
      var stack = [first]
      while let definition = stack.last {
        if made[definition.name] != nil {
          stack.removeLast()
          continue
        }
        let needed = needs(definition).filter { made[$0] == nil }
        if needed.isEmpty {
          made[definition.name] = try make(definition, made)
          open.remove(definition.name)
          stack.removeLast()
          continue
        }
        guard open.insert(definition.name).inserted else {
          throw EngineError.value("The graph has a cycle at node '\(definition.name)', which is not supported")
        }
        for name in needed {
          guard let other = byName[name] else {
            throw EngineError.value("Node '\(definition.name)': Unknown input node '\(name)'")
          }
          guard !open.contains(name) else {
            throw EngineError.value("The graph has a cycle at node '\(name)', which is not supported")
          }
          stack.append(other)
        }
      }
    }
    return made
  }

  private func mapped(_ input: GraphDefinition.Input) -> Output? {
    if input.argument != nil { return nil }
    return inputMap["\(input.node):\(input.index)"] ?? (input.index == 0 ? inputMap[input.node] : nil)
  }

  private func mappedControl(_ name: String) -> Node? {
    (inputMap["^" + name] ?? inputMap[name] ?? inputMap[name + ":0"])?.node
  }

  private func needs(_ definition: GraphDefinition.NodeDefinition) -> [String] {
    definition.inputs.filter { mapped($0) == nil }.map(\.node)
      + definition.controlInputs.filter { mappedControl($0) == nil }
  }

  func resolve(_ input: GraphDefinition.Input, _ made: [String: Node], user: String) throws -> Output {
    if let output = mapped(input) { return output }
    guard let node = made[input.node] else {
      throw EngineError.value("Node '\(user)': Unknown input node '\(input.node)'")
    }
    var index = input.index
    if let name = input.argument {
      for argument in node.definition.outputs {
        if argument.name == name { break }
        index += try GraphCodec.argumentCount(argument, node.attributes)
      }
    }
    guard index < node.outputTypes.count else {
      throw EngineError.value(
        "Node '\(user)': Connecting to invalid output \(index) of source node \(input.node) which has "
          + "\(node.outputTypes.count) outputs")
    }
    return node.output(index)
  }

  private func make(_ definition: GraphDefinition.NodeDefinition, _ made: [String: Node]) throws -> Node {
    let signature: OpDefinition
    do {
      signature = try OpRegistry.definition(named: definition.op)
    } catch var error as EngineError {
      error.nodeName = definition.name
      throw error
    }
    let inputs = try definition.inputs.map { try resolve($0, made, user: definition.name) }
    let controls = try definition.controlInputs.map { name in
      guard let node = mappedControl(name) ?? made[name] else {
        throw EngineError.value("Node '\(definition.name)': Unknown input node '^\(name)'")
      }
      return node
    }
    var attributes: [String: AttributeValue] = [:]
    for (key, value) in definition.attributes where key != "_output_shapes" {
      if key.hasPrefix("_") || signature.attribute(named: key) != nil {
        attributes[key] = key == "_class" ? prefixed(value) : value
      } else if !Self.isWithoutEffect(key, value) {
        throw EngineError.unimplemented(
          "node '\(definition.name)': attribute '\(key)' of op '\(definition.op)' with value \(value) is not supported")
      }
    }
    let arguments = try group(inputs, signature, attributes, definition.name)
    let name = prefix.isEmpty ? definition.name : "\(prefix)/\(definition.name)"
    guard graph.node(named: name) == nil else {
      throw EngineError.value("Node name '\(name)' already exists in the Graph")
    }
    graph.device = definition.device
    let node = try graph.withInitScope {
      _ = graph.uniqueName(name)  // so that nodes added later get other names
      return try graph.addNode(
        definition.op, arguments: arguments, attributes: attributes, name: name + "/", controlInputs: controls)
    }
    if case .shapes(let shapes)? = definition.attributes["_output_shapes"], shapes.count == node.outputs.count {
      // What the file knows may go beyond what the shape function can tell; where they disagree, the latter wins.
      for (output, shape) in zip(node.outputs, shapes) { try? output.setShape(shape) }
    }
    return node
  }

  /// Attributes of newer or other versions of an op that may be ignored.
  private static func isWithoutEffect(_ key: String, _ value: AttributeValue) -> Bool {
    if key == "debug_name" || key == "allowed_devices" || key == "metadata" { return true }
    switch value {
    case .bool(let flag): return !flag
    case .int(let number): return number == 0
    case .float(let number): return number == 0
    case .string(let bytes): return bytes.isEmpty
    case .ints(let values): return values.isEmpty
    case .strings(let values): return values.isEmpty
    default: return false
    }
  }

  private func prefixed(_ value: AttributeValue) -> AttributeValue {
    guard !prefix.isEmpty, case .strings(let classes) = value else { return value }
    let marker = ByteString("loc:@".utf8)
    return .strings(
      classes.map { $0.starts(with: marker) ? marker + ByteString("\(prefix)/".utf8) + $0.dropFirst(marker.count) : $0 }
    )
  }

  /// Cuts a flat list of inputs into the op's arguments.
  private func group(
    _ inputs: [Output], _ signature: OpDefinition, _ attributes: [String: AttributeValue], _ name: String
  ) throws -> [[Output]] {
    var rest = inputs[...]
    var groups: [[Output]] = []
    for argument in signature.inputs {
      var known = attributes
      for attribute in signature.attributes where known[attribute.name] == nil {
        known[attribute.name] = attribute.defaultValue
      }
      let count = try GraphCodec.argumentCount(argument, known)
      guard count <= rest.count else { break }
      groups.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    guard rest.isEmpty, groups.count == signature.inputs.count else {
      throw EngineError.value("Node '\(name)': \(inputs.count) inputs do not fit op '\(signature.name)'")
    }
    return groups
  }
}
