import Glibc
import Testing

/// The direction of dependencies, as docs/architecture.md has it: what each module's sources may import.
@Suite struct ImportRulesTests {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  private static let system: Set<String> = ["Darwin", "Glibc", "Synchronization"]
  private static let levels: Set<String> = ["KernelsBaseline", "KernelsV3", "KernelsV4"]

  /// Module -> the project's modules that it may import.
  private static let allowed: [String: Set<String>] = {
    let graph: Set<String> = ["EngineCore", "EngineGraph"]
    var rules: [String: Set<String>] = [
      "EngineCore": ["CEngineShims"],
      "KernelTable": [],
      "KernelSources": ["KernelTable", "CEngineShims"],
      "KernelTiles6": ["KernelTable", "CEngineShims"],
      "EngineKernels": levels.union(["EngineCore", "KernelTable", "CEngineShims"]),
      "EngineGraph": ["EngineCore"],
      "EngineRuntime": graph,
      "EngineFormats": graph.union(["CEngineShims"]),
      "EngineOps": graph.union(["EngineKernels", "EngineFormats"]),
      "EngineBuilders": graph.union(["EngineOps"]),
      "EngineEstimator": graph.union(["EngineOps", "EngineRuntime", "EngineFormats", "EngineBuilders"]),
      "SwiftEstimator": graph.union([
        "EngineOps", "EngineRuntime", "EngineFormats", "EngineBuilders", "EngineEstimator",
      ]),
      "EngineABI": graph.union([
        "CEngineABI", "EngineOps", "EngineKernels", "EngineRuntime", "EngineFormats", "EngineBuilders",
        "EngineEstimator",
      ]),
    ]
    for level in levels { rules[level] = ["KernelTable", "CEngineShims"] }
    return rules
  }()

  /// Paths below `folder` that end with one of `suffixes`; links to folders are not followed.
  private static func files(_ folder: String, _ suffixes: [String]) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var result: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        result += files(path, suffixes)
      } else if suffixes.contains(where: { name.hasSuffix($0) }) {
        result.append(path)
      }
    }
    return result.sorted()
  }

  private static func lines(_ path: String) -> [Substring] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The modules that a Swift file imports.
  private static func imports(_ path: String) -> [String] {
    let attributes: Set<Substring> = ["public", "package", "internal", "private", "fileprivate", "@testable"]
    let kinds: Set<Substring> = ["struct", "class", "enum", "func", "var", "let", "typealias", "protocol"]
    return lines(path).compactMap { line -> String? in
      var words = line.split(separator: " ")[...]
      while let first = words.first, attributes.contains(first) || first.hasPrefix("@_") { words = words.dropFirst() }
      guard words.first == "import" else { return nil }
      words = words.dropFirst()
      if let first = words.first, kinds.contains(first) { words = words.dropFirst() }
      return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
    }
  }

  @Test func modulesImportOnlyWhatTheyMay() {
    var seen = Set<String>()
    for path in Self.files(Self.root + "/Sources", [".swift"]) {
      let module = String(path.dropFirst(Self.root.count + "/Sources/".count).prefix { $0 != "/" })
      seen.insert(module)
      guard let allowed = Self.allowed[module] else {
        Issue.record("no rule says what module \(module) may import")
        continue
      }
      for name in Self.imports(path) {
        #expect(allowed.contains(name) || Self.system.contains(name), "\(path) imports \(name)")
      }
    }
    #expect(seen.isSuperset(of: ["EngineCore", "EngineKernels", "EngineGraph", "EngineOps", "EngineABI"]))
  }

  @Test func onlyThePythonModuleIncludesPython() {
    let paths = Self.files(Self.root + "/Sources", [".c", ".h", ".swift", ".modulemap"])
    #expect(!paths.isEmpty)
    for path in paths where !path.contains("/Sources/CPythonModule/") {
      for line in Self.lines(path) {
        let code = line.drop { $0 == " " }
        #expect(!(code.hasPrefix("#include") && code.contains("Python.h")), "\(path) includes Python.h")
      }
    }
  }

  @Test func importsAreRead() {
    #expect(Self.imports(#filePath) == ["Glibc", "Testing"])
  }
}
