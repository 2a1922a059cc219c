import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime
import Testing

/// Saves the state of a session, brings it back in another session, and compares what both do from there.
@Suite struct IteratorStateTests {
  private typealias Build = (Pipeline) throws -> (Output, [String: AttributeValue]?)

  private static func function(
    _ pipeline: Pipeline, _ name: String, _ build: (Graph, Output) throws -> Output
  ) throws -> String {
    let body = Graph()
    body.outer = pipeline.graph
    let x = try body.op("Placeholder", attributes: ["dtype": .type(.int64), "shape": .shape([])])
    let y = try build(body, x)
    pipeline.graph.addFunction(GraphFunction(name: name, body: body, inputs: [x], outputs: [y]))
    return name
  }

  /// Adds a random number, so that the generator of the function's node matters.
  private static func noisy(_ pipeline: Pipeline) throws -> String {
    try function(pipeline, "noisy") { body, x in
      let shape = try body.constant(Tensor([Int32](), shape: [0]))
      let noise = try body.op(
        "RandomUniformInt", shape, try body.constant(scalar: Int64(0)), try body.constant(scalar: Int64(1000)),
        attributes: ["seed": .int(3), "seed2": .int(5)])
      return try body.op("AddV2", x, noise)
    }
  }

  private static func double(_ pipeline: Pipeline) throws -> String {
    try function(pipeline, "double") { body, x in try body.op("AddV2", x, x) }
  }

  private static func even(_ pipeline: Pipeline) throws -> String {
    try function(pipeline, "even") { body, x in
      let rest = try body.op("FloorMod", x, try body.constant(scalar: Int64(2)))
      return try body.op("Equal", rest, try body.constant(scalar: Int64(0)))
    }
  }

  /// `x, x + 1, x + 2` in an order drawn anew for each `x`.
  private static func shuffledRange(_ pipeline: Pipeline) throws -> String {
    try function(pipeline, "ranges") { body, x in
      let range = try body.op(
        "RangeDataset", x, try body.op("AddV2", x, try body.constant(scalar: Int64(3))),
        try body.constant(scalar: Int64(1)), attributes: pipeline.scalar)
      let (size, seed) = (try body.constant(scalar: Int64(2)), try body.constant(scalar: Int64(0)))
      return try body.op("ShuffleDataset", range, size, seed, seed, attributes: pipeline.scalar)
    }
  }

  private static func mapped(_ pipeline: Pipeline, _ input: Output, parallel: Int? = nil) throws -> Output {
    // Threads take random numbers in any order.
    let function = parallel == nil ? try noisy(pipeline) : try double(pipeline)
    let attributes = pipeline.scalar.merging(["f": .function(function)]) { $1 }
    guard let parallel else {
      return try pipeline.graph.op("MapDataset", arguments: [[input], []], attributes: attributes)
    }
    return try pipeline.graph.op(
      "ParallelMapDatasetV2", arguments: [[input], [], [try pipeline.scratch.long(parallel)]], attributes: attributes)
  }

