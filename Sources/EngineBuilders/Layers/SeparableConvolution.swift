import EngineCore
import EngineGraph

/// A convolution of each channel by itself, then one that mixes channels; one or two spatial dimensions.
public final class SeparableConvolution: Layer {
  public let configuration: ConvolutionConfiguration
  let rank: Int
  public private(set) var depthwiseKernel: Variable?
  public private(set) var pointwiseKernel: Variable?
  public private(set) var bias: Variable?

  public init(
    in graph: Graph, _ configuration: ConvolutionConfiguration, rank: Int, name: String? = nil,
    isTrainable: Bool = true, reuse: VariableReuse? = nil
  ) throws {
    try configuration.check(rank: rank)
    guard (1...2).contains(rank) else {
      throw EngineError.value("a separable convolution has 1 or 2 spatial dimensions")
    }
    self.configuration = configuration
    self.rank = rank
    try super.init(in: graph, kind: "separable_conv\(rank)d", name: name, isTrainable: isTrainable, reuse: reuse)
  }

  public override func build(_ input: Output) throws {
    try requireRank(input, rank + 2)
    let channels = try size(input, axis: configuration.isChannelsFirst ? 1 : -1, "SeparableConv")
    depthwiseKernel = try weight(
      "depthwise_kernel", shape: configuration.kernelSize + [channels, configuration.depthMultiplier],
      configuration.kernel)
    pointwiseKernel = try weight(
      "pointwise_kernel",
      shape: [Int](repeating: 1, count: rank) + [
        channels.clampedProduct(configuration.depthMultiplier), configuration.filters,
      ],
      configuration.pointwise)
    if configuration.usesBias { bias = try weight("bias", shape: [configuration.filters], configuration.bias) }
  }

  public override func compute(_ input: Output) throws -> Output {
    guard let depthwiseKernel, let pointwiseKernel else {
      throw EngineError.internal("layer '\(name)' has no kernels")
    }
    var output: Output
    let axis = configuration.isChannelsFirst ? 2 : 1
    if rank == 1 {
      let wide = try graph.expandDimensions(.tensor(input), axis: axis)
      let depthwise = try graph.expandDimensions(.variable(depthwiseKernel), axis: 0)
      let pointwise = try graph.expandDimensions(.variable(pointwiseKernel), axis: 0)
      // A square stride costs nothing along the axis of length one.
      let stride = configuration.strides[0]
      output = try graph.withNameScope("separable_conv2d") { scope in
        try convolve(wide, depthwise, pointwise, [stride, stride], [1] + configuration.dilations, scope)
      }
    } else {
      output = try graph.withNameScope("separable_conv2d") { scope in
        try convolve(
          input, try depthwiseKernel.value(), try pointwiseKernel.value(), configuration.strides,
          configuration.dilations, scope)
      }
    }
    if let bias { output = try addBias(output, bias, rank: 2, isChannelsFirst: configuration.isChannelsFirst) }
    if rank == 1 { output = try graph.squeeze(output, axes: [axis]) }
    return try configuration.activation?(output) ?? output
  }

  private func convolve(
    _ input: Output, _ depthwise: Output, _ pointwise: Output, _ strides: [Int], _ dilations: [Int], _ scope: String
  ) throws -> Output {
    let format: AttributeValue = .string(configuration.format(2))
    _ = try graph.shapeVector(depthwise)
    _ = try graph.constant(dilations.map { Int32(truncatingIfNeeded: $0) }, name: "dilation_rate")
    let channels = try graph.addNode(
      "DepthwiseConv2dNative", [input, depthwise],
      attributes: [
        "strides": configuration.extended(strides), "padding": configuration.paddingAttribute,
        "dilations": configuration.extended(dilations), "data_format": format,
      ], name: "depthwise"
    ).output()
    return try graph.addNode(
      "Conv2D", [channels, pointwise],
      attributes: ["strides": .ints([1, 1, 1, 1]), "padding": .string("VALID"), "data_format": format], name: scope
    ).output()
  }
}
