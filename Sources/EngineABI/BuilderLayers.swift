import EngineBuilders
import EngineCore
import EngineGraph

// layers.make         G, kind, opts -> Layer object
//     opts of all: name trainable reuse (None/False/True/"auto")
//     dense: units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer
//            kernel_constraint bias_constraint
//     conv1d conv2d conv3d conv2d_transpose separable_conv1d separable_conv2d: filters kernel_size strides padding
//            data_format dilation_rate activation use_bias, and kernel_* and bias_* as above; separable ones:
//            depth_multiplier depthwise_initializer depthwise_regularizer depthwise_constraint pointwise_*
//     max_pooling1d max_pooling2d max_pooling3d average_pooling1d ...: pool_size strides padding data_format
//     flatten: data_format       dropout: rate noise_shape (list of int, Tensor or None) seed
//     batch_normalization: axis momentum epsilon center scale fused beta_* gamma_* moving_mean_initializer
//            moving_variance_initializer
// layers.set_training Layer object, bool or Tensor -> None         (dropout and batch_normalization)
//                     for layers.<kind> and layers.make: the option `training`
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
    HostFunction("layers.set_training") { arguments in
      try setTraining(try arguments.object(0, Layer.self), arguments[1], arguments.function)
      return .none
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
  + layerKinds.map { kind in
    HostFunction("layers.\(kind)", blocking: true) { arguments in
      let graph = try arguments.graph(0)
      let layer = try makeLayer(kind, graph, try arguments.options(2))
      return .output(try layer(try graph.tensor(try arguments.operand(1))))
    }
  }

private let layerKinds = [
  "dense", "conv1d", "conv2d", "conv3d", "conv2d_transpose", "separable_conv1d", "separable_conv2d", "max_pooling1d",
  "max_pooling2d", "max_pooling3d", "average_pooling1d", "average_pooling2d", "average_pooling3d", "flatten", "dropout",
  "batch_normalization",
]

private func setTraining(_ layer: Layer, _ value: Value, _ function: String) throws {
  let flag: TrainingFlag
  switch value {
  case .none: flag = .fixed(false)
  case .bool(let fixed): flag = .fixed(fixed)
  case .int(let number): flag = .fixed(number != 0)
  default: flag = .tensor(try layer.graph.tensor(try value.asOperand(function)))
  }
  switch layer {
  case let dropout as Dropout: dropout.training = flag
  case let normalization as BatchNormalization: normalization.training = flag
  default: throw EngineError.type("\(function): this layer does not depend on training")
  }
}

private func convolution(_ options: OptionReader, rank: Int) throws -> ConvolutionConfiguration {
  guard let filters = try options.int("filters"), let size = try options.ints("kernel_size", count: rank) else {
    throw EngineError.type("\(options.function): 'filters' and 'kernel_size' are needed")
  }
  var configuration = ConvolutionConfiguration(filters: filters, kernelSize: size, rank: rank)
  if let strides = try options.ints("strides", count: rank) { configuration.strides = strides }
  if let dilations = try options.ints("dilation_rate", count: rank) { configuration.dilations = dilations }
  configuration.padding = try options.string("padding") ?? "valid"
  configuration.isChannelsFirst = try isChannelsFirst(options)
  configuration.activation = try options.activation("activation")
  configuration.usesBias = try options.bool("use_bias", true)
  configuration.kernel = try weightOptions(options, "kernel")
  configuration.bias = try weightOptions(options, "bias", Zeros())
  if options.has("depthwise_initializer") || options.has("depthwise_regularizer") {
    configuration.kernel = try weightOptions(options, "depthwise")
  }
  configuration.pointwise = try weightOptions(options, "pointwise")
  configuration.depthMultiplier = try options.int("depth_multiplier") ?? 1
  return configuration
}

private func isChannelsFirst(_ options: OptionReader) throws -> Bool {
  let format = try options.string("data_format") ?? "channels_last"
  guard format == "channels_last" || format == "channels_first" else {
    throw EngineError.value(
      "The `data_format` argument must be one of \"channels_first\", \"channels_last\". Received: \(format)")
  }
  return format == "channels_first"
}

private func pooling(_ kind: String, _ rank: Int, _ graph: Graph, _ options: OptionReader) throws -> Layer {
  guard let window = try options.ints("pool_size", count: rank) else {
    throw EngineError.type("\(options.function): 'pool_size' is missing")
  }
  return try Pooling(
    in: graph, kind.hasPrefix("max") ? .maximum : .average, window: window,
    strides: try options.ints("strides", count: rank) ?? window, padding: try options.string("padding") ?? "valid",
    isChannelsFirst: try isChannelsFirst(options), name: try options.string("name"))
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
  let layer = try bareLayer(kind, graph, options)
  if options.has("training") { try setTraining(layer, options["training"], options.function) }
  return layer
}

private func bareLayer(_ kind: String, _ graph: Graph, _ options: OptionReader) throws -> Layer {
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
  case "conv1d", "conv2d", "conv3d":
    let rank = kind == "conv1d" ? 1 : kind == "conv2d" ? 2 : 3
    return try Convolution(
      in: graph, try convolution(options, rank: rank), rank: rank, name: name, isTrainable: isTrainable, reuse: reuse)
  case "conv2d_transpose":
    return try TransposedConvolution2D(
      in: graph, try convolution(options, rank: 2), name: name, isTrainable: isTrainable, reuse: reuse)
  case "separable_conv1d", "separable_conv2d":
    let rank = kind == "separable_conv1d" ? 1 : 2
    return try SeparableConvolution(
      in: graph, try convolution(options, rank: rank), rank: rank, name: name, isTrainable: isTrainable, reuse: reuse)
  case "max_pooling1d", "average_pooling1d": return try pooling(kind, 1, graph, options)
  case "max_pooling2d", "average_pooling2d": return try pooling(kind, 2, graph, options)
  case "max_pooling3d", "average_pooling3d": return try pooling(kind, 3, graph, options)
  case "flatten": return try Flatten(in: graph, isChannelsFirst: try isChannelsFirst(options), name: name)
  case "dropout":
    let noise = try options.list("noise_shape")?.map { item -> Operand? in
      switch item {
      case .none: return nil
      case .int(let size): return .integer(size)
      default: return try item.asOperand(options.function)
      }
    }
    return try Dropout(
      in: graph, rate: try options.operand("rate") ?? 0.5, noiseShape: noise, seed: try options.int("seed"), name: name)
  case "batch_normalization":
    var configuration = BatchNormalization.Configuration()
    if case .list(let axes) = options["axis"], axes.count == 1, case .int(let axis) = axes[0] {
      configuration.axis = axis
    } else {
      configuration.axis = try options.int("axis") ?? -1
    }
    configuration.momentum = try options.double("momentum") ?? 0.99
    configuration.epsilon = try options.double("epsilon") ?? 1e-3
    configuration.centers = try options.bool("center", true)
    configuration.scales = try options.bool("scale", true)
    configuration.beta = try weightOptions(options, "beta", Zeros())
    configuration.gamma = try weightOptions(options, "gamma", Ones())
    configuration.movingMean = try weightOptions(options, "moving_mean", Zeros())
    configuration.movingVariance = try weightOptions(options, "moving_variance", Ones())
    if case .bool(let fused) = options["fused"] { configuration.isFused = fused }
    return try BatchNormalization(in: graph, configuration, name: name, isTrainable: isTrainable, reuse: reuse)
  default: throw EngineError.value("there is no layer '\(kind)'")
  }
}