  private static var pipelines: [(name: String, build: Build)] {
    [
      ("range", { (try $0.range(40), nil) }),
      ("repeat", { (try $0.transform("RepeatDataset", try $0.range(5), -1), nil) }),
      ("skip", { (try $0.transform("SkipDataset", try $0.range(40), 9), nil) }),
      ("take", { (try $0.transform("TakeDataset", try $0.range(40), 17), nil) }),
      ("shuffle", { (try $0.shuffle(try $0.range(40), 7, seeds: (1, 2)), nil) }),
      ("shuffle of any seed", { (try $0.shuffle(try $0.range(40), 7, seeds: (0, 0)), nil) }),
      (
        "repeated shuffle",
        { (try $0.transform("RepeatDataset", try $0.shuffle(try $0.range(6), 4, seeds: (0, 0)), -1), nil) }
      ),
      (
        "the same shuffle repeated",
        {
          let shuffled = try $0.shuffle(try $0.range(6), 4, seeds: (0, 0), reshuffle: false)
          return (try $0.transform("RepeatDataset", shuffled, -1), nil)
        }
      ),
      (
        "shuffle and repeat",
        {
          let scratch = $0.scratch
          return (
            try $0.graph.op(
              "ShuffleAndRepeatDataset", try $0.range(6), try scratch.long(10), try scratch.long(3),
              try scratch.long(4),
              try scratch.long(-1), attributes: $0.scalar), nil
          )
        }
      ),
      ("map", { (try mapped($0, try $0.range(40)), nil) }),
      ("prefetch", { (try $0.transform("PrefetchDataset", try mapped($0, try $0.range(40)), 3), nil) }),
      ("parallel map", { (try mapped($0, try $0.range(40), parallel: 2), nil) }),
      (
        "filter",
        {
          let attributes = $0.scalar.merging(["predicate": .function(try even($0))]) { $1 }
          return (try $0.graph.op("FilterDataset", arguments: [[try $0.range(40)], []], attributes: attributes), nil)
        }
      ),
      (
        "flat map",
        {
          let attributes = $0.scalar.merging(["f": .function(try shuffledRange($0))]) { $1 }
          return (try $0.graph.op("FlatMapDataset", arguments: [[try $0.range(20)], []], attributes: attributes), nil)
        }
      ),
      (
        "interleave",
        {
          let attributes = $0.scalar.merging(["f": .function(try shuffledRange($0))]) { $1 }
          let (cycle, block) = (try $0.scratch.long(3), try $0.scratch.long(2))
          return (
            try $0.graph.op(
              "InterleaveDataset", arguments: [[try $0.range(20)], [], [cycle], [block]], attributes: attributes), nil
          )
        }
      ),
      (
        "cache",
        {
          let cached = try $0.graph.op(
            "CacheDataset", try mapped($0, try $0.range(6)), try $0.scratch.text(""), attributes: $0.scalar)
          return (try $0.transform("RepeatDataset", cached, -1), nil)
        }
      ),
      (
        "concatenate and shard",
        {
          let both = try $0.graph.op(
            "ConcatenateDataset", try $0.range(5), try $0.shuffle(try $0.range(50), 5, seeds: (0, 0)),
            attributes: $0.scalar)
          return (
            try $0.graph.op(
              "ShardDataset", both, try $0.scratch.long(2), try $0.scratch.long(1), attributes: $0.scalar), nil
          )
        }
      ),
      (
        "batch and unbatch",
        {
          let pairs = $0.attributes([.int64], [[nil]])
          let batches = try $0.batch(try $0.range(40), 4, pairs)
          return (try $0.graph.op("UnbatchDataset", batches, attributes: $0.scalar), nil)
        }
      ),
      (
        "zip of slices",
        {
          let rows = try $0.graph.op(
            "TensorSliceDataset", arguments: [[try $0.scratch.longs(Array(100..<112))]],
            attributes: ["output_shapes": .shapes([[]])])
          let single = try $0.graph.op(
            "TensorDataset", arguments: [[try $0.scratch.long(7)]], attributes: ["output_shapes": .shapes([[]])])
          let pair = $0.attributes([.int64, .int64], [[], []])
          let repeated = try $0.transform("RepeatDataset", single, -1)
          let shuffled = try $0.shuffle(rows, 5, seeds: (0, 0))
          return (try $0.graph.op("ZipDataset", arguments: [[shuffled, repeated]], attributes: pair), pair)
        }
      ),
    ]
  }

  /// Up to `count` elements.
  private func take(_ next: [Output], _ count: Int, _ session: Session) throws -> [[Int]] {
    var result: [[Int]] = []
    while result.count < count {
      do {
        result.append(try session.run(fetches: next).flatMap { try $0.integers() })
      } catch let error as EngineError where error.code == .outOfRange {
        result.append([])
        return result
      }
    }
    return result
  }

