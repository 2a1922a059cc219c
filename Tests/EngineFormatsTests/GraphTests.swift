import EngineCore
import EngineGraph
import EngineOps
import Testing

@testable import EngineFormats

@Suite struct GraphTests {
  init() { OpCatalog.install() }

  /// The graph of `Fixtures/make_fixtures.py`.
  static func golden() throws -> Graph {
    let graph = Graph()
    let x = try graph.addNode(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape([nil, 3])], name: "x"
    ).output()
    let w = try graph.constant(Tensor((0..<6).map { Float($0) }, shape: [3, 2]), name: "w")
    // TensorFlow's Python library marks what `control_dependencies` was told.
    let y = try graph.withNameScope("layer") { _ in
      let y = try graph.op("MatMul", x, w, name: "product")
      try graph.withControlDependencies([w.node]) { _ = try graph.op("Identity", y, name: "out") }
      return y
    }
    _ = try graph.constant(Tensor(strings: [ByteString("a".utf8), ByteString("b\n".utf8)], shape: [2]), name: "text")
    _ = try graph.constant(scalar: true, name: "flag")
    let axis = try graph.constant(scalar: Int32(1), name: "halves/split_dim")
    try graph.addNode(
      "Split", arguments: [[axis], [y]], attributes: ["num_split": .int(2)], name: "halves")
    return graph
  }

  @Test func graphsAreTensorFlows() throws {
    let graph = try Self.golden()
    for (addShapes, name) in [(false, "graph/graph"), (true, "graph/graph_shapes")] {
      var definition = try GraphCodec.graphDef(graph, addShapes: addShapes)
      // The one attribute that only TensorFlow's Python library knows.
      var nodes = definition.messages("node")
      let index = try #require(nodes.firstIndex { $0.string("name") == "w" })
      nodes[index].setEntry(
        "attr", "_has_manual_control_dependencies", .message(try AttributeCodec.message(.bool(true))))
      definition["node"] = .list(nodes.map { .message($0) })
      #expect(
        String(decoding: definition.text(), as: UTF8.self)
          == String(decoding: try fixture(name + ".pbtxt"), as: UTF8.self))
      #expect(definition.serialized() == (try fixture(name + ".pb")))
    }
  }

  @Test func importsWhatTensorFlowWrote() throws {
    let definition = try GraphDefinition(parsing: fixture("graph/graph_shapes.pb"))
    #expect(definition.producerVersion == 1645)
    let graph = Graph()
    try graph.importDefinition(definition)
    let written = try GraphCodec.graphDef(graph, addShapes: true).text()
    #expect(
      String(decoding: written, as: UTF8.self)
        == String(decoding: try fixture("graph/graph_shapes.pbtxt"), as: UTF8.self))
    // A second time: taken, unless under a prefix, with another input.
    #expect(throws: EngineError.self) { try graph.importDefinition(definition) }
    let x = try graph.addNode(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape([5, 3])], name: "mine"
    ).output()
    let nodes = try graph.importDefinition(definition, prefix: "again", inputMap: ["x:0": x])
    #expect(nodes["layer/out"]?.name == "again/layer/out")
    #expect(nodes["layer/product"]?.inputs[0] == x)
    #expect(nodes["layer/product"]?.output().shape == [5, 2])
    #expect(nodes["layer/out"]?.controlInputs.map(\.name) == ["again/w"])
    #expect(nodes["halves"]?.outputs.count == 2)
  }

  @Test func nodesMayComeInAnyOrder() throws {
    var message = try ProtoMessage("GraphDef", parsing: fixture("graph/graph.pb"))
    message["node"] = .list(message.list("node").reversed())
    let graph = Graph()
    let nodes = try graph.importDefinition(GraphDefinition(message))
    #expect(nodes.count == message.list("node").count)
  }

  @Test func badGraphsAreRefused() throws {
    func importing(_ text: String) throws {
      let message = try ProtoMessage("GraphDef", parsingText: ByteString(text.utf8))
      try Graph().importDefinition(GraphDefinition(message))
    }
    let type = "attr { key: \"T\" value { type: DT_FLOAT } }"
    let constant = """
      node { name: "c" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } float_val: 3 } } } }
      """
    try importing(constant)
    for (text, phrase) in [
      ("node { name: \"a\" op: \"Identity\" input: \"b\" \(type) }", "Unknown input node 'b'"),
      ("node { name: \"a\" op: \"Identity\" input: \"a\" \(type) }", "cycle"),
      (
        "node { name: \"a\" op: \"Identity\" input: \"b\" \(type) } node { name: \"b\" op: \"Identity\" input: \"a\" \(type) }",
        "cycle"
      ),
      (constant + constant, "not unique"),
      ("\(constant) node { name: \"a\" op: \"Identity\" input: \"c:1\" \(type) }", "invalid output 1"),
      ("\(constant) node { name: \"a\" op: \"Identity\" input: \"c\" input: \"c\" \(type) }", "do not match"),
      ("\(constant) node { name: \"a\" op: \"Identity\" \(type) }", "do not match"),
      ("node { name: \"a\" op: \"Identity\" input: \"^c\" input: \"c\" \(type) }", "must come after"),
      ("node { name: \"a\" }", "no name or no op"),
      ("node { name: \"a\" op: \"NoSuchOp\" }", "NoSuchOp"),
      ("node { name: \"a\" op: \"Const\" attr { key: \"dtype\" value { type: DT_QINT8 } } }", "number 11"),
      ("node { name: \"a\" op: \"NoOp\" attr { key: \"x\" value { i: 5 } } }", "attribute 'x'"),
      ("node { name: \"a\" op: \"Const\" attr { key: \"dtype\" value { } } }", "no value"),
      ("versions { min_consumer: 9999 }", "min consumer"),
      (
        "node { name: \"a\" op: \"Const\" attr { key: \"value\" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 999999999999 } } } } } }",
        "too large"
      ),
    ] {
      do {
        try importing(text)
        Issue.record("accepted: \(text)")
      } catch let error as EngineError {
        #expect(error.message.contains(phrase), "\(error)")
      }
    }
  }

  @Test func functionsSurvive() throws {
    let graph = Graph()
    let body = Graph()
    let a = try body.addNode(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape(.unknown)], name: "Args_0"
    ).output()
    let axis = try body.constant(scalar: Int32(0))
    let split = try body.addNode("Split", arguments: [[axis], [a]], attributes: ["num_split": .int(2)])
    let sum = try body.op("AddV2", split.output(1), a)
    graph.addFunction(GraphFunction(name: "f", body: body, inputs: [a], outputs: [sum, a]))
    let message = try GraphCodec.graphDef(graph)
    let function = try #require(message.message("library")?.messages("function").first)
    #expect(function.messages("node_def").map { $0.string("name") } == ["Const", "Split", "AddV2"])
    #expect(function.messages("node_def")[2].strings("input") == ["Split:output:1", "args_0"])
    #expect(function.entries("ret").map(\.key) == ["addv2", "args_0"])
    let again = Graph()
    try again.importDefinition(GraphDefinition(parsing: message.serialized()))
    let copy = try #require(again.functions["f"])
    #expect(copy.outputs[0].node.inputs.map(\.name) == ["Split:1", "args_0:0"])
    #expect(try GraphCodec.graphDef(again).serialized() == message.serialized())
  }

  @Test func tensorsSurviveInEveryForm() throws {
    for dtype in BundleTests.types {
      let tensor = try BundleTests.sample(dtype)
      for asContent in [false, true] {
        let message = try ProtoMessage(
          "TensorProto", parsing: ProtoMessage.tensor(tensor, asContent: asContent).serialized())
        let copy = try message.tensorValue()
        #expect(copy.dtype == dtype && copy.shape == tensor.shape)
        #expect(contents(copy) == contents(tensor), "\(dtype)")
      }
      let one = try Tensor(uninitialized: dtype, shape: [])
      one.pointer.copyMemory(from: tensor.pointer + dtype.itemSize, byteCount: dtype.itemSize)
      #expect(try contents(ProtoMessage.tensor(one).tensorValue()) == contents(one), "\(dtype)")
    }
    let strings = try BundleTests.strings()
    #expect(try TensorCodec.tensor(TensorCodec.serialized(strings)).strings == strings.strings)
    // A short list repeats its last element.
    var filled = try ProtoMessage.tensor(Tensor(scalar: Float(2)))
    filled["tensor_shape"] = .message(try .shape([3]))
    filled["float_val"] = .list([.float(1), .float(2)])
    #expect(try filled.tensorValue().scalars(Float.self) == [1, 2, 2])
    filled["float_val"] = nil
    #expect(try filled.tensorValue().scalars(Float.self) == [0, 0, 0])
    filled["float_val"] = .list([1, 2, 3, 4])
    expectFailure(.invalidArgument, "too many") { _ = try filled.tensorValue() }
    filled["tensor_content"] = .bytes([1, 2, 3])
    expectFailure(.invalidArgument, "3 bytes") { _ = try filled.tensorValue() }
    expectFailure(.unimplemented, "resource") { _ = try ProtoMessage.tensor(Tensor(resource: Graph())) }
  }

  @Test func attributesSurvive() throws {
    let values: [(AttributeValue, AttributeDefinition.Kind)] = [
      (.string("x"), .string), (.int(-3), .int), (.float(0), .float), (.bool(false), .bool), (.type(.bfloat16), .type),
      (.shape(.unknown), .shape), (.shape([nil, 0]), .shape), (.function("f"), .function), (.strings(["a"]), .strings),
      (.ints([1, -1]), .ints), (.floats([0.5]), .floats), (.bools([true, false]), .bools),
      (.types([.string, .bool]), .types), (.shapes([.scalar, .unknown]), .shapes), (.strings([String]()), .strings),
      (.types([]), .types), (.shapes([]), .shapes), (.bools([]), .bools), (.floats([]), .floats), (.ints([]), .ints),
    ]
    for (value, kind) in values {
      let message = try ProtoMessage("AttrValue", parsing: AttributeCodec.message(value).serialized())
      #expect("\(try AttributeCodec.value(message, emptyKind: kind))" == "\(value)")
    }
  }

  @Test func metaGraphsHoldTheirParts() throws {
    let graph = try Self.golden()
    let x = try graph.output(named: "x:0")
    var meta = try MetaGraph.message(graph, tags: ["serve"], stripsDefaultAttributes: true)
    meta.setEntry(
      "signature_def", "s",
      .message(try MetaGraph.signatureDef(inputs: ["in": x], outputs: [:], methodName: "m")))
    meta.setEntry("collection_def", "c", .message(try MetaGraph.collectionDef(names: ["x:0"])))
    meta.setEntry("collection_def", "b", .message(try MetaGraph.collectionDef(messages: [[1]])))
    meta.setEntry("collection_def", "i", .message(try MetaGraph.collectionDef(integers: [3])))
    meta.setEntry("collection_def", "f", .message(try MetaGraph.collectionDef(floats: [0.5])))
    let asset = try ProtoMessage("AssetFileDef")
    meta.setEntry("collection_def", "a", .message(try MetaGraph.collectionDef(typed: [asset])))
    meta["saver_def"] = .message(
      try MetaGraph.saverDef(filenameTensor: "a:0", saveTensor: "b:0", restoreOp: "r", isSharded: true))
    let model = try ProtoMessage("SavedModel", parsing: MetaGraph.savedModel([meta]).serialized())
    let copy = try #require(model.messages("meta_graphs").first)
    #expect(copy.text() == meta.text())
    #expect(copy.entry("signature_def", "s")?.entry("inputs", "in")?.int("dtype") == 1)
    #expect(
      copy.entry("collection_def", "a")?.message("any_list")?.messages("value").first?.string("type_url")
        == "type.googleapis.com/tensorflow.AssetFileDef")
    let info = try #require(copy.message("meta_info_def"))
    #expect(
      info.message("stripped_op_list")?.messages("op").map { $0.string("name") }
        == ["Const", "Identity", "MatMul", "Placeholder", "Split"])
    let product = try #require(
      copy.message("graph_def")?.messages("node").first { $0.string("name") == "layer/product" })
    #expect(product.entries("attr").map(\.key) == ["T", "_output_shapes"])
  }
}
