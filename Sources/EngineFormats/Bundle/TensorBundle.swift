import EngineCore

/// Operations on whole checkpoints.
public enum TensorBundle {
  /// Whether a complete checkpoint has this prefix.
  public static func exists(_ prefix: String) -> Bool {
    BackgroundFiles.shared.settle()
    return FileSystem.exists(BundlePaths.index(prefix))
  }

  /// Makes one checkpoint of several, by renaming their data files; the sources are gone afterwards.
  ///
  /// Parts of one tensor may be spread over the sources. With `removesDirectories`, the sources' directories are removed
  /// when they have become empty.
  /// **Errors**: `InvalidArgument` when two sources hold the same tensor or disagree on a partitioned one, `NotFound`,
  /// `DataLoss`, and those of the file system.
  public static func merge(_ sources: [String], into prefix: String, removesDirectories: Bool = false) throws {
    guard !sources.isEmpty else {
      throw EngineError.invalidArgument("there are no checkpoints to merge into \(prefix)")
    }
    var merged: [ByteString: BundleEntry] = [:]
    var dataFiles: [String] = []
    for source in sources {
      let (shardCount, entries) = try BundleIndex.read(prefix: source)
      let firstShard = dataFiles.count
      for (key, entry) in entries {
        guard entry.shard < max(1, shardCount) else {
          throw EngineError.dataLoss("checkpoint \(source) has no shard \(entry.shard)")
        }
        if let known = merged[key] {
          let name = String(decoding: key, as: UTF8.self)
          guard !known.slices.isEmpty, !entry.slices.isEmpty else {
            throw EngineError.invalidArgument(
              "Duplicate tensor keyed by \(name) encountered, when merging prefix: \(source)")
          }
          guard known.dtype == entry.dtype, known.shape == entry.shape else {
            throw EngineError.invalidArgument("the checkpoints to merge disagree on type or shape of '\(name)'")
          }
          merged[key] = BundleEntry(dtype: known.dtype, shape: known.shape, slices: known.slices + entry.slices)
        } else if entry.slices.isEmpty {
          merged[key] = BundleEntry(
            dtype: entry.dtype, shape: entry.shape, shard: firstShard + entry.shard, offset: entry.offset,
            byteCount: entry.byteCount, checksum: entry.checksum)
        } else {
          merged[key] = entry
        }
      }
      for shard in 0..<shardCount { dataFiles.append(BundlePaths.data(source, shard: shard, of: shardCount)) }
    }
    try FileSystem.makeDirectories(FileSystem.directory(of: prefix))
    let index = try BundleIndex.write(prefix: prefix, shardCount: dataFiles.count, entries: merged)
    try index.output.synchronize()
    for (shard, file) in dataFiles.enumerated() {
      try FileSystem.rename(file, to: BundlePaths.data(prefix, shard: shard, of: dataFiles.count))
    }
    try FileSystem.synchronizeDirectory(FileSystem.directory(of: prefix))
    try index.commit()
    for source in sources {
      if source != prefix { try? FileSystem.remove(BundlePaths.index(source)) }
      if removesDirectories { try? FileSystem.removeDirectory(FileSystem.directory(of: source)) }
    }
  }

  /// Removes a checkpoint's files, index first; missing ones are fine.
  public static func remove(_ prefix: String) throws {
    BackgroundFiles.shared.settle()
    let pattern = prefix.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    for path in [BundlePaths.index(prefix)] + (try FileSystem.glob(pattern + ".data-?????-of-?????")) {
      do {
        try FileSystem.remove(path)
      } catch let error as EngineError where error.code == .notFound {}
    }
  }
}
