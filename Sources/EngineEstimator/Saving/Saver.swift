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
  /// Checkpoints kept at most; 0 and `nil` keep all.
  public let maxToKeep: Int?
  /// Besides, one checkpoint is kept for good every so many hours.
  public let keepEveryNHours: Double
  private let allowsEmpty: Bool
  private let padsStepNumber: Bool
  private let savesRelativePaths: Bool
  private var items: [SavedItem]?
  private var kept: [(path: String, time: Double)] = []
  private var pendingDeletion: [(path: String, time: Double)] = []
  private var nextPreservedTime: Double
  /// The checkpoint that values were restored from last.
  public private(set) var restoredPath: String?
  /// Saves what a checkpoint leaves out, when a training is to be resumed exactly.
  weak var exactResume: ExactResume?

  /// - Parameters:
  ///   - variables: what to save, by key; default: all of the graph's, found out when the saver is built.
  ///   - graph: builds the saver at once; otherwise ``build(_:)`` does.
  /// **Errors**: `ValueError` when there is nothing to save, or two variables have one name.
  public init(
    variables: [(key: String, variable: Variable)], maxToKeep: Int? = 5, keepEveryNHours: Double = 10000,
    allowsEmpty: Bool = false, padsStepNumber: Bool = false, savesRelativePaths: Bool = false
  ) throws {
    self.maxToKeep = maxToKeep
    self.keepEveryNHours = keepEveryNHours
    self.allowsEmpty = allowsEmpty
    self.padsStepNumber = padsStepNumber
    self.savesRelativePaths = savesRelativePaths
    nextPreservedTime = Platform.wallTime() + keepEveryNHours * 3600
    let items = try SavedItem.sorted(variables.map { SavedItem(key: $0.key, variable: $0.variable) })
    if items.isEmpty && !allowsEmpty { throw EngineError.value("No variables to save") }
    self.items = items
  }

  /// A saver for whatever variables the graph has when ``build(_:)`` is called.
  public init(
    maxToKeep: Int? = 5, keepEveryNHours: Double = 10000, allowsEmpty: Bool = false, padsStepNumber: Bool = false,
    savesRelativePaths: Bool = false
  ) {
    self.maxToKeep = maxToKeep
    self.keepEveryNHours = keepEveryNHours
    self.allowsEmpty = allowsEmpty
    self.padsStepNumber = padsStepNumber
    self.savesRelativePaths = savesRelativePaths
    nextPreservedTime = Platform.wallTime() + keepEveryNHours * 3600
  }

  /// Collects the graph's variables; nothing happens when it has been done.
  /// **Errors**: `ValueError` when there is nothing to save.
  open func build(_ graph: Graph) throws {
    guard items == nil else { return }
    let found = try SavedItem.all(in: graph)
    if found.isEmpty && !allowsEmpty { throw EngineError.value("No variables to save") }
    items = found
  }

  /// Keys and variables, once built.
  public var savedVariables: [(key: String, variable: Variable)] {
    (items ?? []).map { ($0.key, $0.variable) }
  }

  /// The graph's saver, when exactly one stands in its collection.
  /// **Errors**: `RuntimeError` when there are several.
  static func fromCollection(_ graph: Graph) throws -> Saver? {
    let savers = graph.collection(GraphKeys.savers).compactMap { item -> Saver? in
      if case .object(let object) = item { return object as? Saver }
      return nil
    }
    if savers.count > 1 {
      throw EngineError.runtime(
        "More than one item in the collection \"\(GraphKeys.savers)\". Please indicate which one to use by passing it to "
          + "the tf.Scaffold constructor as: tf.Scaffold(saver=item to use)")
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
    guard let items else {
      throw EngineError.runtime("`build()` should be called before save if defer_build==True")
    }
    if FileSystem.baseName(of: latestFilename) != latestFilename {
      throw EngineError.value("'latest_filename' should not contain path components")
    }
    let prefix = try step.map { try checkpointPrefix(path, $0) } ?? checkPlainPath(path, latestFilename)
    if items.isEmpty { return nil }
    let directory = FileSystem.directory(of: prefix)
    if !directory.isEmpty && !FileSystem.isDirectory(directory) {
      throw EngineError.value("Parent directory of \(path) doesn't exist, can't save.")
    }
    try writeValues(items, session, prefix)
    if writesState {
      record(prefix)
      try CheckpointState.update(
        directory: directory, modelCheckpointPath: prefix, allModelCheckpointPaths: lastCheckpoints,
        filename: latestFilename,
        savesRelativePaths: savesRelativePaths)
      try deleteOldCheckpoints(metaGraphSuffix: metaGraphSuffix)
    }
    if writesMetaGraph { try GraphFiles.writeMetaGraph(session.graph, self, to: "\(prefix).\(metaGraphSuffix)") }
    return prefix
  }

  private func checkpointPrefix(_ path: String, _ step: Int) throws -> String {
    let digits = String(step)
    let padding = padsStepNumber ? max(0, 8 - digits.count) : 0
    return "\(path)-\(String(repeating: "0", count: padding))\(digits)"
  }

  private func checkPlainPath(_ path: String, _ latestFilename: String) throws -> String {
    if FileSystem.baseName(of: path) == latestFilename {
      throw EngineError.value(
        "'latest_filename' collides with 'save_path': '\(latestFilename)' and '\(FileSystem.baseName(of: path))'")
    }
    return path
  }

  private func writeValues(_ items: [SavedItem], _ session: Session, _ prefix: String) throws {
    let resources = try VariableStorage.resources(of: items.map(\.variable), in: session)
    // The tensors are snapshots: an update that comes while they are written makes a copy first.
    let values = try resources.map { try $0.read() }
    // A training that goes on saves what it has just restored. Leaving those files alone means that a process that dies
    // now cannot damage the only checkpoint there may be.
    if try Saver.isStored(items, values, prefix) {
      return try writeResumeFile(session, prefix, resources) { try TensorBundleReader(prefix: prefix).fingerprint() }
    }
    let writer = try TensorBundleWriter(prefix: prefix)
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
    guard let maxToKeep, maxToKeep > 0 else { return }
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
    guard let items else {
      throw EngineError.runtime("`build()` should be called before restore if defer_build==True")
    }
    if items.isEmpty { return }
    guard TensorBundle.exists(path) else {
      throw EngineError.value("The passed save_path is not a valid checkpoint: \(path)")
    }
    Logger.info("Restoring parameters from \(path)")
    let values: [Tensor]
    do {
      let reader = try TensorBundleReader(prefix: path)
      values = try items.map { try Saver.read($0, reader) }
    } catch let error as EngineError where error.code == .notFound && error.kind == .status {
      throw Saver.explained(error, "a Variable name or other graph key that is missing from the checkpoint")
    } catch let error as EngineError where error.code == .invalidArgument && error.kind == .status {
      throw Saver.explained(error, "a mismatch between the current graph and the graph from the checkpoint")
    }
    let resources = try VariableStorage.resources(of: items.map(\.variable), in: session)
    for (resource, value) in zip(resources, values) { try resource.assign(value) }
    restoredPath = path
  }

  private static func read(_ item: SavedItem, _ reader: TensorBundleReader) throws -> Tensor {
    let entry = try reader.entry(item.key)
    let part = try item.slice
    let variable = item.variable
    if entry.dtype != variable.dtype {
      throw EngineError.invalidArgument(
        "tensor_name = \(item.key); expected dtype \(variable.dtype) does not equal original dtype \(entry.dtype)")
    }
    let wanted = part.map { Shape(known: $0.fullShape) } ?? variable.shape
    guard wanted.isCompatible(with: entry.shape) else {
      throw EngineError.invalidArgument(
        "Assign requires shapes of both tensors to match. lhs shape= \(wanted.bracketed) rhs shape= "
          + "\(Shape(known: entry.shape).bracketed) (variable '\(variable.nodeName)')")
    }
    if let part { return try reader.readSlice(item.key, part.slice) }
    return try reader.read(item.key)
  }

  private static func explained(_ error: EngineError, _ cause: String) -> EngineError {
    var result = error
    result.message =
      "Restoring from checkpoint failed. This is most likely due to \(cause). Please ensure that you have not altered "
      + "the graph expected based on the checkpoint. Original error:\n\n\(error.message)"
    return result
  }
}
