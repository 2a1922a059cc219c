import EngineCore
import EngineGraph

/// Normalises over all axes but one, with the batch's statistics while training and with moving averages otherwise.
///
/// The updates of the averages go to collection `update_ops`; nothing runs them by itself.
/// **Numerics**: for rank 4 the fused op is used, whose moving variance takes the sample variance of a batch; otherwise
/// it takes the population variance.
public final class BatchNormalization: Layer {
  public struct Configuration {
    public var axis = -1
    public var momentum = 0.99
    public var epsilon = 1e-3
    public var centers = true
    public var scales = true
    public var beta = WeightOptions(initializer: Zeros())
    public var gamma = WeightOptions(initializer: Ones())
    public var movingMean = WeightOptions(initializer: Zeros())
    public var movingVariance = WeightOptions(initializer: Ones())
    /// `nil`: whenever the input has rank 4.
    public var isFused: Bool?
    public init() {}
  }

  public let configuration: Configuration
  public var training = TrainingFlag.fixed(false)
  public private(set) var gamma: Variable?
  public private(set) var beta: Variable?
  public private(set) var movingMean: Variable?
  public private(set) var movingVariance: Variable?
  private var axis = -1
  private var isFused = false

  public init(
    in graph: Graph, _ configuration: Configuration = .init(), name: String? = nil, isTrainable: Bool = true,
    reuse: VariableReuse? = nil
  ) throws {
    self.configuration = configuration
    try super.init(in: graph, kind: "batch_normalization", name: name, isTrainable: isTrainable, reuse: reuse)
  }

  public override func build(_ input: Output) throws {
    guard let rank = input.shape.rank else {
      throw EngineError.value("Input has undefined rank. Received: input_shape=\(input.shape).")
    }
    axis = configuration.axis < 0 ? configuration.axis + rank : configuration.axis
    guard axis > 0, axis < rank else {
      throw EngineError.value("Invalid axis. Expected 0 < axis < inputs.rank. Received: axis=\(configuration.axis)")
    }
    isFused =
      (configuration.isFused ?? (rank == 4)) && rank == 4 && (axis == 3 || axis == 1)
      && input.dtype != .float64
    guard let channels = input.shape[axis] else {
      throw EngineError.value(
        "Input has undefined `axis` dimension. Received input with shape \(input.shape) and axis=(\(axis),)")
    }
    let type: DType = input.dtype == .float16 || input.dtype == .bfloat16 ? .float32 : input.dtype
    if configuration.scales {
      gamma = try weight("gamma", shape: [channels], configuration.gamma, dtype: type)
    }
    if configuration.centers { beta = try weight("beta", shape: [channels], configuration.beta, dtype: type) }
    movingMean = try weight(
      "moving_mean", shape: [channels], configuration.movingMean, dtype: type, isTrainable: false)
    movingVariance = try weight(
      "moving_variance", shape: [channels], configuration.movingVariance, dtype: type, isTrainable: false)
  }

  public override func compute(_ input: Output) throws -> Output {
    guard let movingMean, let movingVariance else { throw EngineError.internal("layer '\(name)' was not built") }
    return isFused
      ? try fused(input, movingMean, movingVariance) : try composed(input, movingMean, movingVariance)
  }

  // MARK: Fused

