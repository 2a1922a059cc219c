import SwiftEstimator
import Testing

/// Tensors whose graph is gone, and outputs that nodes do not have: errors, never the end of the process.
@Suite struct LifetimeTests {
  init() { OpCatalog.install() }

  private func orphan() throws -> Output {
    let graph = Graph()
    let sum = try graph.op("AddV2", graph.constant(scalar: Float(1)), graph.constant(scalar: Float(2)))
    return sum
  }

  @Test func tensorsOutliveTheirGraphs() throws {
    let output = try orphan()
    #expect(output.dtype == .float32 && output.shape == .scalar && output.name == "AddV2:0")
    let message = "The graph of 'AddV2' no longer exists"
    expectFailure(.runtime, message) { _ = try output.graph.op("Neg", output) }
    expectFailure(.runtime, message) { _ = try output.graph.constant(scalar: Float(1)) }
    expectFailure(.value, "must be from the same graph") { _ = try Graph().op("Neg", output) }
    expectFailure(.value, "not an element of this graph") {
      _ = try Session(graph: output.graph).run(fetches: [output])
    }
    expectFailure(.value, "not an element of this graph") {
      _ = try Session(graph: Graph()).run(fetches: [], targets: [output.node])
    }
    expectFailure(.runtime, message) { _ = try Losses.meanSquaredError(labels: output, predictions: output) }
    #expect(throws: EngineError.self) { try EstimatorSpec.predict(["x": output], in: Graph()) }
    #expect(throws: EngineError.self) { try output.graph.gradients(of: [output], withRespectTo: [output]) }
    // Unfinalizing does not bring it back.
    let graph = output.graph
    graph.unfinalize()
    expectFailure(.runtime, message) { _ = try graph.op("Neg", output) }
  }

  @Test func variablesOutliveTheirGraphs() throws {
    let variable = try Graph().variable(
      VariableRequest("w", initialValue: .tensor(Tensor(scalar: Float(1)))))
    #expect(variable.name == "w:0" && variable.shape == .scalar)
    expectFailure(.runtime, "The graph of 'w' no longer exists") { _ = try variable.graph.op("Neg", variable.snapshot) }
    #expect(throws: EngineError.self) { try GradientDescentOptimizer(0.1).minimize(variable.snapshot) }
  }

  @Test func graphsDoNotStayBecauseOfTheirTensors() throws {
    weak var graph: Graph?
    let output: Output
    do {
      let strong = Graph()
      graph = strong
      output = try strong.op("Neg", strong.constant(scalar: Float(1)))
      #expect(graph != nil)
    }
    #expect(graph == nil)
    #expect(output.node.inputs.isEmpty)
  }

  /// Each node of the chain holds the one before; their end must not nest.
  @Test func longChainsEnd() throws {
    var last: Output?
    do {
      let graph = Graph()
      var output = try graph.constant(scalar: Float(1))
      for _ in 0..<60_000 { output = try graph.op("Neg", output, name: "n\(graph.version)") }
      last = output
    }
    #expect(last?.exists == true)
    last = nil
  }

  @Test func outputsThatNodesDoNotHave() throws {
    let graph = Graph()
    let nothing = try graph.addNode("NoOp").output()
    let fourth = Output(node: try graph.constant(scalar: Float(1)).node, index: 3)
    let negative = Output(node: fourth.node, index: -1)
    for output in [nothing, fourth, negative] {
      #expect(!output.exists)
      #expect(output.shape == .unknown)
      expectFailure(.value, "there is no output \(output.index)") { _ = try graph.op("Identity", output) }
      expectFailure(.value, "there is no output \(output.index)") { try output.setShape(.scalar) }
      expectFailure(.value, "there is no output \(output.index)") {
        _ = try Session(graph: graph).run(fetches: [output])
      }
      expectFailure(.value, "there is no output \(output.index)") {
        _ = try Session(graph: graph).run(fetches: [], feeds: [(output, Tensor(scalar: Float(1)))])
      }
    }
  }
}
