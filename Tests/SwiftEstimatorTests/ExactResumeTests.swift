import SwiftEstimator
import Testing

/// Exact resume, evaluations of several datasets and predictors, from Swift.
@Suite(.serialized) struct ExactResumeTests {
  private let features: Tensor
  private let labels: Tensor

  init() throws {
    features = try Tensor((0..<60).map { Float(($0 * 37) % 61) / 61 }, shape: [20, 3])
    labels = try Tensor((0..<20).map { Float($0 % 3) }, shape: [20])
  }

  private var dataset: Dataset { get throws { try Dataset(features: ["x": features], labels: labels) } }

  /// A linear model with noise on its input.
  private func estimator(_ directory: String, exact: Bool = true) throws -> Estimator {
    let config = try RunConfig(
      randomSeed: 5, saveCheckpointsSteps: .value(4), clusterConfiguration: nil
    ).replacing { $0.setExactResume(exact) }
    return try Estimator(modelDir: directory, config: config) { features, labels, mode in
      let graph = features.graph
      var x = try features.tensor("x")
      if mode == .train {
        let seeds = graph.randomSeeds(op: nil)
        let noise = try graph.op(
          "RandomStandardNormal", try graph.op("Shape", x),
          attributes: ["dtype": .type(.float32), "seed": .int(seeds.seed), "seed2": .int(seeds.seed2)])
        x = try graph.op("AddV2", x, noise)
      }
      let ones = try Tensor([Float](repeating: 1, count: 3), shape: [3, 1])
      let weight = try graph.variable(VariableRequest("w", initialValue: .tensor(ones)))
      let product = try graph.op("MatMul", x, weight.snapshot)
      let y = try graph.op("Reshape", product, try graph.constant(Tensor([Int32(-1)], shape: [1])))
      guard let labels else { return try .predict(["y": y], in: graph) }
      let loss = try Losses.meanSquaredError(labels: labels, predictions: y)
      if mode == .evaluate { return try .evaluate(loss: loss) }
      return try .train(
        loss: loss, trainOp: try AdamOptimizer(.number(0.01)).minimize(loss, globalStep: graph.globalStep()))
    }
  }

  private func withDirectories(_ count: Int, _ body: ([String]) throws -> Void) throws {
    let directories = try (0..<count).map { _ in try Platform.makeTemporaryDirectory() }
    defer { for directory in directories { try? FileSystem.removeTree(directory) } }
    try body(directories)
  }

  private func checkpoint(_ directory: String, _ step: Int) throws -> [ByteString] {
    try ["index", "data-00000-of-00001"].map {
      try FileSystem.readFile(FileSystem.join(directory, "model.ckpt-\(step).\($0)"))
    }
  }

  @Test func interruptedTrainingsEqualUnbrokenOnes() throws {
    try withDirectories(3) { directories in
      let training = try dataset.shuffled(bufferSize: 7).repeated().batched(3).prefetched(2)
      try estimator(directories[0]).train(on: training, maxSteps: 15)
      for end in [5, 6, 15] { try estimator(directories[1]).train(on: training, maxSteps: end) }
      for end in [5, 6, 15] { try estimator(directories[2], exact: false).train(on: training, maxSteps: end) }
      #expect(try checkpoint(directories[0], 15) == checkpoint(directories[1], 15))
      #expect(try checkpoint(directories[0], 15) != checkpoint(directories[2], 15))
      #expect(FileSystem.exists(FileSystem.join(directories[1], "model.ckpt-15.resume")))
      #expect(!FileSystem.exists(FileSystem.join(directories[2], "model.ckpt-15.resume")))
    }
  }

  @Test func damagedFilesLeadToAnOrdinaryResume() throws {
    try withDirectories(1) { directories in
      let training = try dataset.shuffled(bufferSize: 7).repeated().batched(3)
      try estimator(directories[0]).train(on: training, maxSteps: 5)
      let path = FileSystem.join(directories[0], "model.ckpt-5.resume")
      var bytes = try FileSystem.readFile(path)
      bytes[bytes.count / 2] ^= 1
      try AtomicFile.write(path, bytes)
      try estimator(directories[0]).train(on: training, maxSteps: 9)
      #expect(try estimator(directories[0]).variableValue("global_step").integers() == [9])
    }
  }

  @Test func evaluatesSeveralDatasetsAtOnce() throws {
    try withDirectories(1) { directories in
      let estimator = try estimator(directories[0])
      try estimator.train(on: try dataset.repeated().batched(3), steps: 3)
      let half = try Dataset(
        features: ["x": try Tensor([Float](repeating: 0.5, count: 12), shape: [4, 3])],
        labels: try Tensor([Float](repeating: 1, count: 4), shape: [4]))
      let other = try dataset.taking(7).batched(2)
      let many = try estimator.evaluateMany(on: [
        ("all", try dataset.batched(4)), ("half", half.batched(4)), ("few", other),
      ])
      #expect(many.count == 3)
      for (name, data) in [("all", try dataset.batched(4)), ("half", half.batched(4)), ("few", other)] {
        let single = try estimator.evaluate(on: data, name: "single_" + name)
        let result = try #require(many[name])
        #expect(try #require(result["loss"]).scalars(Float.self) == #require(single["loss"]).scalars(Float.self))
        #expect(FileSystem.isDirectory(estimator.evaluationDirectory(name: name)))
      }
      #expect(throws: EngineError.self) { try estimator.evaluateMany(on: [("a", other), ("a", other)]) }
    }
  }

  @Test func predictorsStayOpen() throws {
    try withDirectories(1) { directories in
      let estimator = try estimator(directories[0])
      try estimator.train(on: try dataset.repeated().batched(3), steps: 3)
      let predictor = try estimator.predictor(features: ["x": (.float32, [nil, 3])])
      let stream = try estimator.predict(on: try dataset.batched(20))
      let expected = try #require(try stream.nextBatch())[0].scalars(Float.self)
      for _ in 0..<3 { #expect(try predictor.predict([("x", features)])[0].scalars(Float.self) == expected) }
      #expect(try !predictor.refresh())
      try estimator.train(on: try dataset.repeated().batched(3), steps: 3)
      #expect(try predictor.refresh())
      #expect(try predictor.predict([("x", features)])[0].scalars(Float.self) != expected)
      #expect(throws: EngineError.self) { try predictor.predict([]) }
      predictor.close()
      #expect(throws: EngineError.self) { try predictor.predict([("x", features)]) }
    }
  }
}
