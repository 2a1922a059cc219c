import EngineBuilders
import EngineCore
import EngineGraph
import Testing

@testable import EngineEstimator

@Suite struct EstimatorSpecTests {
  let model: ToyModel
  let graph: Graph

  init() throws {
    model = try ToyModel()
    graph = model.graph
  }

  private func spec(_ mode: String, _ change: (inout EstimatorSpec.Fields) -> Void = { _ in }) throws -> EstimatorSpec {
    var fields = EstimatorSpec.Fields()
    change(&fields)
    return try EstimatorSpec(mode: mode, graph: graph, fields)
  }

  @Test func missingFieldsAreFoundInOrder() {
    expectFailure(.value, "Missing train_op") { _ = try spec("train") }
    expectFailure(.value, "Missing loss") { _ = try spec("train") { $0.trainOp = .node(model.trainOp) } }
    expectFailure(.value, "Missing loss") { _ = try spec("eval") }
    expectFailure(.value, "Missing predictions") { _ = try spec("infer") }
  }

  @Test func modeIsNotChecked() throws {
    #expect(try spec("foo").mode == "foo")
  }

  @Test func wrongTypes() {
    let loss = SpecValue.output(model.loss)
    expectFailure(.type, "train_op must be Operation or Tensor") {
      _ = try spec("train") {
        $0.trainOp = .other("x")
        $0.loss = loss
      }
    }
    expectFailure(.type, "loss must be Tensor, given: 1.0") { _ = try spec("eval") { $0.loss = .other("1.0") } }
    expectFailure(.type, "loss must be Tensor") { _ = try spec("eval") { $0.loss = .node(model.trainOp) } }
    expectFailure(.type, "predictions[a] must be Tensor") {
      _ = try spec("infer") { $0.predictions = .dict([(SpecKey("a"), .other("3"))]) }
    }
    expectFailure(.type, "predictions must be Tensor") { _ = try spec("infer") { $0.predictions = .other("[1]") } }
    expectFailure(.type, "All hooks must be SessionRunHook instances") {
      _ = try spec("eval") {
        $0.loss = loss
        $0.trainingHooks = [.other("3")]
      }
    }
    expectFailure(.type, "eval_metric_ops must be a dict") {
      _ = try spec("eval") {
        $0.loss = loss
        $0.evalMetricOps = .other("3")
      }
    }
    expectFailure(.type, "Values of eval_metric_ops must be (metric_value, update_op) tuples") {
      _ = try spec("eval") {
        $0.loss = loss
        $0.evalMetricOps = .value([("a", .other("3"))])
      }
    }
    expectFailure(.type, "scaffold must be tf.train.Scaffold") {
      _ = try spec("eval") {
        $0.loss = loss
        $0.scaffold = .other("3")
      }
    }
    expectFailure(.value, "Please call update_state(...)") {
      _ = try spec("eval") {
        $0.loss = loss
        $0.evalMetricOps = .value([("a", .keras(name: "mean", result: loss, updates: [], variables: []))])
      }
    }
  }

  @Test func lossIsMadeScalar() throws {
    let one = try graph.constant([Float(1)])
    let two = try graph.constant([Float(1), 2])
    let reshaped = try spec("eval") { $0.loss = .output(one) }
    #expect(reshaped.loss?.tensor?.shape == .scalar)
    #expect(reshaped.loss?.name == "Reshape:0")
    #expect(try spec("eval") { $0.loss = .output(model.loss) }.loss?.name == "toy_loss:0")
    expectFailure(.value, "Loss must be scalar") { _ = try spec("eval") { $0.loss = .output(two) } }
    let variable = try spec("eval") { $0.loss = .variable(model.weight) }
    if case .variable? = variable.loss {} else { Issue.record("the variable was replaced") }
  }

  @Test func trainOpOfAVariableIsItsOperation() throws {
    let result = try spec("train") {
      $0.trainOp = .variable(model.weight)
      $0.loss = .output(model.loss)
    }
    #expect(result.trainOp?.name == "w")
  }

