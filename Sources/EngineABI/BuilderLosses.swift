import EngineBuilders
import EngineCore
import EngineGraph

// losses.<kind>       labels, predictions or logits, opts -> Tensor
//     kinds: absolute_difference mean_squared_error cosine_distance (axis) hinge_loss huber_loss (delta)
//       log_loss (epsilon) sigmoid_cross_entropy (label_smoothing) softmax_cross_entropy (label_smoothing)
//       sparse_softmax_cross_entropy mean_pairwise_squared_error
//     opts: weights scope loss_collection (None: no collection; absent: "losses") reduction (text)
// losses.compute_weighted_loss   elements, opts -> Tensor
// losses.get          G, collection, scope -> list of Tensor
// losses.regularization_loss     G, scope, name -> Tensor
// losses.total        G, add_regularization_losses, name, scope -> Tensor
// cross_entropy.sigmoid          labels, logits, name -> Tensor
// cross_entropy.weighted         labels, logits, pos_weight, name -> Tensor
// cross_entropy.softmax          labels, logits, name -> Tensor      (softmax_sg: labels get no gradient)
// cross_entropy.sparse_softmax   labels, logits, name -> Tensor
let builderLossFunctions: [HostFunction] =
  [
    loss("absolute_difference") { labels, x, _, options in
      try Losses.absoluteDifference(labels: labels, predictions: x, options)
    },
    loss("mean_squared_error") { labels, x, _, options in
      try Losses.meanSquaredError(labels: labels, predictions: x, options)
    },
    loss("cosine_distance") { labels, x, reader, options in
      guard let axis = try reader.int("axis") else { throw EngineError.value("You must specify argument `axis`.") }
      return try Losses.cosineDistance(labels: labels, predictions: x, axis: axis, options)
    },
    loss("hinge_loss") { labels, x, _, options in try Losses.hinge(labels: labels, logits: x, options) },
    loss("huber_loss") { labels, x, reader, options in
      try Losses.huber(labels: labels, predictions: x, delta: try reader.double("delta") ?? 1, options)
    },
    loss("log_loss") { labels, x, reader, options in
      try Losses.log(labels: labels, predictions: x, epsilon: try reader.double("epsilon") ?? 1e-7, options)
    },
    loss("sigmoid_cross_entropy") { labels, x, reader, options in
      try Losses.sigmoidCrossEntropy(
        labels: labels, logits: x, labelSmoothing: try reader.double("label_smoothing") ?? 0, options)
    },
    loss("softmax_cross_entropy") { labels, x, reader, options in
      try Losses.softmaxCrossEntropy(
        labels: labels, logits: x, labelSmoothing: try reader.double("label_smoothing") ?? 0, options)
    },
    loss("sparse_softmax_cross_entropy") { labels, x, _, options in
      try Losses.sparseSoftmaxCrossEntropy(labels: labels, logits: x, options)
    },
    loss("mean_pairwise_squared_error") { labels, x, _, options in
      try Losses.meanPairwiseSquaredError(
        labels: labels, predictions: x, weights: options.weights, scope: options.scope, collection: options.collection)
    },
    HostFunction("losses.compute_weighted_loss") { arguments in
      .output(try Losses.weighted(try arguments.output(0), try lossOptions(try arguments.options(1))))
    },
    HostFunction("losses.get") { arguments in
      .list(
        try arguments.graph(0).losses(
          try arguments.optionalString(1) ?? "losses", scope: try arguments.optionalString(2)
        ).map { .output($0) })
    },
    HostFunction("losses.regularization_loss") { arguments in
      .output(
        try arguments.graph(0).regularizationLoss(
          scope: try arguments.optionalString(1),
          name: try arguments.optionalString(2) ?? "total_regularization_loss"))
    },
    HostFunction("losses.total") { arguments in
      .output(
        try arguments.graph(0).totalLoss(
          addRegularization: arguments.isNone(1) ? true : try arguments.bool(1),
          name: try arguments.optionalString(2) ?? "total_loss", scope: try arguments.optionalString(3)))
    },
    HostFunction("cross_entropy.sigmoid") { arguments in
      .output(
        try CrossEntropy.sigmoid(
          labels: try arguments.output(0), logits: try arguments.output(1), name: try arguments.optionalString(2)))
    },
    HostFunction("cross_entropy.weighted") { arguments in
      .output(
        try CrossEntropy.weighted(
          labels: try arguments.output(0), logits: try arguments.output(1), positiveWeight: try arguments.operand(2),
          name: try arguments.optionalString(3)))
    },
    HostFunction("cross_entropy.softmax") { arguments in
      .output(
        try CrossEntropy.softmax(
          labels: try arguments.output(0), logits: try arguments.output(1), name: try arguments.optionalString(2)))
    },
    HostFunction("cross_entropy.softmax_sg") { arguments in
      .output(
        try CrossEntropy.softmaxStoppingLabels(
          labels: try arguments.output(0), logits: try arguments.output(1), name: try arguments.optionalString(2)))
    },
    HostFunction("cross_entropy.sparse_softmax") { arguments in
      .output(
        try CrossEntropy.sparseSoftmax(
          labels: try arguments.output(0), logits: try arguments.output(1), name: try arguments.optionalString(2)))
    },
  ]

private func loss(
  _ kind: String, _ body: @escaping @Sendable (Output, Output, OptionReader, Losses.Options) throws -> Output
) -> HostFunction {
  HostFunction("losses.\(kind)") { arguments in
    if arguments.isNone(0) { throw EngineError.value("labels must not be None.") }
    if arguments.isNone(1) { throw EngineError.value("predictions or logits must not be None.") }
    let options = try arguments.options(2)
    let operands = (try arguments.operand(0), try arguments.operand(1))
    guard let graph = outputGraph(operands.0) ?? outputGraph(operands.1) else {
      throw EngineError.type("\(arguments.function): needs a Tensor")
    }
    let labels = try graph.tensor(operands.0)
    return .output(try body(labels, try graph.tensor(operands.1), options, try lossOptions(options)))
  }
}

/// The graph of an operand that has one.
func outputGraph(_ operand: Operand) -> Graph? {
  switch operand {
  case .tensor(let output): output.graph
  case .variable(let variable): variable.graph
  case .update(let update): update.variable.graph
  default: nil
  }
}

private func lossOptions(_ options: OptionReader) throws -> Losses.Options {
  Losses.Options(
    weights: try options.operand("weights") ?? 1.0, scope: try options.string("scope"),
    collection: options.values["loss_collection"] == nil ? "losses" : try options.string("loss_collection"),
    reduction: try options.string("reduction").map { try LossReduction(validating: $0) } ?? .sumByNonzeroWeights)
}
