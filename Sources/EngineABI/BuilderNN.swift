import EngineBuilders
import EngineCore
import EngineGraph

// nn.moments           x, axes, keep_dims, name -> tuple (mean, variance)
// nn.batch_normalization   x, mean, variance, offset or None, scale or None, epsilon, name -> Tensor
// nn.l2_normalize      x, axes (int or list), epsilon, name -> Tensor
// nn.dropout           x, rate, opts: noise_shape (Tensor or list) seed name -> Tensor
// nn.zero_fraction     x, name -> Tensor
// nn.tuple             list of Tensor or None, list of Operations, name -> list of Tensor or None
// nn.group             G, list of Operations, name -> Operation
// nn.embedding_lookup  list of tables (or one; V, PartitionedVariable or Tensor), ids, opts:
//                      partition_strategy ("mod", "div") max_norm name -> Tensor
// clip.by_value        x, minimum, maximum, name -> Tensor
// clip.by_norm         x, norm, axes or None, name -> Tensor
// clip.by_average_norm x, norm, name -> Tensor
// clip.global_norm     list of gradients, name -> Tensor
// clip.by_global_norm  list of gradients, norm, use_norm or None, name -> tuple (list of gradients, norm)
// regularizers.make    kind ("l1", "l2": Keras' scale; "contrib_l2": half of it), scale -> regularizer object
// regularizers.call    regularizer object, V -> Tensor or None
let builderNNFunctions: [HostFunction] = [
  HostFunction("nn.moments") { arguments in
    let result = try NN.moments(
      try arguments.output(0), axes: try arguments.axes(1),
      keepDimensions: arguments.isNone(2) ? false : try arguments.bool(2), name: try arguments.optionalString(3))
    return .tuple([.output(result.mean), .output(result.variance)])
  },
  HostFunction("nn.batch_normalization") { arguments in
    .output(
      try NN.batchNormalization(
        try arguments.output(0), mean: try arguments.operand(1), variance: try arguments.operand(2),
        offset: try arguments.optionalOperand(3), scale: try arguments.optionalOperand(4),
        epsilon: try arguments.double(5), name: try arguments.optionalString(6)))
  },
  HostFunction("nn.l2_normalize") { arguments in
    let axes: Operand
    if case .int(let axis) = arguments[1] { axes = .integer(axis) } else { axes = .integers(try arguments.axes(1)) }
    return .output(
      try NN.l2Normalize(
        try arguments.output(0), axes: axes, epsilon: arguments.isNone(2) ? 1e-12 : try arguments.double(2),
        name: try arguments.optionalString(3)))
  },
  HostFunction("nn.dropout") { arguments in
    let options = try arguments.options(2)
    var noise: Operand?
    switch options["noise_shape"] {
    case .none: break
    case .output(let output): noise = .tensor(output)
    default: noise = .integers(try options.ints("noise_shape") ?? [])
    }
    return .output(
      try NN.dropout(
        try arguments.output(0), rate: try arguments.operand(1), noiseShape: noise, seed: try options.int("seed"),
        name: try options.string("name")))
  },
  HostFunction("nn.zero_fraction") { arguments in
    .output(try NN.zeroFraction(try arguments.output(0), name: try arguments.optionalString(1)))
  },
  HostFunction("nn.tuple") { arguments in
    let outputs = try arguments.list(0).map { item -> Output? in
      if case .output(let output) = item { return output }
      return nil
    }
    let result = try NN.tuple(
      outputs, controls: arguments.isNone(1) ? [] : try arguments.nodes(1), name: try arguments.optionalString(2))
    return .list(result.map { $0.map { .output($0) } ?? .none })
  },
  HostFunction("nn.group") { arguments in
    .node(
      try arguments.graph(0).group(
        try arguments.nodes(1), name: try arguments.optionalString(2) ?? "group_deps"))
  },
  HostFunction("nn.embedding_lookup") { arguments in
    let options = try arguments.options(2)
    let items: [Value]
    switch arguments[0] {
    case .list(let values), .tuple(let values): items = values
    case let value: items = [value]
    }
    let tables = try items.flatMap { item -> [Operand] in
      if case .object(let whole as PartitionedVariable) = item { return Embedding.parts(of: .partitioned(whole)) }
      return [try item.asOperand(arguments.function)]
    }
    let strategy = try options.string("partition_strategy") ?? "mod"
    guard let strategy = Embedding.Strategy(rawValue: strategy) else {
      throw EngineError.value(
        "Only 'div' and 'mod' are supported, got partition_strategy=\(strategy)")
    }
    return .output(
      try Embedding.lookup(
        tables, try arguments.output(1), strategy: strategy, maximumNorm: try options.double("max_norm"),
        name: try options.string("name")))
  },
  HostFunction("clip.by_value") { arguments in
    .output(
      try Clipping.byValue(
        try arguments.output(0), minimum: try arguments.operand(1), maximum: try arguments.operand(2),
        name: try arguments.optionalString(3)))
  },
  HostFunction("clip.by_norm") { arguments in
    .output(
      try Clipping.byNorm(
        try arguments.output(0), try arguments.operand(1), axes: arguments.isNone(2) ? nil : try arguments.axes(2),
        name: try arguments.optionalString(3)))
  },
  HostFunction("clip.by_average_norm") { arguments in
    .output(
      try Clipping.byAverageNorm(
        try arguments.output(0), try arguments.operand(1), name: try arguments.optionalString(2)))
  },
  HostFunction("clip.global_norm") { arguments in
    .output(
      try Clipping.globalNorm(
        try arguments.list(0).map { try $0.asGradient() }, name: try arguments.optionalString(1)))
  },
  HostFunction("clip.by_global_norm") { arguments in
    let result = try Clipping.byGlobalNorm(
      try arguments.list(0).map { try $0.asGradient() }, try arguments.operand(1),
      using: arguments.isNone(2) ? nil : try arguments.output(2), name: try arguments.optionalString(3))
    return .tuple([.list(result.gradients.map { Value.gradient($0) }), .output(result.norm)])
  },
  HostFunction("regularizers.make") { arguments in
    let scale = try arguments.double(1)
    let regularizer: Regularizer
    switch try arguments.string(0) {
    case "l1": regularizer = NN.l1Regularizer(scale)
    case "l2": regularizer = NN.l2Regularizer(scale)
    case "contrib_l2": regularizer = NN.l2Regularizer(scale, halves: true)
    case let kind: throw EngineError.value("there is no regularizer '\(kind)'")
    }
    return .object(ObjectBox<Regularizer>(regularizer))
  },
  HostFunction("regularizers.call") { arguments in
    let term = try arguments.object(0, ObjectBox<Regularizer>.self).content(arguments.variable(1))
    return term.map { .output($0) } ?? .none
  },
]

extension Arguments {
  /// One axis or a list of them.
  func axes(_ index: Int) throws -> [Int] {
    if case .int(let axis) = self[index] { return [axis] }
    return try list(index).map { item in
      guard case .int(let axis) = item else {
        throw EngineError.type("\(function): argument \(index + 1) must be an int or a list of ints")
      }
      return axis
    }
  }
}