  @Test func foreignGraphs() throws {
    let other = Graph()
    let scalar = try other.constant(scalar: Float(1))
    let vector = try other.constant([Float(1)])
    expectFailure(.value, "loss with \"Const:0\" must be from the default graph") {
      _ = try spec("eval") { $0.loss = .output(scalar) }
    }
    expectFailure(.value, "loss with \"Reshape:0\" must be from the default graph") {
      _ = try spec("eval") { $0.loss = .output(vector) }
    }
    expectFailure(.value, "train_op with \"Const\" must be from the default graph") {
      _ = try spec("train") {
        $0.trainOp = .node(scalar.node)
        $0.loss = .output(model.loss)
      }
    }
    expectFailure(.value, "prediction values with \"a: Const:0\" must be from the default graph") {
      _ = try spec("infer") { $0.predictions = .dict([(SpecKey("a"), .output(scalar))]) }
    }
    expectFailure(.value, "eval_metric_ops with \"a: Const:0\" must be from the default graph") {
      _ = try spec("eval") {
        $0.loss = .output(model.loss)
        $0.evalMetricOps = .value([("a", .pair(values: [.output(scalar)], updates: [.output(model.loss)]))])
      }
    }
  }

  @Test func exportOutputs() throws {
    let prediction = SpecValue.output(model.loss)
    let output = try PredictOutput(outputs: prediction)
    let standard = try spec("infer") { $0.predictions = prediction }
    #expect(standard.exportOutputs?.map(\.name) == ["serving_default"])
    #expect((standard.exportOutputs?.first?.output as? PredictOutput)?.outputs.map(\.name) == ["output"])
    let single = try spec("infer") {
      $0.predictions = prediction
      $0.exportOutputs = .value([("a", .value(output))])
    }
    #expect(single.exportOutputs?.map(\.name) == ["a", "serving_default"])
    let empty = try spec("infer") {
      $0.predictions = prediction
      $0.exportOutputs = .value([])
    }
    #expect(empty.exportOutputs?.isEmpty == true)
    expectFailure(.value, "Multiple `export_outputs` were provided") {
      _ = try spec("infer") {
        $0.predictions = prediction
        $0.exportOutputs = .value([("a", .value(output)), ("b", .value(output))])
      }
    }
    expectFailure(.type, "`export_outputs` must be dict") {
      _ = try spec("infer") {
        $0.predictions = prediction
        $0.exportOutputs = .other("3")
      }
    }
    expectFailure(.type, "Values in `export_outputs` must be ExportOutput objects") {
      _ = try spec("infer") {
        $0.predictions = prediction
        $0.exportOutputs = .value([("a", .other("3"))])
      }
    }
    // Other modes do not look at them.
    _ = try spec("eval") {
      $0.loss = prediction
      $0.exportOutputs = .other("3")
    }
  }

  @Test func exportOutputClasses() throws {
    let number = SpecValue.output(model.loss)
    expectFailure(.value, "Cannot create a ClassificationOutput with empty") { _ = try ClassificationOutput() }
    expectFailure(.value, "Classification scores must be a float32 Tensor") {
      _ = try ClassificationOutput(scores: .other("3"))
    }
    expectFailure(.value, "Classification classes must be a string Tensor") {
      _ = try ClassificationOutput(classes: number)
    }
    expectFailure(.value, "Regression output value must be a float32 Tensor") {
      _ = try RegressionOutput(value: .other("3"))
    }
    expectFailure(.value, "Prediction output key must be a string; got 3.") {
      _ = try PredictOutput(outputs: .dict([(SpecKey("3", kind: .other), number)]))
    }
    expectFailure(.value, "Prediction output value must be a Tensor") {
      _ = try PredictOutput(outputs: .dict([(SpecKey("a"), .other("3"))]))
    }
  }
}
