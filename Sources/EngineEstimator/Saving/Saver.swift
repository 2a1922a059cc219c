import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import Glibc

/// Saves the values of variables as checkpoints, restores them, and deletes old checkpoints.
///
/// A checkpoint becomes visible when it is complete, and the file that names the latest one changes after that: whenever
/// the process is killed, the latest checkpoint that is named can be restored.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/Saver
open class Saver {
  /// How a saver goes about its work.
  public struct Options: Sendable {
    /// Checkpoints kept at most; 0 and `nil` keep all.
    public var maxToKeep: Int? = 5
    /// Besides, one checkpoint is kept for good every so many hours.
    public var keepEveryNHours = 10000.0
    /// Accepts that there is nothing to save.
    public var allowsEmpty = false
    /// Writes steps with eight digits, so that names sort.
    public var padsStepNumber = false
    /// Names checkpoints in the state file relative to its directory.
    public var savesRelativePaths = false
    /// Whether other runtimes that load the graph write one file for each device.
    public var isSharded = false
    /// Gives values that have as many elements as a variable the variable's shape.
    public var reshapes = false
    public init() {}
  }

  public private(set) var options: Options
  /// Checkpoints kept at most; 0 and `nil` keep all.
  public var maxToKeep: Int? { options.maxToKeep }
  /// Besides, one checkpoint is kept for good every so many hours.
  public var keepEveryNHours: Double { options.keepEveryNHours }
  public var isSharded: Bool { options.isSharded }
  private(set) var items: [SavedItem]?
  /// Which nodes of the graph save and restore, once they have been made.
  var definition: ProtoMessage?
  /// Whether this saver itself uses those nodes, as it must when an imported graph has brought them along.
  private(set) var runsNodes = false
  private var kept: [(path: String, time: Double)] = []
  private var pendingDeletion: [(path: String, time: Double)] = []
  private var nextPreservedTime: Double
  /// Where leftovers of killed processes have been removed.
  private var sweptDirectories = Set<String>()
  /// The checkpoint that values were restored from last.
  public private(set) var restoredPath: String?
  /// Saves what a checkpoint leaves out, when a training is to be resumed exactly.
  weak var exactResume: ExactResume?
  /// Whether variables may share memory with those of other sessions that were restored from the same checkpoint. For
  /// sessions that only read them.
  var sharesValues = false

  /// A saver for whatever variables the graph has when ``build(_:)`` is called.
  public init(options: Options = Options()) {
    self.options = options
    nextPreservedTime = Platform.wallTime() + options.keepEveryNHours * 3600
  }

  /// A saver for some variables, by key.
  /// **Errors**: `ValueError` when there is nothing to save, or two variables have one name.
  public convenience init(
    variables: [(key: String, variable: Variable)], maxToKeep: Int? = 5, keepEveryNHours: Double = 10000,
    allowsEmpty: Bool = false, padsStepNumber: Bool = false, savesRelativePaths: Bool = false, isSharded: Bool = false
  ) throws {
    self.init(
      maxToKeep: maxToKeep, keepEveryNHours: keepEveryNHours, allowsEmpty: allowsEmpty, padsStepNumber: padsStepNumber,
      savesRelativePaths: savesRelativePaths, isSharded: isSharded)
    try configure(options, variables: variables)
  }

  /// A saver for whatever variables the graph has when ``build(_:)`` is called.
  public convenience init(
    maxToKeep: Int? = 5, keepEveryNHours: Double = 10000, allowsEmpty: Bool = false, padsStepNumber: Bool = false,
    savesRelativePaths: Bool = false, isSharded: Bool = false
  ) {
    var options = Options()
    options.maxToKeep = maxToKeep
    options.keepEveryNHours = keepEveryNHours
    options.allowsEmpty = allowsEmpty
    options.padsStepNumber = padsStepNumber
    options.savesRelativePaths = savesRelativePaths
    options.isSharded = isSharded
    self.init(options: options)
  }

