import EngineCore
import EngineGraph

/// What convolutions have in common.
public struct ConvolutionConfiguration {
  public var filters: Int
  public var kernelSize: [Int]
  public var strides: [Int]
  /// `valid` or `same`.
  public var padding = "valid"
  public var isChannelsFirst = false
  public var dilations: [Int]
  public var activation: Activation?
  public var usesBias = true
  public var kernel = WeightOptions()
  public var bias = WeightOptions(initializer: Zeros())
  /// For separable ones: outputs of each input channel, and options of the second kernel.
  public var depthMultiplier = 1
  public var pointwise = WeightOptions()

  /// - Parameter rank: the number of spatial dimensions.
  public init(filters: Int, kernelSize: [Int], rank: Int) {
    self.filters = filters
    self.kernelSize = kernelSize
    strides = [Int](repeating: 1, count: rank)
    dilations = [Int](repeating: 1, count: rank)
  }

  func check(rank: Int) throws {
    guard filters > 0 else {
      throw EngineError.value(
        "Invalid value for argument `filters`. Expected a strictly positive value. Received filters=\(filters).")
    }
    for (name, values) in [("kernel_size", kernelSize), ("strides", strides), ("dilation_rate", dilations)] {
      if values.count == rank, values.contains(0), !values.contains(where: { $0 < 0 }) {
        let text = values.map(String.init).joined(separator: ", ") + (rank == 1 ? "," : "")
        throw EngineError.value("The argument `\(name)` cannot contains 0(s). Received: (\(text))")
      }
      guard values.count == rank, values.allSatisfy({ $0 > 0 }) else {
        throw EngineError.value(
          "The `\(name)` argument must be a tuple of \(rank) integers > 0. Received: \(values)")
      }
    }
    guard ["valid", "same"].contains(padding.lowercased()) else {
      throw EngineError.value(
        "The `padding` argument must be a list/tuple or one of {\"valid\", \"same\"}. Received: \(padding)")
    }
    if strides.contains(where: { $0 > 1 }), dilations.contains(where: { $0 > 1 }) {
      throw EngineError.value("`strides > 1` not supported in conjunction with `dilation_rate > 1`")
    }
  }

  /// Sizes for all four (or five) dimensions.
  func extended(_ sizes: [Int]) -> AttributeValue { .ints(isChannelsFirst ? [1, 1] + sizes : [1] + sizes + [1]) }
  var paddingAttribute: AttributeValue { .string(padding.uppercased()) }
  func format(_ rank: Int) -> String {
    rank == 3 ? (isChannelsFirst ? "NCDHW" : "NDHWC") : (isChannelsFirst ? "NCHW" : "NHWC")
  }
}

/// Convolution with one, two or three spatial dimensions.
///
/// **Shapes**: `[batch, spatial..., channels]` to `[batch, spatial..., filters]`
public final class Convolution: Layer {
  public let configuration: ConvolutionConfiguration
  let rank: Int
  public private(set) var kernel: Variable?
  public private(set) var bias: Variable?

  /// **Errors**: `ValueError` for sizes that are not positive or a list of another length than `rank`.
  public init(
    in graph: Graph, _ configuration: ConvolutionConfiguration, rank: Int, name: String? = nil,
    isTrainable: Bool = true, reuse: VariableReuse? = nil
  ) throws {
    try configuration.check(rank: rank)
    guard (1...3).contains(rank) else { throw EngineError.value("a convolution has 1 to 3 spatial dimensions") }
    self.configuration = configuration
    self.rank = rank
    try super.init(in: graph, kind: "conv\(rank)d", name: name, isTrainable: isTrainable, reuse: reuse)
  }

  public override func build(_ input: Output) throws {
    try requireRank(input, rank + 2)
    let channels = try size(input, axis: configuration.isChannelsFirst ? 1 : -1, "Conv")
    kernel = try weight(
      "kernel", shape: configuration.kernelSize + [channels, configuration.filters], configuration.kernel)
    if configuration.usesBias { bias = try weight("bias", shape: [configuration.filters], configuration.bias) }
  }

  public override func compute(_ input: Output) throws -> Output {
    guard let kernel else { throw EngineError.internal("layer '\(name)' has no kernel") }
    try requireSize(input, axis: configuration.isChannelsFirst ? 1 : -1, kernel.shape[-2])
    var output: Output
    switch rank {
    case 1: output = try convolve1D(input, kernel)
    case 2:
      output = try graph.apply(
        "Conv2D", .tensor(input), .variable(kernel),
        attributes: [
          "strides": configuration.extended(configuration.strides), "padding": configuration.paddingAttribute,
          "dilations": configuration.extended(configuration.dilations), "data_format": .string(configuration.format(2)),
        ])
    default:
      output = try graph.apply(
        "Conv3D", .tensor(input), .variable(kernel),
        attributes: [
          "strides": configuration.extended(configuration.strides), "padding": configuration.paddingAttribute,
          "dilations": configuration.extended(configuration.dilations), "data_format": .string(configuration.format(3)),
        ])
    }
    if let bias { output = try addBias(output, bias, rank: rank, isChannelsFirst: configuration.isChannelsFirst) }
    return try configuration.activation?(output) ?? output
  }