  @Test(arguments: [0, 1, 5, 11, 25])
  func positionsComeBack(_ position: Int) throws {
    for (name, build) in IteratorStateTests.pipelines {
      let pipeline = Pipeline()
      let (dataset, attributes) = try build(pipeline)
      let (initializer, next) = try pipeline.iterate(dataset, attributes)
      let first = pipeline.scratch.session
      try pipeline.scratch.run(initializer)
      _ = try take(next, position, first)
      let saved = try first.environment.savedStates(graph: pipeline.graph)
      let second = Session(graph: pipeline.graph)
      _ = try second.run(fetches: [], targets: [initializer])
      // Is forgotten. (Generators that had not been used are not in what was saved, and are left alone.)
      if position > 0 { _ = try take(next, 2, second) }
      try second.environment.restore(saved, graph: pipeline.graph)
      let (expected, given) = (try take(next, 14, first), try take(next, 14, second))
      #expect(expected == given, "\(name) at \(position)")
      // What was brought back can be saved again.
      let again = try first.environment.savedStates(graph: pipeline.graph)
      let other = try second.environment.savedStates(graph: pipeline.graph)
      if name != "prefetch", name != "parallel map" {  // these are ahead by any amount
        #expect(again.resources.map(\.state) == other.resources.map(\.state), "\(name) at \(position)")
      }
      second.close()
    }
  }

  @Test func hostFunctionsAreCalledAgain() throws {
    let pipeline = Pipeline()
    let calls = CallCount()
    let token = HostFunctionRegistry.register { inputs in
      calls.value += 1
      return [Tensor(scalar: Int64(calls.value))]
    }
    defer { HostFunctionRegistry.unregister(token) }
    let name = try IteratorStateTests.function(pipeline, "host") { body, x in
      let result = try body.addNode(
        "PyFunc", arguments: [[x]],
        attributes: ["token": .string(token), "Tin": .types([.int64]), "Tout": .types([.int64])]
      ).output()
      return try body.op("Reshape", result, try body.constant(Tensor([Int32](), shape: [0])))
    }
    let mapped = try pipeline.graph.op(
      "MapDataset", arguments: [[try pipeline.range(40)], []],
      attributes: pipeline.scalar.merging(["f": .function(name)]) { $1 })
    let (initializer, next) = try pipeline.iterate(mapped)
    try pipeline.scratch.run(initializer)
    #expect(try take(next, 6, pipeline.scratch.session) == (1...6).map { [$0] })
    let saved = try pipeline.scratch.session.environment.savedStates(graph: pipeline.graph)
    calls.value = 0  // as in a new process
    let second = Session(graph: pipeline.graph)
    _ = try second.run(fetches: [], targets: [initializer])
    try second.environment.restore(saved, graph: pipeline.graph)
    #expect(calls.value == 6)
    #expect(try take(next, 2, second) == [[7], [8]])
  }

  @Test func randomOpsGoOn() throws {
    let scratch = Scratch()
    let graph = scratch.graph
    let shape = try scratch.ints([3])
    var outputs: [Output] = []
    for (op, seeds) in [("RandomUniform", (0, 0)), ("RandomStandardNormal", (4, 5)), ("TruncatedNormal", (0, 0))] {
      outputs.append(
        try graph.op(
          op, shape, attributes: ["dtype": .type(.float32), "seed": .int(seeds.0), "seed2": .int(seeds.1)]))
    }
    outputs.append(try graph.op("RandomShuffle", try scratch.floats([1, 2, 3, 4, 5, 6], [6])))
    let late = try graph.op("RandomUniform", shape, attributes: ["dtype": .type(.float32)])
    for _ in 0..<4 { _ = try scratch.session.run(fetches: outputs) }
    let saved = try scratch.session.environment.savedStates(graph: graph)
    let second = Session(graph: graph)
    _ = try second.run(fetches: [outputs[0]])
    try second.environment.restore(saved, graph: graph)
    for _ in 0..<3 {
      let expected = try scratch.session.run(fetches: outputs + [late]).map { try $0.scalars(Float.self) }
      #expect(try second.run(fetches: outputs + [late]).map { try $0.scalars(Float.self) } == expected)
    }
  }

  @Test func variablesOutsideOfCheckpoints() throws {
    let scratch = Scratch()
    let (handle, initializer) = try scratch.variable("v", try Tensor([Float(1), 2], shape: [2]))
    try scratch.run(initializer)
    let saved = try scratch.session.environment.savedStates(graph: scratch.graph)
    let second = Session(graph: scratch.graph)
    try second.environment.restore(saved, graph: scratch.graph)
    let value = try second.run(fetches: [try scratch.read(handle)])[0]
    #expect(try value.scalars(Float.self) == [1, 2])
  }

