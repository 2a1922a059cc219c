import EngineCore

// Checkpoints in TensorFlow's format V2 ("tensor bundles"):
//
//   let writer = try TensorBundleWriter(prefix: "dir/model.ckpt-10")
//   try writer.add("net/w", tensor)
//   try writer.addSlice("part", fullShape: [10, 2], slice: TensorSlice(parsing: "0,5:-"), rows)
//   try writer.finish()                         // nothing is visible before this
//
//   let reader = try TensorBundleReader(prefix: "dir/model.ckpt-10")
//   reader.names; try reader.entry("net/w").shape; try reader.read("net/w")
//
//   try TensorBundle.merge(["dir/a", "dir/b"], into: "dir/model.ckpt-10")

/// Writes a checkpoint: a data file with the tensors' bytes, and an index.
///
/// Tensors are written in the order in which they come; TensorFlow's savers sort them by name. Everything goes to
/// temporary files, which get their names in ``finish()``, the index last; so there is no time at which a half-written
/// checkpoint can be seen. A writer that is dropped unfinished leaves nothing behind. Not thread-safe.
///
/// **Source**: layout of `tensorflow/core/util/tensor_bundle` and of LevelDB's tables.
public final class TensorBundleWriter {
  /// What the checkpoint's file names begin with.
  public let prefix: String
  private let data: AtomicFile
  private var entries: [ByteString: BundleEntry] = [:]
  private var isFinished = false

  /// Where files go that need not be on disk before they get their names.
  private let later: BackgroundFiles.Syncing?
  /// Below this, handing the checksum to another thread costs more than it saves.
  private static let parallelByteCount = 4 << 20

  /// Creates the directory when it is missing.
  ///
  /// - Parameters:
  ///   - expectedByteCount: how much will come, as far as that is known.
  ///   - later: when given, ``finish()`` does not wait for the disk; see ``AtomicFile/commit(syncing:)``.
  /// **Errors**: those of the file system.
  public init(prefix: String, expectedByteCount: Int = 0, syncing later: BackgroundFiles.Syncing? = nil) throws {
    self.prefix = prefix
    self.later = later
    try FileSystem.makeDirectories(FileSystem.directory(of: prefix))
    data = try AtomicFile(BundlePaths.data(prefix, shard: 0, of: 1))
    data.output.reserve(expectedByteCount)
    data.output.startsDiskEarly = later == nil
  }

  /// Adds a tensor.
  /// **Errors**: `InvalidArgument` for a name that is empty or taken, `Unimplemented` for resources and variants, and
  /// those of the file system.
  public func add(_ name: String, _ tensor: Tensor) throws {
    let key = ByteString(name.utf8)
    guard !key.isEmpty, entries[key] == nil else {
      throw EngineError.invalidArgument("Adding duplicate key: \(name)")
    }
    entries[key] = try write(tensor, name)
  }

  /// Adds a part of a tensor whose other parts come in other calls.
  /// **Errors**: as ``add(_:_:)``; `InvalidArgument` when the part does not fit into the full shape, or does not agree
  /// with what other parts said of it.
  public func addSlice(_ name: String, fullShape: [Int], slice: TensorSlice, _ tensor: Tensor) throws {
    let expected = try slice.shape(in: fullShape)
    guard expected == tensor.shape else {
      throw EngineError.invalidArgument(
        "slice \(slice) of '\(name)' has shape \(Shape(known: expected).bracketed), got a tensor of shape "
          + Shape(known: tensor.shape).bracketed)
    }
    if expected == fullShape { return try add(name, tensor) }
    let key = ByteString(name.utf8)
    let sliceKey = slice.key(key)
    guard !key.isEmpty, entries[sliceKey] == nil else {
      throw EngineError.invalidArgument("Adding duplicate slice: \(name) \(slice)")
    }
    let known = entries[key]
    if let known, known.dtype != tensor.dtype || known.shape != fullShape || known.slices.isEmpty {
      throw EngineError.invalidArgument(
        "slice \(slice) of '\(name)' (\(tensor.dtype), \(Shape(known: fullShape).bracketed)) does not agree with what was "
          + "added before (\(known.dtype), \(Shape(known: known.shape).bracketed))")
    }
    entries[sliceKey] = try write(tensor, name)
    entries[key] = BundleEntry(dtype: tensor.dtype, shape: fullShape, slices: (known?.slices ?? []) + [slice])
  }

  /// As ``addSlice(_:fullShape:slice:_:)``; an extent of -1 stands for a whole dimension.
  public func addSlice(_ name: String, fullShape: [Int], start: [Int], extent: [Int], _ tensor: Tensor) throws {
    let slice = try TensorSlice(starts: start, lengths: extent.map { $0 == -1 ? nil : $0 })
    try addSlice(name, fullShape: fullShape, slice: slice, tensor)
  }

