import EngineGraph
import Foundation
import Testing

@testable import EngineOps

/// One op, one file, one line in its family's catalog.
@Suite struct OpFilesTests {
  private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources/EngineOps")

  /// The op names that a file defines: texts right after the opening of a definition or of a factory's call.
  private static func definedNames(in text: String) -> [String] {
    text.components(separatedBy: "\n  static let ").dropFirst().compactMap { part in
      guard let equals = part.range(of: " = "), let open = part[equals.upperBound...].firstIndex(of: "(") else {
        return nil
      }
      let callee = part[equals.upperBound..<open]
      guard callee.allSatisfy({ $0.isLetter || $0.isNumber }), !callee.isEmpty else { return nil }
      let rest = part[part.index(after: open)...].drop { $0.isWhitespace }
      guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
      return String(rest[rest.index(after: rest.startIndex)..<end])
    }
  }

  @Test(arguments: ["Math", "Array", "String", "IO", "Lookup", "List"])
  func everyOpFileIsInTheCatalog(_ family: String) throws {
    let names = Set(OpCatalog.all.map(\.name))
    let folder = OpFilesTests.sources.appendingPathComponent(family)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    var count = 0
    for file in files where file.pathExtension == "swift" && !file.lastPathComponent.hasSuffix("Catalog.swift") {
      let defined = OpFilesTests.definedNames(in: try String(contentsOf: file, encoding: .utf8))
      count += defined.count
      #expect(defined.count <= 1, "\(file.lastPathComponent) defines \(defined)")
      for name in defined {
        #expect(names.contains(name), "\(name) is not in the catalog")
        let stem = file.deletingPathExtension().lastPathComponent
        #expect(stem == name || stem == "\(name)Op", "\(name) is in \(file.lastPathComponent)")
      }
    }
    #expect(count >= 10)
  }
}
