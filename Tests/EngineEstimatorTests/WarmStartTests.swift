import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite struct WarmStartTests {
  let directory: TemporaryDirectory
  let prefix: String

  init() throws {
    SummaryStubs.install()
    directory = try TemporaryDirectory()
    prefix = directory.file("ck")
    let writer = try TensorBundleWriter(prefix: prefix)
    try writer.add("table", Tensor([0, 1, 2, 3, 4, 5, 6, 7] as [Float], shape: [4, 2]))
    try writer.add("scope/b", Tensor([5, 6] as [Float], shape: [2]))
    try writer.finish()
    for (name, text) in [("old", "apple\nbanana\ncherry\nkiwi\n"), ("new", "kiwi\nfig\napple\n"), ("cols", "x\ny\n")] {
      try AtomicFile.write(directory.file(name), ByteString(text.utf8))
    }
  }

  private func variable(_ graph: Graph, _ name: String, _ shape: [Int]) throws -> Variable {
    var request = VariableRequest(name, initializer: Ones())
    request.shape = Shape(known: shape)
    guard case .single(let variable) = try graph.getVariable(request) else { throw EngineError.internal("parts") }
    return variable
  }

  private func values(_ variable: Variable) throws -> [Float] {
    let session = Session(graph: variable.graph)
    _ = try session.run(fetches: [], targets: [variable.initializer])
    let tensor = try session.run(fetches: [variable.snapshot])[0]
    return withExtendedLifetime(tensor) {
      Array(UnsafeBufferPointer(start: tensor.elements(Float.self), count: tensor.elementCount))
    }
  }

  @Test func byNameAndScope() throws {
    let graph = Graph()
    let table = try variable(graph, "mine", [4, 2])
    let b = try variable(graph, "other/b", [2])
    try CheckpointInitializers.set(
      in: graph, from: prefix,
      [(key: "table", target: .variables([table])), (key: "scope/", target: .name("other/"))])
    #expect(try values(table) == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(try values(b) == [5, 6])
  }

  @Test func rowsAndColumnsByVocabulary() throws {
    let graph = Graph()
    let rows = try variable(graph, "rows", [4, 2])
    let columns = try variable(graph, "columns", [4, 3])
    var start = WarmStart(checkpoint: prefix)
    start.previousNames = ["rows": "table", "columns": "table"]
    start.vocabularies["rows"] = try VocabularyInfo(
      newVocabulary: directory.file("new"), newSize: 3, outOfVocabularyBuckets: 1, oldVocabulary: directory.file("old"))
    start.vocabularies["columns"] = try VocabularyInfo(
      newVocabulary: directory.file("cols"), newSize: 2, outOfVocabularyBuckets: 1,
      oldVocabulary: directory.file("cols"), backupInitializer: ConstantInitializer(9), axis: 1)
    try start.apply(to: graph)
    #expect(try values(rows) == [6, 7, 0, 0, 0, 1, 0, 0])
    #expect(try values(columns) == [0, 1, 9, 2, 3, 9, 4, 5, 9, 6, 7, 9])
  }

  @Test func mistakes() throws {
    func message(_ change: (inout WarmStart) throws -> Void, shape: [Int] = [4, 2]) -> String {
      do {
        let graph = Graph()
        _ = try variable(graph, "table", shape)
        var start = WarmStart(checkpoint: prefix)
        try change(&start)
        try start.apply(to: graph)
        return ""
      } catch let error as EngineError {
        return error.message
      } catch {
        return "\(error)"
      }
    }
    #expect(message { _ in } == "")
    #expect(message({ _ in }, shape: [3, 2]).contains("doesn't match with shape of tensor table"))
    #expect(message { $0.previousNames["nope"] = "table" }.contains("were not used: {'nope'}"))
    #expect(message { $0.previousNames["table"] = "gone" }.contains("is not found in"))
    #expect(message { $0.checkpoint = directory.file("none") }.contains("Failed to find any matching files"))
    let old = directory.file("old")
    #expect(
      message {
        $0.vocabularies["table"] = try VocabularyInfo(
          newVocabulary: old, newSize: 4, outOfVocabularyBuckets: 0, oldVocabulary: old, oldSize: 9)
      }.contains("expected 9 but got 4"))
    #expect(
      message {
        $0.vocabularies["table"] = try VocabularyInfo(
          newVocabulary: old, newSize: 4, outOfVocabularyBuckets: 0, oldVocabulary: old, axis: 2)
      }.contains("supported values for the axis"))
  }
}
