import EngineCore

extension Graph {
  /// Outputs of one node at most; a count beyond it is a mistake, and would exhaust the memory.
  static let outputLimit = 1 << 20

  /// Adds a node for an op whose arguments are all single tensors.
  @discardableResult
  public func addNode(
    _ op: String, _ inputs: [Output] = [], attributes: [String: AttributeValue] = [:], name: String? = nil,
    controlInputs: [Node] = []
  ) throws -> Node {
    try addNode(op, arguments: inputs.map { [$0] }, attributes: attributes, name: name, controlInputs: controlInputs)
  }

  /// Adds a node.
  ///
  /// - Parameters:
  ///   - arguments: one entry for each argument of the op's signature; list arguments may have any number of tensors.
  ///   - attributes: those that can't be read off the inputs; defaults fill the rest.
  ///   - name: made unique in the current scope; a trailing slash means "exactly this name". Default: the op's name.
  /// **Errors**: `RuntimeError` on a finalized graph, `TypeError` for dtypes that don't fit, `ValueError` for shapes
  /// that don't fit, a bad name, a missing or unknown attribute. Each names the op.
  @discardableResult
  public func addNode(
    _ op: String, arguments: [[Output]], attributes: [String: AttributeValue] = [:], name: String? = nil,
    controlInputs: [Node] = []
  ) throws -> Node {
    try checkMutable()
    let definition = try OpRegistry.definition(named: op)
    let nodeName = try resolveName(name ?? op)
    do {
      return try build(definition, arguments, attributes, nodeName, controlInputs)
    } catch var error as EngineError {
      if error.nodeName == nil { error.nodeName = nodeName }
      if error.origin == nil { error.origin = currentOrigin }
      throw error
    }
  }

  private func resolveName(_ name: String) throws -> String {
    if name.hasSuffix("/") { return String(name.dropLast()) }
    guard Graph.isValidName(name, inScope: !nameScope.isEmpty) else {
      throw EngineError.value("'\(name)' is not a valid node name")
    }
    return uniqueName(name)
  }

  private func build(
    _ definition: OpDefinition, _ arguments: [[Output]], _ given: [String: AttributeValue], _ name: String,
    _ extraControlInputs: [Node]
  ) throws -> Node {
    guard arguments.count == definition.inputs.count else {
      throw EngineError.type(
        "Op '\(definition.name)' takes \(definition.inputs.count) arguments, got \(arguments.count)")
    }
    // Nearly always, everything stands in this graph.
    let isLocal = arguments.allSatisfy { $0.allSatisfy { $0.exists && $0.node.isPart(of: self) } }
    let local = isLocal ? arguments : try arguments.map { try $0.map { try capture($0, for: definition, name) } }
    var attributes = given
    for key in given.keys where !key.hasPrefix("_") && definition.attribute(named: key) == nil {
      throw EngineError.type("Op '\(definition.name)' has no attribute '\(key)'")
    }
    try inferAttributes(definition, local, &attributes)
    for attribute in definition.attributes {
      if let value = attributes[attribute.name] {
        try check(value, attribute, definition)
      } else if let value = attribute.defaultValue {
        attributes[attribute.name] = value
      } else {
        throw EngineError.type("Op '\(definition.name)' needs a value for attribute '\(attribute.name)'")
      }
    }
    let inputs = local.flatMap { $0 }
    let outputTypes = try resolveOutputTypes(definition, attributes)
    var controls = extraControlInputs
    for node in currentControlInputs(for: inputs) where !controls.contains(where: { $0 === node }) {
      controls.append(node)
    }
    let node = Node(
      id: nodes.count, name: name, definition: definition, inputs: inputs, controlInputs: controls,
      attributes: attributes, outputTypes: outputTypes, outputShapes: outputTypes.map { _ in .unknown }, device: device,
      origin: currentOrigin, graph: self)
    node.outputShapes = try inferShapes(node)
    insert(node)
    recordInControlFrames(node)
    return node
  }