  @Test func damagedStatesAreRefused() throws {
    var words = PhiloxStream(Philox(seed: 8, seed2: 0))
    func draw(_ limit: Int) -> Int { Int(words.next()) % limit }
    for (name, build) in IteratorStateTests.pipelines {
      let pipeline = Pipeline()
      let (dataset, attributes) = try build(pipeline)
      let (initializer, next) = try pipeline.iterate(dataset, attributes)
      try pipeline.scratch.run(initializer)
      _ = try take(next, 7, pipeline.scratch.session)
      let saved = try pipeline.scratch.session.environment.savedStates(graph: pipeline.graph)
      for round in 0..<30 {
        var bad = saved
        bad.resources = saved.resources.map { entry in
          var state = entry.state
          guard !state.isEmpty else { return entry }
          if round == 0 { state.removeLast() }
          let index = draw(state.count)
          state[index] = UInt8(draw(256))
          return (entry.name, state)
        }
        let session = Session(graph: pipeline.graph)
        _ = try session.run(fetches: [], targets: [initializer])
        // Either it is refused, or it is a position that could have been: never a crash.
        do {
          try session.environment.restore(bad, graph: pipeline.graph)
          _ = try take(next, 3, session)
        } catch let error as EngineError {
          #expect(error.kind == .status, "\(name): \(error)")
        }
        session.close()
      }
    }
  }
}

/// A count that a closure may change.
private final class CallCount: @unchecked Sendable { var value = 0 }

@Suite struct StateCodingTests {
  @Test func valuesComeBack() throws {
    var encoder = StateEncoder()
    encoder.append(UInt32(7))
    encoder.append(true)
    encoder.append("text")
    try encoder.append(try Tensor([Float(1), 2, 3, 4, 5, 6], shape: [2, 3]))
    try encoder.append(try Tensor(strings: [[1], [], [2, 3]], shape: [3]))
    try encoder.append(list: [Int64(1), -2]) { $0.append($1) }
    encoder.append(optional: Int?.none) { $0.append(Int64($1)) }
    var decoder = StateDecoder(encoder.bytes)
    #expect(try decoder.number(UInt32.self) == 7)
    #expect(try decoder.flag())
    #expect(try decoder.text() == "text")
    let tensor = try decoder.tensor()
    #expect(tensor.shape == [2, 3])
    #expect(try tensor.scalars(Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(try decoder.tensor().strings == [[1], [], [2, 3]])
    #expect(try decoder.list { try $0.number(Int64.self) } == [1, -2])
    #expect(try decoder.optional { try $0.number(Int64.self) } == nil)
    try decoder.finish()
  }

  @Test func countsAreCheckedAgainstWhatIsLeft() throws {
    var encoder = StateEncoder()
    encoder.append(UInt64.max / 3)
    encoder.append(UInt64(1))
    for read: (inout StateDecoder) throws -> Void in [
      { _ = try $0.block() }, { _ = try $0.text() }, { _ = try $0.list { try $0.flag() } },
    ] {
      var decoder = StateDecoder(encoder.bytes)
      #expect(engineError { try read(&decoder) }?.code == .dataLoss)
    }
    var tensor = StateEncoder()
    tensor.append(DType.float32.rawValue)
    tensor.append(UInt8(2))
    tensor.append(UInt64(1) << 40)
    tensor.append(UInt64(1) << 10)
    var decoder = StateDecoder(tensor.bytes)
    #expect(engineError { _ = try decoder.tensor() }?.code == .dataLoss)
  }

  @Test func limitsHold() throws {
    var encoder = StateEncoder(limit: 100)
    let tensor = try Tensor(zeros: .float32, shape: [1000])
    #expect(engineError { try encoder.append(tensor) }?.code == .resourceExhausted)
  }

  @Test func streamsGoOnInTheMiddleOfABlock() {
    for used in 0..<9 {
      var stream = PhiloxStream(Philox(seed: 1, seed2: 2))
      for _ in 0..<used { _ = stream.next() }
      var other = PhiloxStream(stream.state)
      for _ in 0..<9 { #expect(stream.next() == other.next()) }
    }
  }
}
