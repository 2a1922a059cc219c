import EngineCore
import EngineGraph
import EngineRuntime
import Testing

/// Builds pipelines in a scratch graph; expected orders are what TensorFlow 2.15.1 gives.
struct Pipeline {
  let scratch = Scratch()
  var graph: Graph { scratch.graph }

  func attributes(_ types: [DType], _ shapes: [Shape]) -> [String: AttributeValue] {
    ["output_types": .types(types), "output_shapes": .shapes(shapes)]
  }
  let scalar: [String: AttributeValue] = ["output_types": .types([.int64]), "output_shapes": .shapes([[]])]

  func range(_ stop: Int) throws -> Output {
    try graph.op(
      "RangeDataset", try scratch.long(0), try scratch.long(stop), try scratch.long(1), attributes: scalar)
  }

  func shuffle(_ input: Output, _ size: Int, seeds: (Int, Int), reshuffle: Bool = true) throws -> Output {
    try graph.op(
      "ShuffleDatasetV3", input, try scratch.long(size), try scratch.long(seeds.0), try scratch.long(seeds.1),
      try graph.op("DummySeedGenerator"),
      attributes: scalar.merging(["reshuffle_each_iteration": .bool(reshuffle)]) { $1 })
  }

  func transform(_ op: String, _ input: Output, _ count: Int, _ given: [String: AttributeValue]? = nil) throws
    -> Output
  { try graph.op(op, input, try scratch.long(count), attributes: given ?? scalar) }

  func batch(_ input: Output, _ size: Int, dropRemainder: Bool = false, _ given: [String: AttributeValue]) throws
    -> Output
  {
    try graph.op(
      "BatchDatasetV2", input, try scratch.long(size), try scratch.bool(dropRemainder), attributes: given)
  }

  /// The initializer and the components of the next element.
  func iterate(_ dataset: Output, _ given: [String: AttributeValue]? = nil) throws -> (Node, [Output]) {
    let given = given ?? scalar
    let handle = try graph.op(
      "IteratorV2", attributes: given.merging(["shared_name": .string(""), "container": .string("")]) { $1 })
    let initializer = try graph.addNode("MakeIterator", [dataset, handle])
    return (initializer, try graph.addNode("IteratorGetNext", [handle], attributes: given).outputs)
  }

  /// All elements of a dataset of integer scalars.
  func integers(_ dataset: Output) throws -> [Int] {
    let (initializer, next) = try iterate(dataset)
    try scratch.run(initializer)
    var result: [Int] = []
    while let element = try? scratch.run(next[0]) { result += try element[0].integers() }
    return result
  }
}