  /// Shapes of a node's outputs; a failure is reported as TensorFlow does, with the op and its input shapes.
  private func inferShapes(_ node: Node) throws -> [Shape] {
    do {
      let shapes = try node.definition.shape(ShapeContext(node: node))
      guard shapes.count == node.outputTypes.count else {
        throw EngineError.internal("the shape function of '\(node.type)' gave \(shapes.count) shapes")
      }
      return shapes
    } catch var error as EngineError where error.kind == .value || error.code == .invalidArgument {
      if !error.message.contains("{{node ") {
        let attributes = node.definition.attributes.sorted { $0.name < $1.name }
          .compactMap { definition in node.attributes[definition.name].map { "\(definition.name)=\($0)" } }
          .joined(separator: ", ")
        let inputs = node.inputs.map { $0.node.name + ($0.index > 0 ? ":\($0.index)" : "") }.joined(separator: ", ")
        let shapes = node.inputs.map { $0.shape.bracketed }.joined(separator: ", ")
        error.message +=
          " for '{{node \(node.name)}} = \(node.type)[\(attributes)](\(inputs))' with input shapes: \(shapes)."
      }
      error.kind = .value
      throw error
    }
  }

  /// Finds the values of type and count attributes in the inputs, checking that the inputs agree.
  private func inferAttributes(
    _ definition: OpDefinition, _ arguments: [[Output]], _ attributes: inout [String: AttributeValue]
  ) throws {
    var source: [String: String] = [:]
    func bind(_ attribute: String, _ dtype: DType, _ argument: ArgumentDefinition) throws {
      if case .type(let known)? = attributes[attribute] {
        if known != dtype {
          let expectation = source[attribute].map { "type \(known) of argument '\($0)'" } ?? "expected type of \(known)"
          throw EngineError.type(
            "Input '\(argument.name)' of '\(definition.name)' Op has type \(dtype) that does not match \(expectation).")
        }
      } else {
        attributes[attribute] = .type(dtype)
        source[attribute] = argument.name
        if let allowed = definition.attribute(named: attribute)?.allowedTypes, !allowed.contains(dtype) {
          let names = allowed.map(\.name).sorted().joined(separator: ", ")
          throw EngineError.type(
            "Value passed to parameter '\(argument.name)' has DataType \(dtype) not in list of allowed values: \(names)"
          )
        }
      }
    }
    func checkElement(_ element: ArgumentDefinition.Element, _ output: Output, _ argument: ArgumentDefinition) throws {
      switch element {
      case .fixed(let dtype):
        if output.dtype != dtype {
          throw EngineError.type(
            "Input '\(argument.name)' of '\(definition.name)' Op has type \(output.dtype) that does not match expected type of \(dtype)."
          )
        }
      case .attribute(let name): try bind(name, output.dtype, argument)
      }
    }
    for (argument, values) in zip(definition.inputs, arguments) {
      switch argument.arity {
      case .single(let element):
        guard values.count == 1 else {
          throw EngineError.type(
            "Argument '\(argument.name)' of Op '\(definition.name)' takes one tensor, got \(values.count)")
        }
        try checkElement(element, values[0], argument)
      case .repeated(let count, let element):
        if case .int(let known)? = attributes[count], known != values.count {
          throw EngineError.value(
            "List argument '\(argument.name)' to '\(definition.name)' Op with length \(values.count) must match length \(known)"
          )
        }
        attributes[count] = .int(values.count)
        for value in values { try checkElement(element, value, argument) }
      case .list(let types):
        if case .types(let known)? = attributes[types], known != values.map(\.dtype) {
          throw EngineError.type(
            "Input '\(argument.name)' of '\(definition.name)' Op has types \(values.map(\.dtype.name)) that do not match \(known.map(\.name))."
          )
        }
        if let allowed = definition.attribute(named: types)?.allowedTypes {
          for value in values where !allowed.contains(value.dtype) {
            let names = allowed.map(\.name).sorted().joined(separator: ", ")
            throw EngineError.type(
              "Value passed to parameter '\(argument.name)' has DataType \(value.dtype) not in list of allowed values: \(names)"
            )
          }
        }
        attributes[types] = .types(values.map(\.dtype))
      }
    }
  }

