import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime
import EngineTestSupport
import Testing

/// What plans leave out must not show: in values, in what may be fed and fetched, in errors.
@Suite struct PlanTests {
  init() { OpCatalog.install() }

  private func floats(_ graph: Graph, _ values: [Float], _ shape: [Int]? = nil) throws -> Output {
    try graph.constant(Tensor(values, shape: shape ?? [values.count]))
  }

  private func placeholder(_ graph: Graph, _ shape: Shape = [nil]) throws -> Output {
    try graph.op("Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape(shape)])
  }

  private func variable(_ graph: Graph, _ name: String, _ values: [Float]) throws -> (handle: Output, start: Node) {
    let handle = try graph.op(
      "VarHandleOp",
      attributes: [
        "dtype": .type(.float32), "shape": .shape(Shape(known: [values.count])), "shared_name": .string(name),
      ])
    return (handle, try graph.addNode("AssignVariableOp", [handle, try floats(graph, values)]))
  }

  private func read(_ graph: Graph, _ handle: Output, after: [Node] = []) throws -> Output {
    try graph.addNode("ReadVariableOp", [handle], attributes: ["dtype": .type(.float32)], controlInputs: after).output()
  }

  private func values(_ tensor: Tensor) throws -> [Float] { try tensor.scalars(Float.self) }

  @Test func feedsReplaceWhatWouldBeFolded() throws {
    let graph = Graph()
    let session = Session(graph: graph)
    let a = try floats(graph, [1, 2])
    let sum = try graph.op("AddV2", a, try floats(graph, [10, 20]))
    let same = try graph.op("Identity", sum)
    let product = try graph.op("Mul", same, try graph.constant(scalar: Float(1)))
    let shape = try graph.op("Shape", product)
    #expect(try session.run(fetches: [product]).map(values) == [[11, 22]])
    let five = try Tensor([5, 6] as [Float], shape: [2])
    for fed in [a, sum, same, product] {
      let results = try session.run(fetches: [product, same, sum, a], feeds: [(fed, five)])
      #expect(try values(results[0]) == (fed == a ? [15, 26] : [5, 6]))
      #expect(try values(results[3]) == (fed == a ? [5, 6] : [1, 2]))
      #expect(try values(results[1]) == (fed == a ? [15, 26] : fed == product ? [11, 22] : [5, 6]))
    }
    #expect(try session.run(fetches: [shape])[0].integers() == [2])
    let fed = try session.run(fetches: [shape], feeds: [(shape, try Tensor([9] as [Int32], shape: [1]))])
    #expect(try fed[0].integers() == [9])
  }

  @Test func readsAreTakenTogetherOnlyBetweenWrites() throws {
    let graph = Graph()
    let session = Session(graph: graph)
    let (v, start) = try variable(graph, "v", [1, 2])
    let (again, _) = try variable(graph, "v", [1, 2])
    _ = try session.run(fetches: [], targets: [start])
    let first = try read(graph, v)
    let second = try read(graph, again)
    let add = try graph.addNode("AssignAddVariableOp", [again, try floats(graph, [10, 10])])
    let third = try read(graph, v, after: [add])
    let results = try session.run(fetches: [first, second, third], targets: [add])
    #expect(try results.map(values) == [[1, 2], [1, 2], [11, 12]])
    // The writes came through another node with the same name; what was read stays what it was.
    _ = try session.run(fetches: [], targets: [add])
    #expect(try results.map(values) == [[1, 2], [1, 2], [11, 12]])
  }

  @Test func resultsOfEarlierRunsStay() throws {
    let graph = Graph()
    let session = Session(graph: graph)
    let x = try placeholder(graph)
    let y = try graph.op("AddV2", x, try graph.op("Neg", try graph.op("Mul", x, x)))
    let total = try graph.op("Sum", y, try graph.constant([Int32(0)]))
    var kept: [[Tensor]] = []
    for count in [3, 3, 5, 3, 3] {
      let numbers = (0..<count).map { Float($0 + kept.count) }
      kept.append(try session.run(fetches: [y, total], feeds: [(x, try Tensor(numbers, shape: [count]))]))
    }
    for (run, results) in kept.enumerated() {
      let expected = (0..<results[0].elementCount).map { Float($0 + run) - Float($0 + run) * Float($0 + run) }
      #expect(try values(results[0]) == expected)
      #expect(try values(results[1]) == [expected.reduce(0, +)])
    }
  }

  @Test func variablesAreNotChangedThroughTheMemoryOfResults() throws {
    let graph = Graph()
    let session = Session(graph: graph)
    let (v, start) = try variable(graph, "v", [1, 2])
    _ = try session.run(fetches: [], targets: [start])
    let doubled = try graph.op("Mul", try read(graph, v), try graph.constant(scalar: Float(2)))
    let assign = try graph.addNode("AssignVariableOp", [v, doubled])
    let add = try graph.addNode("AssignAddVariableOp", [v, try floats(graph, [1, 1])], controlInputs: [assign])
    let last = try read(graph, v, after: [add])
    var expected: [Float] = [1, 2]
    for _ in 0..<4 {
      let results = try session.run(fetches: [doubled, last], targets: [assign, add])
      #expect(try values(results[0]) == expected.map { $0 * 2 })
      expected = expected.map { $0 * 2 + 1 }
      #expect(try values(results[1]) == expected)
    }
  }

  @Test func failuresNameTheirNode() throws {
    let graph = Graph()
    let session = Session(graph: graph)
    let x = try placeholder(graph)
    let bad = try graph.op("Reshape", x, try graph.constant([Int32(2), 2]), name: "bad")
    let three = try Tensor([1, 2, 3] as [Float], shape: [3])
    for _ in 0..<2 {
      do {
        _ = try session.run(fetches: [bad], feeds: [(x, three)])
        Issue.record("the reshape should have failed")
      } catch let error as EngineError {
        #expect(error.nodeName == "bad")
      }
      // A failed run leaves nothing behind.
      let four = try Tensor([1, 2, 3, 4] as [Float], shape: [4])
      #expect(try session.run(fetches: [bad], feeds: [(x, four)])[0].shape == [2, 2])
    }
    let (v, _) = try variable(graph, "unset", [0])
    do {
      _ = try session.run(fetches: [try read(graph, v)])
      Issue.record("the read should have failed")
    } catch let error as EngineError {
      #expect(error.code == .failedPrecondition)
      #expect(error.nodeName?.hasPrefix("ReadVariableOp") == true)
    }
  }

  @Test func constantsThatCannotBeFoldedFailInTheRun() throws {
    let graph = Graph()
    let session = Session(graph: graph)
    let zero = try graph.op(
      "FloorDiv", try graph.constant([Int32(1)]), try graph.constant([Int32(0)]), name: "division")
    do {
      _ = try session.run(fetches: [zero])
      Issue.record("the division should have failed")
    } catch let error as EngineError {
      #expect(error.nodeName == "division")
    }
  }

  @Test func theBitsOfZeroStay() throws {
    let graph = Graph()
    let session = Session(graph: graph)
    let x = try placeholder(graph)
    let minus = try Tensor([-0.0] as [Float], shape: [1])
    let results = try session.run(
      fetches: [
        try graph.op("Sub", x, try graph.constant(scalar: Float(0))),
        try graph.op("Sub", x, try graph.constant(scalar: -Float(0))),
        try graph.op("AddV2", x, try graph.constant(scalar: Float(0))),
        try graph.op("Mul", try graph.constant(scalar: Float(1)), x),
      ], feeds: [(x, minus)])
    #expect(try results.map { try values($0)[0].sign } == [.minus, .plus, .plus, .minus])
  }
}
