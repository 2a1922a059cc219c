import EngineCore
import EngineEstimator
import EngineGraph

// Evaluations of several inputs, and predictors; the table of functions is in EstimatorSessions.swift.

private func called(_ host: HostObject, _ arguments: [Value]) throws -> Value {
  do {
    return try host.call(arguments)
  } catch let error as EngineError {
    throw HostErrors.classified(error)
  }
}

/// From a list of (name, x) pairs.
private func pairs(_ value: Value, _ function: String) throws -> [(name: String, value: Value)] {
  try Arguments(function: function, values: [value]).list(0).map { item in
    guard case .tuple(let pair) = item, pair.count == 2, case .text(let name) = pair[0] else {
      throw EngineError.type("\(function): expected pairs of a name and a value")
    }
    return (name, pair[1])
  }
}

let estimatorServingFunctions: [HostFunction] = [
  HostFunction("estimator.evaluate_many", blocking: true) { arguments in
    let estimator: Estimator = try arguments.object(0)
    let inputs = try pairs(arguments[1], "estimator.evaluate_many").map { name, value in
      (name: name, build: modelBuilder(try Arguments(function: "build", values: [value]).host(0)))
    }
    let host = try arguments.host(2)
    let options = try arguments.named(3)
    let results = try estimator.evaluateMany(
      inputs, hooks: options.objects("hooks"), steps: options.int("steps"),
      checkpointPath: options.text("checkpoint_path")
    ) { index, graph in
      switch try called(host, [.int(index), .object(graph)]) {
      case .tuple(let items) where items.count == 3:
        let parts = Arguments(function: "replace", values: items)
        return ReplacementInput(
          elements: try parts.outputs(0), targets: try parts.outputs(1), hooks: try parts.objects(2))
      default: return nil
      }
    }
    return .list(
      results.map { name, metrics in
        .tuple([
          .text(name), .list(metrics.map { .tuple([.text($0.name), .list($0.values.map { .fetched($0) })]) }),
        ])
      })
  },
  HostFunction("estimator.predictor", blocking: true) { arguments in
    let estimator: Estimator = try arguments.object(0)
    let host = try arguments.host(1)
    let options = try arguments.named(2)
    return .object(
      try Predictor(
        estimator, checkpointPath: options.text("checkpoint_path"), outputKey: options.text("output_key")
      ) { graph in
        guard case .tuple(let items) = try called(host, [.object(graph)]), items.count == 2,
          case .object(let object) = items[0], let spec = object as? EstimatorSpec
        else { throw EngineError.value("model_fn should return an EstimatorSpec.") }
        return (
          spec,
          try pairs(items[1], "estimator.predictor").map { name, value in
            (name, try Arguments(function: "estimator.predictor", values: [value]).output(0))
          }
        )
      })
  },
  HostFunction("predictor.refresh", blocking: true) { arguments in
    let predictor: Predictor = try arguments.object(0)
    return .bool(try predictor.refresh())
  },
  HostFunction("predictor.close") { arguments in
    let predictor: Predictor = try arguments.object(0)
    predictor.close()
    return .none
  },
  HostFunction("predictor.fields") { arguments in
    let predictor: Predictor = try arguments.object(0)
    func list(_ items: [(name: String, output: Output)]) -> Value {
      .list(items.map { .tuple([.text($0.name), .output($0.output)]) })
    }
    return .dict([
      ("graph", .object(predictor.graph)), ("session", .object(predictor.session)), ("inputs", list(predictor.inputs)),
      ("outputs", list(predictor.outputs)), ("checkpoint", .optional(predictor.checkpoint)),
    ])
  },
]
