import SwiftEstimator
import Testing

@testable import SessionsAndHooks

@Suite struct ModeTests {
  @Test func modesAreTensorFlowsKeys() {
    #expect(Mode.allCases.map(\.rawValue) == [ModeKeys.train, ModeKeys.evaluate, ModeKeys.predict])
  }

  @Test func modelFunctionsGetTheMode() throws {
    let dataset = try Dataset(
      features: ["x": Tensor([Float(1), 2], shape: [2, 1])], labels: Tensor([Float(3), 6], shape: [2, 1]))
    var modes: [Mode] = []
    let directory = try Platform.makeTemporaryDirectory()
    defer { try? FileSystem.removeTree(directory) }
    let estimator = try Estimator(modelDir: directory) { features, labels, mode in
      modes.append(mode)
      let predictions = try Dense(in: features.graph, .init(units: 1))(features.tensor("x"))
      guard let labels else { return try .predict(["y": predictions], in: features.graph) }
      let loss = try Losses.meanSquaredError(labels: labels, predictions: predictions)
      if mode == .evaluate { return try .evaluate(loss: loss) }
      let optimizer = try GradientDescentOptimizer(0.1)
      return try .train(loss: loss, trainOp: optimizer.minimize(loss, globalStep: features.graph.globalStep()))
    }
    try estimator.train(on: dataset.repeated().batched(2), steps: 2)
    _ = try estimator.evaluate(on: dataset.batched(2))
    _ = try estimator.predict(on: dataset.batched(2)).next()
    #expect(modes == [.train, .evaluate, .predict])
  }
}

/// The example program's parts.
@Suite struct SessionsAndHooksTests {
  @Test func fitsTheLine() throws {
    let directory = try Platform.makeTemporaryDirectory()
    defer { try? FileSystem.removeTree(directory) }
    let result = try fitLine(directory: directory, goal: 1e-6)
    #expect(abs(result.slope - 2) < 0.01)
    #expect(abs(result.shift - 1) < 0.01)
    #expect(result.losses.count == result.steps)
    #expect(result.losses.last.map { $0 <= 1e-6 } == true)
    // The scaffold's guess of the slope: the first loss is smaller than that of a start at zero.
    let fromZero = try traceOneStep().loss
    #expect(result.losses[0] < fromZero)
    #expect(try FileSystem.listDirectory(directory).contains("model.ckpt-\(result.steps).index"))
    // A second run goes on from the checkpoint, where nothing is left to do.
    let again = try fitLine(directory: directory, goal: 1e-6)
    #expect(again.steps == 1)
    #expect(abs(again.slope - result.slope) < 1e-3)
  }

  @Test func tracesNameTheNodes() throws {
    let (loss, nodes) = try traceOneStep()
    #expect(loss > 1)
    #expect(nodes.contains { $0.contains("mean_squared_error") })
    #expect(!nodes.contains { $0.contains("GradientDescent") })
  }
}
