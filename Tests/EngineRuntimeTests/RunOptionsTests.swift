import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime
import EngineTestSupport
import Testing

@Suite struct RunOptionsTests {
  let graph: Graph
  let session: Session

  init() throws {
    OpCatalog.install()
    graph = Graph()
    session = Session(graph: graph)
  }

  @Test func tracesTellNodesTimesAndOutputs() throws {
    let input = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)]).output()
    let product = try graph.addNode("MatMul", [input, input], name: "product")
    let result = try graph.addNode("Neg", [product.output()], name: "result").output()
    let value = try Tensor([Float](repeating: 2, count: 9), shape: [3, 3])
    let done = try session.run(fetches: [result], feeds: [(input, value)], options: RunOptions(traceLevel: .full))
    #expect(try done.results[0].doubles() == [Double](repeating: -12, count: 9))
    let trace = try #require(done.metadata.trace)
    #expect(trace.map(\.node.name) == ["product", "result"])
    #expect(trace.allSatisfy { $0.durationNanoseconds >= 0 && $0.startMicroseconds > 1_000_000_000_000_000 })
    #expect(trace[0].startMicroseconds <= trace[1].startMicroseconds)
    #expect(trace[1].outputs.map(\.shape) == [[3, 3]])
    #expect(trace[1].outputs.map(\.byteCount) == [36])
    #expect(done.metadata.partition == nil)
  }

  @Test func plainOptionsTellNothing() throws {
    let one = try graph.constant(Tensor([Float(1)], shape: [1]))
    let done = try session.run(fetches: [try graph.addNode("Neg", [one]).output()], options: RunOptions())
    #expect(try done.results[0].doubles() == [-1])
    #expect(done.metadata.trace == nil)
  }

  @Test func partitionsAreTheNodesThatRan() throws {
    let input = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)]).output()
    let negative = try graph.addNode("Neg", [input])
    _ = try graph.addNode("Exp", [input])
    let done = try session.run(
      fetches: [negative.output()], feeds: [(input, Tensor(scalar: Float(1)))],
      options: RunOptions(outputsPartitionGraphs: true))
    #expect(done.metadata.partition?.map(\.name) == [negative.name])
    #expect(done.metadata.trace == nil)
  }

  @Test func wishesAreMerged() {
    let a = RunOptions(traceLevel: .software, timeoutInMilliseconds: 70, outputsPartitionGraphs: true)
    let b = RunOptions(traceLevel: .full, timeoutInMilliseconds: 20, interOpThreadPool: 3)
    let both = RunOptions(
      traceLevel: .full, timeoutInMilliseconds: 70, interOpThreadPool: 3, outputsPartitionGraphs: true)
    #expect(a.merged(with: b) == both)
    #expect(b.merged(with: a) == both)
  }

  @Test func wrongFeedsAreRefused() throws {
    let input = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)]).output()
    #expect(throws: EngineError.self) {
      try session.run(
        fetches: [input], feeds: [(input, Tensor(scalar: 1.0))], options: RunOptions(traceLevel: .full))
    }
    session.close()
    #expect(throws: EngineError.self) {
      try session.run(
        fetches: [input], feeds: [(input, Tensor(scalar: Float(1)))], options: RunOptions(traceLevel: .full))
    }
  }
}
