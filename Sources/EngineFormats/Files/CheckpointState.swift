import EngineCore
import Glibc

// The text file `checkpoint` beside a directory's checkpoints:
//
//   try CheckpointState.update(directory: dir, modelCheckpointPath: dir + "/model.ckpt-25", allModelCheckpointPaths: kept, savesRelativePaths: true)
//   let state = try CheckpointState.read(directory: dir)         // paths resolved against the directory
//   let prefix = try CheckpointState.latestCheckpoint(dir)       // nil without a complete checkpoint

/// Which checkpoints a directory holds, and which is the newest.
public struct CheckpointState: Sendable, Equatable {
  /// The prefix of the newest checkpoint.
  public var modelCheckpointPath: String
  /// Oldest first; the last one is `modelCheckpointPath`.
  public var allModelCheckpointPaths: [String]
  /// Seconds since 1970, one for each path; empty when not recorded.
  public var timestamps: [Double]
  /// When a checkpoint was last set apart to be kept for good.
  public var lastPreservedTimestamp: Double?

  /// A state of these paths, taken as they are.
  public init(
    modelCheckpointPath: String, allModelCheckpointPaths: [String] = [], timestamps: [Double] = [],
    lastPreservedTimestamp: Double? = nil
  ) {
    self.modelCheckpointPath = modelCheckpointPath
    self.allModelCheckpointPaths = allModelCheckpointPaths
    self.timestamps = timestamps
    self.lastPreservedTimestamp = lastPreservedTimestamp
  }

  /// Reads a directory's state; relative paths in it are taken to start at the directory.
  ///
  /// A missing or unreadable file gives `nil`; `warning` is then called with a sentence for the log unless the file is
  /// just missing.
  /// **Errors**: `ValueError` when the file names no checkpoint.
  public static func read(
    directory: String, filename: String = "checkpoint", warning: (String) -> Void = { _ in }
  ) throws -> CheckpointState? {
    BackgroundFiles.shared.settle()
    let path = FileSystem.join(directory, filename)
    guard FileSystem.exists(path) else { return nil }
    let message: ProtoMessage
    do {
      message = try ProtoMessage("CheckpointState", parsingText: FileSystem.readFile(path))
    } catch let error as EngineError {
      warning("\(error.message)\n\(path): Checkpoint ignored")
      return nil
    }
    guard !message.string("model_checkpoint_path").isEmpty else {
      throw EngineError.value("Invalid checkpoint state loaded from \(directory)")
    }
    return CheckpointState(
      modelCheckpointPath: FileSystem.join(directory, message.string("model_checkpoint_path")),
      allModelCheckpointPaths: message.strings("all_model_checkpoint_paths").map { FileSystem.join(directory, $0) },
      timestamps: message.doubles("all_model_checkpoint_timestamps"),
      lastPreservedTimestamp: message.has("last_preserved_timestamp") ? message.double("last_preserved_timestamp") : nil
    )
  }

  /// Replaces a directory's state file with this state; see
  /// ``update(directory:modelCheckpointPath:allModelCheckpointPaths:filename:savesRelativePaths:timestamps:lastPreservedTimestamp:)``.
  public func write(directory: String, filename: String = "checkpoint", relativePaths: Bool = false) throws {
    try CheckpointState.update(
      directory: directory, modelCheckpointPath: modelCheckpointPath, allModelCheckpointPaths: allModelCheckpointPaths,
      filename: filename, savesRelativePaths: relativePaths, timestamps: timestamps,
      lastPreservedTimestamp: lastPreservedTimestamp)
  }

  /// The file's text, with the paths as they are.
  public func text() throws -> ByteString { try message().text() }

  /// The state as a `CheckpointState` message.
  public func message() throws -> ProtoMessage {
    var message = try ProtoMessage("CheckpointState")
    message["model_checkpoint_path"] = .string(modelCheckpointPath)
    message["all_model_checkpoint_paths"] = .list(allModelCheckpointPaths.map { .string($0) })
    message["all_model_checkpoint_timestamps"] = .list(timestamps.map { .double($0) })
    if let lastPreservedTimestamp { message["last_preserved_timestamp"] = .double(lastPreservedTimestamp) }
    return message
  }

  /// Replaces a directory's state file, atomically.
  ///
  /// `modelCheckpointPath` is added to `allModelCheckpointPaths` unless it is the last one. In a directory given by a relative path, relative
  /// paths are rewritten to start at the directory; with `savesRelativePaths`, absolute ones are too, so that the
  /// directory can be moved.
  /// **Errors**: `ValueError` when the number of time stamps is wrong, `RuntimeError` when the checkpoint has the state
  /// file's own name, and those of the file system.
  public static func update(
    directory: String, modelCheckpointPath: String, allModelCheckpointPaths: [String] = [],
    filename: String = "checkpoint",
    savesRelativePaths: Bool = false, timestamps: [Double] = [], lastPreservedTimestamp: Double? = nil,
    syncing later: BackgroundFiles.Syncing? = nil
  ) throws {
    BackgroundFiles.shared.settle()
    var all = allModelCheckpointPaths
    if all.last != modelCheckpointPath { all.append(modelCheckpointPath) }
    guard timestamps.isEmpty || timestamps.count == all.count else {
      throw EngineError.value(
        "Checkpoint timestamps, if provided, must match checkpoint paths (given paths \(all) and timestamps \(timestamps))"
      )
    }
    func rewritten(_ path: String) throws -> String {
      let isAbsolute = path.hasPrefix("/")
      let isWanted = isAbsolute ? savesRelativePaths : !directory.hasPrefix("/")
      return isWanted ? try FileSystem.relative(path, to: directory) : path
    }
    let state = CheckpointState(
      modelCheckpointPath: try rewritten(modelCheckpointPath), allModelCheckpointPaths: try all.map(rewritten),
      timestamps: timestamps,
      lastPreservedTimestamp: lastPreservedTimestamp)
    let path = FileSystem.join(directory, filename)
    guard state.modelCheckpointPath != path else {
      throw EngineError.runtime(
        "Save path '\(modelCheckpointPath)' conflicts with path used for checkpoint state.  Please use a different save path."
      )
    }
    try AtomicFile.write(path, state.text(), syncing: later)
  }

  /// The prefix of a directory's newest checkpoint; `nil` without one, or when its files are gone (`warning` then gets a
  /// sentence for the log).
  public static func latestCheckpoint(
    _ directory: String, filename: String = "checkpoint", warning: (String) -> Void = { _ in }
  ) throws -> String? {
    guard let state = try read(directory: directory, filename: filename, warning: warning) else { return nil }
    if TensorBundle.exists(state.modelCheckpointPath) || FileSystem.exists(state.modelCheckpointPath) {
      return state.modelCheckpointPath
    }
    warning("Couldn't match files for checkpoint \(state.modelCheckpointPath)")
    return nil
  }
}

extension FileSystem {
  /// The path from `directory` to `path`, as `os.path.relpath` computes it: without looking at links.
  public static func relative(_ path: String, to directory: String) throws -> String {
    let target = try absoluteParts(path)
    let start = try absoluteParts(directory)
    let common = zip(target, start).prefix { $0 == $1 }.count
    let parts = [String](repeating: "..", count: start.count - common) + target[common...]
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }

  private static func absoluteParts(_ path: String) throws -> [String] {
    var full = path
    if !path.hasPrefix("/") {
      guard let current = getcwd(nil, 0) else { throw failure(".") }
      defer { free(current) }
      full = String(cString: current) + "/" + path
    }
    var parts: [String] = []
    for part in full.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
    }
    return parts
  }
}
