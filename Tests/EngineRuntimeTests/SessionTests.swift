import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime
import EngineTestSupport
import Testing

@Suite struct SessionTests {
  let graph: Graph
  let session: Session

  init() throws {
    OpCatalog.install()
    graph = Graph()
    session = Session(graph: graph)
  }

  private func constant(_ value: Float) throws -> Output { try graph.constant(Tensor([value], shape: [1])) }

  private func value(_ output: Output, _ feeds: [(Output, Tensor)] = []) throws -> [Double] {
    try session.run(fetches: [output], feeds: feeds)[0].doubles()
  }

  /// The nodes that a run executes, in order.
  private func names(_ fetches: [Output], _ feeds: [(Output, Tensor)]) throws -> [String] {
    let done = try session.run(fetches: fetches, feeds: feeds, options: RunOptions(traceLevel: .full))
    return try #require(done.metadata.trace).map(\.node.name)
  }

  @Test func runsOnlyWhatTheFetchesNeed() throws {
    let input = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)]).output()
    let one = (input, try Tensor([Float(1)], shape: [1]))
    let sum = try graph.addNode("AddV2", [input, input])
    let unused = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)])
    _ = try graph.addNode("AddV2", [unused.output(), input])
    #expect(try names([sum.output()], [one]) == [sum.name])
    #expect(try value(sum.output(), [one]) == [2])
  }

  @Test func aFeedReplacesANodeAndWhatItNeeds() throws {
    let unfed = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)])
    let middle = try graph.addNode("Neg", [unfed.output()])
    let end = try graph.addNode("AddV2", [middle.output(), middle.output()])
    #expect(try value(end.output(), [(middle.output(), Tensor([Float(3)], shape: [1]))]) == [6])
    // A fed constant gives way, too, and comes back in the next run.
    let one = try constant(1)
    let negative = try graph.addNode("Neg", [one])
    #expect(try value(negative.output(), [(one, Tensor([Float(5)], shape: [1]))]) == [-5])
    #expect(try value(negative.output()) == [-1])
  }

  @Test func aFeedMayBeFetched() throws {
    let one = try constant(1)
    #expect(try value(one, [(one, Tensor([Float(9)], shape: [1]))]) == [9])
  }

  @Test func controlInputsRunFirstAndOnlyWhereNeeded() throws {
    let input = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)]).output()
    let one = (input, try Tensor([Float(1)], shape: [1]))
    let first = try graph.addNode("Neg", [input])
    let second = try graph.addNode("Exp", [input], controlInputs: [first])
    #expect(try names([second.output()], [one]) == [first.name, second.name])
    #expect(try names([first.output()], [one]) == [first.name])
  }

  @Test func errorsNameTheNode() throws {
    let unfed = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)], name: "missing")
    let node = try graph.addNode("Neg", [unfed.output()])
    let error = #expect(throws: EngineError.self) { try session.run(fetches: [node.output()]) }
    #expect(error?.nodeName == "missing")
    // The frame of a failed run serves the next.
    #expect(try value(node.output(), [(unfed.output(), Tensor([Float(2)], shape: [1]))]) == [-2])
  }

  @Test func concurrentRunsKeepTheirValuesApart() async throws {
    let input = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)]).output()
    let doubled = try graph.addNode("AddV2", [input, input]).output()
    let result = try graph.addNode("Neg", [doubled]).output()
    let session = session
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<200 {
            let number = Float(task * 1000 + round)
            let feed = try Tensor([number], shape: [1])
            let got = try session.run(fetches: [result], feeds: [(input, feed)])[0].doubles()
            if got != [Double(-2 * number)] { return false }
          }
          return true
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  @Test func plansAreKept() throws {
    let one = try constant(1)
    let output = try graph.addNode("Neg", [one]).output()
    let plan = try session.plan(fetches: [output], targets: [], feeds: [])
    #expect(try session.plan(fetches: [output], targets: [], feeds: []) === plan)
    #expect(try session.plan(fetches: [output], targets: [], feeds: [one]) !== plan)
    #expect(try session.plan(fetches: [output, output], targets: [], feeds: []) !== plan)
    // Many others may drive it out, and it is made again.
    for _ in 0..<300 { _ = try value(try graph.addNode("Neg", [one]).output()) }
    #expect(try value(output) == [-1])
  }

  @Test func graphsGrowBetweenRuns() throws {
    let one = try constant(1)
    #expect(try value(one) == [1])
    let two = try graph.addNode("AddV2", [one, one]).output()
    #expect(try value(two) == [2])
  }

  @Test func fetchesMayRepeatAndBeEmpty() throws {
    let one = try constant(1)
    let results = try session.run(fetches: [one, one])
    #expect(try results.map { try $0.doubles() } == [[1], [1]])
    #expect(try session.run(fetches: []).isEmpty)
  }

  @Test func variablesBelongToTheSession() throws {
    let handle = try graph.addNode(
      "VarHandleOp", attributes: ["dtype": .type(.float32), "shape": .shape(Shape(known: [1]))], name: "v")
    let assign = try graph.addNode(
      "AssignVariableOp", [handle.output(), constant(5)], attributes: ["dtype": .type(.float32)])
    let read = try graph.addNode("ReadVariableOp", [handle.output()], attributes: ["dtype": .type(.float32)]).output()
    let error = #expect(throws: EngineError.self) { try session.run(fetches: [read]) }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.message.contains("uninitialized") == true)
    _ = try session.run(fetches: [], targets: [assign])
    #expect(try value(read) == [5])
    let other = Session(graph: graph)
    #expect(throws: EngineError.self) { try other.run(fetches: [read]) }
  }

  /// Reads run as soon as they can: they see what was there before the run's updates, unless they wait for one.
  @Test func readsBeforeAndAfterUpdates() throws {
    let handle = try graph.addNode(
      "VarHandleOp", attributes: ["dtype": .type(.float32), "shape": .shape(Shape(known: [1]))], name: "v")
    let dtype: [String: AttributeValue] = ["dtype": .type(.float32)]
    let assign = try graph.addNode("AssignVariableOp", [handle.output(), constant(1)], attributes: dtype)
    _ = try session.run(fetches: [], targets: [assign])
    let update = try graph.addNode("AssignAddVariableOp", [handle.output(), constant(1)], attributes: dtype)
    let free = try graph.addNode("ReadVariableOp", [handle.output()], attributes: dtype)
    let waiting = try graph.addNode("ReadVariableOp", [handle.output()], attributes: dtype, controlInputs: [update])
    let results = try session.run(fetches: [free.output(), waiting.output()], targets: [update])
    #expect(try results.map { try $0.doubles() } == [[1], [2]])
  }

  @Test func feedsAndFetchesAreChecked() throws {
    let shape = AttributeValue.shape(Shape(known: [2]))
    let input = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32), "shape": shape]).output()
    #expect(throws: EngineError.self) { try value(input, [(input, Tensor([Float(1)], shape: [1]))]) }
    #expect(throws: EngineError.self) { try value(input, [(input, Tensor([1.0, 2.0], shape: [2]))]) }
    let other = Graph()
    let stranger = try other.constant(Tensor([Float(1)], shape: [1]))
    #expect(throws: EngineError.self) { try session.run(fetches: [stranger]) }
    #expect(throws: EngineError.self) { try value(input, [(stranger, Tensor([Float(1)], shape: [1]))]) }
    withExtendedLifetime(other) {}
  }

  @Test func aClosedSessionRefusesToRun() throws {
    let one = try constant(1)
    let prepared = try session.prepare(fetches: [one])
    #expect(try prepared.run([])[0].doubles() == [1])
    #expect(throws: EngineError.self) { try prepared.run([Tensor([Float(1)], shape: [1])]) }
    session.close()
    #expect(session.isClosed)
    #expect(throws: EngineError.self) { try session.run(fetches: [one]) }
    #expect(throws: EngineError.self) { try prepared.run([]) }
  }

  @Test func aCancelledSessionStops() throws {
    let node = try graph.addNode("Neg", [constant(1)])
    session.environment.cancellation.cancel()
    let error = #expect(throws: EngineError.self) { try session.run(fetches: [node.output()]) }
    #expect(error?.code == .cancelled)
    session.environment.cancellation.reset()
    #expect(try value(node.output()) == [-1])
  }
}
