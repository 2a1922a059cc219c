import SwiftEstimator
import Testing

@testable import ExportAndServe

/// The example program's parts.
@Suite(.serialized) struct ExportAndServeTests {
  private let points: [Float] = [0, 0, 1, 0, 0.5, -0.5, -2, 3]

  private func isClose(_ a: [Float], _ b: [Float], _ tolerance: Float = 0.01) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < tolerance }
  }

  @Test func exportsServeWhatWasTrained() throws {
    try withDirectory { directory in
      let trained = try trainAndExport(directory: directory)
      let heights = PlaneModel.heights(of: points)
      #expect(trained.metrics["global_step"] == 200)
      #expect(try #require(trained.metrics["error"]) < 0.001)
      #expect(try #require(trained.metrics["loss"]) < 1e-5)
      #expect(trained.exports.keys.sorted() == ["best", "final", "latest"])

      let best = try serve(try #require(trained.exports["best"]), points: points)
      let latest = try serve(try #require(trained.exports["latest"]), points: points)
      let examples = try serveExamples(try #require(trained.exports["final"]), points: points)
      let asked = try ask(trained.estimator, points: points)
      #expect(isClose(best, heights) && isClose(latest, heights))
      // All of them hold the weights of the last checkpoint.
      #expect(best == asked && latest == asked && examples == asked)

      func exports(_ name: String) throws -> Int { try FileSystem.listDirectory("\(directory)/export/\(name)").count }
      #expect(try exports("latest") == 2)
      #expect(try exports("final") == 1)
      // The weights stay as they are from step 100 on, so later evaluations are no better.
      #expect(try exports("best") == 2)

      // The scaffold's saver keeps two checkpoints, and its local variable is in none.
      let checkpoints = try FileSystem.listDirectory(directory).filter { $0.hasSuffix(".index") }.sorted()
      #expect(checkpoints == ["model.ckpt-150.index", "model.ckpt-200.index"])
      #expect(try trained.estimator.variableNames() == ["global_step", "plane/shift", "plane/weights"])
    }
  }

  @Test func warmStartsBeginWhereAnotherModelIs() throws {
    try withDirectory { directory in
      let first = "\(directory)/first"
      _ = try trainAndExport(directory: first, steps: 100)
      let loss = try warmStart(from: first, directory: "\(directory)/second")
      #expect(loss < 1e-3)
      let second = try PlaneModel.estimator(modelDir: "\(directory)/second")
      #expect(try second.variableValue("global_step").integers() == [1])
      // From an export, too.
      let export = try #require(
        try FileSystem.listDirectory("\(first)/export/final").first.map { "\(first)/export/final/\($0)" })
      #expect(try warmStart(from: export, directory: "\(directory)/third") == loss)
      expectFailure(.status, "nowhere") { _ = try warmStart(from: "\(directory)/nowhere", directory: "\(directory)/x") }
    }
  }

  @Test func sessionsStartAsTheScaffoldSays() throws {
    try withDirectory { directory in
      final class Probe: SessionRunHook {
        var starts: [Int] = []
        override var methods: HookMethods { [.afterCreateSession] }
        override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
          let local = session.graph.variables(in: CollectionName.localVariables)
          let variable = try #require(local.first { $0.nodeName == PlaneModel.sessionStarts })
          starts.append(try session.run(fetches: [variable.snapshot])[0].integerScalar())
        }
      }
      let probe = Probe()
      let data = try PlaneModel.dataset().batched(49)
      for _ in 0..<2 { try PlaneModel.estimator(modelDir: directory).train(on: data, steps: 1, hooks: [probe]) }
      #expect(probe.starts == [1, 1])
    }
  }
}

/// Loading what is no model, and asking for what is not there.
@Suite(.serialized) struct SavedModelTests {
  private func export(_ directory: String, _ inputs: [Mode: ServingInput.Builder]) throws -> String {
    let estimator = try PlaneModel.estimator(modelDir: "\(directory)/model")
    try estimator.train(on: PlaneModel.dataset().batched(49), steps: 1)
    return try estimator.exportSavedModel(to: "\(directory)/exports", inputs: inputs)
  }

