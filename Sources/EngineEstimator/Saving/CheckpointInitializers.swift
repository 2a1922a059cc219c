import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// Makes variables start from the values of a checkpoint: their initializers read it.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/init_from_checkpoint
public enum CheckpointInitializers {
  /// What a name of a checkpoint belongs to.
  public enum Target {
    /// A variable, or the parts of one.
    case variables([Variable])
    /// The name of a variable of the graph, or a scope, which ends in a slash.
    case name(String)
  }

  /// The prefix of a checkpoint that is given by itself or by its directory.
  /// **Errors**: `ValueError` for a directory without one.
  public static func prefix(_ path: String) throws -> String {
    guard FileSystem.isDirectory(path) else { return path }
    guard let latest = try CheckpointFiles.latest(in: path) else {
      throw EngineError.value("Couldn't find 'checkpoint' file or checkpoints in given directory \(path)")
    }
    return latest
  }

  /// - Parameter assignments: names of the checkpoint, or scopes in it, and what they belong to.
  /// **Errors**: `NotFound` without a checkpoint; `ValueError` for names that it lacks or the graph lacks, and for
  /// variables of another shape.
  public static func set(in graph: Graph, from path: String, _ assignments: [(key: String, target: Target)]) throws {
    let prefix = try prefix(path)
    let reader = try TensorBundleReader(prefix: prefix)
    for (key, target) in assignments.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      switch target {
      case .variables(let parts): try set(parts, key, reader, prefix)
      case .name(let name):
        let parts = graph.variableStore.parts(named: name)
        if !parts.isEmpty {
          try set(parts, key, reader, prefix)
        } else {
          try setScope(name, key, graph, reader, prefix)
        }
      }
    }
  }

  private static func setScope(
    _ name: String, _ key: String, _ graph: Graph, _ reader: TensorBundleReader, _ prefix: String
  ) throws {
    let scope = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
    guard key.hasSuffix("/") else {
      throw EngineError.value(
        "Assignment map with scope only name \(scope) should map to scope only \(key). Should be 'scope/': "
          + "'other_scope/'.")
    }
    for variable in graph.variableStore.names where scope.isEmpty || variable.hasPrefix(scope + "/") {
      let rest = scope.isEmpty ? variable : String(variable.dropFirst(scope.utf8.count + 1))
      let tensor = key == "/" ? rest : key + rest
      guard reader.contains(tensor) else {
        throw EngineError.value("Tensor \(tensor) (\(rest) in \(key)) is not found in \(prefix) checkpoint")
      }
      try set(graph.variableStore.parts(named: variable), tensor, reader, prefix)
    }
  }

  /// Makes a variable, or the parts of one, start from a tensor of a checkpoint.
  static func set(_ parts: [Variable], _ name: String, _ reader: TensorBundleReader, _ prefix: String) throws {
    guard reader.contains(name) else {
      let known = try reader.names.map { "'\($0)': \(try reader.entry($0).shape)" }.joined(separator: ", ")
      throw EngineError.value("Tensor \(name) is not found in \(prefix) checkpoint {\(known)}")
    }
    let stored = try reader.entry(name).shape
    for variable in parts {
      let slice = parts.count > 1 || variable.saveSliceInfo != nil ? variable.saveSliceInfo : nil
      let wanted = slice.map { Shape(known: $0.fullShape) } ?? variable.shape
      guard wanted.isCompatible(with: stored) else {
        throw EngineError.value(
          "Shape of variable \(slice?.fullName ?? variable.name) (\(wanted)) doesn't match with shape of tensor \(name) "
            + "(\(stored)) from checkpoint reader.")
      }
      try set(variable, name, slice?.specification ?? "", prefix)
    }
  }

  private static func set(_ variable: Variable, _ name: String, _ slice: String, _ prefix: String) throws {
    let graph = variable.graph
    try graph.withControlDependencies(nil) {
      func vector(_ text: String, _ name: String) throws -> Output {
        try graph.constant(Tensor(strings: [ByteString(text.utf8)], shape: [1]), name: name)
      }
      let value = try graph.withNameScope("checkpoint_initializer") { scope in
        try graph.addNode(
          "RestoreV2",
          [
            graph.constant(Tensor(string: prefix), name: "prefix"), vector(name, "tensor_names"),
            vector(slice, "shape_and_slices"),
          ], attributes: ["dtypes": .types([variable.dtype])], name: scope
        ).output()
      }
      try value.setShape(variable.shape)
      try assign(variable, value, passing: graph.op("Identity", value, name: "Identity"))
    }
  }

  /// Makes a new assignment the variable's initializer.
  static func assign(_ variable: Variable, _ value: Output, passing passed: Output? = nil) throws {
    let node = try variable.graph.addNode(
      "AssignVariableOp", [variable.handle, passed ?? value], attributes: ["dtype": .type(variable.dtype)],
      name: "AssignVariableOp")
    try variable.replaceInitialValue(value, initializer: node)
  }
}
