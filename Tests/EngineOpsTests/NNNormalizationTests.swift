import EngineCore
import EngineGraph
import Testing

private func isClose(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 2e-6 * max(1, abs($1)) }
}

/// Expected values are TensorFlow 2.15.1's.
@Suite struct NNNormalizationTests {
  private func norm(_ scratch: Scratch, _ attributes: [String: AttributeValue], mean: [Float], variance: [Float]) throws
    -> Node
  {
    try scratch.graph.addNode(
      "FusedBatchNormV3",
      [
        try scratch.floats((0..<8).map { Float($0) }, [1, 2, 2, 2]), try scratch.floats([1, 2], [2]),
        try scratch.floats([0.5, 0], [2]), try scratch.floats(mean, [2]), try scratch.floats(variance, [2]),
      ], attributes: attributes.merging(["epsilon": .float(0.001)]) { $1 })
  }

  @Test func training() throws {
    let scratch = Scratch()
    let node = try norm(scratch, [:], mean: [0, 0], variance: [1, 1])
    let results = try scratch.session.run(fetches: node.outputs)
    #expect(
      isClose(
        try results[0].scalars(),
        [-0.8415066, -2.6830132, 0.05283114, -0.8943377, 0.9471688, 0.8943377, 1.8415066, 2.6830132]))
    #expect(try results[1].scalars(Float.self) == [3, 4])
    #expect(isClose(try results[2].scalars(), [6.666667, 6.666667]))
    #expect(try results[4].scalars(Float.self) == [5, 5])
    let blended = try norm(scratch, ["exponential_avg_factor": .float(0.1)], mean: [3, 2], variance: [1, 4])
    let running = try scratch.session.run(fetches: blended.outputs)
    #expect(isClose(try running[1].scalars(), [3, 2.2]))
    #expect(isClose(try running[2].scalars(), [1.5666666, 4.2666664]))
  }

  @Test func gradients() throws {
    let scratch = Scratch()
    let g = try scratch.floats([1, 2, 3, 4, -1, 0, 2, 5], [1, 2, 2, 2])
    let x = try scratch.floats((0..<8).map { Float($0 * $0) }, [1, 2, 2, 2])
    func run(_ mean: [Float], _ variance: [Float], _ isTraining: Bool) throws -> [[Float]] {
      let node = try scratch.graph.addNode(
        "FusedBatchNormGradV3",
        [
          g, x, try scratch.floats([1, 2], [2]), try scratch.floats(mean, [2]), try scratch.floats(variance, [2]),
          try scratch.floats([0], []),
        ], attributes: ["epsilon": .float(0.001), "is_training": .bool(isTraining)])
      return try scratch.session.run(fetches: Array(node.outputs.prefix(3))).map { try $0.scalars() }
    }
    let training = try run([14, 21], [196, 336], true)
    #expect(
      isClose(
        training[0],
        [-0.0204081, 0.00259758, 0.12317754, 0.18704349, -0.16034946, -0.316935, 0.05758001, 0.12729393]))
    #expect(isClose(training[1], [-0.14285684, 2.8368282]))
    #expect(isClose(training[2], [5, 11]))
    let inference = try run([1, 2], [3, 4], false)
    #expect(
      isClose(
        inference[0], [0.5772541, 1.9997501, 1.7317624, 3.9995003, -0.5772541, 0, 1.1545082, 4.9993753]))
    #expect(isClose(inference[1], [36.36701, 130.4837]))
  }

  @Test func localResponse() throws {
    let scratch = Scratch()
    let x = try scratch.floats([1, -2, 3, 0.5, -1, 2, 0.25], [1, 1, 1, 7])
    let attributes: [String: AttributeValue] = [
      "depth_radius": .int(2), "bias": .float(1), "alpha": .float(0.5), "beta": .float(0.75),
    ]
    let y = try scratch.graph.op("LRN", x, attributes: attributes)
    #expect(
      isClose(
        try scratch.float(y),
        [0.2102241, -0.41558754, 0.59607637, 0.08808941, -0.20719635, 0.75640273, 0.09704959]))
    let dy = try scratch.floats([1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 7])
    let dx = try scratch.graph.op("LRNGrad", dy, x, y, attributes: attributes)
    #expect(
      isClose(
        try scratch.float(dx),
        [0.11174127, 0.66475433, 0.5081142, 0.23443061, 2.1975613, 0.25704584, 2.472393]))
  }

  @Test func labelsOutOfRange() throws {
    let scratch = Scratch()
    let node = try scratch.graph.addNode(
      "SparseSoftmaxCrossEntropyWithLogits",
      [try scratch.floats([1, 2, 3, 4, 5, 6], [2, 3]), try scratch.ints([1, 5])])
    let error = engineError { _ = try scratch.run(node.output()) }
    #expect(error?.code == .invalidArgument)
    #expect(
      error?.message.contains(
        "Received a label value of 5 which is outside the valid range of [0, 3).  Label values: 1 5") == true)
  }
}
