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

  /// The time of a checkpoint's last change; `nil` when it is not there.
  public static func modificationTime(_ prefix: String) -> Double? {
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
