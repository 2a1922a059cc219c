import EngineCore

extension Graph {
  /// A function without inputs that computes `outputs`: a copy of the nodes that they depend on.
  /// **Errors**: `ValueError` when they depend on a placeholder or on state that lives outside the function.
  public func extractFunction(named name: String, outputs: [Output]) throws -> GraphFunction {
    let body = Graph()
    body.outer = self
    body.seed = seed
    var copies: [ObjectIdentifier: Node] = [:]
    for node in ancestors(of: outputs.map(\.node)) {
      if node.type == "Placeholder" || node.definition.outputs.contains(where: { $0.isResource }) {
        throw EngineError.value(
          "Failed to create a one-shot iterator for a dataset: it depends on '\(node.name)' (\(node.type)), which "
            + "belongs to a session. Use make_initializable_iterator() instead.")
      }
      let inputs = node.inputs.map { input in copies[ObjectIdentifier(input.node)]?.output(input.index) ?? input }
      let copy = try body.addNode(
        node.type, arguments: try node.definition.grouped(inputs, node.attributes), attributes: node.attributes,
        name: node.name + "/", controlInputs: node.controlInputs.compactMap { copies[ObjectIdentifier($0)] })
      copies[ObjectIdentifier(node)] = copy
    }
    let results = outputs.compactMap { copies[ObjectIdentifier($0.node)]?.output($0.index) }
    return GraphFunction(name: name, body: body, inputs: [], outputs: results)
  }

  /// The nodes that `nodes` depend on, themselves included, in the order of creation.
  private func ancestors(of nodes: [Node]) -> [Node] {
    var seen = Set<ObjectIdentifier>()
    var result: [Node] = []
    var stack = nodes
    while let node = stack.popLast() {
      guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
      result.append(node)
      stack.append(contentsOf: node.inputs.map(\.node))
      stack.append(contentsOf: node.controlInputs)
    }
    return result.sorted { $0.id < $1.id }
  }
}

extension ArgumentDefinition {
  fileprivate var isResource: Bool {
    if case .single(.fixed(.resource)) = arity { return true }
    return false
  }
}

extension OpDefinition {
  /// A node's inputs, one list for each argument of the signature.
  func grouped(_ inputs: [Output], _ attributes: [String: AttributeValue]) throws -> [[Output]] {
    var rest = inputs[...]
    return try self.inputs.map { argument in
      let count: Int
      switch argument.arity {
      case .single: count = 1
      case .repeated(let attribute, _):
        guard case .int(let number)? = attributes[attribute] else { throw EngineError.internal("missing \(attribute)") }
        count = number
      case .list(let attribute):
        guard case .types(let types)? = attributes[attribute] else {
          throw EngineError.internal("missing \(attribute)")
        }
        count = types.count
      }
      guard count >= 0, count <= rest.count else { throw EngineError.internal("\(name) has too few inputs") }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }
}
