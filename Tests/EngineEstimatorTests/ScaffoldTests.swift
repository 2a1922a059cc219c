import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite struct ScaffoldTests {
  @Test func defaultsAreBuiltOnceAndKeptInCollections() throws {
    let model = try ToyModel()
    let scaffold = Scaffold()
    try scaffold.finalize(model.graph)
    #expect(model.graph.isFinalized)
    let initOp = try #require(scaffold.initOp)
    #expect(scaffold.readyOp?.dtype == .string)
    #expect(scaffold.readyForLocalInitOp?.dtype == .string)
    #expect(scaffold.localInitOp != nil && scaffold.saver != nil && scaffold.summaryOp == nil)
    for name in ["init_op", "ready_op", "ready_for_local_init_op", "local_init_op", "savers"] {
      #expect(model.graph.collection(name).count == 1, "\(name)")
    }
    try scaffold.finalize(model.graph)
    #expect(scaffold.initOp === initOp)
  }

  @Test func piecesComeFromCollections() throws {
    let model = try ToyModel()
    let mine = try model.graph.group([], name: "mine")
    model.graph.addToCollection("init_op", .node(mine))
    let scaffold = Scaffold()
    try scaffold.finalize(model.graph)
    #expect(scaffold.initOp === mine)
  }

  @Test(arguments: ["init_op", "local_init_op", "ready_op", "ready_for_local_init_op", "summary_op"])
  func severalPiecesAreRefused(collection: String) throws {
    let model = try ToyModel()
    for _ in 0..<2 {
      let isOperation = collection.hasSuffix("init_op") && !collection.hasPrefix("ready")
      let item: CollectionItem =
        isOperation
        ? .node(try model.graph.group([], name: "g"))
        : .output(try model.graph.constant(Tensor(strings: [], shape: [0])))
      model.graph.addToCollection(collection, item)
    }
    expectFailure(.runtime, "More than one item in the collection \"\(collection)\"") {
      try Scaffold().finalize(model.graph)
    }
  }

  @Test func copiesPreferTheirOwn() throws {
    let model = try ToyModel()
    let a = try model.graph.group([], name: "a")
    let b = try model.graph.group([], name: "b")
    let copy = Scaffold(localInitOp: b, copying: Scaffold(initOp: a, localInitOp: a))
    #expect(copy.initOp === a && copy.localInitOp === b)
  }

  @Test func readyOpsNameWhatIsMissing() throws {
    let model = try ToyModel()
    let scaffold = Scaffold()
    try scaffold.finalize(model.graph)
    let session = Session(graph: model.graph)
    let ready = try #require(scaffold.readyOp)
    func missing() throws -> [String] {
      try session.run(fetches: [ready])[0].strings.map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try missing() == ["global_step", "w"])
    _ = try session.run(fetches: [], targets: [try #require(scaffold.initOp)])
    #expect(try missing() == [])
  }

  @Test func managersPrepareRecoverAndWait() throws {
    let directory = try TemporaryDirectory()
    let model = try ToyModel()
    let saver = Saver()
    try saver.build(model.graph)
    let initOp = try model.graph.globalVariablesInitializer()
    let ready = try model.graph.reportUninitializedVariables()
    let step = try #require(try GlobalStep.read(in: model.graph))
    let manager = try SessionManager(graph: model.graph, readyOp: ready, retryInterval: 1)
    expectFailure(.runtime, "Model is not initialized and no init_op") { _ = try manager.prepareSession() }
    expectFailure(.runtime, "Init operations did not make model ready") {
      _ = try manager.prepareSession(initFunction: { _ in })
    }
    expectFailure(.status, "Session was not ready after waiting 0 secs.") {
      _ = try manager.waitForSession(maximumWait: 0)
    }
    let first = try manager.recoverSession(saver: saver, checkpointDirectory: directory.path)
    #expect(!first.isRecovered)
    let session = try manager.prepareSession(initOp: initOp, saver: saver, checkpointDirectory: directory.path)
    _ = try session.run(fetches: [], targets: [model.trainOp])
    try saver.save(session, directory.file("model.ckpt"), step: 1)
    let second = try manager.recoverSession(saver: saver, checkpointDirectory: directory.path)
    #expect(second.isRecovered)
    #expect(try GlobalStep.value(step, in: second.session) == 1)
    expectFailure(.value, "ready_for_local_init_op") {
      _ = try SessionManager(graph: model.graph, readyForLocalInitOp: ready)
    }
  }

  @Test func manySessionsOpenAndClose() throws {
    let model = try ToyModel()
    let initOp = try model.graph.globalVariablesInitializer()
    for _ in 0..<200 {
      let session = Session(graph: model.graph)
      _ = try session.run(fetches: [], targets: [initOp])
      _ = try session.run(fetches: [model.loss], targets: [model.trainOp])
      session.close()
      expectFailure(.runtime, "closed Session") { _ = try session.run(fetches: [model.loss]) }
    }
  }
}
