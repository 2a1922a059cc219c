import CEngineShims
import EngineCore
import Glibc

/// A file open for writing. Small writes are gathered; large ones go to the system as they are.
///
/// After a failure every further call throws the same error. Not thread-safe.
public final class OutputFile: @unchecked Sendable {
  /// What to do about an existing file.
  public enum Mode: Sendable {
    /// Fails with `AlreadyExists` when the file exists.
    case create
    /// Empties an existing file.
    case replace
    case append
  }

  /// The path that the file was opened by.
  public let path: String
  /// Bytes written through this object, whether they have reached the system or not.
  public private(set) var byteCount = 0
  private var descriptor: Int32
  private var pending: ByteString = []
  private var failed: EngineError?
  private static let bufferSize = 1 << 18
  /// Bytes that the system has, and those of them that it has been asked to write to disk.
  private var handedOver = 0
  private var onItsWay = 0
  /// Whether the file starts empty here, so that positions are known.
  private let isNew: Bool
  /// Whether the disk is asked to begin with large files while they are written. The request may have to wait for the
  /// disk, so who does not want to wait for it turns this off.
  var startsDiskEarly = true
  /// Bytes handed over between two requests to the disk.
  private static let writebackSize = 1 << 22

  /// **Errors**: those of the file system.
  public init(_ path: String, _ mode: Mode) throws {
    self.path = path
    isNew = mode == .create
    let flags =
      switch mode {
      case .create: O_EXCL
      case .replace: O_TRUNC
      case .append: O_APPEND
      }
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o666)
    if descriptor < 0 { throw FileSystem.failure(path) }
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  /// Tells other processes that somebody is at work on the file, as long as it is open.
  func holdLock() { if descriptor >= 0 { _ = flock(descriptor, LOCK_EX | LOCK_NB) } }

  /// Says how long the file will get: room set aside in one piece is written faster.
  func reserve(_ byteCount: Int) {
    if descriptor >= 0, byteCount >= Self.writebackSize { engine_reserve_file(descriptor, Int64(byteCount)) }
  }

  /// Appends bytes.
  /// **Errors**: those of the file system; `FailedPrecondition` when the file is closed.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try check()
    byteCount += bytes.count
    if pending.count + bytes.count <= Self.bufferSize {
      pending.append(contentsOf: bytes)
      return
    }
    try flush()
    if bytes.count < Self.bufferSize { pending.append(contentsOf: bytes) } else { try writeNow(bytes) }
  }

  /// Appends bytes.
  /// **Errors**: those of the file system; `FailedPrecondition` when the file is closed.
  public func write(_ bytes: ByteString) throws { try bytes.withUnsafeBytes { try write($0) } }

  /// Hands everything to the system.
  public func flush() throws {
    try check()
    if pending.isEmpty { return }
    let bytes = pending
    pending.removeAll(keepingCapacity: true)
    try bytes.withUnsafeBytes { try writeNow($0) }
  }

  /// Hands everything to the disk.
  public func synchronize() throws {
    try flush()
    while fsync(descriptor) != 0 {
      if errno == EINTR { continue }
      if errno == EINVAL || errno == ENOTSUP { return }  // a pipe or a special file
      throw record(FileSystem.failure(path))
    }
  }

  /// Whether a directory still has the file; one that has been removed needs no room on disk.
  var hasName: Bool {
    var info = stat()
    return descriptor >= 0 && fstat(descriptor, &info) == 0 && info.st_nlink > 0
  }

  /// Flushes and closes; closing twice does nothing.
  public func close() throws {
    if descriptor < 0 { return }
    defer {
      if descriptor >= 0 { Glibc.close(descriptor) }
      descriptor = -1
    }
    try flush()
    let closing = descriptor
    descriptor = -1
    if Glibc.close(closing) != 0, errno != EINTR { throw record(FileSystem.failure(path)) }
  }

  private func check() throws {
    if let failed { throw failed }
    if descriptor < 0 { throw EngineError.failedPrecondition("\(path); the file has been closed") }
  }

  private func record(_ error: EngineError) -> EngineError {
    failed = error
    return error
  }

  private func writeNow(_ bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, base + done, min(bytes.count - done, Self.writebackSize))
      if count < 0 {
        if errno == EINTR { continue }
        throw record(FileSystem.failure(path))
      }
      done += count
      handedOver += count
      // The disk works while the rest of a large file is prepared.
      if isNew, startsDiskEarly, handedOver - onItsWay >= Self.writebackSize {
        engine_begin_writeback(descriptor, Int64(onItsWay), Int64(handedOver - onItsWay))
        onItsWay = handedOver
      }
    }
  }
}
