import SwiftEstimator
import Testing

@Suite struct IrisTests {
  /// The example's data and model, end to end: train, evaluate, predict, go on from the checkpoint.
  @Test func learnsTheFlowers() throws {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let text = String(decoding: try FileSystem.readFile("/\(here)/examples/data/iris.csv"), as: UTF8.self)
    let rows = text.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
    #expect(rows.count == 150)
    let features = try Tensor(rows.flatMap { $0.prefix(4).compactMap { Float($0) } }, shape: [150, 4])
    let labels = try Tensor(rows.compactMap { Int32($0[4]) }, shape: [150])
    let dataset = try Dataset(features: ["x": features], labels: labels)
    let directory = try Platform.makeTemporaryDirectory()
    defer { try? FileSystem.removeTree(directory) }
    let estimator = try Estimator.denseClassifier(
      feature: "x", hiddenUnits: [16], classCount: 3, learningRate: 0.02, modelDir: directory,
      config: try RunConfig(randomSeed: 7))
    let training = dataset.shuffled(bufferSize: 150).repeated().batched(32)
    try estimator.train(on: training, steps: 300)
    try estimator.train(on: training, maxSteps: 400)
    let metrics = try estimator.evaluate(on: dataset.batched(50))
    #expect(try #require(metrics["accuracy"]).scalars(Float.self)[0] > 0.95)
    #expect(try #require(metrics["global_step"]).scalars(Int64.self) == [400])
    let predictions = try estimator.predict(on: dataset.batched(32), keys: ["class"])
    var correct = 0
    var count = 0
    while let row = try predictions.next() {
      if try row[0].integers()[0] == Int(try labels.scalars(Int32.self)[count]) { correct += 1 }
      count += 1
    }
    #expect(count == 150)
    #expect(correct > 142)
  }

  @Test func rowCountsMustAgree() throws {
    let features = try Tensor([Float](repeating: 0, count: 6), shape: [3, 2])
    let labels = try Tensor([Int32(0), 1], shape: [2])
    #expect(throws: EngineError.self) { try Dataset(features: ["x": features], labels: labels) }
  }
}
