import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineOps

/// How the rows (or columns) of a variable go over from one vocabulary to another.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/VocabInfo
public struct VocabularyInfo {
  public var newVocabulary: String
  public var newSize: Int
  /// Rows after those of the vocabulary, for what is not in it.
  public var outOfVocabularyBuckets: Int
  public var oldVocabulary: String
  /// How many lines of the old vocabulary count; -1 for all.
  public var oldSize: Int
  /// Gives entries that the old vocabulary lacks their values; default: zeros.
  public var backupInitializer: (any VariableInitializer)?
  /// 0: rows belong to the vocabulary, 1: columns.
  public var axis: Int

  /// **Errors**: `ValueError` for another axis than 0 and 1.
  public init(
    newVocabulary: String, newSize: Int, outOfVocabularyBuckets: Int, oldVocabulary: String, oldSize: Int = -1,
    backupInitializer: (any VariableInitializer)? = nil, axis: Int = 0
  ) throws {
    guard axis == 0 || axis == 1 else {
      throw EngineError.value("The only supported values for the axis argument are 0 and 1.  Provided axis: \(axis)")
    }
    self.newVocabulary = newVocabulary
    self.newSize = newSize
    self.outOfVocabularyBuckets = outOfVocabularyBuckets
    self.oldVocabulary = oldVocabulary
    self.oldSize = oldSize
    self.backupInitializer = backupInitializer
    self.axis = axis
  }
}

/// Makes a model start from the variables of another one.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/WarmStartSettings
public struct WarmStart {
  /// A checkpoint, or a directory with some.
  public var checkpoint: String
  /// By the name of the variable.
  public var vocabularies: [String: VocabularyInfo] = [:]
  /// What the checkpoint calls a variable, by the variable's name.
  public var previousNames: [String: String] = [:]
  /// Only variables with a vocabulary take part.
  public var onlyVocabularies = false

  public init(checkpoint: String) { self.checkpoint = checkpoint }

  /// The checkpoint at a path: the variables of a SavedModel, the latest one of a directory, or the path itself.
  public static func checkpoint(at path: String) -> String {
    let variables = FileSystem.join(FileSystem.join(path, "variables"), "variables")
    return TensorBundle.exists(variables) ? variables : path
  }

  /// Changes the initializers of the graph's trainable variables.
  public func apply(to graph: Graph) throws {
    Logger.info("Warm-starting from: \(checkpoint)")
    Logger.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
    try apply(to: graph.variables(in: CollectionName.trainableVariables))
  }

  /// Changes the initializers of variables.
  /// **Errors**: `ValueError` for a variable that the checkpoint lacks or has in another shape, and for names in
  /// ``vocabularies`` and ``previousNames`` that are no variables'; `NotFound` without a checkpoint or vocabulary.
  public func apply(to variables: [Variable]) throws {
    var names: [String] = []
    var parts: [String: [Variable]] = [:]
    for variable in variables {
      let name = variable.sharedName
      if parts[name] == nil { names.append(name) }
      parts[name, default: []].append(variable)
    }
    let prefix = try CheckpointInitializers.prefix(checkpoint)
    let reader = try TensorBundleReader(prefix: prefix)
    var count = 0
    for name in names {
      let previous = previousNames[name] ?? name
      if let vocabulary = vocabularies[name] {
        for variable in parts[name] ?? [] { try remap(variable, previous, vocabulary, reader, prefix) }
        count += 1
      } else if !onlyVocabularies {
        try CheckpointInitializers.set(parts[name] ?? [], previous, reader, prefix)
        count += 1
      }
    }
    Logger.info("Warm-started \(count) variables.")
    try checkUsed(Set(previousNames.keys), names, "var_name_to_prev_var_name")
    try checkUsed(Set(vocabularies.keys), names, "var_name_to_vocab_info")
  }

