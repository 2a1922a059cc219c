import EngineCore
import Glibc

/// A file open for reading at any position; may be used by several threads.
public final class InputFile: @unchecked Sendable {
  /// The path that the file was opened by.
  public let path: String
  private let descriptor: Int32

  /// **Errors**: `NotFound`, `PermissionDenied` and the like.
  public init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw FileSystem.failure(path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The size at this moment.
  public func byteCount() throws -> Int {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileSystem.failure(path) }
    guard info.st_mode & S_IFMT != S_IFDIR else { throw FileSystem.failure(path, EISDIR) }
    return Int(info.st_size)
  }

  /// Fills `target` as far as the file goes; returns the number of bytes read.
  public func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let base = target.baseAddress else { return 0 }
    var done = 0
    while done < target.count {
      let count = pread(descriptor, base + done, target.count - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw FileSystem.failure(path)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }
}
