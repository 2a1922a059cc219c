import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite struct SaverTests {
  let directory: TemporaryDirectory
  let model: ToyModel
  let session: Session

  init() throws {
    directory = try TemporaryDirectory()
    model = try ToyModel()
    session = Session(graph: model.graph)
    _ = try session.run(fetches: [], targets: [try model.graph.globalVariablesInitializer()])
  }

  private func built(_ saver: Saver) throws -> Saver {
    try saver.build(model.graph)
    return saver
  }

  private func step() throws { _ = try session.run(fetches: [], targets: [model.trainOp]) }
  private func weight(_ session: Session? = nil) throws -> Double {
    try (session ?? self.session).run(fetches: [model.weight.snapshot])[0].floatScalar()
  }

  @Test func roundTrip() throws {
    let saver = try built(Saver())
    try step()
    let prefix = try saver.save(session, directory.file("model.ckpt"), step: 7)
    #expect(prefix == directory.file("model.ckpt-7"))
    try step()
    let other = Session(graph: model.graph)
    try saver.restore(other, directory.file("model.ckpt-7"))
    #expect(abs(try weight(other) - 0.9) < 1e-6)
    #expect(abs(try weight() - 0.8) < 1e-6)
    let variables = try CheckpointFiles.variables(directory.file("model.ckpt-7"))
    #expect(variables.map(\.name) == ["global_step", "w"])
    #expect(variables.map(\.dtype) == [.int64, .float32])
  }

  @Test func rotationAndStateFile() throws {
    let saver = try built(Saver(maxToKeep: 2, savesRelativePaths: true))
    for number in [1, 2, 3] { try saver.save(session, directory.file("model.ckpt"), step: number) }
    #expect(
      directory.names == [
        "checkpoint", "model.ckpt-2.data-00000-of-00001", "model.ckpt-2.index", "model.ckpt-2.meta",
        "model.ckpt-3.data-00000-of-00001", "model.ckpt-3.index", "model.ckpt-3.meta",
      ])
    #expect(
      try directory.text("checkpoint") == """
        model_checkpoint_path: "model.ckpt-3"
        all_model_checkpoint_paths: "model.ckpt-2"
        all_model_checkpoint_paths: "model.ckpt-3"

        """)
    // Saving the same one again moves it to the end of the list.
    try saver.save(session, directory.file("model.ckpt"), step: 2)
    #expect(saver.lastCheckpoints.map { FileSystem.baseName(of: $0) } == ["model.ckpt-3", "model.ckpt-2"])
    #expect(try CheckpointFiles.latest(in: directory.path) == directory.file("model.ckpt-2"))
    // A later process takes the list over; what is gone is left out.
    let later = try built(Saver(maxToKeep: 2))
    later.recoverLastCheckpoints(
      [directory.file("gone-1")] + saver.lastCheckpoints)
    #expect(later.lastCheckpoints.map { FileSystem.baseName(of: $0) } == ["model.ckpt-3", "model.ckpt-2"])
    try later.save(session, directory.file("model.ckpt"), step: 4)
    #expect(!directory.names.contains("model.ckpt-3.index"))
  }

  @Test func everyNHoursKeepsForGood() throws {
    let saver = try built(Saver(maxToKeep: 1, keepEveryNHours: 1e-9))
    for number in [1, 2] {
      try saver.save(session, directory.file("m"), step: number)
      Platform.sleep(seconds: 0.01)
    }
    #expect(directory.names.contains("m-1.index"))
    #expect(saver.lastCheckpoints.map { FileSystem.baseName(of: $0) } == ["m-2"])
  }

  @Test func keepingAllNamesOnlyTheLatest() throws {
    let saver = try built(Saver(maxToKeep: nil))
    for number in [1, 2] { try saver.save(session, directory.file("m"), step: number, writesMetaGraph: false) }
    #expect(directory.names.contains("m-1.index") && !directory.names.contains("m-1.meta"))
    #expect(
      try directory.text("checkpoint") == """
        model_checkpoint_path: "\(directory.path)/m-2"
        all_model_checkpoint_paths: "\(directory.path)/m-2"

        """)
  }

  @Test func mistakes() throws {
    let saver = try built(Saver())
    expectFailure(.value, "Parent directory of /nowhere/m doesn't exist, can't save.") {
      try saver.save(session, "/nowhere/m", step: 1)
    }
    expectFailure(.value, "latest_filename") {
      try saver.save(session, directory.file("m"), latestFilename: "a/b")
    }
    expectFailure(.value, "The passed save_path is not a valid checkpoint") {
      try saver.restore(session, directory.file("none"))
    }
    expectFailure(.runtime, "`build()` should be called before save") {
      try Saver().save(session, directory.file("m"))
    }
    expectFailure(.value, "No variables to save") { try Saver().build(Graph()) }
    expectFailure(.value, "At least two variables have the same name: w") {
      let other = try ToyModel()
      _ = try Saver(variables: [("w", model.weight), ("w", other.weight)])
    }
  }

  @Test func restoreFailuresNameTheCause() throws {
    let saver = try built(Saver())
    try saver.save(session, directory.file("m"))
    let graph = Graph()
    let wrongShape = try graph.variable(VariableRequest("w", shape: Shape([2]), initializer: Zeros()))
    let unknown = try graph.variable(VariableRequest("other", shape: .scalar, initializer: Zeros()))
    let target = Session(graph: graph)
    do {
      try Saver(variables: [("w", wrongShape)]).restore(target, directory.file("m"))
      Issue.record("no failure")
    } catch let error as EngineError {
      #expect(error.code == .invalidArgument && error.kind == .status)
      #expect(error.message.hasPrefix("Restoring from checkpoint failed."))
      #expect(error.message.contains("a mismatch between the current graph"))
    }
    do {
      try Saver(variables: [("other", unknown)]).restore(target, directory.file("m"))
      Issue.record("no failure")
    } catch let error as EngineError {
      #expect(error.code == .notFound && error.kind == .status)
      #expect(error.message.contains("a Variable name or other graph key that is missing"))
      #expect(error.message.contains("Key other not found in checkpoint"))
    }
    let resource = try VariableStorage.resources(of: [wrongShape], in: target)
    #expect(resource.allSatisfy { !$0.isInitialized })
  }

  @Test func slicesOfAPartitionedVariable() throws {
    let graph = Graph()
    func part(_ name: String, rows: Int, offset: Int, _ values: [Float]) throws -> Variable {
      let variable = try graph.variable(
        VariableRequest(name, initialValue: .tensor(try Tensor(values, shape: [rows, 2]))))
      variable.saveSliceInfo = SaveSliceInfo(
        fullName: "table", fullShape: [3, 2], offset: [offset, 0], shape: [rows, 2])
      return variable
    }
    _ = try part("table/part_0", rows: 2, offset: 0, [1, 2, 3, 4])
    _ = try part("table/part_1", rows: 1, offset: 2, [5, 6])
    let session = Session(graph: graph)
    _ = try session.run(fetches: [], targets: [try graph.globalVariablesInitializer()])
    let saver = Saver()
    try saver.build(graph)
    try saver.save(session, directory.file("m"))
    #expect(try CheckpointFiles.variables(directory.file("m")).map(\.name) == ["table"])
    #expect(
      try CheckpointFiles.value(named: "table", in: directory.file("m")).scalars(Float.self) == [1, 2, 3, 4, 5, 6])
    // Another partitioning reads the same table.
    let whole = Graph()
    let table = try whole.variable(VariableRequest("table", shape: Shape([3, 2]), initializer: Zeros()))
    let restored = Session(graph: whole)
    try Saver(variables: [("table", table)]).restore(restored, directory.file("m"))
    #expect(try restored.run(fetches: [table.snapshot])[0].scalars(Float.self) == [1, 2, 3, 4, 5, 6])
  }

  @Test func savingWhatIsStoredLeavesTheFilesAlone() throws {
    let saver = try built(Saver())
    try saver.save(session, directory.file("m"), step: 1)
    let before = try FileSystem.status(directory.file("m-1.index")).modificationSeconds
    Platform.sleep(seconds: 0.02)
    try saver.save(session, directory.file("m"), step: 1)
    #expect(try FileSystem.status(directory.file("m-1.index")).modificationSeconds == before)
    try step()
    try saver.save(session, directory.file("m"), step: 1)
    #expect(abs(try CheckpointFiles.value(named: "w", in: directory.file("m-1")).floatScalar() - 0.9) < 1e-6)
    // A damaged one is written again.
    try AtomicFile.write(directory.file("m-1.data-00000-of-00001"), ByteString(repeating: 0, count: 12))
    try saver.save(session, directory.file("m"), step: 1)
    #expect(abs(try CheckpointFiles.value(named: "w", in: directory.file("m-1")).floatScalar() - 0.9) < 1e-6)
  }

  /// Whatever had been written when the process died, the checkpoint that the state file names can be restored.
  @Test func interruptedSavesLeaveThePreviousCheckpoint() throws {
    let saver = try built(Saver(maxToKeep: 1))
    try saver.save(session, directory.file("m"), step: 1)
    try step()
    // Half a save: a data file without an index, and temporary files.
    try AtomicFile.write(directory.file("m-2.data-00000-of-00001"), [1, 2, 3])
    let unfinished = try TensorBundleWriter(prefix: directory.file("m-2"))
    try unfinished.add("w", Tensor(scalar: Float(3)))
    #expect(try CheckpointFiles.latest(in: directory.path) == directory.file("m-1"))
    let other = Session(graph: model.graph)
    try saver.restore(other, directory.file("m-1"))
    #expect(try weight(other) == 1)
    unfinished.discard()
    // A complete checkpoint that the state file does not name yet changes nothing either.
    try saver.save(session, directory.file("m"), step: 2, writesState: false)
    #expect(try CheckpointFiles.latest(in: directory.path) == directory.file("m-1"))
    // The old one goes only after the new one has been named.
    try saver.save(session, directory.file("m"), step: 3)
    #expect(try CheckpointFiles.latest(in: directory.path) == directory.file("m-3"))
    #expect(!directory.names.contains("m-1.index"))
  }
}

