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
  /// What of the checkpoints in `kept` may not be on disk yet.
  private var unsynced: [String: BackgroundFiles.Syncing] = [:]
  private var pendingDeletion: [(path: String, time: Double)] = []
  private var nextPreservedTime: Double
  /// Where leftovers of killed processes have been removed.
  private var sweptDirectories = Set<String>()
  /// The checkpoint that values were restored from last.
  public private(set) var restoredPath: String?
  /// Saves what a checkpoint leaves out, when a training is to be resumed exactly.
  weak var exactResume: ExactResume?

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
    guard let prefix = try prefix(path, step, latestFilename) else { return nil }
    // Saves in the background come first, as the list of checkpoints must have their order.
    BackgroundFiles.shared.settle()
    let stateFilename = writesState ? latestFilename : nil
    let write: (BackgroundFiles.Syncing?) throws -> Void
    if runsNodes {
      write = { _ in try self.runSave(session, prefix) }
    } else {
      let snapshot = try snapshot(session, prefix)
      write = { try snapshot.write(syncing: $0) { Logger.warning($0) } }
    }
    try finish(prefix, stateFilename, metaGraphSuffix, waitsForDisk: runsNodes, write) { event in
      switch event {
      case .named: logStateLine(prefix)
      case .warning(let line): Logger.warning(line)
      }
    } metaGraph: {
      writesMetaGraph ? try GraphFiles.metaGraph(session.graph, self).serialized() : nil
    }
    return prefix
  }

  /// Begins a save whose files are written in the background: takes a snapshot of the variables, and of the rest of the
  /// state that exact resumes need.
  ///
  /// - Parameter isHurried: whether saves come faster than the disk takes them. Then files may be on disk only some time
  ///   after they have their names.
  /// - Returns: `nil` when it has to be done by ``save(_:_:step:latestFilename:metaGraphSuffix:writesMetaGraph:writesState:)``:
  ///   by a saver that the program has replaced, for variables that would not fit into memory twice, and when there is
  ///   nothing to save.
  /// **Errors**: as `save`, but for those of the file system.
  func startSave(
    _ session: Session, _ path: String, step: Int, writesMetaGraph: Bool, isHurried: Bool
  ) throws -> PendingSave? {
    guard type(of: self) == Saver.self, isBuilt, !runsNodes, let prefix = try prefix(path, step, "checkpoint") else {
      return nil
    }
    let snapshot = try snapshot(session, prefix)
    guard FreeMemory.allows(snapshot.byteCount) else { return nil }
    let metaGraph = writesMetaGraph ? try GraphFiles.metaGraph(session.graph, self).serialized() : nil
    logStateLine(prefix)
    let report = PendingSave.Report()
    let job = BackgroundFiles.shared.start {
      let note: (SaveEvent) -> Void = { if case .warning(let line) = $0 { report.warnings.append(line) } }
      try self.finish(prefix, "checkpoint", "meta", waitsForDisk: !isHurried) { later in
        try snapshot.write(syncing: later) { note(.warning($0)) }
      } note: {
        note($0)
      } metaGraph: {
        metaGraph
      }
    }
    return PendingSave(prefix: prefix, job: job, report: report)
  }

  /// Checks that a checkpoint can be saved, and gives its prefix; `nil` when there is nothing to save.
  private func prefix(_ path: String, _ step: Int?, _ latestFilename: String) throws -> String? {
    let prefix = try step.map { try checkpointPrefix(path, $0) } ?? checkPlainPath(path, latestFilename)
    if isEmpty { return nil }
    let directory = FileSystem.directory(of: prefix)
    if !directory.isEmpty && !FileSystem.isDirectory(directory) {
      throw EngineError.value("Parent directory of \(path) doesn't exist, can't save.")
    }
    if sweptDirectories.insert(directory).inserted { _ = try? AtomicFile.sweep(directory) }
    return prefix
  }

  private func snapshot(_ session: Session, _ prefix: String) throws -> CheckpointSnapshot {
    let items = items ?? []
    let resources = try VariableStorage.resources(of: items.map(\.variable), in: session)
    let values = try resources.map { try $0.read() }
    return try CheckpointSnapshot(
      prefix: prefix, items: items, values: values,
      resumeState: exactResume?.record(session, prefix, variables: resources))
  }

  /// What is to be told of a save while it goes on.
  private enum SaveEvent {
    /// The state file is going to name the checkpoint.
    case named
    case warning(String)
  }

  private func logStateLine(_ prefix: String) {
    guard (maxToKeep ?? 0) <= 0 else { return }
    let shown = options.savesRelativePaths ? FileSystem.baseName(of: prefix) : prefix
    Logger.info("\(shown) is not in all_model_checkpoint_paths. Manually adding it.")
  }

  /// Writes a checkpoint, lets the state file name it, and deletes old ones.
  ///
  /// - Parameter waitsForDisk: whether files are on disk before they get their names. Otherwise the disk may get them
  ///   after this returns; but not when the name has been used before, since there might be no sound checkpoint at all
  ///   if the power went then.
  private func finish(
    _ prefix: String, _ stateFilename: String?, _ metaGraphSuffix: String, waitsForDisk: Bool,
    _ write: (BackgroundFiles.Syncing?) throws -> Void, note: (SaveEvent) -> Void, metaGraph: () throws -> ByteString?
  ) throws {
    for syncing in unsynced.values { try syncing.check() }
    let later = waitsForDisk || FileSystem.exists(prefix + ".index") ? nil : BackgroundFiles.Syncing()
    do {
      // After everything has been added to it.
      defer { if let later { BackgroundFiles.shared.synchronizeLater(later) } }
      try Saver.asFailureOfDisk { try write(later) }
      CheckpointFiles.markSound(prefix)
      if let stateFilename {
        record(prefix)
        unsynced[prefix] = kept.last?.path == prefix ? later : nil
        note(.named)
        try CheckpointState.update(
          directory: FileSystem.directory(of: prefix), modelCheckpointPath: prefix,
          allModelCheckpointPaths: lastCheckpoints, filename: stateFilename,
          savesRelativePaths: options.savesRelativePaths, syncing: later)
      }
      if let content = try metaGraph() {
        try Saver.asFailureOfDisk {
          try AtomicFile.write("\(prefix).\(metaGraphSuffix)", content, syncing: later)
        }
      }
    }
    if stateFilename != nil { try deleteOldCheckpoints(metaGraphSuffix) { note(.warning($0)) } }
  }

  /// A limit on the size of files counts as a full disk: its own code would mean the end of the input to a session.
  private static func asFailureOfDisk<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as EngineError where error.isEndOfInput && error.kind == .status {
      error.code = .resourceExhausted
      throw error
    }
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

  // MARK: The list of checkpoints

  /// The checkpoints that this saver has written and not deleted, oldest first.
  open var lastCheckpoints: [String] { lastCheckpointsWithTime.map(\.path) }
  /// The same with the times of saving.
  public var lastCheckpointsWithTime: [(path: String, time: Double)] {
    BackgroundFiles.shared.settle()
    return kept
  }

  open func setLastCheckpoints(_ checkpoints: [(path: String, time: Double)]) {
    BackgroundFiles.shared.settle()
    kept = checkpoints
  }

  /// Takes over the checkpoints of an earlier process; those whose files are gone are left out.
  open func recoverLastCheckpoints(_ paths: [String]) {
    BackgroundFiles.shared.settle()
    kept = paths.compactMap { path in CheckpointFiles.modificationTime(path).map { (path, $0) } }
  }

  private func record(_ prefix: String) {
    guard let maxToKeep, maxToKeep != 0 else { return }
    kept.removeAll { $0.path == prefix }
    kept.append((prefix, Platform.wallTime()))
    if kept.count > maxToKeep { pendingDeletion.append(kept.removeFirst()) }
  }

  private func deleteOldCheckpoints(_ metaGraphSuffix: String, _ warn: (String) -> Void) throws {
    guard !pendingDeletion.isEmpty else { return }
    let oldest = pendingDeletion.removeFirst()
    unsynced[oldest.path] = nil
    unsynced = unsynced.filter { !$0.value.isDurable }
    if oldest.time > nextPreservedTime {
      nextPreservedTime += keepEveryNHours * 3600
      return
    }
    // The disk must have one of those that stay.
    if !kept.isEmpty, kept.allSatisfy({ unsynced[$0.path] != nil }) {
      try BackgroundFiles.shared.waitUntilDurable(anyOf: kept.compactMap { unsynced[$0.path] })
    }
    do {
      try TensorBundle.remove(oldest.path)
      for path in ["\(oldest.path).\(metaGraphSuffix)", ResumeFile.path(oldest.path)] where FileSystem.exists(path) {
        try FileSystem.remove(path)
      }
    } catch let error as EngineError where error.kind == .status {
      warn("Ignoring: \(error)")
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
    let reader = try TensorBundleReader(prefix: path)
    let values = try readAll(SavedItem.renamed(items, for: reader), reader)
    let resources = try VariableStorage.resources(of: items.map(\.variable), in: session)
    for (resource, value) in zip(resources, values) { try resource.assign(value) }
    restoredPath = path
  }

  /// Reads small values on several threads at once; large ones are shared among them by the reader.
  private func readAll(_ items: [SavedItem], _ reader: TensorBundleReader) throws -> [Tensor] {
    var values = [Tensor?](repeating: nil, count: items.count)
    var failures = [(any Error)?](repeating: nil, count: items.count)
    let isLarge = items.map { (try? reader.entry($0.key).byteCount).map { $0 >= 8 << 20 } ?? false }
    func load(
      _ index: Int, _ values: UnsafeMutableBufferPointer<Tensor?>, _ failures: UnsafeMutableBufferPointer<(any Error)?>
    ) {
      do { values[index] = try read(items[index], reader) } catch { failures[index] = error }
    }
    values.withUnsafeMutableBufferPointer { values in
      failures.withUnsafeMutableBufferPointer { failures in
        for index in items.indices where isLarge[index] { load(index, values, failures) }
        ThreadPool.shared.parallelFor(items.count) { if !isLarge[$0] { load($0, values, failures) } }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    return try values.map {
      guard let value = $0 else { throw EngineError.internal("a value of a checkpoint was not read") }
      return value
    }
  }

  private func read(_ item: SavedItem, _ reader: TensorBundleReader) throws -> Tensor {
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
      return try reader.read(item.key).reshaped(shape)
    }
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
