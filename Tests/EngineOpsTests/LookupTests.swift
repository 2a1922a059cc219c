import EngineCore
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineOps

/// Tables of a session.
@Suite struct LookupTests {
  init() { OpCatalog.install() }

  private func texts(_ values: String...) throws -> Tensor {
    try Tensor(strings: values.map { ByteString($0.utf8) }, shape: [values.count])
  }

  private struct Table {
    let graph = Graph()
    let handle: Output

    init(_ op: String) throws {
      handle = try graph.op(op, attributes: ["key_dtype": .type(.string), "value_dtype": .type(.int64)])
    }

    func node(_ op: String, _ tensors: Tensor...) throws -> Node {
      try graph.addNode(op, [handle] + (try tensors.map { try graph.constant($0) }))
    }
  }

  private func code(_ body: () throws -> Void) -> StatusCode? {
    do {
      try body()
      return nil
    } catch {
      return (error as? EngineError)?.code
    }
  }

  @Test func staticTables() throws {
    let table = try Table("HashTableV2")
    let fill = try table.node("LookupTableImportV2", try texts("a", "b"), try Tensor([Int64(1), 2], shape: [2]))
    let other = try table.node("InitializeTableV2", try texts("a"), try Tensor([Int64(1)], shape: [1]))
    let twice = try table.node("LookupTableImportV2", try texts("a", "a"), try Tensor([Int64(1), 2], shape: [2]))
    let find = try table.node("LookupTableFindV2", try texts("b", "z"), Tensor(scalar: Int64(-1)))
    let size = try table.node("LookupTableSizeV2")
    let session = Session(graph: table.graph)
    #expect(code { _ = try session.run(fetches: find.outputs) } == .failedPrecondition)
    #expect(code { _ = try session.run(fetches: [], targets: [twice]) } == .failedPrecondition)
    _ = try session.run(fetches: [], targets: [fill])
    _ = try session.run(fetches: [], targets: [fill])
    #expect(code { _ = try session.run(fetches: [], targets: [other]) } == .failedPrecondition)
    #expect(try session.run(fetches: find.outputs)[0].integers() == [2, -1])
    #expect(try session.run(fetches: size.outputs)[0].integers() == [2])
    // Another session has a table of its own.
    #expect(code { _ = try Session(graph: table.graph).run(fetches: find.outputs) } == .failedPrecondition)
  }

  @Test func tablesThatChange() throws {
    let table = try Table("MutableHashTableV2")
    let insert = try table.node("LookupTableInsertV2", try texts("a", "b"), try Tensor([Int64(1), 2], shape: [2]))
    let remove = try table.node("LookupTableRemoveV2", try texts("a"))
    let export = try table.graph.addNode(
      "LookupTableExportV2", [table.handle], attributes: ["Tkeys": .type(.string), "Tvalues": .type(.int64)])
    let session = Session(graph: table.graph)
    _ = try session.run(fetches: [], targets: [insert])
    #expect(try session.run(fetches: export.outputs)[1].integers() == [1, 2])
    _ = try session.run(fetches: [], targets: [remove])
    #expect(try session.run(fetches: export.outputs)[0].strings.map(\.text) == ["b"])
  }

  @Test func keysOfTheWrongTypeAndShape() throws {
    let table = try Table("HashTableV2")
    let find = try table.node("LookupTableFindV2", try Tensor([Int64(1)], shape: [1]), Tensor(scalar: Int64(-1)))
    #expect(code { _ = try Session(graph: table.graph).run(fetches: find.outputs) } == .invalidArgument)
    #expect(throws: EngineError.self) {
      _ = try table.node("LookupTableImportV2", try texts("a", "b"), try Tensor([Int64(1)], shape: [1]))
    }
  }
}