@Suite struct DamagedCheckpointTests {
  @Test func theOneBeforeIsUsed() throws {
    let directory = try TemporaryDirectory()
    let model = try ToyModel()
    let session = Session(graph: model.graph)
    _ = try session.run(fetches: [], targets: [try model.graph.globalVariablesInitializer()])
    let saver = Saver()
    try saver.build(model.graph)
    for step in 1...3 { try saver.save(session, directory.file("m"), step: step) }
    let state = try #require(try CheckpointFiles.state(in: directory.file("")))
    #expect(CheckpointFiles.soundPath(of: state) == directory.file("m-3"))
    let data = directory.file("m-3.data-00000-of-00001")
    var bytes = try FileSystem.readFile(data)
    bytes[bytes.count - 1] ^= 1
    try AtomicFile.write(data, bytes)
    #expect(throws: EngineError.self) { try CheckpointFiles.verify(directory.file("m-3")) }
    #expect(CheckpointFiles.soundPath(of: state) == directory.file("m-2"))
    try AtomicFile.write(directory.file("m-2.index"), [1, 2, 3])
    #expect(CheckpointFiles.soundPath(of: state) == directory.file("m-1"))
    try AtomicFile.write(directory.file("m-1.index"), [])
    #expect(CheckpointFiles.soundPath(of: state) == directory.file("m-3"))
  }
}

