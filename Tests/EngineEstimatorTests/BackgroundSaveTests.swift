import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite struct BackgroundSaveTests {
  let directory: TemporaryDirectory
  let model: ToyModel
  let session: Session

  init() throws {
    directory = try TemporaryDirectory()
    model = try ToyModel()
    session = Session(graph: model.graph)
    _ = try session.run(fetches: [], targets: [try model.graph.globalVariablesInitializer()])
  }

  private func step() throws { _ = try session.run(fetches: [], targets: [model.trainOp]) }

  private func start(_ saver: Saver, _ step: Int, isHurried: Bool = false) throws -> PendingSave? {
    try saver.startSave(
      session, directory.file("model.ckpt"), step: step, writesMetaGraph: true, isHurried: isHurried)
  }

  private func weight(_ step: Int) throws -> Double {
    try CheckpointFiles.value(named: "w", in: directory.file("model.ckpt-\(step)")).floatScalar()
  }

  @Test(arguments: [false, true]) func snapshotsAreOfOneMoment(isHurried: Bool) throws {
    let saver = Saver(maxToKeep: 2)
    try saver.build(model.graph)
    var pending: [PendingSave] = []
    for number in 0..<20 {
      pending.append(try #require(try start(saver, number, isHurried: isHurried)))
      try step()
    }
    // Who asks for the list gets it as it is after the saves.
    #expect(saver.lastCheckpoints == [18, 19].map { directory.file("model.ckpt-\($0)") })
    #expect(pending.allSatisfy { $0.isDone })
    for save in pending { try save.finish() }
    for number in [18, 19] { #expect(abs(try weight(number) - (1 - 0.1 * Double(number))) < 1e-5) }
    #expect(
      directory.names
        == ["checkpoint"]
        + [18, 19].flatMap { number in
          ["data-00000-of-00001", "index", "meta"].map { "model.ckpt-\(number).\($0)" }
        })
  }

  @Test func failuresComeWithTheEndOfTheSave() throws {
    let saver = Saver()
    try saver.build(model.graph)
    try start(saver, 1)?.finish()
    // A folder in the place of a file cannot be replaced by one.
    try FileSystem.makeDirectories(directory.file("model.ckpt-2.data-00000-of-00001"))
    let failing = try #require(try start(saver, 2))
    #expect(throws: EngineError.self) { try failing.finish() }
    #expect(try CheckpointFiles.latest(in: directory.path) == directory.file("model.ckpt-1"))
    #expect(saver.lastCheckpoints == [directory.file("model.ckpt-1")])
    try step()
    try start(saver, 3)?.finish()
    #expect(try CheckpointFiles.latest(in: directory.path) == directory.file("model.ckpt-3"))
    #expect(!directory.names.contains { $0.contains("temp") })
  }

  @Test func mixedSavesKeepTheirOrder() throws {
    let saver = Saver(maxToKeep: 3)
    try saver.build(model.graph)
    for number in stride(from: 0, to: 12, by: 2) {
      _ = try start(saver, number)
      try step()
      try saver.save(session, directory.file("model.ckpt"), step: number + 1)
      try step()
    }
    #expect(saver.lastCheckpoints == [9, 10, 11].map { directory.file("model.ckpt-\($0)") })
    #expect(try CheckpointFiles.latest(in: directory.path) == directory.file("model.ckpt-11"))
    let weights = try [weight(10), weight(11)]
    #expect(abs(weights[0]) < 1e-5 && abs(weights[1] + 0.1) < 1e-5)
  }

  /// A saver that the program has changed does its saving itself.
  @Test func subclassesSaveThemselves() throws {
    final class Own: Saver {}
    let saver = Own()
    try saver.build(model.graph)
    #expect(try start(saver, 1) == nil)
    #expect(directory.names.isEmpty)
  }

  @Test func hooksOfTheProgramAreKnown() throws {
    #expect(SessionRunHook().programMethods == .all)
    #expect(NanTensorHook(loss: .output(model.loss)).programMethods == [])
    #expect(try LoggingTensorHook([("x", .output(model.loss))], everyIterations: 1).programMethods == [])
    let formatted = try LoggingTensorHook([("x", .output(model.loss))], everyIterations: 1) { _ in "" }
    #expect(formatted.programMethods == formatted.methods)
    #expect(try StopAtStepHook(stepCount: 1).programMethods == [])
  }

  @Test func memoryIsMeasured() {
    #expect(FreeMemory.allows(1 << 20))
    #expect(!FreeMemory.allows(1 << 50))
  }
}