  /// Starts over with other options, and other variables.
  /// - Parameters:
  ///   - variables: `nil` leaves it to ``build(_:)`` to find out.
  ///   - wholeKeys: keys of parts of partitioned variables that are saved as variables of their own.
  /// **Errors**: `ValueError` when there is nothing to save, or two variables have one name.
  public func configure(
    _ options: Options, variables: [(key: String, variable: Variable)]?, wholeKeys: Set<String> = []
  ) throws {
    self.options = options
    nextPreservedTime = Platform.wallTime() + options.keepEveryNHours * 3600
    guard let variables else { return }
    let items = try SavedItem.sorted(
      variables.map { SavedItem(key: $0.key, variable: $0.variable, ignoresSlice: wholeKeys.contains($0.key)) })
    if items.isEmpty && !options.allowsEmpty { throw EngineError.value("No variables to save") }
    self.items = items
  }

  /// Starts over as a saver that runs nodes of the graph.
  /// - Parameter definition: a `SaverDef`, which names them.
  public func configure(_ options: Options, definition: ProtoMessage) {
    self.options = options
    self.options.maxToKeep = definition.int("max_to_keep")
    self.options.keepEveryNHours = definition.double("keep_checkpoint_every_n_hours")
    self.options.isSharded = definition.bool("sharded")
    nextPreservedTime = Platform.wallTime() + keepEveryNHours * 3600
    self.definition = definition
    runsNodes = true
  }

  /// Collects the graph's variables; nothing happens when it has been done.
  /// **Errors**: `ValueError` when there is nothing to save.
  open func build(_ graph: Graph) throws {
    guard items == nil, !runsNodes else { return }
    let found = try SavedItem.all(in: graph)
    if found.isEmpty && !options.allowsEmpty { throw EngineError.value("No variables to save") }
    items = found
  }

  /// Keys and variables, once built.
  public var savedVariables: [(key: String, variable: Variable)] {
    (items ?? []).map { ($0.key, $0.variable) }
  }

  /// Whether ``build(_:)`` has been called, or was not necessary.
  public var isBuilt: Bool { items != nil || runsNodes }
  /// Whether there is nothing to save.
  public var isEmpty: Bool { !runsNodes && items?.isEmpty ?? false }

  /// The graph's saver, when exactly one stands in its collection.
  /// **Errors**: `RuntimeError` when there are several.
  static func fromCollection(_ graph: Graph) throws -> Saver? {
    let savers = graph.collection(GraphKeys.savers).compactMap { item -> Saver? in
      if case .object(let object) = item { return object as? Saver }
      return nil
    }
    if savers.count > 1 {
      throw EngineError.runtime(
        "More than one item in collection \(GraphKeys.savers). Please indicate which one to use by passing it to the "
          + "constructor.")
    }
    return savers.first
  }

  // MARK: Save

  /// Saves a checkpoint.
  ///
  /// - Parameters:
  ///   - path: `<path>-<step>` becomes the checkpoint's prefix; without a step, `path` does.
  ///   - latestFilename: the file beside the checkpoint that names the latest one.
  ///   - writesMetaGraph: writes the graph to `<prefix>.meta`.
  ///   - writesState: takes part in the list of checkpoints that are kept.
  /// - Returns: the prefix; `nil` when there was nothing to save.
  /// **Errors**: `ValueError` for a file name with directories and a missing directory; `RuntimeError` before
  /// ``build(_:)``; those of the file system.
  @discardableResult
  open func save(
    _ session: Session, _ path: String, step: Int? = nil, latestFilename: String = "checkpoint",
    metaGraphSuffix: String = "meta", writesMetaGraph: Bool = true, writesState: Bool = true
  ) throws -> String? {
    guard isBuilt else {
      throw EngineError.runtime("`build()` should be called before save if defer_build==True")
    }
    if FileSystem.baseName(of: latestFilename) != latestFilename {
      throw EngineError.value("'latest_filename' must not contain path components")
    }
    let prefix = try step.map { try checkpointPrefix(path, $0) } ?? checkPlainPath(path, latestFilename)
    if isEmpty { return nil }
    let directory = FileSystem.directory(of: prefix)
    if !directory.isEmpty && !FileSystem.isDirectory(directory) {
      throw EngineError.value("Parent directory of \(path) doesn't exist, can't save.")
    }
    if sweptDirectories.insert(directory).inserted { _ = try? AtomicFile.sweep(directory) }
    try writeValues(session, prefix)
    if writesState {
      record(prefix)
      if (maxToKeep ?? 0) <= 0 {
        let shown = options.savesRelativePaths ? FileSystem.baseName(of: prefix) : prefix
        Logger.info("\(shown) is not in all_model_checkpoint_paths. Manually adding it.")
      }
      try CheckpointState.update(
        directory: directory, modelCheckpointPath: prefix, allModelCheckpointPaths: lastCheckpoints,
        filename: latestFilename,
        savesRelativePaths: options.savesRelativePaths)
      try deleteOldCheckpoints(metaGraphSuffix: metaGraphSuffix)
    }
    if writesMetaGraph { try GraphFiles.writeMetaGraph(session.graph, self, to: "\(prefix).\(metaGraphSuffix)") }
    return prefix
  }

