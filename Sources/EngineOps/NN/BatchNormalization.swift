import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  private static let imageFormats = ["NHWC", "NCHW", "NDHWC", "NCDHW"]

  /// `FusedBatchNorm` in its three versions, which differ in types and in how many results they keep for the gradient.
  static func fusedBatchNorm(_ name: String, version: Int) -> OpDefinition {
    let other = version == 1 ? "T" : "U"
    let formats = version == 3 ? imageFormats : Array(imageFormats.prefix(2))
    var outputs: [ArgumentDefinition] = [
      .tensor("y", "T"), .tensor("batch_mean", other), .tensor("batch_variance", other),
      .tensor("reserve_space_1", other), .tensor("reserve_space_2", other),
    ]
    if version == 3 { outputs.append(.tensor("reserve_space_3", other)) }
    return OpDefinition(
      name,
      inputs: [
        .tensor("x", "T"), .tensor("scale", other), .tensor("offset", other), .tensor("mean", other),
        .tensor("variance", other),
      ], outputs: outputs,
      attributes: [.type("T", version == 1 ? [.float32] : [.float16, .bfloat16, .float32])]
        + (version == 1 ? [] : [.type("U", [.float32])]) + [
          .float("epsilon", 0.0001), .float("exponential_avg_factor", 1),
          .string("data_format", "NHWC", oneOf: formats), .bool("is_training", true),
        ],
      shape: { context in
        let x = context.input(0)
        if let rank = x.rank, rank != 4, !(version == 3 && rank == 5) {
          throw EngineError.value("Shape must be rank 4 but is rank \(rank)")
        }
        let axis = context.node.string("data_format").hasPrefix("NC") ? 1 : (x.rank ?? 4) - 1
        var channels = Shape([x[axis]])
        for index in 1...(context.node.bool("is_training") ? 2 : 4) {
          channels = try context.merge(channels, try context.input(index, rank: 1))
        }
        var y = x
        if x.rank != nil { y.dimensions?[axis] = channels[0] }
        let rest = [Shape](repeating: channels, count: 4) + (version == 3 ? [.unknown] : [])
        return [y] + rest
      },
      gradient: .rule { context in
        let isTraining = context.node.bool("is_training")
        var inputs = [
          try context.gradient(0), context.input(0), context.input(1),
          isTraining ? context.output(3) : context.input(3), isTraining ? context.output(4) : context.input(4),
        ]
        if version == 3 { inputs.append(context.output(5)) }
        let node = try context.graph.addNode(
          version == 1 ? "FusedBatchNormGrad" : "FusedBatchNormGradV\(version)", inputs,
          attributes: context.attributes(["epsilon", "data_format", "is_training"]))
        return [.dense(node.output(0)), .dense(node.output(1)), .dense(node.output(2)), nil, nil]
      }
    ) { try runBatchNorm($0, version) }
  }

  private static func runBatchNorm(_ context: KernelContext, _ version: Int) throws {
    let node = context.node
    let (input, scale, offset) = (context.inputs[0], context.inputs[1], context.inputs[2])
    let isFirst = node.string("data_format").hasPrefix("NC")
    guard input.rank == 4 || (version == 3 && input.rank == 5) else {
      throw EngineError.invalidArgument("input must be 4 or 5-dimensional\(input.shapeText)")
    }
    let channels = input.shape[isFirst ? 1 : input.rank - 1]
    for (index, name) in ["scale", "offset", "mean", "variance"].enumerated() {
      let tensor = context.inputs[index + 1]
      // While training, TensorFlow takes empty statistics for "none yet".
      let mayBeEmpty = index >= 2 && node.bool("is_training") && tensor.elementCount == 0
      guard tensor.shape == [channels] || mayBeEmpty else {
        throw EngineError.invalidArgument(
          "\(name) must have the same number of elements as the channels of x, got \(tensor.elementCount) and \(channels)"
        )
      }
    }
    let x = isFirst ? try Kernels.channelsLast(input) : input
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    let epsilon = node.float("epsilon")
    let mean: Tensor
    let variance: Tensor
    if node.bool("is_training") {
      mean = try Tensor(zeros: .float32, shape: [channels])
      variance = try Tensor(zeros: .float32, shape: [channels])
      try Kernels.channelMoments(x, mean: mean, variance: variance)
      let (batchMean, batchVariance) = try runningStatistics(
        context, mean, variance, count: channels == 0 ? 0 : x.elementCount / channels)
      context.setOutput(1, batchMean)
      context.setOutput(2, batchVariance)
    } else {
      (mean, variance) = (context.inputs[3], context.inputs[4])
      context.setOutput(1, mean)
      context.setOutput(2, variance)
    }
    try Kernels.batchNorm(
      x, scale: scale, offset: offset, mean: mean, variance: variance, epsilon: epsilon, into: y)
    context.setOutput(0, isFirst ? try Kernels.channelsFirst(y) : y)
    context.setOutput(3, mean)
    context.setOutput(4, variance)
    if version == 3 { context.setOutput(5, try Tensor(zeros: .float32, shape: [])) }
  }

  /// What goes into moving averages: the mean and the unbiased variance, blended with the old ones.
  private static func runningStatistics(
    _ context: KernelContext, _ mean: Tensor, _ variance: Tensor, count: Int
  ) throws -> (Tensor, Tensor) {
    let factor = context.node.float("exponential_avg_factor")
    let unbiased = Float(count) / Float(max(count - 1, 1))
    func blend(_ fresh: Tensor, _ scale: Float, _ old: Tensor) throws -> Tensor {
      let result = try Tensor(uninitialized: .float32, shape: fresh.shape)
      let (source, target) = (fresh.elements(Float.self), result.elements(Float.self))
      for c in 0..<fresh.elementCount { target[c] = source[c] * scale }
      if factor != 1 {
        guard old.shape == fresh.shape else {
          throw EngineError.invalidArgument(
            "mean and variance must be given when exponential_avg_factor is not 1, got shape \(old.shapeText)")
        }
        let before = old.elements(Float.self)
        for c in 0..<fresh.elementCount { target[c] = (1 - factor) * before[c] + factor * target[c] }
      }
      return result
    }
    return (try blend(mean, 1, context.inputs[3]), try blend(variance, unbiased, context.inputs[4]))
  }

  /// The gradients of `FusedBatchNorm` with respect to x, scale and offset.
  static func fusedBatchNormGrad(_ name: String, version: Int) -> OpDefinition {
    let other = version == 1 ? "T" : "U"
    var inputs: [ArgumentDefinition] = [
      .tensor("y_backprop", "T"), .tensor("x", "T"),
      version == 1 ? .tensor("scale", "T") : .tensor("scale", .float32), .tensor("reserve_space_1", other),
      .tensor("reserve_space_2", other),
    ]
    if version == 3 { inputs.append(.tensor("reserve_space_3", other)) }
    let reserved = version == 3 ? 4 : 3
    return OpDefinition(
      name, inputs: inputs,
      outputs: [
        .tensor("x_backprop", "T"), .tensor("scale_backprop", other), .tensor("offset_backprop", other),
        .tensor("reserve_space_\(reserved)", other), .tensor("reserve_space_\(reserved + 1)", other),
      ],
      attributes: [.type("T", version == 1 ? [.float32] : [.float16, .bfloat16, .float32])]
        + (version == 1 ? [] : [.type("U", [.float32])]) + [
          .float("epsilon", 0.0001),
          .string("data_format", "NHWC", oneOf: version == 3 ? imageFormats : Array(imageFormats.prefix(2))),
          .bool("is_training", true),
        ],
      shape: { context in
        let shape = try context.merge(context.input(0), context.input(1))
        let axis = context.node.string("data_format").hasPrefix("NC") ? 1 : (shape.rank ?? 4) - 1
        let channels = try context.merge(Shape([shape[axis]]), context.input(2))
        return [shape, channels, channels, [0], [0]]
      }
    ) { context in
      let node = context.node
      let isFirst = node.string("data_format").hasPrefix("NC")
      let (gradient, input, scale) = (context.inputs[0], context.inputs[1], context.inputs[2])
      guard gradient.shape == input.shape, input.rank >= 4 else {
        throw EngineError.invalidArgument(
          "x and y_backprop must have same shape, but x has shape \(input.shapeText) and y_backprop has shape "
            + gradient.shapeText)
      }
      let (mean, variance) = (context.inputs[3], context.inputs[4])
      let channels = input.shape[isFirst ? 1 : input.rank - 1]
      guard scale.shape == [channels], mean.shape == [channels], variance.shape == [channels] else {
        throw EngineError.invalidArgument(
          "scale, mean and variance must have \(channels) elements, got shapes \(scale.shapeText), \(mean.shapeText), "
            + variance.shapeText)
      }
      let x = isFirst ? try Kernels.channelsLast(input) : input
      let dy = isFirst ? try Kernels.channelsLast(gradient) : gradient
      let dx = try Tensor(uninitialized: x.dtype, shape: x.shape)
      let dScale = try Tensor(uninitialized: .float32, shape: [channels])
      let dOffset = try Tensor(uninitialized: .float32, shape: [channels])
      try Kernels.batchNormGrad(
        dy, x, scale: scale, mean: mean, variance: variance, epsilon: node.float("epsilon"),
        isTraining: node.bool("is_training"), into: dx, dScale: dScale, dOffset: dOffset)
      context.setOutput(0, isFirst ? try Kernels.channelsFirst(dx) : dx)
      context.setOutput(1, dScale)
      context.setOutput(2, dOffset)
      context.setOutput(3, try Tensor(zeros: .float32, shape: [0]))
      context.setOutput(4, try Tensor(zeros: .float32, shape: [0]))
    }
  }
}
