import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite struct MetaGraphTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A graph with a variable, one in parts and some collections, and a session in which they have values.
  private func trained() throws -> (graph: Graph, session: Session) {
    let model = try ToyModel()
    let graph = model.graph
    var request = VariableRequest("p", initializer: Ones())
    request.shape = [5, 2]
    request.partitioner = Partitioners.fixedSize(2)
    _ = try graph.getVariable(request)
    graph.addToCollection("results", .output(model.loss))
    graph.addToCollection("numbers", .object(PlainItem(.integer(3))))
    graph.addToCollection("texts", .object(PlainItem(.text(ByteString("abc".utf8)))))
    let session = Session(graph: graph)
    _ = try session.run(fetches: [], targets: [try graph.globalVariablesInitializer()])
    _ = try session.run(fetches: [], targets: [model.trainOp])
    return (graph, session)
  }

  @Test(arguments: [true, false]) func importedGraphsSaveAndRestore(isSharded: Bool) throws {
    let (graph, session) = try trained()
    let saver = Saver(isSharded: isSharded)
    try saver.build(graph)
    let count = graph.nodes.count
    let prefix = try #require(try saver.save(session, directory.file("m")))
    #expect(graph.nodes.count == count)  // the saver's nodes are in the file only

    for scope in ["", "again"] {
      let other = Graph()
      var importing = MetaGraphImport()
      importing.scope = scope
      let file = try ProtoMessage("MetaGraphDef", parsing: FileSystem.readFile(prefix + ".meta"))
      let restored = try #require(try importing.add(file, to: other).saver)
      let front = scope.isEmpty ? "" : scope + "/"
      #expect(
        other.globalVariables.map(\.name)
          == ["global_step:0", "w:0", "p/part_0:0", "p/part_1:0"].map { front + $0 })
      #expect(other.trainableVariables.map(\.name) == ["w:0", "p/part_0:0", "p/part_1:0"].map { front + $0 })
      #expect(other.globalVariables[2].saveSliceInfo?.fullShape == [5, 2])
      #expect(other.collection("numbers").count == 1)
      let there = Session(graph: other)
      try restored.restore(there, prefix)
      guard case .output(let loss)? = other.collection("results").first else {
        Issue.record("no result")
        continue
      }
      #expect(abs(try there.run(fetches: [loss])[0].floatScalar() - 1.8) < 1e-6)
      try restored.save(there, directory.file("copy"))
      for (name, _, _) in try CheckpointFiles.variables(prefix) {
        let copy = try CheckpointFiles.value(named: name, in: directory.file("copy"))
        #expect(
          try TensorCodec.serialized(copy) == TensorCodec.serialized(CheckpointFiles.value(named: name, in: prefix)))
      }
    }
  }

  @Test func aSaversNodesCanBeAdded() throws {
    let (graph, session) = try trained()
    let saver = Saver()
    try saver.build(graph)
    graph.finalize()
    let definition = try #require(try saver.saverDef(addingTo: graph))
    #expect(graph.isFinalized)
    #expect(definition.string("restore_op_name") == "save/restore_all")
    #expect(try saver.saverDef(addingTo: graph)?.serialized() == definition.serialized())
    let feed = [(try graph.output(named: "save/Const:0"), Tensor(string: directory.file("x")))]
    let saved = try graph.output(named: definition.string("save_tensor_name"))
    _ = try session.run(fetches: [saved], feeds: feed)
    #expect(try CheckpointFiles.variables(directory.file("x")).map(\.name) == ["global_step", "p", "w"])
  }

  @Test func unknownVariablesAreRefused() throws {
    let (graph, _) = try trained()
    var message = try GraphFiles.variableDef(graph.globalVariables[1])
    #expect(try MetaGraphImport.variable(message, in: graph).name == "w:0")
    message["initializer_name"] = "nope"
    #expect(throws: EngineError.self) { try MetaGraphImport.variable(message, in: graph) }
    message["is_resource"] = false
    #expect(throws: EngineError.self) { try MetaGraphImport.variable(message, in: graph) }
  }

  @Test func frozenGraphs() throws {
    let (graph, session) = try trained()
    let definition = try GraphCodec.graphDef(graph)
    let (frozen, count) = try FrozenGraph.make(definition, session, outputs: ["toy_loss"])
    #expect(count == 1)
    let other = Graph()
    let nodes = try other.importDefinition(GraphDefinition(frozen))
    let loss = try #require(nodes["toy_loss"])
    #expect(abs(try Session(graph: other).run(fetches: [loss.output()])[0].floatScalar() - 1.8) < 1e-6)
    #expect(throws: EngineError.self) { try FrozenGraph.make(definition, session, outputs: ["nope"]) }
    #expect(throws: EngineError.self) {
      try FrozenGraph.make(definition, Session(graph: graph), outputs: ["toy_loss"])
    }
  }
}
