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
  private let process = getpid()
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
    output.holdLock()
  }

  /// Removes the temporary files that processes which were killed have left in a directory.
  ///
  /// A file stays when the process that its name tells is alive, or when anybody has it open (on another machine, too).
  /// - Returns: the paths of the removed files.
  @discardableResult
  public static func sweep(_ directory: String) throws -> [String] {
    let folder = directory.isEmpty ? "." : directory
    guard FileSystem.isDirectory(folder) else { return [] }
    return try FileSystem.listDirectory(folder).compactMap { name in
      guard let process = writer(of: name), kill(process, 0) != 0, errno == ESRCH else { return nil }
      let path = FileSystem.join(directory, name)
      let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, unlink(path) == 0 else { return nil }
      return path
    }
  }

  /// The process that made a temporary file, by the file's name; `nil` for other files.
  static func writer(of name: String) -> pid_t? {
    guard let mark = name.utf8.lastIndex(of: UInt8(ascii: ".")), name[mark...].hasPrefix(".tempstate") else {
      return nil
    }
    let numbers = name[mark...].dropFirst(".tempstate".count).split(separator: "_", omittingEmptySubsequences: false)
    guard numbers.count == 3, numbers.allSatisfy({ UInt64($0) != nil }), let process = pid_t(numbers[0]), process > 0
    else { return nil }
    return process
  }

  deinit { discard() }

  /// Gives the file its name, replacing what was there.
  ///
  /// Without `later`, the file is on disk before it has its name, and the name when this returns. With it, the file has
  /// its name when this returns, also for a process that is killed then; what is left to be done for the case that the
  /// power goes is added to `later`.
  public func commit(syncing later: BackgroundFiles.Syncing? = nil) throws {
    if isFinished { return }
    if later == nil {
      try output.synchronize()
      try output.close()
    } else {
      try output.flush()
    }
    try FileSystem.rename(temporaryPath, to: path)
    isFinished = true
    let directory = FileSystem.directory(of: path)
    if let later { later.add(output, in: directory) } else { try FileSystem.synchronizeDirectory(directory) }
  }

  /// Removes the temporary file. A forked child's copy of this object leaves it to the parent.
  public func discard() {
    if isFinished || getpid() != process { return }
    isFinished = true
    try? output.close()
    unlink(temporaryPath)
  }

  /// Writes a whole file.
  /// **Errors**: those of the file system; the old file is then untouched.
  public static func write(
    _ path: String, _ bytes: ByteString, syncing later: BackgroundFiles.Syncing? = nil
  ) throws {
    let file = try AtomicFile(path)
    try file.output.write(bytes)
    try file.commit(syncing: later)
  }
}
