import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineOps
import EngineRuntime
import Testing

@testable import EngineEstimator

/// A model of one weight that can be served, for tests of exports.
struct ServedModel {
  static func exported(_ graph: Graph, _ mode: String) throws -> Estimator.ExportedModel {
    let input = try graph.op(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape(Shape([nil]))], name: "x")
    let model = try ToyModel(in: graph)
    let result = try graph.op("Mul", input, model.weight.snapshot, name: "y")
    let spec = try EstimatorSpec(mode: mode, graph: graph, fields(model, result))
    return Estimator.ExportedModel(spec: spec, receivers: ReceiverTensors([("x", .dense(input))]))
  }

  private static func fields(_ model: ToyModel, _ result: Output) throws -> EstimatorSpec.Fields {
    var fields = EstimatorSpec.Fields()
    fields.loss = .output(model.loss)
    fields.trainOp = .node(model.trainOp)
    fields.predictions = .dict([(SpecKey("y"), .output(result))])
    return fields
  }
}

@Suite(.serialized) struct ExportTests {
  let directory: TemporaryDirectory
  let estimator: Estimator

  init() throws {
    SummaryStubs.install()
    OpCatalog.install()
    directory = try TemporaryDirectory()
    estimator = try Estimator(modelDir: directory.file("model"), config: RunConfig(clusterConfiguration: nil))
    try estimator.train(steps: 5) { graph, _ in Estimator.BuiltModel(spec: try ToyModel(in: graph).spec()) }
  }

  private func model(_ folder: String) throws -> ProtoMessage {
    try ProtoMessage("SavedModel", parsing: FileSystem.readFile(FileSystem.join(folder, "saved_model.pb")))
  }

  private func export(_ modes: [String], _ options: Estimator.ExportOptions = .init()) throws -> String {
    var builders: [String: Estimator.ExportBuilder] = [:]
    for mode in modes { builders[mode] = ServedModel.exported }
    return try estimator.exportSavedModel(to: directory.file("exports"), builders: builders, options: options)
  }

  @Test func anExportHoldsGraphWeightsAndSignatures() throws {
    let folder = try export([ModeKeys.predict])
    let graphs = try model(folder).messages("meta_graphs")
    #expect(graphs.count == 1)
    let graph = try #require(graphs.first)
    #expect(graph.message("meta_info_def")?.strings("tags") == ["serve"])
    let signature = try #require(graph.entry("signature_def", "serving_default"))
    #expect(signature.string("method_name") == "tensorflow/serving/predict")
    #expect(signature.entry("inputs", "x")?.string("name") == "x:0")
    #expect(signature.entry("outputs", "y")?.string("name") == "y:0")
    #expect(graph.message("saver_def")?.string("restore_op_name") == "save/restore_all")
    let reader = try TensorBundleReader(prefix: folder + "/variables/variables")
    #expect(reader.names == ["global_step", "w"])
    #expect(abs(try reader.read("w").floatScalar() - 0.5) < 1e-6)
    // Ten digits, the time; and nothing temporary beside it.
    #expect(FileSystem.baseName(of: folder).utf8.count == 10)
    #expect(try FileSystem.listDirectory(directory.file("exports")).count == 1)
  }

