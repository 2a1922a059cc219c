import EngineCore
import Foundation
import Testing

@testable import EngineKernels

extension KernelTests {
  /// Every kernel at every CPU level against its plain reference.
  @Suite struct KernelTableTests {
    static let cases: [KernelCase] =
      elementwiseCases + rowCases + matrixCases + windowCases + normalizationCases + movementCases + gatherCases
      + updateCases + randomCases

    @Test(arguments: cases)
    func equalsItsReference(_ test: KernelCase) throws {
      for dtype in test.dtypes {
        var numbers = TestNumbers(seed: UInt64(dtype.rawValue))
        for problem in try test.problems(dtype, &numbers) { try problem.check(test.testDescription) }
      }
    }

    /// Functions of `Kernels` that compute no tensor.
    static let helpers: Set = ["strides", "checkedRows", "uniformFloat", "uniformDouble"]

    @Test func everyKernelHasALine() throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let folder = root.appendingPathComponent("Sources/EngineKernels")
      var found: Set<String> = []
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".swift") {
        let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        for match in text.matches(of: /public static func (\w+)/) { found.insert(String(match.output.1)) }
      }
      let listed = Set(Self.cases.map(\.kernel))
      let missing = found.subtracting(listed).subtracting(Self.helpers).sorted()
      #expect(missing.isEmpty, "no line of the kernel table for \(missing.joined(separator: ", "))")
      let unknown = listed.subtracting(found).sorted()
      #expect(unknown.isEmpty, "no such kernel: \(unknown.joined(separator: ", "))")
    }
  }
}