  private func checkpointPrefix(_ path: String, _ step: Int) throws -> String {
    let digits = String(step)
    let padding = options.padsStepNumber ? max(0, 8 - digits.count) : 0
    return "\(path)-\(String(repeating: "0", count: padding))\(digits)"
  }

  private func checkPlainPath(_ path: String, _ latestFilename: String) throws -> String {
    if FileSystem.baseName(of: path) == latestFilename {
      throw EngineError.value(
        "'latest_filename' collides with 'save_path': '\(latestFilename)' and '\(path)'")
    }
    return path
  }

  /// Writes a checkpoint's files.
  private func writeValues(_ session: Session, _ prefix: String) throws {
    if runsNodes { return try runSave(session, prefix) }
    let items = items ?? []
    let resources = try VariableStorage.resources(of: items.map(\.variable), in: session)
    // The tensors are snapshots: an update that comes while they are written makes a copy first.
    let values = try resources.map { try $0.read() }
    // A training that goes on saves what it has just restored. Leaving those files alone means that a process that dies
    // now cannot damage the only checkpoint there may be.
    if try Saver.isStored(items, values, prefix) {
      return try writeResumeFile(session, prefix, resources) { try TensorBundleReader(prefix: prefix).fingerprint() }
    }
    // Strings take another room than their references in memory.
    let byteCount = values.reduce(0) { $0 &+ ($1.dtype == .string ? 0 : $1.byteCount) }
    let writer = try TensorBundleWriter(prefix: prefix, expectedByteCount: byteCount)
    for (item, value) in zip(items, values) {
      if let part = try item.slice {
        try writer.addSlice(item.key, fullShape: part.fullShape, slice: part.slice, value)
      } else {
        try writer.add(item.key, value)
      }
    }
    // Before the checkpoint becomes visible, so that whoever finds it finds this too.
    try writeResumeFile(session, prefix, resources) { try writer.fingerprint() }
    try writer.finish()
  }

  private func writeResumeFile(
    _ session: Session, _ prefix: String, _ variables: [VariableResource], _ fingerprint: () throws -> UInt32
  ) throws {
    guard let exactResume,
      let content = try exactResume.record(session, prefix, variables: variables, checkpoint: try fingerprint())
    else { return }
    try AtomicFile.write(ResumeFile.path(prefix), content)
  }

  /// Whether a sound checkpoint of that prefix holds exactly these values.
  private static func isStored(_ items: [SavedItem], _ values: [Tensor], _ prefix: String) throws -> Bool {
    guard TensorBundle.exists(prefix) else { return false }
    guard let reader = try? TensorBundleReader(prefix: prefix), Set(reader.names) == Set(items.map(\.key)) else {
      return false
    }
    for (item, value) in zip(items, values) {
      guard try item.slice == nil, value.dtype.isPlainData, let stored = try? reader.read(item.key),
        stored.dtype == value.dtype, stored.shape == value.shape,
        memcmp(stored.pointer, value.pointer, value.byteCount) == 0
      else { return false }
    }
    return true
  }

  // MARK: The list of checkpoints

  /// The checkpoints that this saver has written and not deleted, oldest first.
  open var lastCheckpoints: [String] { kept.map(\.path) }
  /// The same with the times of saving.
  public var lastCheckpointsWithTime: [(path: String, time: Double)] { kept }

  open func setLastCheckpoints(_ checkpoints: [(path: String, time: Double)]) { kept = checkpoints }

  /// Takes over the checkpoints of an earlier process; those whose files are gone are left out.
  open func recoverLastCheckpoints(_ paths: [String]) {
    kept = paths.compactMap { path in CheckpointFiles.modificationTime(path).map { (path, $0) } }
  }

