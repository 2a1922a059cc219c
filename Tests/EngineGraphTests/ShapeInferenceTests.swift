import EngineCore
import EngineGraph
import EngineOps
import EngineTestSupport
import Testing

/// What is known of shapes and values while a graph is built.
@Suite struct ShapeInferenceTests {
  init() { OpCatalog.install() }

  private func placeholder(_ graph: Graph, _ shape: Shape, _ dtype: DType = .float32) throws -> Output {
    try graph.addNode("Placeholder", attributes: ["dtype": .type(dtype), "shape": .shape(shape)]).output()
  }

  private func element(_ graph: Graph, _ vector: Output, _ index: Int32) throws -> Output {
    try graph.op(
      "StridedSlice", vector, try graph.constant([index]), try graph.constant([index + 1]),
      try graph.constant([Int32(1)]),
      attributes: ["shrink_axis_mask": .int(1)])
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as EngineError {
      #expect(error.kind == .value)
      return error.message
    } catch {
      return "\(error)"
    }
  }

  @Test func arithmeticOnKnownSizesIsCarriedOut() throws {
    let graph = Graph()
    let x = try placeholder(graph, [4, 6, 3])
    let shape = try graph.op("Shape", x)
    let product = try graph.op("Mul", try element(graph, shape, 0), try element(graph, shape, 1))
    let target = try graph.op("Pack", arguments: [[product, try graph.constant(scalar: Int32(-1))]])
    #expect(try graph.op("Reshape", x, target).shape == [24, 3])
    let total = try graph.op("Prod", shape, try graph.constant([Int32(0)]))
    #expect(try constantValue(of: total)?.integers() == [72])
    let range = try graph.op(
      "Range", try graph.constant(scalar: Int32(0)), try graph.op("Rank", x), try graph.constant(scalar: Int32(1)))
    #expect(range.shape == [3])
    #expect(try graph.op("Sum", x, range).shape == .scalar)
  }

  @Test func unknownSizesKeepWhatIsKnown() throws {
    let graph = Graph()
    let x = try placeholder(graph, [nil, 6])
    let batch = try element(graph, try graph.op("Shape", x), 0)
    let target = try graph.op(
      "Pack", arguments: [[batch, try graph.constant(scalar: Int32(2)), try graph.constant(scalar: Int32(3))]])
    #expect(try graph.op("Reshape", x, target).shape == [nil, 2, 3])
    #expect(try graph.op("Reshape", x, try graph.constant([Int32(-1), 3])).shape == [nil, 3])
    let tail = try graph.op(
      "StridedSlice", try graph.op("Shape", x), try graph.constant([Int32(1)]), try graph.constant([Int32(2)]),
      try graph.constant([Int32(1)]))
    let joined = try graph.op(
      "ConcatV2", arguments: [[try graph.constant([Int32(5)]), tail], [try graph.constant(scalar: Int32(0))]])
    #expect(try graph.op("Fill", joined, try graph.constant(scalar: Float(0))).shape == [5, 6])
  }

  @Test func valuesThatDependOnARunAreNotFolded() throws {
    let graph = Graph()
    let x = try placeholder(graph, [], .int32)
    let sum = try graph.op("AddV2", x, try graph.constant(scalar: Int32(1)))
    #expect(constantValue(of: sum) == nil)
    let fallback = try graph.addNode(
      "PlaceholderWithDefault", [try graph.constant(scalar: Int32(1))], attributes: ["shape": .shape([])]
    ).output()
    #expect(constantValue(of: try graph.op("Neg", fallback)) == nil)
  }

  @Test func sizesThatDoNotFitAreNamed() throws {
    let graph = Graph()
    let (a, b) = (try placeholder(graph, [2, 3]), try placeholder(graph, [2, 2]))
    #expect(message { _ = try graph.op("AddV2", a, b) }.hasPrefix("Dimensions must be equal, but are 3 and 2"))
    #expect(message { _ = try graph.op("MatMul", a, b) }.hasPrefix("Dimensions must be equal, but are 3 and 2"))
    #expect(
      message { _ = try graph.op("Pack", arguments: [[a, b]]) }.hasPrefix(
        "Dimension 1 in both shapes must be equal, but are 3 and 2. Shapes are [2,3] and [2,2]."))
    let zero = try graph.constant(scalar: Int32(0))
    #expect(
      message { _ = try graph.op("ConcatV2", arguments: [[a, b], [zero]]) }.hasPrefix(
        "Dimension 1 in both shapes must be equal, but are 3 and 2. Shapes are [2,3] and [2,2]."))
    #expect(
      message { _ = try graph.op("Squeeze", a, attributes: ["squeeze_dims": .ints([1])]) }.hasPrefix(
        "Can not squeeze dim[1], expected a dimension of 1, got 3"))
    #expect(
      message { _ = try graph.op("ExpandDims", a, try graph.constant(scalar: Int32(5))) }.hasPrefix(
        "dim 5 not in the interval [-3, 2]."))
    #expect(
      message { _ = try graph.op("Reshape", a, try graph.constant([Int32(4), 2])) }.hasPrefix(
        "Cannot reshape a tensor with 6 elements to shape [4,2] (8 elements)"))
    #expect(message { _ = try element(graph, try graph.op("Shape", a), 2) }.contains("out of bounds"))
  }
}
