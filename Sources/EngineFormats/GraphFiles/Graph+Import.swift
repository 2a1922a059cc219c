import EngineCore
import EngineGraph

extension Graph {
  /// Adds a graph's nodes to this one. When that fails, nothing has been added.
  ///
  /// - Parameters:
  ///   - prefix: a scope for the new nodes' names; empty for none.
  ///   - inputMap: outputs of this graph that replace those of nodes in the definition, by `name:index` or `name`.
  ///   - uniquifiesNames: gives nodes whose name is taken another one.
  /// - Returns: the new nodes by their names in the definition.
  /// **Errors**: `ValueError` for a name that is taken, an input that does not exist, inputs that do not fit an op, or
  /// a cycle; `NotFound` for ops that the engine does not have.
  @discardableResult
  public func importDefinition(
    _ definition: GraphDefinition, prefix: String = "", inputMap: [String: Output] = [:], uniquifiesNames: Bool = false
  ) throws -> [String: Node] {
    try undoingOnFailure {
      let names = try importFunctions(definition.functions)
      let (_, previous) = try enterNameScope("")
      defer { leaveNameScope(previous) }
      var importer = GraphImporter(
        graph: self, prefix: prefix, inputMap: inputMap, functionNames: names, uniquifiesNames: uniquifiesNames)
      return try importer.add(definition.nodes)
    }
  }

  /// As `tf.import_graph_def` does it: nodes whose names are taken get others, and every name asked for must be there.
  ///
  /// - Parameter returns: names of nodes, or of outputs (`name:index`), of the definition.
  /// - Returns: what `returns` names: nodes, and outputs.
  /// **Errors**: as ``importDefinition(_:prefix:inputMap:uniquifiesNames:)``; `ValueError` for a name in `returns` or
  /// `inputMap` that the definition does not have.
  public func importDefinition(
    _ definition: GraphDefinition, prefix: String, inputMap: [String: Output], returns: [String]
  ) throws -> [ImportedElement] {
    let known = Set(definition.nodes.map(\.name))
    for name in returns {
      let (node, index) = GraphImporter.parsed(name)
      guard known.contains(node) else {
        throw EngineError.value("Requested return \(index == nil ? "node" : "tensor") '\(name)' not found in graph def")
      }
    }
    return try undoingOnFailure {
      let made = try importDefinition(definition, prefix: prefix, inputMap: inputMap, uniquifiesNames: true)
      let unknown = inputMap.keys.filter { key in
        let (node, index) = GraphImporter.parsed(key.hasPrefix("^") ? String(key.dropFirst()) : key)
        guard let node = made[node] else { return true }
        return !key.hasPrefix("^") && (index ?? 0) >= node.outputTypes.count
      }
      guard unknown.isEmpty else {
        throw EngineError.value(
          "Attempted to map inputs that were not found in graph_def: [\(unknown.sorted().joined(separator: ", "))]")
      }
      return try returns.map { name in
        let (nodeName, index) = GraphImporter.parsed(name)
        guard let node = made[nodeName] else { throw EngineError.internal("node '\(nodeName)' was not imported") }
        guard let index else { return .node(node) }
        if let mapped = inputMap[name] ?? (index == 0 ? inputMap[nodeName] : nil) { return .output(mapped) }
        guard index < node.outputTypes.count else {
          throw EngineError.value(
            "Invalid return output \(index) of node '\(nodeName)', which has \(node.outputTypes.count) output(s)")
        }
        return .output(node.output(index))
      }
    }
  }

  /// Adds functions, those that others call first; gives back the names that they have got.
  private func importFunctions(_ definitions: [GraphDefinition.FunctionDefinition]) throws -> [String: String] {
    var names: [String: String] = [:]
    for definition in definitions where names[definition.name] == nil {
      var name = definition.name
      var number = 0
      while functions[name] != nil || (number > 0 && names.values.contains(name)) {
        number += 1
        name = "\(definition.name)_\(number)"
      }
      names[definition.name] = name
    }
    var waiting: [String: Int] = [:]
    var users: [String: [Int]] = [:]
    var ready: [Int] = []
    for (index, definition) in definitions.enumerated() {
      let called = definition.calledFunctions.filter { names[$0] != nil }
      waiting[definition.name] = called.count
      for name in called { users[name, default: []].append(index) }
      if called.isEmpty { ready.append(index) }
    }
    var done = Set<Int>()
    while let index = ready.popLast() {
      guard done.insert(index).inserted else { continue }
      let definition = definitions[index]
      try importFunction(definition, names)
      for user in users[definition.name] ?? [] {
        let left = (waiting[definitions[user].name] ?? 1) - 1
        waiting[definitions[user].name] = left
        if left == 0 { ready.append(user) }
      }
    }
    guard done.count == definitions.count else {
      throw EngineError.value("Functions of the graph call each other in a circle, or two have one name")
    }
    return names
  }

  private func importFunction(_ function: GraphDefinition.FunctionDefinition, _ names: [String: String]) throws {
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
    var importer = GraphImporter(
      graph: body, prefix: "", inputMap: arguments, functionNames: names, uniquifiesNames: false)
    let nodes = try importer.add(function.nodes)
    let outputs = try function.results.map { try importer.resolve($0, nodes, user: function.name) }
    let name = names[function.name] ?? function.name
    addFunction(GraphFunction(name: name, body: body, inputs: inputs, outputs: outputs))
  }
}

/// A node or an output of an imported graph.
public enum ImportedElement {
  case node(Node)
  case output(Output)
}

