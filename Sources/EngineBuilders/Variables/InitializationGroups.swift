import EngineCore
import EngineGraph

extension Graph {
  /// The variables of a collection.
  public func variables(in collection: String) -> [Variable] {
    self.collection(collection).compactMap {
      if case .object(let object) = $0 { return object as? Variable }
      return nil
    }
  }

  public var globalVariables: [Variable] { variables(in: CollectionName.globalVariables) }
  public var localVariables: [Variable] { variables(in: CollectionName.localVariables) }
  public var trainableVariables: [Variable] { variables(in: CollectionName.trainableVariables) }

  /// A node that runs all of the given ones.
  @discardableResult
  public func group(_ nodes: [Node], name: String = "group_deps") throws -> Node {
    var inputs: [Node] = []
    for node in nodes where !inputs.contains(where: { $0 === node }) { inputs.append(node) }
    return try addNode("NoOp", [], name: name, controlInputs: inputs)
  }

  /// A node that initializes the variables.
  public func variablesInitializer(_ variables: [Variable], name: String = "init") throws -> Node {
    try group(variables.map(\.initializer), name: name)
  }

  public func globalVariablesInitializer() throws -> Node { try variablesInitializer(globalVariables) }
  public func localVariablesInitializer() throws -> Node { try variablesInitializer(localVariables) }

  /// A node that fills the tables of collection `table_initializer`.
  public func tablesInitializer(name: String = "init_all_tables") throws -> Node {
    try group(
      collection(CollectionName.tableInitializers).compactMap {
        switch $0 {
        case .node(let node): node
        case .output(let output): output.node
        case .object: nil
        }
      }, name: name)
  }

  /// The names of those variables that have no value yet, as a string vector.
  ///
  /// - Parameter variables: default: global and local ones.
  public func reportUninitializedVariables(
    _ variables: [Variable]? = nil, name: String = "report_uninitialized_variables"
  ) throws -> Output {
    let variables = variables ?? globalVariables + localVariables
    return try withNameScope(name) { scope in
      guard !variables.isEmpty else {
        return try constant(try Tensor(strings: [], shape: [0]), name: "Const")
      }
      let flags = try variables.map { variable in
        try addNode("VarIsInitializedOp", [variable.handle]).output()
      }
      let missing = try op("LogicalNot", try pack(flags.map { .tensor($0) }))
      let names = try constant(
        try Tensor(strings: variables.map { ByteString($0.nodeName.utf8) }, shape: [variables.count]), name: "Const")
      return try booleanMask(names, missing)
    }
  }

  /// The rows of a tensor where a mask of its first dimension is true.
  func booleanMask(_ x: Output, _ mask: Output, name: String = "boolean_mask") throws -> Output {
    try withNameScope(name) { _ in
      // The general form for masks of any rank, as TensorFlow builds it also for vectors.
      let size = try apply(
        "Prod", .tensor(try slice(try shapeVector(x), from: 0, to: 1)), .integers([0]),
        attributes: ["keep_dims": .bool(false)])
      let before = try slice(try shapeVector(x, name: "Shape"), from: nil, to: 0)
      let after = try slice(try shapeVector(x, name: "Shape"), from: 1, to: nil)
      let shape = try withNameScope("concat") { scope in
        let middle = try addNode("Pack", arguments: [[size]], name: "values_1").output()
        let axis = try constant(scalar: Int32(0), name: "axis")
        return try addNode("ConcatV2", arguments: [[before, middle, after], [axis]], name: scope).output()
      }
      let rows = try apply("Reshape", .tensor(x), .tensor(shape))
      let flags = try reshape(mask, [-1])
      let indices = try squeeze(try op("Where", flags), axes: [1])
      return try apply("GatherV2", .tensor(rows), .tensor(indices), .integer(0))
    }
  }
}
