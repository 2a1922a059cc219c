import EngineBuilders
import EngineCore
import EngineGraph

// layers.make         G, kind, opts -> Layer object
//     opts of all: name trainable reuse (None/False/True/"auto")
//     dense: units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer
//            kernel_constraint bias_constraint
// layers.call         Layer object, Tensor -> Tensor
// layers.<kind>       G, Tensor, opts -> Tensor                    (make and call in one)
// layer.facts         Layer object -> dict: name scope_name built weights trainable_weights non_trainable_weights
//                     losses (Tensors) updates (Operations)
let builderLayerFunctions: [HostFunction] =
  [
    HostFunction("layers.make") { arguments in
      .object(try makeLayer(try arguments.string(1), arguments.graph(0), try arguments.options(2)))
    },
    HostFunction("layers.call", blocking: true) { arguments in
      let layer = try arguments.object(0, Layer.self)
      return .output(try layer(layer.graph.tensor(try arguments.operand(1))))
    },
    HostFunction("layer.facts") { arguments in
      let layer = try arguments.object(0, Layer.self)
      func list(_ variables: [Variable]) -> Value { .list(variables.map { .object($0) }) }
      return .dict([
        ("name", .text(layer.name)), ("scope_name", layer.scope.map { .text($0.name) } ?? .none),
        ("built", .bool(layer.isBuilt)), ("weights", list(layer.weights)),
        ("trainable_weights", list(layer.trainableWeights)),
        ("non_trainable_weights", list(layer.nonTrainableWeights)),
        ("losses", .list(layer.losses.map { .output($0) })), ("updates", .list(layer.updates.map { .node($0) })),
      ])
    },
  ]
  + ["dense"].map { kind in
    HostFunction("layers.\(kind)", blocking: true) { arguments in
      let graph = try arguments.graph(0)
      let layer = try makeLayer(kind, graph, try arguments.options(2))
      return .output(try layer(try graph.tensor(try arguments.operand(1))))
    }
  }

private func weightOptions(_ options: OptionReader, _ prefix: String, _ fallback: (any VariableInitializer)? = nil)
  throws -> WeightOptions
{
  WeightOptions(
    initializer: try options.initializer("\(prefix)_initializer") ?? fallback,
    regularizer: try options.regularizer("\(prefix)_regularizer"),
    constraint: try options.constraint("\(prefix)_constraint"))
}

private func makeLayer(_ kind: String, _ graph: Graph, _ options: OptionReader) throws -> Layer {
  let name = try options.string("name")
  let isTrainable = try options.bool("trainable", true)
  let reuse = try options.reuse("reuse")
  switch kind {
  case "dense":
    guard let units = try options.int("units") else {
      throw EngineError.type("\(options.function): 'units' is missing")
    }
    var configuration = Dense.Configuration(
      units: units, activation: try options.activation("activation"), usesBias: try options.bool("use_bias", true))
    configuration.kernel = try weightOptions(options, "kernel")
    configuration.bias = try weightOptions(options, "bias", Zeros())
    return try Dense(in: graph, configuration, name: name, isTrainable: isTrainable, reuse: reuse)
  default: throw EngineError.value("there is no layer '\(kind)'")
  }
}