  private func check(_ value: AttributeValue, _ attribute: AttributeDefinition, _ definition: OpDefinition) throws {
    let fits: Bool
    switch (attribute.kind, value) {
    case (.type, .type(let dtype)):
      if let allowed = attribute.allowedTypes, !allowed.contains(dtype) {
        let names = allowed.map(\.name).sorted().joined(separator: ", ")
        throw EngineError.type(
          "Value passed to parameter '\(attribute.name)' of '\(definition.name)' Op has DataType \(dtype) not in list of allowed values: \(names)"
        )
      }
      fits = true
    case (.string, .string(let bytes)):
      let text = String(decoding: bytes, as: UTF8.self)
      if !attribute.allowedStrings.isEmpty, !attribute.allowedStrings.contains(text) {
        throw EngineError.value(
          "Value for attr '\(attribute.name)' of \"\(text)\" is not in the list of allowed values: "
            + attribute.allowedStrings.map { "\"\($0)\"" }.joined(separator: ", ") + " in Op '\(definition.name)'")
      }
      fits = true
    case (.int, .int), (.float, .float), (.bool, .bool), (.shape, .shape), (.tensor, .tensor), (.function, .function),
      (.strings, .strings), (.ints, .ints), (.floats, .floats), (.bools, .bools), (.shapes, .shapes):
      fits = true
    case (.types, .types(let dtypes)):
      if let allowed = attribute.allowedTypes {
        for dtype in dtypes where !allowed.contains(dtype) {
          let names = allowed.map(\.name).sorted().joined(separator: ", ")
          throw EngineError.type(
            "Value passed to parameter '\(attribute.name)' has DataType \(dtype) not in list of allowed values: \(names)"
          )
        }
      }
      fits = true
    default: fits = false
    }
    guard fits else {
      throw EngineError.type(
        "Attribute '\(attribute.name)' of Op '\(definition.name)' expects \(attribute.kind.rawValue), got \(value)")
    }
  }

  private func resolveOutputTypes(_ definition: OpDefinition, _ attributes: [String: AttributeValue]) throws -> [DType]
  {
    func type(_ element: ArgumentDefinition.Element) throws -> DType {
      switch element {
      case .fixed(let dtype): return dtype
      case .attribute(let name):
        guard case .type(let dtype)? = attributes[name] else {
          throw EngineError.type("Op '\(definition.name)' needs the type attribute '\(name)'")
        }
        return dtype
      }
    }
    var result: [DType] = []
    for output in definition.outputs {
      switch output.arity {
      case .single(let element): result.append(try type(element))
      case .repeated(let count, let element):
        guard case .int(let number)? = attributes[count], number >= 0 else {
          throw EngineError.type("Op '\(definition.name)' needs the count attribute '\(count)'")
        }
        guard number <= Graph.outputLimit else {
          throw EngineError.value("Op '\(definition.name)' cannot have \(number) outputs ('\(count)')")
        }
        result.append(contentsOf: [DType](repeating: try type(element), count: number))
      case .list(let name):
        guard case .types(let types)? = attributes[name] else {
          throw EngineError.type("Op '\(definition.name)' needs the types attribute '\(name)'")
        }
        result.append(contentsOf: types)
      }
    }
    return result
  }

  /// Brings a tensor of an enclosing graph into a function body; any other foreign tensor is a mistake.
  private func capture(_ output: Output, for definition: OpDefinition, _ name: String) throws -> Output {
    try output.check()
    if output.node.isPart(of: self) { return output }
    var ancestor = outer
    while let graph = ancestor {
      if output.node.isPart(of: graph) {
        if let known = captures.first(where: { $0.outer == output }) { return known.inner }
        let scope = nameScope
        nameScope = ""
        defer { nameScope = scope }
        let inner = try withControlDependencies(nil) {
          try addNode(
            "Placeholder", attributes: ["dtype": .type(output.dtype), "shape": .shape(output.shape)],
            name: "captured_\(captures.count)")
        }.output()
        captures.append((output, inner))
        return inner
      }
      ancestor = graph.outer
    }
    throw EngineError.value(
      "\(output) must be from the same graph as the operation '\(name)' (\(definition.name)) that is being added.")
  }
}
