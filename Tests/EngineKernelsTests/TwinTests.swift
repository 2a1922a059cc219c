import Foundation
import Testing

/// The kernels of `Double` are made from those of `Float` by `scripts/double-kernels.sh`.
@Suite struct TwinTests {
  @Test func doubleKernelsFollowTheFloatKernels() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var count = 0
    for folder in ["Sources/KernelSources", "Sources/KernelTiles6", "Sources/KernelsV4/Tiles"] {
      let url = root.appendingPathComponent(folder)
      for name in try FileManager.default.contentsOfDirectory(atPath: url.path) where name.hasPrefix("Float") {
        let source = try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
        let twin = "Double" + name.dropFirst(5)
        let expected = source.replacingOccurrences(of: "Float", with: "Double")
          .replacingOccurrences(of: "float", with: "double")
        let actual = try String(contentsOf: url.appendingPathComponent(twin), encoding: .utf8)
        #expect(actual == expected, "\(folder)/\(twin) is stale: run scripts/double-kernels.sh")
        count += 1
      }
    }
    #expect(count >= 6)
  }
}