  private func record(_ prefix: String) {
    guard let maxToKeep, maxToKeep != 0 else { return }
    kept.removeAll { $0.path == prefix }
    kept.append((prefix, Platform.wallTime()))
    if kept.count > maxToKeep { pendingDeletion.append(kept.removeFirst()) }
  }

  private func deleteOldCheckpoints(metaGraphSuffix: String) throws {
    guard !pendingDeletion.isEmpty else { return }
    let oldest = pendingDeletion.removeFirst()
    if oldest.time > nextPreservedTime {
      nextPreservedTime += keepEveryNHours * 3600
      return
    }
    do {
      try TensorBundle.remove(oldest.path)
      for path in ["\(oldest.path).\(metaGraphSuffix)", ResumeFile.path(oldest.path)] where FileSystem.exists(path) {
        try FileSystem.remove(path)
      }
    } catch let error as EngineError where error.kind == .status {
      Logger.warning("Ignoring: \(error)")
    }
  }

  // MARK: Restore

  /// Gives the variables the values of a checkpoint.
  /// **Errors**: `ValueError` when there is no checkpoint of that prefix; `NotFound` for a variable that it lacks;
  /// `InvalidArgument` for another shape or type; `DataLoss` for damaged files. No variable has changed then.
  open func restore(_ session: Session, _ path: String) throws {
    if isEmpty { return }
    guard TensorBundle.exists(path) else {
      throw EngineError.value("The passed save_path is not a valid checkpoint: \(path)")
    }
    guard isBuilt else {
      throw EngineError.runtime("`build()` should be called before restore if defer_build==True")
    }
    Logger.info("Restoring parameters from \(path)")
    do {
      try readValues(session, path)
    } catch let error as EngineError where error.code == .notFound && error.kind == .status {
      throw Saver.explained(error, "a Variable name or other graph key that is missing from the checkpoint")
    } catch let error as EngineError where error.code == .invalidArgument && error.kind == .status {
      throw Saver.explained(error, "a mismatch between the current graph and the graph from the checkpoint")
    }
  }

  /// Gives the variables a checkpoint's values: all of them, or none.
  private func readValues(_ session: Session, _ path: String) throws {
    if runsNodes { return try runRestore(session, path) }
    let items = items ?? []
    func values(_ reader: TensorBundleReader, _ whole: (String) throws -> Tensor) throws -> [Tensor] {
      try SavedItem.renamed(items, for: reader).map { try read($0, reader, whole) }
    }
    let restored: [Tensor]
    if sharesValues {
      restored = try RestoredValues.use(path, values)
    } else {
      let reader = try TensorBundleReader(prefix: path)
      restored = try values(reader, reader.read)
    }
    let resources = try VariableStorage.resources(of: items.map(\.variable), in: session)
    for (resource, value) in zip(resources, restored) { try resource.assign(value) }
    restoredPath = path
  }

  /// - Parameter whole: reads the whole tensor of a name.
  private func read(
    _ item: SavedItem, _ reader: TensorBundleReader, _ whole: (String) throws -> Tensor
  ) throws -> Tensor {
    let entry = try reader.entry(item.key)
    let part = try item.slice
    let variable = item.variable
    if entry.dtype != variable.dtype {
      throw EngineError.invalidArgument(
        "tensor_name = \(item.key); expected dtype \(variable.dtype) does not equal original dtype \(entry.dtype)")
    }
    let wanted = part.map { Shape(known: $0.fullShape) } ?? variable.shape
    if options.reshapes, part == nil, let shape = variable.shape.known, shape != entry.shape,
      Shape.elementCount(shape) == Shape.elementCount(entry.shape)
    {
      return try whole(item.key).reshaped(shape)
    }
    guard wanted.isCompatible(with: entry.shape) else {
      throw EngineError.invalidArgument(
        "Assign requires shapes of both tensors to match. lhs shape= \(wanted.bracketed) rhs shape= "
          + "\(Shape(known: entry.shape).bracketed) (variable '\(variable.nodeName)')")
    }
    if let part { return try reader.readSlice(item.key, part.slice) }
    return try whole(item.key)
  }

  private static func explained(_ error: EngineError, _ cause: String) -> EngineError {
    var result = error
    result.message =
      "Restoring from checkpoint failed. This is most likely due to \(cause). Please ensure that you have not altered "
      + "the graph expected based on the checkpoint. Original error:\n\n\(error.message)"
    return result
  }
}
