import EngineFormats

/// How much memory there is for what is not strictly needed.
enum FreeMemory {
  /// Whether so many bytes more would leave at least half of what is free.
  static func allows(_ byteCount: Int) -> Bool {
    if byteCount < 64 << 20 { return true }
    return available.map { byteCount <= $0 / 2 } ?? true
  }

  /// The bytes that this process can still have: the system's, and what its control group leaves it.
  private static var available: Int? {
    let system = field("MemAvailable:", in: "/proc/meminfo").map { $0 << 10 }
    let group = "/sys/fs/cgroup"
    guard let text = read("\(group)/memory.max"), let limit = Int(text.filter { $0 != "\n" }),
      let used = field("anon", in: "\(group)/memory.stat")
    else { return system }
    return min(system ?? .max, max(0, limit - used))
  }

  private static func read(_ path: String) -> String? {
    (try? FileSystem.readFile(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func field(_ name: String, in path: String) -> Int? {
    for line in (read(path) ?? "").split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count >= 2, parts[0] == name { return Int(parts[1]) }
    }
    return nil
  }
}
