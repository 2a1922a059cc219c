import EngineCore
import EngineFormats

/// Checkpoints on disk as programs find them.
public enum CheckpointFiles {
  /// What the state file of a directory says, with absolute or directory-relative paths resolved.
  public struct State {
    public let modelPath: String?
    public let allPaths: [String]
  }

  /// `nil` when there is no state file, or one that cannot be read (with a warning).
  public static func state(in directory: String, filename: String = "checkpoint") throws -> State? {
    guard let state = try CheckpointState.read(directory: directory, filename: filename) else { return nil }
    return State(modelPath: state.modelCheckpointPath, allPaths: state.allModelCheckpointPaths)
  }

  /// The newest checkpoint's prefix; `nil` (with a message in the second case) when there is none, or its files are gone.
  public static func latest(in directory: String, filename: String = "checkpoint") throws -> String? {
    guard let path = try state(in: directory, filename: filename)?.modelPath else { return nil }
    if TensorBundle.exists(path) { return path }
    Logger.error("Couldn't match files for checkpoint \(path)")
    return nil
  }

  /// Names the latest checkpoint and all that are kept, atomically.
  public static func writeState(
    in directory: String, latest: String, all: [String], relativePaths: Bool, filename: String = "checkpoint"
  ) throws {
    try CheckpointState(modelCheckpointPath: latest, allModelCheckpointPaths: all)
      .write(directory: directory, filename: filename, relativePaths: relativePaths)
  }

  /// The time of a checkpoint's last change; `nil` when it is not there.
  static func modificationTime(_ prefix: String) -> Double? {
    (try? FileSystem.status(prefix + ".index"))?.modificationSeconds
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