  /// A number that tells this content apart from others: what ``TensorBundleReader/fingerprint()`` will give.
  public func fingerprint() throws -> UInt32 { try BundleIndex.fingerprint(entries) }

  /// Makes the checkpoint visible.
  /// **Errors**: those of the file system; the files then keep their old content, or are missing.
  public func finish() throws {
    guard !isFinished else { throw EngineError.failedPrecondition("\(prefix); the checkpoint is finished already") }
    isFinished = true
    let index = try BundleIndex.write(prefix: prefix, shardCount: 1, entries: entries)
    try data.commit(syncing: later)
    try index.commit(syncing: later)
  }

  /// Gives up; removes the temporary files.
  public func discard() {
    isFinished = true
    data.discard()
  }

  private func write(_ tensor: Tensor, _ name: String) throws -> BundleEntry {
    guard !isFinished else { throw EngineError.failedPrecondition("\(prefix); the checkpoint is finished already") }
    let offset = data.output.byteCount
    let byteCount: Int
    let checksum: UInt32
    if tensor.dtype == .string {
      let (bytes, sum) = StringTensorCodec.encode(tensor.strings)
      try data.output.write(bytes)
      (byteCount, checksum) = (bytes.count, sum)
    } else {
      guard tensor.dtype.isPlainData else {
        throw EngineError.unimplemented("'\(name)' cannot be saved: checkpoints do not hold \(tensor.dtype) tensors")
      }
      byteCount = tensor.byteCount
      if byteCount >= TensorBundleWriter.parallelByteCount, !BackgroundFiles.shared.isWorker {
        checksum = try writeLarge(tensor)
        return BundleEntry(
          dtype: tensor.dtype, shape: tensor.shape, offset: offset, byteCount: byteCount, checksum: checksum)
      }
      var sum = Checksum()
      // In pieces, so that the checksum finds the bytes in the cache when they are copied to the system.
      let piece = 1 << 20
      var done = 0
      while done < byteCount {
        let bytes = UnsafeRawBufferPointer(start: tensor.pointer + done, count: min(piece, byteCount - done))
        sum.update(bytes)
        try data.output.write(bytes)
        done += bytes.count
      }
      checksum = sum.masked
    }
    return BundleEntry(
      dtype: tensor.dtype, shape: tensor.shape, offset: offset, byteCount: byteCount, checksum: checksum)
  }
}

extension TensorBundleWriter {
  /// Writes a tensor's bytes on this thread, and takes their checksum on another one when there is one.
  private func writeLarge(_ tensor: Tensor) throws -> UInt32 {
    let bytes = UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount)
    var sum = Checksum()
    var failure: (any Error)?
    ThreadPool.shared.parallelFor(2, nanosecondsEach: bytes.count / 8) { part in
      if part == 1 { return sum.update(bytes) }
      do { try data.output.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    return sum.masked
  }
}

/// A checkpoint's index file.
enum BundleIndex {
  /// A checksum of all that the index says, which includes the checksums of the tensors.
  static func fingerprint(_ entries: [ByteString: BundleEntry]) throws -> UInt32 {
    var sum = Checksum()
    for (key, entry) in entries.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      sum.update(key)
      sum.update(try entry.serialized())
    }
    return sum.masked
  }

  /// Writes the index under a temporary name.
  static func write(prefix: String, shardCount: Int, entries: [ByteString: BundleEntry]) throws -> AtomicFile {
    let file = try AtomicFile(BundlePaths.index(prefix))
    var table = SortedTableWriter(file.output)
    try table.add([], try BundleHeader.serialized(shardCount: shardCount))
    for (key, entry) in entries.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      try table.add(key, try entry.serialized())
    }
    try table.finish()
    return file
  }

  /// Reads and checks an index.
  /// **Errors**: `NotFound` when the file is missing, `DataLoss` when it is damaged.
  static func read(prefix: String) throws -> (shardCount: Int, entries: [ByteString: BundleEntry]) {
    let path = BundlePaths.index(prefix)
    let table = try SortedTableReader.entries(path)
    guard let header = table.first, header.key.isEmpty else {
      throw EngineError.dataLoss("\(path): the checkpoint has no header")
    }
    let shardCount = try BundleHeader.parse(header.value)
    var entries: [ByteString: BundleEntry] = [:]
    entries.reserveCapacity(table.count)
    for (key, value) in table.dropFirst() {
      do {
        entries[key] = try BundleEntry(parsing: value)
      } catch var error as EngineError {
        error.message = "\(path): entry '\(String(decoding: key, as: UTF8.self))': \(error.message)"
        throw error
      }
    }
    return (shardCount, entries)
  }
}
