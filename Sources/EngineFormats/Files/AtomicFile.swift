import EngineCore
import Glibc

/// A file that appears under its name only when it is complete and on disk.
///
///   try AtomicFile.write(path, bytes)
///
///   let file = try AtomicFile(path)
///   try file.output.write(bytes)
///   try file.commit()                // an uncommitted file is removed when the object dies
public final class AtomicFile {
  /// The name that the file gets in the end.
  public let path: String
  /// Takes the content.
  public let output: OutputFile
  private let temporaryPath: String
  private var isFinished = false

  private static let lock = Lock()
  nonisolated(unsafe) private static var counter = 0

  /// Opens a file with a temporary name beside `path`.
  public init(_ path: String) throws {
    self.path = path
    let number = AtomicFile.lock.withLock {
      AtomicFile.counter += 1
      return AtomicFile.counter
    }
    // The time makes leftovers of a crashed process with the same id harmless.
    temporaryPath = "\(path).tempstate\(getpid())_\(number)_\(UInt64(FileSystem.wallSeconds * 1e6))"
    output = try OutputFile(temporaryPath, .create)
  }

  deinit { discard() }

  /// Gives the file its name, replacing what was there. `synchronizesDirectory` may be turned off when another file is
  /// committed to the same directory next.
  public func commit(synchronizesDirectory: Bool = true) throws {
    if isFinished { return }
    try output.synchronize()
    try output.close()
    try FileSystem.rename(temporaryPath, to: path)
    isFinished = true
    if synchronizesDirectory { try FileSystem.synchronizeDirectory(FileSystem.directory(of: path)) }
  }

  /// Removes the temporary file.
  public func discard() {
    if isFinished { return }
    isFinished = true
    try? output.close()
    unlink(temporaryPath)
  }

  /// Writes a whole file.
  /// **Errors**: those of the file system; the old file is then untouched.
  public static func write(_ path: String, _ bytes: ByteString) throws {
    let file = try AtomicFile(path)
    try file.output.write(bytes)
    try file.commit()
  }
}