  private func fused(_ input: Output, _ mean: Variable, _ variance: Variable) throws -> Output {
    let channels = mean.shape.known ?? []
    func factor(_ variable: Variable?, _ value: Double) throws -> Output {
      if let variable { return try variable.value() }
      return try graph.constant(try Tensor(repeating: value, shape: channels, dtype: mean.dtype))
    }
    let scale = try factor(gamma, 1)
    let offset = try factor(beta, 0)
    func normalize(_ isTraining: Bool) throws -> Node {
      try graph.applyNode(
        "FusedBatchNormV3",
        list: [.tensor(input), .tensor(scale), .tensor(offset), .variable(mean), .variable(variance)],
        attributes: [
          "epsilon": .float(Float(configuration.epsilon)), "is_training": .bool(isTraining),
          "exponential_avg_factor": .float(1), "data_format": .string(axis == 1 ? "NCHW" : "NHWC"),
        ])
    }
    switch training {
    case .fixed(false): return try normalize(false).output()
    case .fixed(true):
      let node = try normalize(true)
      let momentum = try graph.constant(Tensor(scalar: configuration.momentum, dtype: mean.dtype))
      try update(mean, node.output(1), momentum)
      try update(variance, node.output(2), momentum)
      return node.output()
    case .tensor(let flag):
      let batch = try normalize(true)
      let moving = try normalize(false)
      let output = try graph.addNode("SelectV2", [flag, batch.output(), moving.output()]).output()
      let own = try graph.constant(Tensor(scalar: configuration.momentum, dtype: mean.dtype))
      let one = try graph.constant(Tensor(scalar: 1, dtype: mean.dtype))
      let momentum = try graph.addNode("SelectV2", [flag, own, one]).output()
      try update(mean, batch.output(1), momentum)
      try update(variance, batch.output(2), momentum)
      return output
    }
  }

  private func update(_ variable: Variable, _ value: Output, _ momentum: Output) throws {
    let node = try graph.withNameScope("AssignMovingAvg") { _ in
      let decay = try graph.subtract(1, .tensor(momentum))
      let difference = try graph.subtract(.tensor(try variable.value()), .tensor(value))
      return try variable.assignSubtract(.tensor(try graph.multiply(.tensor(difference), .tensor(decay)))).node
    }
    record(node)
  }

  private func record(_ node: Node) {
    guard isTrainable else { return }
    updates.append(node)
    graph.addToCollection(CollectionName.updateOps, .node(node))
  }

  // MARK: Composed

  private func composed(_ input: Output, _ mean: Variable, _ variance: Variable) throws -> Output {
    let rank = input.shape.rank ?? 2
    let axes = (0..<rank).filter { $0 != axis }
    // Off the last axis the weights need singleton dimensions to line up with the input.
    func aligned(_ operand: Operand?) throws -> Operand? {
      guard let operand, axis != rank - 1 else { return operand }
      var shape = [Int](repeating: 1, count: rank)
      shape[axis] = mean.shape[0] ?? -1
      return .tensor(try graph.apply("Reshape", operand, .integers(shape)))
    }
    let offset = try aligned(beta.map { .variable($0) })
    let scale = try aligned(gamma.map { .variable($0) })
    func normalize(_ mean: Operand, _ variance: Operand) throws -> Output {
      let result = try NN.batchNormalization(
        input, mean: try aligned(mean) ?? mean, variance: try aligned(variance) ?? variance, offset: offset,
        scale: scale, epsilon: configuration.epsilon)
      try result.setShape(input.shape)
      return result
    }
    if case .fixed(false) = training { return try normalize(.variable(mean), .variable(variance)) }
    let batch = try NN.moments(input, axes: axes)
    var (batchMean, batchVariance) = batch
    var momentum: Output?
    if case .tensor(let flag) = training {
      batchMean = try graph.addNode("SelectV2", [flag, batchMean, try mean.value()]).output()
      batchVariance = try graph.addNode("SelectV2", [flag, batchVariance, try variance.value()]).output()
      momentum = try graph.addNode(
        "SelectV2",
        [
          flag, try graph.constant(Tensor(scalar: configuration.momentum, dtype: mean.dtype)),
          try graph.constant(Tensor(scalar: 1, dtype: mean.dtype)),
        ]
      ).output()
    }
    for (variable, value) in [(mean, batchMean), (variance, batchVariance)] {
      if let momentum {
        try update(variable, value, momentum)
        continue
      }
      let node = try graph.withNameScope("AssignMovingAvg") { _ in
        let decay = try graph.constant(
          Tensor(scalar: 1 - configuration.momentum, dtype: variable.dtype), name: "decay")
        let difference = try graph.subtract(.tensor(try variable.value()), .tensor(value))
        return try variable.assignSubtract(.tensor(try graph.multiply(.tensor(difference), .tensor(decay)))).node
      }
      record(node)
    }
    return try normalize(.tensor(batchMean), .tensor(batchVariance))
  }
}
