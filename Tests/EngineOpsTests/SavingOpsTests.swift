import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import EngineTestSupport
import Glibc
import Testing

@testable import EngineOps

/// The ops by which graphs of other programs save and restore.
@Suite final class SavingOpsTests {
  let directory: String

  init() throws {
    OpCatalog.install()
    var template = Array("/tmp/saving-ops-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw EngineError.internal("no temporary directory") }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileSystem.removeTree(directory) }

  private func file(_ name: String) -> String { FileSystem.join(directory, name) }

  private func texts(_ values: String...) throws -> Tensor {
    try Tensor(strings: values.map { ByteString($0.utf8) }, shape: [values.count])
  }

  private func run(
    _ op: String, _ arguments: [[Tensor]], _ attributes: [String: AttributeValue] = [:]
  ) throws -> [Tensor] {
    let graph = Graph()
    let outputs = try arguments.map { try $0.map { try graph.constant($0) } }
    let node = try graph.addNode(op, arguments: outputs, attributes: attributes)
    return try Session(graph: graph).run(fetches: node.outputs, targets: [node])
  }

  private func floats(_ tensor: Tensor) -> [Float] {
    withExtendedLifetime(tensor) {
      Array(UnsafeBufferPointer(start: tensor.elements(Float.self), count: tensor.elementCount))
    }
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as EngineError {
      return error.message
    } catch {
      return "\(error)"
    }
  }

  private func save(_ prefix: String, _ names: Tensor, _ slices: Tensor, _ tensors: [Tensor]) throws {
    _ = try run("SaveV2", [[Tensor(string: prefix)], [names], [slices], tensors])
  }

  private func restore(_ prefix: String, _ names: Tensor, _ slices: Tensor, _ types: [DType]) throws -> [Tensor] {
    try run("RestoreV2", [[Tensor(string: prefix)], [names], [slices]], ["dtypes": .types(types)])
  }

  @Test func savesMergesAndRestores() throws {
    let rows = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    try save(file("t/part-0"), texts("w", "n"), texts("4 2 0,2:-", ""), [rows, Tensor(scalar: Int64(5))])
    try save(file("t/part-1"), texts("w"), texts("4 2 2,2:-"), [rows])
    _ = try run("MergeV2Checkpoints", [[texts(file("t/part-0"), file("t/part-1"))], [Tensor(string: file("all"))]])
    let found = try restore(
      file("all"), texts("w", "w", "n"), texts("", "4 2 1,2:0,2", ""), [.float32, .float32, .int64])
    #expect(floats(found[0]) == [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(floats(found[1]) == [3, 4, 1, 2])
    #expect(try found[2].integers() == [5])
    #expect(message { _ = try restore(file("all"), texts("zz"), texts(""), [.float32]) }.contains("Key zz not found"))
    #expect(
      message { _ = try restore(file("all"), texts("n"), texts(""), [.float32]) }
        .contains("expected dtype float32 does not equal original dtype int64"))
    #expect(message { _ = try restore(file("all"), texts("n", "w"), texts(""), [.int64, .float32]) }.contains("Got 2"))
    #expect(message { try save(file("x"), texts("a", "b"), texts("", ""), [rows]) }.contains("Got 2 tensor names"))
  }

  @Test func namesOfFiles() throws {
    let name = try run(
      "ShardedFilename", [[Tensor(string: "a/b")], [Tensor(scalar: Int32(3))], [Tensor(scalar: Int32(12))]])
    #expect(name[0].strings.map { String(decoding: $0, as: UTF8.self) } == ["a/b-00003-of-00012"])
    let matches = try run(
      "StaticRegexFullMatch", [[texts("s3://x", "/tmp/s3://x")]], ["pattern": .string("^s3://.*")])
    #expect(matches[0].element(0, as: Bool.self) && !matches[0].element(1, as: Bool.self))
    #expect(
      message { _ = try run("StaticRegexFullMatch", [[texts("a")]], ["pattern": .string("(")]) }.contains("Invalid"))
  }

  @Test func readsMayBeTold() throws {
    let graph = Graph()
    let handle = try graph.addNode("VarHandleOp", attributes: ["dtype": .type(.float32), "shape": .shape(.scalar)])
    let node = try graph.addNode("DisableCopyOnRead", [handle.output()])
    #expect(try Session(graph: graph).run(fetches: [], targets: [node]).isEmpty)
  }

  private func remap(
    _ rows: [Int64], _ columns: [Int64], _ filler: [Float], _ rowCount: Int, _ columnCount: Int
  ) throws -> [Float] {
    floats(
      try run(
        "LoadAndRemapMatrix",
        [
          [Tensor(string: file("m"))], [Tensor(string: "w")], [Tensor(rows, shape: [rows.count])],
          [Tensor(columns, shape: [columns.count])], [Tensor(filler, shape: [filler.count])],
        ], ["num_rows": .int(rowCount), "num_cols": .int(columnCount)])[0])
  }

  @Test func vocabularies() throws {
    try AtomicFile.write(file("old"), ByteString("a\nb\nc\n".utf8))
    try AtomicFile.write(file("new"), ByteString("x\nc\na\n".utf8))
    func places(_ offset: Int, _ count: Int, _ oldSize: Int) throws -> [Tensor] {
      try run(
        "GenerateVocabRemapping", [[Tensor(string: file("new"))], [Tensor(string: file("old"))]],
        ["new_vocab_offset": .int(offset), "num_new_vocab": .int(count), "old_vocab_size": .int(oldSize)])
    }
    #expect(try places(0, 3, -1).map { try $0.integers() } == [[-1, 2, 0], [2]])
    #expect(try places(1, 2, 2).map { try $0.integers() } == [[-1, 0], [1]])
    #expect(message { _ = try places(2, 2, -1) }.contains("last new vocab entry's line"))
    #expect(message { _ = try places(0, Int.max, -1) }.contains("last new vocab entry's line"))
    #expect(message { _ = try places(0, 1, 9) }.contains("expected 9 but got 3"))

    try save(
      file("m"), texts("w", "v"), texts("", ""),
      [
        Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]), Tensor([1] as [Float], shape: [1]),
      ])
    #expect(try remap([1, -1, 0], [], [8, 9], 3, 2) == [3, 4, 8, 9, 1, 2])
    #expect(try remap([0, 1], [1, -1], [8, 9], 2, 2) == [2, 8, 4, 9])
    #expect(message { _ = try remap([0, 0], [], [], 2, 2) }.contains("twice"))
    #expect(message { _ = try remap([5], [], [], 1, 2) }.contains("ends at 2"))
    #expect(message { _ = try remap([-1], [], [8], 1, 2) }.contains("2 are needed"))
    #expect(message { _ = try remap([0], [], [], 2, 2) }.contains("num_rows 2"))
    #expect(message { _ = try remap([0], [], [], 1, -3) }.contains("must not be negative"))
    #expect(message { _ = try remap([0], [], [], 1, 3) }.contains("columns instead of 3"))
  }
}