extension GraphDefinition.FunctionDefinition {
  /// Names of the functions that the body's nodes carry as attributes.
  fileprivate var calledFunctions: Set<String> {
    var result = Set<String>()
    for node in nodes {
      for (_, value) in node.attributes {
        switch value {
        case .function(let name): result.insert(name)
        case .strings(let texts) where node.op.hasSuffix("Case"):
          result.formUnion(texts.map { String(decoding: $0, as: UTF8.self) })
        default: break
        }
      }
    }
    return result
  }
}

/// Adds node definitions to a graph, inputs first.
struct GraphImporter {
  let graph: Graph
  let prefix: String
  let inputMap: [String: Output]
  /// What functions of the file are called in the graph.
  let functionNames: [String: String]
  let uniquifiesNames: Bool

  /// A name of a node, or of an output; the index is `nil` for a node.
  static func parsed(_ name: String) -> (node: String, index: Int?) {
    guard let colon = name.lastIndex(of: ":"), let index = Int(name[name.index(after: colon)...]), index >= 0 else {
      return (name, nil)
    }
    return (String(name[..<colon]), index)
  }

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
          made[definition.name] = try added(definition, made)
          open.remove(definition.name)
          stack.removeLast()
          continue
        }
        guard open.insert(definition.name).inserted else {
          throw cycle(definition.name, open.count)
        }
        for name in needed {
          guard let other = byName[name] else {
            throw EngineError.value("Node '\(definition.name)': Unknown input node '\(name)'")
          }
          guard !open.contains(name) else {
            throw cycle(name, open.count)
          }
          stack.append(other)
        }
      }
    }
    return made
  }

  private func cycle(_ name: String, _ count: Int) -> EngineError {
    EngineError.value("\(count) nodes in a cycle: node '\(name)' needs its own result")
  }

  /// Adds a node; mistakes of the definition are `ValueError`s, as they are in TensorFlow.
  private func added(_ definition: GraphDefinition.NodeDefinition, _ made: [String: Node]) throws -> Node {
    do {
      return try make(definition, made)
    } catch var error as EngineError {
      if error.kind == .notImplemented {
        (error.kind, error.code) = (.status, .notFound)
      } else if error.kind == .type || (error.kind == .status && error.code == .invalidArgument) {
        error.kind = .value
      }
      error.nodeName = error.nodeName ?? definition.name
      throw error
    }
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
          + "\(node.outputTypes.count) outputs.")
    }
    return node.output(index)
  }

  private func make(_ definition: GraphDefinition.NodeDefinition, _ made: [String: Node]) throws -> Node {
    let signature = try OpRegistry.definition(named: definition.op)
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
        attributes[key] = key == "_class" ? prefixed(value) : renamed(value, definition.op)
      } else if !Self.isWithoutEffect(key, value) {
        throw EngineError.unimplemented(
          "node '\(definition.name)': attribute '\(key)' of op '\(definition.op)' with value \(value) is not supported")
      }
    }
    let arguments = try group(inputs, signature, attributes, definition.name)
    var name = prefix.isEmpty ? definition.name : "\(prefix)/\(definition.name)"
    guard Graph.isValidName(definition.name, inScope: true) else {
      throw EngineError.value("Node '\(definition.name)': Node name contains invalid characters")
    }
    try checkTypes(arguments, signature, attributes, name)
    graph.device = definition.device
    let unique = graph.uniqueName(name)  // also so that nodes added later get other names
    if uniquifiesNames {
      name = unique
    } else if graph.node(named: name) != nil {
      throw EngineError.value("Node name '\(name)' already exists in the Graph")
    }
    let node = try graph.addNode(
      definition.op, arguments: arguments, attributes: attributes, name: name + "/", controlInputs: controls)
    if case .shapes(let shapes)? = definition.attributes["_output_shapes"], shapes.count == node.outputs.count {
      // What the file knows may go beyond what the shape function can tell; where they disagree, the latter wins.
      for (output, shape) in zip(node.outputs, shapes) { try? output.setShape(shape) }
    }
    return node
  }

  /// Says which input has the wrong type, before adding the node does so in other words.
  private func checkTypes(
    _ arguments: [[Output]], _ signature: OpDefinition, _ attributes: [String: AttributeValue], _ name: String
  ) throws {
    var place = 0
    for (argument, outputs) in zip(signature.inputs, arguments) {
      for (index, output) in outputs.enumerated() {
        let expected: DType?
        switch argument.arity {
        case .single(let element), .repeated(_, let element):
          switch element {
          case .fixed(let dtype): expected = dtype
          case .attribute(let attribute):
            if case .type(let dtype)? = attributes[attribute] { expected = dtype } else { expected = nil }
          }
        case .list(let types):
          if case .types(let known)? = attributes[types] { expected = known[index] } else { expected = nil }
        }
        if let expected, expected != output.dtype {
          throw EngineError.value(
            "Input \(place) of node \(name) was passed \(output.dtype.shortName) from \(output.name) incompatible with "
              + "expected \(expected.shortName).")
        }
        place += 1
      }
    }
  }

  private func renamed(_ value: AttributeValue, _ op: String) -> AttributeValue {
    switch value {
    case .function(let name): return .function(functionNames[name] ?? name)
    case .strings(let texts) where op.hasSuffix("Case"):
      return .strings(
        texts.map { functionNames[String(decoding: $0, as: UTF8.self)].map { ByteString($0.utf8) } ?? $0 })
    default: return value
    }
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
      throw EngineError.value(
        "NodeDef expected inputs '\(signature.inputs.map(\.name).joined(separator: ", "))' do not match \(inputs.count) "
          + "inputs specified; Op<name=\(signature.name)>; NodeDef: {{node \(name)}}")
    }
    return groups
  }
}

extension DType {
  /// The type as the runtime's messages call it: `float` where programs say `float32`.
  fileprivate var shortName: String {
    switch self {
    case .float32: "float"
    case .float64: "double"
    case .float16: "half"
    default: name
    }
  }
}
