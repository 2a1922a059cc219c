import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime
import Testing

@Suite struct ControlTests {
  private func placeholder(_ graph: Graph, _ dtype: DType = .float32) throws -> Output {
    try graph.op("Placeholder", attributes: ["dtype": .type(dtype), "shape": .shape([])])
  }

  /// Adds a function to the graph.
  private func function(
    _ graph: Graph, _ name: String, _ types: [DType], _ make: (Graph, [Output]) throws -> [Output]
  ) throws {
    let body = Graph()
    body.outer = graph
    let inputs = try types.map { try placeholder(body, $0) }
    graph.addFunction(GraphFunction(name: name, body: body, inputs: inputs, outputs: try make(body, inputs)))
  }

  @Test func assertionShowsData() throws {
    let scratch = Scratch()
    let text = try scratch.graph.constant(Tensor(strings: ["a", "b"].map { Array($0.utf8) }, shape: [2]))
    let node = try scratch.graph.addNode(
      "Assert",
      arguments: [
        [try scratch.bool(false)],
        [
          try scratch.ints([1, 2, 3, 4, 5]), text, try scratch.floats([1.5], []),
          try scratch.floats([1, 2, 3, 4], [2, 2]), try scratch.graph.constant([true]),
          try scratch.floats([0.1, 1e-10, 1e20], [3]), try scratch.floats([100_000, 1_234_567], [2]),
        ],
      ], attributes: ["summarize": .int(3)])
    let error = engineError { try scratch.run(node) }
    #expect(error?.code == .invalidArgument)
    #expect(
      error?.message.contains(
        "assertion failed: [1 2 3...] [a b] [1.5] [[1 2][3...]...] [1] [0.1 1e-10 1e+20] [100000 1234567]") == true,
      "\(error?.message ?? "")")
  }

  @Test func hostFunctions() throws {
    let scratch = Scratch()
    let token = HostFunctionRegistry.register { inputs in
      [Tensor(scalar: try inputs[0].scalars(Float.self)[0] * 2)]
    }
    defer { HostFunctionRegistry.unregister(token) }
    func call(_ type: DType) throws -> Output {
      try scratch.graph.addNode(
        "PyFunc", arguments: [[try scratch.floats([3], [])]],
        attributes: ["token": .string(token), "Tout": .types([type])]
      ).output()
    }
    #expect(try scratch.float(try call(.float32)) == [6])
    let wrong = try call(.float64)
    #expect(engineError { _ = try scratch.run(wrong) }?.code == .invalidArgument)
  }

  @Test func branchesAndTheirGradients() throws {
    let scratch = Scratch()
    let graph = scratch.graph
    try function(graph, "square", [.float32, .float32]) { body, x in [try body.op("Mul", x[0], x[0])] }
    try function(graph, "product", [.float32, .float32]) { body, x in [try body.op("Mul", x[0], x[1])] }
    let condition = try placeholder(graph, .bool)
    let (x, y) = (try scratch.floats([3], []), try scratch.floats([5], []))
    let z = try graph.addNode(
      "StatelessIf", arguments: [[condition], [x, y]],
      attributes: [
        "then_branch": .function("square"), "else_branch": .function("product"), "Tout": .types([.float32]),
      ]
    ).output()
    #expect(z.shape == [])
    let gradients = try graph.gradients(of: [z], withRespectTo: [x, y])
    guard case .dense(let dx)? = gradients[0], case .dense(let dy)? = gradients[1] else {
      Issue.record("no gradients")
      return
    }
    for (value, expected) in [(true, [9, 6, 0]), (false, [15, 5, 3])] as [(Bool, [Float])] {
      let results = try scratch.session.run(fetches: [z, dx, dy], feeds: [(condition, Tensor(scalar: value))])
      #expect(try results.map { try $0.scalars(Float.self)[0] } == expected)
    }
  }

  @Test func loopsAndTheirGradients() throws {
    let scratch = Scratch()
    let graph = scratch.graph
    // i < 3; x *= w
    try function(graph, "condition", [.int32, .float32, .float32]) { body, v in
      [try body.op("Less", v[0], try body.constant(scalar: Int32(3)))]
    }
    try function(graph, "body", [.int32, .float32, .float32]) { body, v in
      [
        try body.op("AddV2", v[0], try body.constant(scalar: Int32(1))), try body.op("Mul", v[1], v[2]),
        try body.op("Identity", v[2]),
      ]
    }
    let (i, x, w) = (try scratch.int(0), try scratch.floats([2], []), try scratch.floats([5], []))
    let loop = try graph.addNode(
      "StatelessWhile", arguments: [[i, x, w]], attributes: ["cond": .function("condition"), "body": .function("body")])
    let results = try scratch.session.run(fetches: [loop.output(0), loop.output(1)])
    #expect(try results[0].integers() == [3])
    #expect(try results[1].scalars(Float.self) == [250])
    let gradients = try graph.gradients(of: [loop.output(1)], withRespectTo: [x, w])
    guard case .dense(let dx)? = gradients[0], case .dense(let dw)? = gradients[1] else {
      Issue.record("no gradients")
      return
    }
    #expect(try scratch.float(dx) == [125])
    #expect(try scratch.float(dw) == [150])
  }

  @Test func summaries() throws {
    let scratch = Scratch()
    let graph = scratch.graph
    func bytes(_ output: Output) throws -> [UInt8] { try scratch.run(output)[0].strings[0] }
    let tags = try graph.constant(Tensor(strings: ["a", "b"].map { Array($0.utf8) }, shape: [2]))
    let two = try graph.op("ScalarSummary", tags, try scratch.ints([1, 2]))
    #expect(
      try bytes(two) == Array("\n\u{08}\n\u{01}a\u{15}".utf8) + [0, 0, 0x80, 0x3f]
        + Array("\n\u{08}\n\u{01}b\u{15}".utf8) + [0, 0, 0, 0x40])
    let a = try graph.op("ScalarSummary", try scratch.text("a"), try scratch.floats([1], []))
    let b = try graph.op("ScalarSummary", try scratch.text("b"), try scratch.floats([2], []))
    #expect(try bytes(try graph.op("MergeSummary", arguments: [[a, b]])) == bytes(two))
    let twice = try graph.op("MergeSummary", arguments: [[a, a]])
    let error = engineError { _ = try scratch.run(twice) }
    #expect(error?.message.contains("Duplicate tag a found in summary inputs") == true)
    let bad = try graph.op("HistogramSummary", try scratch.text("h"), try scratch.floats([1, .nan], [2]))
    #expect(engineError { _ = try scratch.run(bad) }?.message.contains("Nan in summary histogram for") == true)
    let audio = try graph.op(
      "AudioSummaryV2", try scratch.text("t"), try scratch.floats([0, 0.5, 1, -1], [2, 2]),
      try scratch.floats([8000], []))
    let wave = try bytes(audio)
    #expect(wave.count == 170)
    #expect(wave.suffix(19).starts(with: [4, 0, 0, 0, 0xff, 0x7f, 0, 0x80]))
  }
}