  /// A two-dimensional convolution of height one.
  private func convolve1D(_ input: Output, _ kernel: Variable) throws -> Output {
    let first = configuration.isChannelsFirst
    return try graph.withNameScope("Conv1D") { scope in
      let wide = try graph.expandDimensions(.tensor(input), axis: first ? -2 : -3)
      let filter = try graph.expandDimensions(.variable(kernel), axis: 0)
      let result = try graph.addNode(
        "Conv2D", [wide, filter],
        attributes: [
          "strides": configuration.extended([1] + configuration.strides), "padding": configuration.paddingAttribute,
          "dilations": configuration.extended([1] + configuration.dilations),
          "data_format": .string(configuration.format(2)),
        ], name: scope
      ).output()
      return try graph.squeeze(result, axes: [first ? -2 : -3])
    }
  }
}

extension Layer {
  func requireRank(_ input: Output, _ rank: Int) throws {
    guard input.shape.rank == nil || input.shape.rank == rank else {
      throw EngineError.value(
        "Input 0 of layer \"\(name)\" is incompatible with the layer: expected min_ndim=\(rank), found "
          + "ndim=\(input.shape.rank ?? 0). Full shape received: \(input.shape)")
    }
  }

  func addBias(_ x: Output, _ bias: Variable, rank: Int, isChannelsFirst: Bool) throws -> Output {
    try graph.apply(
      "BiasAdd", .tensor(x), .variable(bias), attributes: ["data_format": .string(isChannelsFirst ? "NCHW" : "NHWC")])
  }
}

/// The gradient of a two-dimensional convolution as a layer ("deconvolution").
public final class TransposedConvolution2D: Layer {
  public let configuration: ConvolutionConfiguration
  public private(set) var kernel: Variable?
  public private(set) var bias: Variable?

  public init(
    in graph: Graph, _ configuration: ConvolutionConfiguration, name: String? = nil, isTrainable: Bool = true,
    reuse: VariableReuse? = nil
  ) throws {
    try configuration.check(rank: 2)
    self.configuration = configuration
    try super.init(in: graph, kind: "conv2d_transpose", name: name, isTrainable: isTrainable, reuse: reuse)
  }

  public override func build(_ input: Output) throws {
    try requireRank(input, 4)
    let channels = try size(input, axis: configuration.isChannelsFirst ? 1 : -1, "Conv2DTranspose")
    kernel = try weight(
      "kernel", shape: configuration.kernelSize + [configuration.filters, channels], configuration.kernel)
    if configuration.usesBias { bias = try weight("bias", shape: [configuration.filters], configuration.bias) }
  }

  public override func compute(_ input: Output) throws -> Output {
    guard let kernel else { throw EngineError.internal("layer '\(name)' has no kernel") }
    let first = configuration.isChannelsFirst
    let shape = try graph.shapeVector(input)
    let batch = try graph.element(shape, 0)
    let spatial = first ? 2 : 1
    let grows = configuration.padding.lowercased() == "valid"
    var sizes: [Operand] = []
    var known: [Int?] = []
    for axis in 0..<2 {
      let (stride, width) = (configuration.strides[axis], configuration.kernelSize[axis])
      let extra = grows ? max(width - stride, 0) : 0
      if let size = input.shape[spatial + axis] {
        let length = size.clampedProduct(stride).clampedSum(extra)
        sizes.append(.integer(length))
        known.append(length)
      } else {
        let size = try graph.element(shape, spatial + axis)
        var length = try graph.multiply(.tensor(size), .integer(stride))
        if grows { length = try graph.add(.tensor(length), .integer(extra)) }
        sizes.append(.tensor(length))
        known.append(nil)
      }
    }
    let channels: Operand = .integer(configuration.filters)
    let target = try graph.pack(first ? [.tensor(batch), channels] + sizes : [.tensor(batch)] + sizes + [channels])
    _ = try graph.element(target, 0)
    var output = try graph.withNameScope("conv2d_transpose") { scope in
      try graph.addNode(
        "Conv2DBackpropInput", [target, try kernel.value(), input],
        attributes: [
          "strides": configuration.extended(configuration.strides), "padding": configuration.paddingAttribute,
          "dilations": configuration.extended(configuration.dilations), "data_format": .string(configuration.format(2)),
        ], name: scope
      ).output()
    }
    let batchSize = input.shape[0]
    try output.setShape(
      Shape(first ? [batchSize, configuration.filters] + known : [batchSize] + known + [configuration.filters]))
    if let bias { output = try addBias(output, bias, rank: 2, isChannelsFirst: first) }
    return try configuration.activation?(output) ?? output
  }
}