  @Test func mistakesAreNamed() throws {
    try withDirectory { directory in
      expectFailure(.os, "SavedModel file does not exist at: \(directory)") { _ = try SavedModel(at: directory) }
      let path = try export(directory, [.predict: PlaneModel.rawInput])
      #expect(SavedModelLoader.isSavedModel(path) && !SavedModelLoader.isSavedModel(directory))
      expectFailure(.runtime, "with available tags '[{'serve'}]'") { _ = try SavedModel(at: path, tags: ["train"]) }
      let model = try SavedModel(at: path)
      #expect(model.signatures.keys.sorted() == ["serving_default"])
      #expect(model.signatures["serving_default"]?.method == "tensorflow/serving/predict")
      let points = try Tensor([Float(1), 2], shape: [1, 2])
      expectFailure(.value, "Available signatures are [\"serving_default\"]") {
        _ = try model.predict(["point": points], signature: "other")
      }
      expectFailure(.value, "takes [\"point\"], got []") { _ = try model.predict([:]) }
      expectFailure(.value, "Cannot feed value of shape") {
        _ = try model.predict(["point": Tensor([Float(1)], shape: [1])])
      }
      expectFailure(.type, "Cannot feed a int32 value") {
        _ = try model.predict(["point": Tensor([Int32(1), 2], shape: [1, 2])])
      }
      #expect(try model.predict(["point": points]).keys.sorted() == ["height"])
      model.close()
      expectFailure(.runtime, "closed Session") { _ = try model.predict(["point": points]) }
    }
  }

  @Test func everyModeHasItsGraph() throws {
    try withDirectory { directory in
      let supervised = ServingInput.raw(["point": (.float32, [nil, 2])], labels: (.float32, [nil]))
      let path = try export(directory, [.train: supervised, .evaluate: supervised, .predict: PlaneModel.rawInput])
      expectFailure(.value, "the SavedModel has 3 graphs") { _ = try SavedModel(at: path) }
      let training = try SavedModel(at: path, tags: ["train"])
      let signature = try #require(training.signatures["train"])
      #expect(signature.inputs.keys.sorted() == ["label", "point"])
      let (points, labels) = (
        try Tensor([Float(1), 0, 0, 1], shape: [2, 2]), try Tensor([Float(3.5), -1.5], shape: [2])
      )
      let outputs = try training.predict(["point": points, "label": labels], signature: "train")
      #expect(try #require(outputs["loss"]).floatScalar() > 0)
      let evaluation = try SavedModel(at: path, tags: ["eval"])
      let metrics = try evaluation.predict(["point": points, "label": labels], signature: "eval")
      #expect(
        metrics.keys.sorted() == ["loss", "metrics/error/update_op", "metrics/error/value", "predictions/height"])
    }
  }

  @Test func damagedFilesOnlyRaise() throws {
    try withDirectory { directory in
      let path = try export(directory, [.predict: PlaneModel.rawInput])
      let file = "\(path)/saved_model.pb"
      let bytes = try FileSystem.readFile(file)
      var random = SystemRandomNumberGenerator()
      for round in 0..<60 {
        var damaged = bytes
        let position = Int.random(in: 0..<bytes.count, using: &random)
        if round % 3 == 0 { damaged.removeSubrange(position...) } else { damaged[position] = .random(in: 0...255) }
        try AtomicFile.write(file, damaged)
        // Whatever comes of it, the process goes on.
        if let model = try? SavedModel(at: path) {
          _ = try? model.predict(["point": Tensor([Float(1), 2], shape: [1, 2])])
        }
      }
      try AtomicFile.write(file, ByteString("no message".utf8))
      expectFailure(.os, "Cannot parse file") { _ = try SavedModel(at: path) }
    }
  }

  @Test func inputsForServingAreChecked() throws {
    let graph = Graph()
    expectFailure(.value, "features must be defined") { _ = try ServingInput(features: [:]) }
    expectFailure(.value, "distinct keys") {
      _ = try ServingInput.raw(["label": (.float32, [nil])], labels: (.float32, [nil]))(graph)
    }
    let other = Graph()
    let input = try ServingInput.raw(["b": (.float32, [nil, 2]), "a": (.int64, [nil])])(other)
    #expect(input.features.keys.sorted() == ["a", "b"] && input.labels == nil)
    #expect(other.nodes.map(\.name) == ["a", "b"])
    let parsed = try ServingInput.parsing(["x": .init(.float32, shape: [2])])(graph)
    #expect(parsed.receivers.keys.sorted() == ["examples"])
    #expect(parsed.features["x"]?.shape == [nil, 2])
  }
}
