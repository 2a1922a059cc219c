import EngineCore
import EngineFormats

/// Checkpoints on disk as programs find them.
public enum CheckpointFiles {
  /// What the state file of a directory says; `nil` when there is none, or one that cannot be read (with a warning).
  public static func state(in directory: String, filename: String = "checkpoint") throws -> CheckpointState? {
    try CheckpointState.read(directory: directory, filename: filename) { Logger.warning($0) }
  }

  /// The newest checkpoint and all that are kept, as the state file has them.
  public static func paths(
    in directory: String, filename: String = "checkpoint"
  ) throws -> (latest: String, all: [String])? {
    try state(in: directory, filename: filename).map { ($0.modelCheckpointPath, $0.allModelCheckpointPaths) }
  }

  /// The newest checkpoint's prefix; `nil` (with a message in the second case) when there is none, or its files are
  /// gone.
  public static func latest(in directory: String, filename: String = "checkpoint") throws -> String? {
    guard let path = try state(in: directory, filename: filename)?.modelCheckpointPath else { return nil }
    if TensorBundle.exists(path) { return path }
    Logger.error("Couldn't match files for checkpoint \(path)")
    return nil
  }

  /// Reads a checkpoint as a whole and compares all checksums.
  /// **Errors**: `DataLoss` for damaged files, those of the file system.
  public static func verify(_ prefix: String) throws {
    let reader = try TensorBundleReader(prefix: prefix)
    for name in reader.names { try reader.verify(name) }
  }

  /// Files of checkpoints that have been found sound, by prefix: who predicts again and again reads them once.
  nonisolated(unsafe) private static var sound: [String: [FileStamp]] = [:]
  private static let lock = Lock()

  private struct FileStamp: Equatable {
    let name: String
    let byteCount: Int
    let modificationSeconds: Double
  }

  /// ``verify(_:)``, unless this process did it before and the files have not changed since.
  private static func verifyOnce(_ prefix: String) throws {
    BackgroundFiles.shared.settle()
    let stamps = try stamps(prefix)
    if lock.withLock({ sound[prefix] == stamps }) { return }
    try verify(prefix)
    remember(prefix, stamps)
  }

  /// Says that this process has just written the checkpoint, so that its files are sound as they are.
  static func markSound(_ prefix: String) {
    if let stamps = try? stamps(prefix) { remember(prefix, stamps) }
  }

  private static func remember(_ prefix: String, _ stamps: [FileStamp]) {
    lock.withLock {
      if sound.count >= 64 { sound = [:] }
      sound[prefix] = stamps
    }
  }

  private static func stamps(_ prefix: String) throws -> [FileStamp] {
    let (directory, base) = (FileSystem.directory(of: prefix), FileSystem.baseName(of: prefix))
    let names = try FileSystem.listDirectory(directory.isEmpty ? "." : directory)
    return try names.filter { $0 == base + ".index" || $0.hasPrefix(base + ".data-") }.map { name in
      let status = try FileSystem.status(directory.isEmpty ? name : directory + "/" + name)
      return FileStamp(name: name, byteCount: status.byteCount, modificationSeconds: status.modificationSeconds)
    }
  }

  /// The newest of a state's checkpoints, or, when that is damaged, the newest before it that is sound; says so in a
  /// warning. When none is sound, the newest.
  static func soundPath(of state: CheckpointState) -> String {
    let newest = state.modelCheckpointPath
    guard TensorBundle.exists(newest) else { return newest }
    do {
      try verifyOnce(newest)
      return newest
    } catch let error as EngineError where error.kind == .status && error.code != .resourceExhausted {
      for path in state.allModelCheckpointPaths.reversed() where path != newest && TensorBundle.exists(path) {
        guard (try? verify(path)) != nil else { continue }
        Logger.warning("Checkpoint \(newest) is damaged and will not be used: \(error.message)")
        Logger.warning("Going back to the checkpoint before it: \(path)")
        return path
      }
      return newest
    } catch {
      return newest
    }
  }

  /// The time of a checkpoint's last change; `nil` when it is not there.
  public static func modificationTime(_ prefix: String) -> Double? {
    BackgroundFiles.shared.settle()
    return (try? FileSystem.status(prefix + ".index"))?.modificationSeconds
  }

  /// The names, types and shapes of a checkpoint's values, sorted by name.
  public static func variables(_ prefix: String) throws -> [(name: String, dtype: DType, shape: [Int])] {
    let reader = try TensorBundleReader(prefix: prefix)
    return try reader.names.map { name in
      let entry = try reader.entry(name)
      return (name, entry.dtype, entry.shape)
    }
  }

  public static func value(named name: String, in prefix: String) throws -> Tensor {
    try TensorBundleReader(prefix: prefix).read(name)
  }
}