  private func checkUsed(_ keys: Set<String>, _ names: [String], _ argument: String) throws {
    let unused = keys.subtracting(names).sorted()
    guard !unused.isEmpty else { return }
    func list(_ texts: [String]) -> String { texts.map { "'\($0)'" }.joined(separator: ", ") }
    throw EngineError.value(
      "You provided the following variables in \(argument) that were not used: {\(list(unused))}.  Perhaps you misspelled "
        + "them?  Here is the list of viable variable names: dict_keys([\(list(names))])")
  }

  /// **Source**: nodes and the draws of initializers are in TensorFlow's order, so that seeds give the same values.
  private func remap(
    _ variable: Variable, _ previous: String, _ info: VocabularyInfo, _ reader: TensorBundleReader, _ prefix: String
  ) throws {
    guard let shape = variable.shape.known, shape.count == 2, variable.dtype == .float32 else {
      throw EngineError.value(
        "Variable '\(variable.name)' cannot be warm-started with a vocabulary: it must be a matrix of float32, got "
          + "\(variable.dtype) of shape \(variable.shape)")
    }
    guard reader.contains(previous) else { throw EngineError.notFound("Key \(previous) not found in checkpoint") }
    let stored = try reader.entry(previous).shape
    guard stored.count == 2, stored[1 - info.axis] == (variable.saveSliceInfo?.fullShape ?? shape)[1 - info.axis] else {
      throw EngineError.value(
        "Shape of variable \(variable.name) (\(variable.shape)) doesn't match with shape of tensor \(previous) (\(stored)) "
          + "from checkpoint reader.")
    }
    let offset = variable.saveSliceInfo?.offset[info.axis] ?? 0
    let count = max(0, min(shape[info.axis], info.newSize.clampedDifference(offset)))
    let others = shape[1 - info.axis]
    let graph = variable.graph
    let backup = info.backupInitializer ?? Zeros()
    let remapping = try VocabularyRemapping(
      newFile: info.newVocabulary, oldFile: info.oldVocabulary, offset: count == 0 ? 0 : offset, count: count,
      oldSize: info.oldSize)
    try graph.withControlDependencies(nil) {
      let places = try graph.withNameScope("GenerateVocabRemapping") { scope in
        try graph.addNode(
          "GenerateVocabRemapping",
          [
            graph.constant(Tensor(string: info.newVocabulary), name: "new_vocab_file"),
            graph.constant(Tensor(string: info.oldVocabulary), name: "old_vocab_file"),
          ],
          attributes: [
            "new_vocab_offset": .int(count == 0 ? 0 : offset), "num_new_vocab": .int(count),
            "old_vocab_size": .int(info.oldSize),
          ], name: scope
        ).output()
      }
      let missing = (count - remapping.presentCount) * others
      let values = try backup(graph, shape: [missing, 1])
      let rowStart = info.axis == 1 ? variable.saveSliceInfo?.offset[0] ?? 0 : 0
      let rows = try info.axis == 0 ? places : graph.constant(range(rowStart, others), name: "range")
      var value = try graph.withNameScope("LoadAndRemapMatrix") { scope in
        try graph.addNode(
          "LoadAndRemapMatrix",
          [
            graph.constant(Tensor(string: prefix), name: "ckpt_path"),
            graph.constant(Tensor(string: previous), name: "old_tensor_name"), rows,
            info.axis == 1 ? places : graph.constant(range(0, 0), name: "col_remapping"), values,
          ],
          attributes: [
            "num_rows": .int(info.axis == 0 ? count : others), "num_cols": .int(info.axis == 0 ? others : count),
          ], name: scope
        ).output()
      }
      let rest = shape[info.axis] - count
      if rest > 0 {
        let filler = try backup(graph, shape: info.axis == 0 ? [rest, others] : [others, rest])
        value = try graph.withNameScope("concat") { scope in
          let axis = try graph.constant(scalar: Int32(info.axis), name: "axis")
          return try graph.addNode("ConcatV2", arguments: [[value, filler], [axis]], name: scope).output()
        }
      }
      try CheckpointInitializers.assign(variable, value)
    }
  }

  private func range(_ start: Int, _ count: Int) throws -> Tensor {
    try Tensor((0..<count).map { Int64(start + $0) }, shape: [count])
  }
}
