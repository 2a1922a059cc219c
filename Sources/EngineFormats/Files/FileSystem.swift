import EngineCore
import Glibc

/// What the engine needs of the local file system. Failures are ``EngineError``s with the code that TensorFlow gives
/// the same `errno`, and a message of the form `<path>; <reason>`.
///
/// - `exists`, `isDirectory`, `status`, `listDirectory`, `glob`, `readFile`
/// - `makeDirectories`, `rename`, `remove`, `removeTree`, `synchronizeDirectory`
/// - `join`, `directory(of:)`, `baseName(of:)`, `hostName`
public enum FileSystem {
  /// What the file system says about a path.
  public struct Status: Sendable, Equatable {
    /// The size of a file.
    public let byteCount: Int
    /// Whether it is a directory.
    public let isDirectory: Bool
    /// Time of the last change of the content, in seconds since 1970.
    public let modificationSeconds: Double
    /// What tells the file from others that had its name before: renaming one over it makes another number.
    public let fileNumber: UInt64
  }

  /// The error for a failed system call; reads `errno` unless given.
  public static func failure(_ path: String, _ number: Int32 = errno) -> EngineError {
    let code: StatusCode =
      switch number {
      case ENOENT, ENXIO, ENODEV, ESRCH: .notFound
      case EEXIST, EADDRINUSE, EALREADY: .alreadyExists
      case EACCES, EPERM, EROFS: .permissionDenied
      case ENOSPC, EMFILE, ENFILE, EDQUOT, ENOMEM, EMLINK: .resourceExhausted
      case EINVAL, ENAMETOOLONG, ENOTDIR, EISDIR, ELOOP, EBADF, ESPIPE, EFAULT: .invalidArgument
      case ENOTEMPTY, EBUSY, ETXTBSY, EPIPE, ENOTBLK: .failedPrecondition
      case EFBIG, EOVERFLOW, ERANGE: .outOfRange
      case ENOSYS, ENOTSUP, EXDEV: .unimplemented
      case EAGAIN, EINTR: .unavailable
      case ETIMEDOUT: .deadlineExceeded
      default: .unknown
      }
    return EngineError(code: code, "\(path); \(String(cString: strerror(number)))")
  }

  /// Whether there is something at the path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether the path is a directory.
  public static func isDirectory(_ path: String) -> Bool { (try? status(path).isDirectory) ?? false }

  /// **Errors**: `NotFound` and the like.
  public static func status(_ path: String) throws -> Status {
    var info = stat()
    guard stat(path, &info) == 0 else { throw failure(path) }
    return Status(
      byteCount: Int(info.st_size), isDirectory: info.st_mode & S_IFMT == S_IFDIR,
      modificationSeconds: Double(info.st_mtim.tv_sec) + Double(info.st_mtim.tv_nsec) * 1e-9,
      fileNumber: UInt64(info.st_ino))
  }

  /// Names in a directory, without `.` and `..`, sorted by their bytes.
  /// **Errors**: `NotFound`, or `InvalidArgument` when the path is no directory.
  public static func listDirectory(_ path: String) throws -> [String] {
    guard let directory = opendir(path) else { throw failure(path) }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    if errno != 0 { throw failure(path) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Creates a directory and those above it; one that is there already is fine.
  public static func makeDirectories(_ path: String) throws {
    if path.isEmpty || isDirectory(path) { return }
    let parent = directory(of: path)
    if parent != path, !parent.isEmpty { try makeDirectories(parent) }
    if mkdir(path, 0o777) != 0 {
      let number = errno
      guard number == EEXIST, isDirectory(path) else { throw failure(path, number) }
    }
  }

  /// Replaces `target` when it exists.
  public static func rename(_ source: String, to target: String) throws {
    guard Glibc.rename(source, target) == 0 else { throw failure(source) }
  }

  /// Removes a file.
  public static func remove(_ path: String) throws {
    guard unlink(path) == 0 else { throw failure(path) }
  }

  /// Removes an empty directory.
  public static func removeDirectory(_ path: String) throws {
    guard rmdir(path) == 0 else { throw failure(path) }
  }

  /// Removes a file, or a directory with all it holds. Symbolic links are removed, not followed.
  public static func removeTree(_ path: String) throws {
    var info = stat()
    guard lstat(path, &info) == 0 else { throw failure(path) }
    guard info.st_mode & S_IFMT == S_IFDIR else { return try remove(path) }
    for name in try listDirectory(path) { try removeTree(join(path, name)) }
    try removeDirectory(path)
  }

  /// Makes renames and creations in a directory survive a loss of power.
  public static func synchronizeDirectory(_ path: String) throws {
    let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    // Some network file systems don't know how to synchronise a directory; that is no reason to fail.
    if fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP, errno != EROFS { throw failure(path) }
  }

  /// Paths that match a shell pattern (`*`, `?`, `[...]`), sorted; none is no error.
  public static func glob(_ pattern: String) throws -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    switch Glibc.glob(pattern, GLOB_NOSORT, nil, &result) {
    case 0: break
    case Int32(GLOB_NOMATCH): return []
    case Int32(GLOB_NOSPACE): throw EngineError.resourceExhausted("\(pattern); out of memory")
    default: throw failure(pattern)
    }
    var paths: [String] = []
    for index in 0..<Int(result.gl_pathc) {
      if let path = result.gl_pathv[index] { paths.append(String(cString: path)) }
    }
    return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The whole content of a file.
  public static func readFile(_ path: String) throws -> ByteString {
    let file = try InputFile(path)
    // One byte more than the file should have shows whether it has grown since.
    var bytes = try read(file, from: 0, count: file.byteCount() + 1)
    // Files such as those in /proc say that they are empty, so read until the end instead of trusting the size.
    var last = bytes.count
    while last > 0 {
      let more = try read(file, from: bytes.count, count: 1 << 16)
      bytes += more
      last = more.count
    }
    return bytes
  }

  private static func read(_ file: InputFile, from offset: Int, count: Int) throws -> ByteString {
    try ByteString(unsafeUninitializedCapacity: count) { target, initialized in
      let space = UnsafeMutableRawBufferPointer(start: target.baseAddress, count: count)
      initialized = try file.read(at: offset, into: space)
    }
  }

  // MARK: Paths

  /// `second` when it is absolute, as `os.path.join` does.
  public static func join(_ first: String, _ second: String) -> String {
    if second.hasPrefix("/") || first.isEmpty { return second }
    return first.hasSuffix("/") ? first + second : first + "/" + second
  }

  /// What is before the last slash; empty when there is none.
  public static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    let head = path[..<slash]
    return head.allSatisfy { $0 == "/" } ? "/" : String(head)
  }

  /// What is behind the last slash.
  public static func baseName(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    return String(path[path.index(after: slash)...])
  }

  /// This machine's name.
  public static var hostName: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Seconds since 1970.
  public static var wallSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec / 1000) * 1e-6
  }
}