  @Test func theNodesOfTheExportRestoreTheWeights() throws {
    let folder = try export([ModeKeys.predict])
    let meta = try #require(try model(folder).messages("meta_graphs").first)
    let graph = Graph()
    try graph.importDefinition(GraphDefinition(try #require(meta.message("graph_def"))))
    let session = Session(graph: graph)
    let restore = try #require(graph.node(named: "save/restore_all"))
    let file = try #require(graph.node(named: "save/Const")).output(0)
    _ = try session.run(
      fetches: [], targets: [restore], feeds: [(file, try Tensor(string: folder + "/variables/variables"))])
    let x = try #require(graph.node(named: "x")).output(0)
    let y = try #require(graph.node(named: "y")).output(0)
    let result = try session.run(fetches: [y], targets: [], feeds: [(x, try Tensor([Float(2), 4], shape: [2]))])
    let values = result[0].pointer.assumingMemoryBound(to: Float.self)
    #expect(abs(values[0] - 1) < 1e-5 && abs(values[1] - 2) < 1e-5)
    withExtendedLifetime(result) {}
  }

  @Test func everyModeGetsAGraph() throws {
    let folder = try export([ModeKeys.predict, ModeKeys.train, ModeKeys.evaluate])
    let graphs = try model(folder).messages("meta_graphs")
    #expect(graphs.map { $0.message("meta_info_def")?.strings("tags") } == [["train"], ["eval"], ["serve"]])
    let training = try #require(graphs[0].entry("signature_def", "train"))
    #expect(training.string("method_name") == "tensorflow/supervised/training")
    #expect(training.entries("outputs").map(\.key).sorted() == ["loss", "predictions/y"])
    #expect(graphs[0].entry("collection_def", "saved_model_train_op") != nil)
  }

  @Test func textFormAndExtraFiles() throws {
    try AtomicFile.write(directory.file("note"), ByteString("a note".utf8))
    var options = Estimator.ExportOptions()
    options.asText = true
    options.extraAssets = [("notes/readme", directory.file("note"))]
    let folder = try export([ModeKeys.predict], options)
    #expect(!FileSystem.exists(folder + "/saved_model.pb"))
    let text = String(decoding: try FileSystem.readFile(folder + "/saved_model.pbtxt"), as: UTF8.self)
    #expect(text.contains("saved_model_schema_version: 1"))
    #expect(try FileSystem.readFile(folder + "/assets.extra/notes/readme") == ByteString("a note".utf8))
  }

  @Test func failures() throws {
    expectFailure(.value, "No valid modes for exporting found") { _ = try export(["other"]) }
    expectFailure(.value, "Could not load all requested variables from checkpoint") {
      _ = try estimator.exportSavedModel(
        to: directory.file("exports"),
        builders: [
          ModeKeys.predict: { graph, mode in
            _ = try graph.variable(VariableRequest("other", initialValue: .tensor(Tensor(scalar: Float(1)))))
            return try ServedModel.exported(graph, mode)
          }
        ])
    }
    // What failed leaves nothing.
    #expect((try? FileSystem.listDirectory(directory.file("exports"))) ?? [] == [])
    let untrained = try Estimator(modelDir: directory.file("empty"), config: RunConfig(clusterConfiguration: nil))
    expectFailure(.value, "Couldn't find trained model at") {
      _ = try untrained.exportSavedModel(to: directory.file("e"), builders: [ModeKeys.predict: ServedModel.exported])
    }
  }

  // MARK: Signatures

  private func placeholder(_ graph: Graph, _ dtype: DType, _ name: String) throws -> Output {
    try graph.op("Placeholder", attributes: ["dtype": .type(dtype), "shape": .shape(Shape([nil]))], name: name)
  }

  @Test func classificationAndRegressionNeedOneString() throws {
    let graph = Graph()
    let text = try placeholder(graph, .string, "text")
    let number = try placeholder(graph, .float32, "number")
    let double = try placeholder(graph, .float64, "double")
    let scores = try ClassificationOutput(scores: .output(number), classes: .output(text))
    let one = ReceiverTensors([("examples", .dense(text))])
    let signature = try Signature(scores, receivers: one)
    #expect(signature.inputs.map(\.name) == ["inputs"])
    #expect(signature.outputs.map(\.name) == ["classes", "scores"])
    #expect(signature.method == .classify)
    for wrong in [
      ReceiverTensors([("a", .dense(number))]), ReceiverTensors([("a", .dense(text)), ("b", .dense(text))]),
      ReceiverTensors([("a", .sparse(indices: text, values: text, denseShape: text))]),
    ] {
      expectFailure(.value, "Classification signatures can only accept a single tensor input of type tf.string") {
        _ = try Signature(scores, receivers: wrong)
      }
      expectFailure(.value, "Regression signatures can only accept a single tensor input of type tf.string") {
        _ = try Signature(RegressionOutput(value: .output(number)), receivers: wrong)
      }
    }
    expectFailure(.value, "Classification scores must be a float Tensor") {
      _ = try Signature(ClassificationOutput(scores: .output(double)), receivers: one)
    }
    expectFailure(.value, "Regression output tensors must be of type float") {
      _ = try Signature(RegressionOutput(value: .output(double)), receivers: one)
    }
  }

  @Test func outputsThatNeedMoreThanTheInputsAreLeftOut() throws {
    let graph = Graph()
    let fed = try placeholder(graph, .float32, "fed")
    let other = try placeholder(graph, .float32, "other")
    let sum = try graph.op("AddV2", fed, other)
    let outputs: [(name: String, output: ExportOutput)] = [
      ("serving_default", try PredictOutput(outputs: .output(fed))), ("sum", try PredictOutput(outputs: .output(sum))),
    ]
    func names(_ receivers: ReceiverTensors) -> [String] {
      Signatures.all(receivers: receivers, outputs: outputs).map(\.name)
    }
    #expect(names(ReceiverTensors([("fed", .dense(fed))])) == ["serving_default"])
    #expect(names(ReceiverTensors([("fed", .dense(fed)), ("o", .dense(other))])) == ["serving_default", "sum"])
    // A value on the way may be fed, too.
    #expect(names(ReceiverTensors([("fed", .dense(fed)), ("s", .dense(sum))])) == ["serving_default", "sum"])
    #expect(names(ReceiverTensors([])).isEmpty)
    let both = Signatures.all(
      receivers: ReceiverTensors([("fed", .dense(fed))]), outputs: outputs,
      alternatives: [("again", ReceiverTensors([("s", .dense(sum)), ("fed", .dense(fed))]))])
    #expect(both.map(\.name) == ["serving_default", "again:serving_default", "again:sum"])
  }

  @Test func supervisedOutputsNameTheirParts() throws {
    let graph = Graph()
    let value = try placeholder(graph, .float32, "value")
    let nothing = try graph.addNode("NoOp", [], name: "nothing")
    let output = try SupervisedOutput(
      isTraining: false, loss: .output(value),
      predictions: .dict([(SpecKey("y"), .output(value)), (SpecKey("predictions_z"), .output(value))]),
      metrics: [
        MetricOps(name: "mean", values: [.output(value)], updates: [.node(nothing)]),
        MetricOps(name: "metrics1", values: [.output(value)], updates: [.output(value)]),
      ])
    #expect(
      output.outputs.map(\.name) == [
        "loss", "predictions/y", "predictions_z", "metrics/mean/value", "metrics/mean/update_op", "metrics1/value",
        "metrics1/update_op",
      ])
    let wrapper = try #require(output.outputs.first { $0.name == "metrics/mean/update_op" }).output
    #expect(wrapper.node.name == "metric_op_wrapper" && wrapper.node.controlInputs.contains { $0 === nothing })
    expectFailure(.value, "output value must be a Tensor") {
      _ = try SupervisedOutput(isTraining: true, loss: .other("3"), predictions: nil, metrics: [])
    }
    expectFailure(.value, "update_op must be a Tensor or Operation") {
      _ = try SupervisedOutput(
        isTraining: true, loss: nil, predictions: nil,
        metrics: [MetricOps(name: "m", values: [.output(value)], updates: [.other("3")])])
    }
  }

  // MARK: The builder

  @Test func theBuilderWantsValuesFirstAndOnce() throws {
    let builder = try SavedModelBuilder(directory: directory.file("built"))
    let model = try ToyModel()
    expectFailure(.assertion, "has not been saved yet") {
      try builder.addGraph(model.graph, SavedModelBuilder.Parts(tags: ["a"]))
    }
    let session = Session(graph: model.graph)
    _ = try session.run(fetches: [], targets: [model.graph.group(model.graph.globalVariables.map(\.initializer))])
    try builder.addGraphAndVariables(session, SavedModelBuilder.Parts(tags: ["a", "b"]))
    expectFailure(.assertion, "has already been saved") {
      try builder.addGraphAndVariables(session, SavedModelBuilder.Parts(tags: ["a"]))
    }
    #expect(try builder.save() == directory.file("built") + "/saved_model.pb")
    #expect(try self.model(directory.file("built")).messages("meta_graphs").count == 1)
    expectFailure(.assertion, "already exists, and isn't empty") {
      _ = try SavedModelBuilder(directory: directory.file("built"))
    }
  }

  @Test func assetsAreCopiedUnderNamesOfTheirOwn() throws {
    let graph = Graph()
    var files: [Output] = []
    for (index, folder) in ["one", "two", "one"].enumerated() {
      try FileSystem.makeDirectories(directory.file(folder))
      let path = directory.file(folder) + "/words.txt"
      try AtomicFile.write(path, ByteString(folder.utf8))
      files.append(try graph.constant(Tensor(string: path), name: "path\(index)"))
    }
    var assets = AssetFiles()
    try assets.copy(files, to: directory.file("m"))
    #expect(try FileSystem.listDirectory(directory.file("m/assets")).sorted() == ["words.txt", "words.txt_1"])
    #expect(try FileSystem.readFile(directory.file("m/assets/words.txt_1")) == ByteString("two".utf8))
    let names = try assets.messages(files).map { $0.string("filename") }
    #expect(names == ["words.txt", "words.txt_1", "words.txt"])
    expectFailure(.type, "must be of dtype string") { try AssetFiles.check(graph.constant(scalar: Float(1))) }
    expectFailure(.type, "must be of type constant") { try AssetFiles.check(placeholder(graph, .string, "p")) }
    expectFailure(.value, "is invalid") { try AssetFiles.check(graph.constant(Tensor(string: ""))) }
  }
}
