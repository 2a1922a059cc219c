import EngineCore

/// Reads a checkpoint. May be used by several threads.
///
/// The index is read and checked as a whole at the start; tensors are read when asked for, straight into their memory,
/// and their checksums are verified.
public final class TensorBundleReader: @unchecked Sendable {
  /// What the checkpoint's file names begin with.
  public let prefix: String
  /// The number of data files.
  public let shardCount: Int
  private let entries: [ByteString: BundleEntry]
  private let lock = Lock()
  private var files: [Int: InputFile] = [:]

  /// **Errors**: `NotFound` when there is no such checkpoint, `DataLoss` when its index is damaged.
  public init(prefix: String) throws {
    BackgroundFiles.shared.settle()
    guard FileSystem.exists(BundlePaths.index(prefix)) else {
      throw EngineError.notFound(
        "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for \(prefix)")
    }
    self.prefix = prefix
    (shardCount, entries) = try BundleIndex.read(prefix: prefix)
  }

  /// The tensors' names, sorted by their bytes.
  public var names: [String] {
    entries.keys.filter { $0.first != 0 }.sorted { $0.lexicographicallyPrecedes($1) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// A number that tells the checkpoint's content apart from others.
  public func fingerprint() throws -> UInt32 { try BundleIndex.fingerprint(entries) }

  /// Whether the checkpoint has a tensor of this name.
  public func contains(_ name: String) -> Bool { !name.isEmpty && entries[ByteString(name.utf8)] != nil }

  /// A tensor's type and full shape.
  /// **Errors**: `NotFound`.
  public func entry(_ name: String) throws -> BundleEntry {
    guard !name.isEmpty, let entry = entries[ByteString(name.utf8)] else {
      throw EngineError.notFound("Key \(name) not found in checkpoint")
    }
    return entry
  }

  /// Reads a tensor; one that was saved in parts is put together.
  /// **Errors**: `NotFound`, `DataLoss` for damaged data, `ResourceExhausted`.
  public func read(_ name: String) throws -> Tensor {
    let entry = try entry(name)
    if entry.slices.isEmpty { return try load(entry, name) }
    return try assemble(entry, name, starts: [Int](repeating: 0, count: entry.shape.count), shape: entry.shape)
  }

  /// Reads a tensor's bytes and compares them with their checksum, without making a tensor of them.
  /// **Errors**: as ``read(_:)``.
  public func verify(_ name: String) throws {
    let entry = try entry(name)
    if entry.slices.isEmpty, entry.dtype.isPlainData { try verifyBytes(entry, name) } else { _ = try read(name) }
  }

  /// Reads a part of a tensor, however it was saved.
  /// **Errors**: as ``read(_:)``; `InvalidArgument` when the part is outside of the tensor.
  public func readSlice(_ name: String, _ slice: TensorSlice) throws -> Tensor {
    let entry = try entry(name)
    let shape = try slice.shape(in: entry.shape)
    if shape == entry.shape { return try read(name) }
    return try assemble(entry, name, starts: slice.starts, shape: shape)
  }

  /// As ``readSlice(_:_:)``; an extent of -1 stands for a whole dimension.
  public func readSlice(_ name: String, start: [Int], extent: [Int]) throws -> Tensor {
    try readSlice(name, try TensorSlice(starts: start, lengths: extent.map { $0 == -1 ? nil : $0 }))
  }

  private func assemble(_ entry: BundleEntry, _ name: String, starts: [Int], shape: [Int]) throws -> Tensor {
    if entry.slices.isEmpty {
      let whole = try load(entry, name)
      let target = try Tensor(zeros: entry.dtype, shape: shape)
      _ = SliceCopy(from: whole, at: starts.map { _ in 0 }, to: target, at: starts).run()
      return target
    }
    // Parts first, so that a damaged index cannot ask for memory that its data does not fill.
    let key = ByteString(name.utf8)
    var parts: [(slice: TensorSlice, tensor: Tensor)] = []
    for slice in entry.slices {
      guard let part = entries[slice.key(key)], part.slices.isEmpty, part.dtype == entry.dtype else {
        throw EngineError.dataLoss("slice \(slice) of '\(name)' is missing in checkpoint \(prefix)")
      }
      let partShape = try slice.shape(in: entry.shape)
      guard partShape == part.shape else {
        throw EngineError.dataLoss(
          "slice \(slice) of '\(name)' has shape \(Shape(known: part.shape).bracketed) in checkpoint \(prefix)")
      }
      let overlaps = shape.indices.allSatisfy {
        slice.starts[$0] < starts[$0] + shape[$0] && starts[$0] < slice.starts[$0] + partShape[$0]
      }
      if overlaps { parts.append((slice, try load(part, name))) }
    }
    let wanted = Shape.elementCount(shape) ?? 0
    guard parts.reduce(0, { $0 + $1.tensor.elementCount }) >= wanted else { throw incomplete(name) }
    let target = try Tensor(zeros: entry.dtype, shape: shape)
    var filled = 0
    for (slice, tensor) in parts {
      filled += SliceCopy(from: tensor, at: slice.starts, to: target, at: starts).run()
    }
    guard filled == wanted else { throw incomplete(name) }
    return target
  }

  private func incomplete(_ name: String) -> EngineError {
    EngineError.dataLoss("the slices of '\(name)' in checkpoint \(prefix) do not cover it")
  }

  private func file(_ shard: Int) throws -> InputFile {
    try lock.withLock {
      if let file = files[shard] { return file }
      guard shard < shardCount else {
        throw EngineError.dataLoss("checkpoint \(prefix) has no shard \(shard)")
      }
      let file = try InputFile(BundlePaths.data(prefix, shard: shard, of: shardCount))
      files[shard] = file
      return file
    }
  }

  /// The file that has an entry's bytes.
  private func checkedFile(_ entry: BundleEntry, _ name: String) throws -> InputFile {
    let file = try file(entry.shard)
    // Before anything is allocated: an index can claim any size.
    let (end, overflow) = entry.offset.addingReportingOverflow(entry.byteCount)
    guard !overflow, end <= (try file.byteCount()) else {
      throw EngineError.dataLoss("\(file.path): truncated; '\(name)' ends at byte \(end)")
    }
    return file
  }

  private func load(_ entry: BundleEntry, _ name: String) throws -> Tensor {
    guard entry.dtype == .string || entry.dtype.isPlainData else {
      throw EngineError.unimplemented("'\(name)' in checkpoint \(prefix): \(entry.dtype) tensors cannot be read")
    }
    let file = try checkedFile(entry, name)
    if entry.dtype == .string { return try loadStrings(entry, name, file) }
    let tensor = try Tensor(uninitialized: entry.dtype, shape: entry.shape)
    try fill(UnsafeMutableRawBufferPointer(start: tensor.pointer, count: entry.byteCount), entry, name, file)
    if entry.dtype == .bool {
      // A Swift Boolean must not have other bytes than 0 and 1.
      let bytes = tensor.pointer.assumingMemoryBound(to: UInt8.self)
      for index in 0..<entry.byteCount where bytes[index] > 1 { bytes[index] = 1 }
    }
    return tensor
  }

  /// Reads bytes in pieces, which several threads share, and compares their checksum.
  private func fill(_ target: UnsafeMutableRawBufferPointer, _ entry: BundleEntry, _ name: String, _ file: InputFile)
    throws
  {
    try check(entry, name, file) { piece, work in
      try work(UnsafeMutableRawBufferPointer(rebasing: target[piece]))
    }
  }

  /// Compares an entry's bytes with their checksum, without keeping them.
  /// **Errors**: as ``read(_:)``.
  private func verifyBytes(_ entry: BundleEntry, _ name: String) throws {
    let file = try checkedFile(entry, name)
    try check(entry, name, file) { piece, work in
      let room = try Buffer(byteCount: piece.count)
      try work(UnsafeMutableRawBufferPointer(start: room.pointer, count: piece.count))
      withExtendedLifetime(room) {}
    }
  }

  /// Small enough for the checksum to find the bytes in the cache.
  private static let pieceSize = 1 << 20

  private func check(
    _ entry: BundleEntry, _ name: String, _ file: InputFile,
    _ withRoom: (Range<Int>, (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let size = TensorBundleReader.pieceSize
    let pieces = (entry.byteCount + size - 1) / size
    var sums = [UInt32](repeating: 0, count: pieces)
    var failures = [(any Error)?](repeating: nil, count: pieces)
    sums.withUnsafeMutableBufferPointer { sums in
      failures.withUnsafeMutableBufferPointer { failures in
        BackgroundFiles.shared.spread(pieces, nanosecondsEach: 300_000) { index in
          let piece = index * size..<min(entry.byteCount, (index + 1) * size)
          do {
            try withRoom(piece) { target in
              guard try file.read(at: entry.offset + piece.lowerBound, into: target) == piece.count else {
                throw EngineError.dataLoss("\(file.path): truncated in '\(name)'")
              }
              sums[index] = Checksum(UnsafeRawBufferPointer(target)).value
            }
          } catch { failures[index] = error }
        }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    var sum = Checksum().value
    for (index, part) in sums.enumerated() {
      sum = Checksum.combine(sum, part, byteCount: min(size, entry.byteCount - index * size))
    }
    guard Checksum.mask(sum) == entry.checksum else {
      throw EngineError.dataLoss(
        "\(file.path): checksum does not match in '\(name)': stored \(entry.checksum) vs. calculated "
          + "\(Checksum.mask(sum))")
    }
  }

  private func loadStrings(_ entry: BundleEntry, _ name: String, _ file: InputFile) throws -> Tensor {
    var bytes = ByteString(repeating: 0, count: entry.byteCount)
    guard try bytes.withUnsafeMutableBytes({ try file.read(at: entry.offset, into: $0) }) == entry.byteCount else {
      throw EngineError.dataLoss("\(file.path): truncated in '\(name)'")
    }
    do {
      let count = Shape.elementCount(entry.shape) ?? 0
      let strings = try bytes.withUnsafeBytes {
        try StringTensorCodec.decode($0, count: count, checksum: entry.checksum)
      }
      return try Tensor(strings: strings, shape: entry.shape)
    } catch var error as EngineError {
      error.message = "\(file.path): '\(name)': \(error.message)"
      throw error
    }
  }
}