@Suite struct DataTests {
  @Test func shuffleOrders() throws {
    let pipeline = Pipeline()
    let seeds = (87_654_321, 42)
    #expect(
      try pipeline.integers(try pipeline.shuffle(try pipeline.range(10), 10, seeds: seeds, reshuffle: false))
        == [2, 0, 7, 8, 9, 3, 6, 4, 1, 5])
    #expect(
      try pipeline.integers(try pipeline.shuffle(try pipeline.range(10), 4, seeds: seeds, reshuffle: false))
        == [0, 1, 3, 4, 5, 2, 6, 9, 7, 8])
    let repeated = try pipeline.transform(
      "RepeatDataset", try pipeline.shuffle(try pipeline.range(8), 8, seeds: seeds), 3)
    #expect(
      try pipeline.integers(repeated)
        == [1, 4, 0, 6, 5, 2, 3, 7, 3, 2, 4, 5, 1, 7, 6, 0, 0, 1, 3, 5, 2, 7, 6, 4])
  }

  @Test func movements() throws {
    let pipeline = Pipeline()
    let range = try pipeline.range(7)
    #expect(try pipeline.integers(try pipeline.transform("TakeDataset", range, 3)) == [0, 1, 2])
    #expect(try pipeline.integers(try pipeline.transform("TakeDataset", range, -1)) == Array(0..<7))
    #expect(try pipeline.integers(try pipeline.transform("SkipDataset", range, 5)) == [5, 6])
    #expect(try pipeline.integers(try pipeline.transform("RepeatDataset", range, 0)) == [])
    let shard = try pipeline.graph.op(
      "ShardDataset", range, try pipeline.scratch.long(3), try pipeline.scratch.long(1), attributes: pipeline.scalar)
    #expect(try pipeline.integers(shard) == [1, 4])
    let both = try pipeline.graph.op("ConcatenateDataset", shard, shard, attributes: pipeline.scalar)
    #expect(try pipeline.integers(both) == [1, 4, 1, 4])
    #expect(try pipeline.integers(try pipeline.transform("PrefetchDataset", range, 2)) == Array(0..<7))
    let empty = try pipeline.transform("RepeatDataset", try pipeline.range(0), -1)
    #expect(try pipeline.integers(empty) == [])
  }

  @Test func slicesAreBatchedAndZipped() throws {
    let pipeline = Pipeline()
    let graph = pipeline.graph
    let x = try pipeline.scratch.floats([0, 1, 10, 11, 20, 21, 30, 31, 40, 41], [5, 2])
    let names = try graph.constant(Tensor(strings: ["a", "b", "c", "d", "e"].map { Array($0.utf8) }, shape: [5]))
    let features = try graph.op(
      "TensorSliceDataset", arguments: [[x]], attributes: ["output_shapes": .shapes([[2]])])
    let labels = try graph.op(
      "TensorSliceDataset", arguments: [[names]], attributes: ["output_shapes": .shapes([[]])])
    let pair = pipeline.attributes([.float32, .string], [[2], []])
    let batched = pipeline.attributes([.float32, .string], [[nil, 2], [nil]])
    let zipped = try graph.op("ZipDataset", arguments: [[features, labels]], attributes: pair)
    let (initializer, next) = try pipeline.iterate(try pipeline.batch(zipped, 2, batched), batched)
    #expect(next[0].shape == [nil, 2])
    try pipeline.scratch.run(initializer)
    var rows: [[Float]] = []
    var texts: [[String]] = []
    for _ in 0..<3 {
      let element = try pipeline.scratch.run(next[0], next[1])
      rows.append(try element[0].scalars(Float.self))
      texts.append(element[1].strings.map { String(decoding: $0, as: UTF8.self) })
    }
    #expect(rows == [[0, 1, 10, 11], [20, 21, 30, 31], [40, 41]])
    #expect(texts == [["a", "b"], ["c", "d"], ["e"]])
    let error = engineError { _ = try pipeline.scratch.run(next[0]) }
    #expect(error?.code == .outOfRange)
    #expect(error?.message.contains("End of sequence") == true)
  }

  @Test func dropRemainder() throws {
    let pipeline = Pipeline()
    let given = pipeline.attributes([.int64], [[2]])
    let (initializer, next) = try pipeline.iterate(
      try pipeline.batch(try pipeline.range(5), 2, dropRemainder: true, given), given)
    try pipeline.scratch.run(initializer)
    #expect(try pipeline.scratch.run(next[0])[0].integers() == [0, 1])
    #expect(try pipeline.scratch.run(next[0])[0].integers() == [2, 3])
    #expect(engineError { _ = try pipeline.scratch.run(next[0]) }?.code == .outOfRange)
    // Initialising again starts over.
    try pipeline.scratch.run(initializer)
    #expect(try pipeline.scratch.run(next[0])[0].integers() == [0, 1])
  }

  @Test func uninitializedIterator() throws {
    let pipeline = Pipeline()
    let (_, next) = try pipeline.iterate(try pipeline.range(3))
    let error = engineError { _ = try pipeline.scratch.run(next[0]) }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.message.contains("has not been initialized") == true)
  }

  @Test func mappingWithCapture() throws {
    let pipeline = Pipeline()
    let graph = pipeline.graph
    let body = Graph()
    body.outer = graph
    let x = try body.op("Placeholder", attributes: ["dtype": .type(.int64), "shape": .shape([])])
    let captured = try body.op("Placeholder", attributes: ["dtype": .type(.int64), "shape": .shape([1])])
    let y = try body.op("Reshape", x, captured)
    graph.addFunction(GraphFunction(name: "f", body: body, inputs: [x, captured], outputs: [y]))
    let given = pipeline.attributes([.int64], [[1]])
    let mapped = try graph.op(
      "MapDataset", arguments: [[try pipeline.range(3)], [try pipeline.scratch.longs([1])]],
      attributes: given.merging(["f": .function("f")]) { $1 })
    let (initializer, next) = try pipeline.iterate(mapped, given)
    try pipeline.scratch.run(initializer)
    #expect(try pipeline.scratch.run(next[0])[0].shape == [1])
    #expect(try pipeline.scratch.run(next[0])[0].integers() == [1])
  }

  @Test func stringHandles() throws {
    let pipeline = Pipeline()
    let graph = pipeline.graph
    let handle = try graph.op(
      "IteratorV2",
      attributes: pipeline.scalar.merging(["shared_name": .string("it"), "container": .string("")]) { $1 })
    let initializer = try graph.addNode("MakeIterator", [try pipeline.range(3), handle])
    let text = try graph.op("IteratorToStringHandle", handle)
    let fed = try graph.op("Placeholder", attributes: ["dtype": .type(.string), "shape": .shape([])])
    let found = try graph.op("IteratorFromStringHandle", fed)
    let next = try graph.addNode("IteratorGetNext", [found], attributes: pipeline.scalar).output()
    try pipeline.scratch.run(initializer)
    let value = try pipeline.scratch.run(text)[0]
    #expect(try pipeline.scratch.session.run(fetches: [next], feeds: [(fed, value)])[0].integers() == [0])
  }
}
