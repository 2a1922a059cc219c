import EngineCore
import Glibc

/// The few services of the operating system that training loops need.
public enum Platform {
  /// Seconds since 1970.
  public static func wallTime() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  /// Seconds from an arbitrary start that never go back.
  public static func monotonicTime() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  public static func sleep(seconds: Double) {
    guard seconds > 0 else { return }
    let seconds = min(seconds, 1e9)
    var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
    var left = timespec()
    while nanosleep(&rest, &left) == -1 && errno == EINTR { rest = left }
  }

  /// Sleeps in short naps.
  /// **Errors**: those of ``Interrupt``, when the program is asked to end meanwhile.
  static func sleepInterruptibly(seconds: Double) throws {
    let end = monotonicTime() + seconds
    while true {
      try Interrupt.check()
      let rest = end - monotonicTime()
      if rest <= 0 { return }
      sleep(seconds: min(rest, 0.5))
    }
  }

  public static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  /// Local time as `2024-05-01T12:00:00`.
  public static func localTimestamp(separator: String = "T") -> String {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%d\(separator)%H:%M:%S", &parts)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// C's `printf` for one floating-point number, such as `%g` or `%.3f`.
  public static func format(_ pattern: String, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 512)
    let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, pattern, $0) }
    let end = min(max(Int(count), 0), buffer.count - 1)
    return String(decoding: buffer[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A new empty directory in the system's place for temporary files.
  /// **Errors**: `OSError` with the system's reason.
  public static func makeTemporaryDirectory(prefix: String = "tmp") throws -> String {
    let base = environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array((base + (base.hasSuffix("/") ? "" : "/") + prefix + "XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw EngineError(
        kind: .os, code: .unknown,
        "could not create a temporary directory in '\(base)': \(String(cString: strerror(errno)))")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  public static var isErrorOutputTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  public static func writeToErrorOutput(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