@Suite struct ObjectCheckpointTests {
  @Test func namesComeFromTheTableOfObjects() throws {
    let directory = try TemporaryDirectory()
    let model = try ToyModel()
    var table = try ProtoMessage("TrackableObjectGraph")
    for (name, key) in [("w", "net/.ATTRIBUTES/VARIABLE_VALUE"), ("global_step", "step/.ATTRIBUTES/VARIABLE_VALUE")] {
      var attribute = try ProtoMessage("TrackableObjectGraph.TrackableObject.SerializedTensor")
      attribute["full_name"] = .string(name)
      attribute["checkpoint_key"] = .string(key)
      var object = try ProtoMessage("TrackableObjectGraph.TrackableObject")
      object.append("attributes", .message(attribute))
      table.append("nodes", .message(object))
    }
    let writer = try TensorBundleWriter(prefix: directory.file("objects"))
    try writer.add("net/.ATTRIBUTES/VARIABLE_VALUE", Tensor(scalar: Float(7)))
    try writer.add("step/.ATTRIBUTES/VARIABLE_VALUE", Tensor(scalar: Int64(4)))
    try writer.add("_CHECKPOINTABLE_OBJECT_GRAPH", Tensor(strings: [table.serialized()], shape: []))
    try writer.finish()
    let session = Session(graph: model.graph)
    let saver = Saver()
    try saver.build(model.graph)
    try saver.restore(session, directory.file("objects"))
    #expect(try session.run(fetches: [model.weight.snapshot])[0].floatScalar() == 7)
  }
}
