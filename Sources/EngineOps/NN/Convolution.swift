import EngineCore
import EngineGraph
import EngineKernels

/// What `Conv2D`, `DepthwiseConv2dNative` and their gradients have in common.
enum ConvolutionForm: Sendable {
  case full, depthwise

  var name: String { self == .full ? "Conv2D" : "DepthwiseConv2dNative" }
  var inputGradient: String { self == .full ? "Conv2DBackpropInput" : "DepthwiseConv2dNativeBackpropInput" }
  var filterGradient: String { self == .full ? "Conv2DBackpropFilter" : "DepthwiseConv2dNativeBackpropFilter" }
  var attributeNames: [String] {
    ["strides", "padding", "explicit_paddings", "data_format", "dilations"]
      + (self == .full ? ["use_cudnn_on_gpu"] : [])
  }
  /// Channels that come out, from those of the filter `[h, w, in, out or multiplier]`.
  func outputChannels(_ filter: [Int]) -> Int { self == .full ? filter[3] : filter[2] * filter[3] }

  func forward(_ x: Tensor, _ filter: Tensor, _ window: WindowGeometry, into y: Tensor) throws {
    switch self {
    case .full: try Kernels.conv2D(x, filter, window, into: y)
    case .depthwise: try Kernels.depthwiseConv2D(x, filter, window, into: y)
    }
  }
  func backpropInput(_ filter: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dx: Tensor) throws {
    switch self {
    case .full: try Kernels.conv2DBackpropInput(filter, dy, window, into: dx)
    case .depthwise: try Kernels.depthwiseConv2DBackpropInput(filter, dy, window, into: dx)
    }
  }
  func backpropFilter(_ x: Tensor, _ dy: Tensor, _ window: WindowGeometry, into dFilter: Tensor) throws {
    switch self {
    case .full: try Kernels.conv2DBackpropFilter(x, dy, window, into: dFilter)
    case .depthwise: try Kernels.depthwiseConv2DBackpropFilter(x, dy, window, into: dFilter)
    }
  }

  /// **Errors**: `InvalidArgument` unless filter and input channels fit.
  func checkChannels(_ input: Int, _ filter: [Int]) throws {
    guard filter[2] > 0, input > 0 || self == .depthwise,
      self == .full ? input % filter[2] == 0 && filter[3] % (input / max(filter[2], 1)) == 0 : input == filter[2]
    else {
      throw EngineError.invalidArgument(
        self == .full
          ? "input depth must be evenly divisible by filter depth: \(input) vs \(filter[2])"
          : "input and filter must have the same depth: \(input) vs \(filter[2])")
    }
  }
}

extension OpDefinition {
  private static func convolutionAttributes(_ form: ConvolutionForm) -> [AttributeDefinition] {
    [.type("T", .floating)] + windowAttributes + [.ints("dilations", [1, 1, 1, 1])]
      + (form == .full ? [.bool("use_cudnn_on_gpu", true)] : [])
  }

  private static func convolutionSample(_ inputs: [OpSample.Input]) -> OpSample {
    OpSample(inputs, attributes: ["strides": .ints([1, 2, 2, 1]), "padding": .string("SAME")])
  }

  /// `output[n, i, j, k] = Σ input[n, i·stride + r·dilation − pad, …, c]·filter[r, s, c, k]`.
  static func convolution(_ form: ConvolutionForm) -> OpDefinition {
    OpDefinition(
      form.name, inputs: [.tensor("input", "T"), .tensor("filter", "T")], outputs: [.tensor("output", "T")],
      attributes: convolutionAttributes(form),
      shape: { context in
        let window = try WindowAttributes(context.node)
        let (x, filter) = (try context.input(0, rank: 4), try context.input(1, rank: 4))
        if let channels = x[window.channelAxis], let depth = filter[2] {
          guard depth > 0, form == .full ? channels % depth == 0 : channels == depth else {
            throw EngineError.value(
              form == .full
                ? "Depth of input (\(channels)) is not a multiple of input depth of filter (\(depth))"
                : "Dimensions must be equal, but are \(channels) and \(depth)")
          }
        }
        let channels: Int?
        switch form {
        case .full: channels = filter[3]
        case .depthwise:
          channels = (filter[2] ?? x[window.channelAxis]).flatMap { d in filter[3].map { $0.clampedProduct(d) } }
        }
        return [try window.outputShape(x, kernelHeight: filter[0], kernelWidth: filter[1], channels: channels)]
      },
      gradient: .rule { context in
        let (graph, dy) = (context.graph, try context.gradient())
        let attributes = context.attributes(form.attributeNames)
        let dx = try graph.op(
          form.inputGradient, try graph.op("Shape", context.input(0)), context.input(1), dy, attributes: attributes)
        let dFilter = try graph.op(
          form.filterGradient, context.input(0), try graph.op("Shape", context.input(1)), dy, attributes: attributes)
        return [.dense(dx), .dense(dFilter)]
      },
      sample: convolutionSample([.init([2, 5, 4, 3], .uniform(-2, 2)), .init([3, 2, 3, 2], .uniform(-2, 2))])
    ) { context in
      let (input, filter) = (context.inputs[0], context.inputs[1])
      try requireImages(input, "input")
      try requireImages(filter, "filter")
      let window = try WindowAttributes(context.node)
      let x = try window.channelsLast(input)
      try form.checkChannels(x.shape[3], filter.shape)
      let geometry = try window.geometry(
        height: x.shape[1], width: x.shape[2], kernelHeight: filter.shape[0], kernelWidth: filter.shape[1])
      let y = try Tensor(
        uninitialized: x.dtype,
        shape: [x.shape[0], geometry.outputHeight, geometry.outputWidth, form.outputChannels(filter.shape)])
      if y.elementCount > 0 { try form.forward(x, filter, geometry, into: y) }
      context.setOutput(0, try window.restored(y))
    }
  }

  /// The gradient of a convolution with respect to its input, whose shape is `input_sizes`.
  static func convolutionBackpropInput(_ form: ConvolutionForm) -> OpDefinition {
    OpDefinition(
      form.inputGradient,
      inputs: [.tensor("input_sizes", .int32), .tensor("filter", "T"), .tensor("out_backprop", "T")],
      outputs: [.tensor("output", "T")], attributes: convolutionAttributes(form),
      shape: { context in
        var shape = try context.shape(fromInput: 0)
        if shape.rank == nil { shape = .unknown(rank: 4) }
        try shape.requireRank(4)
        return [shape]
      },
      gradient: .rule { context in
        let (graph, dy) = (context.graph, try context.gradient())
        let attributes = context.attributes(form.attributeNames)
        return [
          nil,
          .dense(
            try graph.op(
              form.filterGradient, dy, try graph.op("Shape", context.input(1)), context.input(2),
              attributes: attributes)),
          .dense(try graph.op(form.name, dy, context.input(1), attributes: attributes)),
        ]
      },
      sample: convolutionSample([
        .init([4], .fixed([2, 5, 4, 3]), dtype: .int32, isConstant: true), .init([3, 2, 3, 2], .uniform(-2, 2)),
        .init([2, 3, 2, form == .full ? 2 : 6], .uniform(-2, 2)),
      ])
    ) { context in
      let (filter, gradient) = (context.inputs[1], context.inputs[2])
      try requireImages(filter, "filter")
      try requireImages(gradient, "out_backprop")
      let window = try WindowAttributes(context.node)
      var sizes = try context.integers(0)
      if sizes.count == 2 {  // TensorFlow also takes just height and width
        let depth = filter.shape[2]
        sizes =
          window.isChannelsFirst
          ? [gradient.shape[0], depth, sizes[0], sizes[1]] : [gradient.shape[0], sizes[0], sizes[1], depth]
      }
      guard sizes.count == 4, sizes.allSatisfy({ $0 >= 0 }) else {
        throw EngineError.invalidArgument("input_sizes must be 4 non-negative integers, got \(sizes)")
      }
      let shape = window.channelsLast(sizes)
      let dy = try window.channelsLast(gradient)
      let geometry = try convolutionGeometry(form, window, input: shape, filter: filter.shape, dy: dy)
      let dx = try Tensor(uninitialized: gradient.dtype, shape: shape)
      if dy.elementCount > 0, filter.elementCount > 0 {
        try form.backpropInput(filter, dy, geometry, into: dx)
      } else {
        try Kernels.fill(dx, with: try Tensor(scalar: 0, dtype: dx.dtype))
      }
      context.setOutput(0, try window.restored(dx))
    }
  }

  /// The gradient of a convolution with respect to its filter, whose shape is `filter_sizes`.
  static func convolutionBackpropFilter(_ form: ConvolutionForm) -> OpDefinition {
    OpDefinition(
      form.filterGradient,
      inputs: [.tensor("input", "T"), .tensor("filter_sizes", .int32), .tensor("out_backprop", "T")],
      outputs: [.tensor("output", "T")], attributes: convolutionAttributes(form),
      shape: { context in
        var shape = try context.shape(fromInput: 1)
        if shape.rank == nil { shape = .unknown(rank: 4) }
        try shape.requireRank(4)
        return [shape]
      },
      gradient: .rule { context in
        let (graph, dFilter) = (context.graph, try context.gradient())
        let attributes = context.attributes(form.attributeNames)
        return [
          .dense(
            try graph.op(
              form.inputGradient, try graph.op("Shape", context.input(0)), dFilter, context.input(2),
              attributes: attributes)),
          nil,
          .dense(try graph.op(form.name, context.input(0), dFilter, attributes: attributes)),
        ]
      },
      sample: convolutionSample([
        .init([2, 5, 4, 3], .uniform(-2, 2)), .init([4], .fixed([3, 2, 3, 2]), dtype: .int32, isConstant: true),
        .init([2, 3, 2, form == .full ? 2 : 6], .uniform(-2, 2)),
      ])
    ) { context in
      let (input, gradient) = (context.inputs[0], context.inputs[2])
      try requireImages(input, "input")
      try requireImages(gradient, "out_backprop")
      let window = try WindowAttributes(context.node)
      let sizes = try context.integers(1)
      guard sizes.count == 4, sizes.allSatisfy({ $0 >= 0 }) else {
        throw EngineError.invalidArgument("filter_sizes must be 4 non-negative integers, got \(sizes)")
      }
      let (x, dy) = (try window.channelsLast(input), try window.channelsLast(gradient))
      let geometry = try convolutionGeometry(form, window, input: x.shape, filter: sizes, dy: dy)
      let dFilter = try Tensor(uninitialized: input.dtype, shape: sizes)
      if dy.elementCount > 0, x.elementCount > 0 {
        try form.backpropFilter(x, dy, geometry, into: dFilter)
      } else {
        try Kernels.fill(dFilter, with: try Tensor(scalar: 0, dtype: dFilter.dtype))
      }
      context.setOutput(0, dFilter)
    }
  }

  /// The window of a convolution whose gradient has arrived, after checking that the gradient has the output's shape.
  private static func convolutionGeometry(
    _ form: ConvolutionForm, _ window: WindowAttributes, input: [Int], filter: [Int], dy: Tensor
  ) throws -> WindowGeometry {
    try form.checkChannels(input[3], filter)
    let geometry = try window.geometry(
      height: input[1], width: input[2], kernelHeight: filter[0], kernelWidth: filter[1])
    let expected = [input[0], geometry.outputHeight, geometry.outputWidth, form.outputChannels(filter)]
    guard dy.shape == expected else {
      throw EngineError.invalidArgument(
        "\(form.name): the size of out_backprop doesn't match computed: actual = \(dy.shapeText), computed = "
          + Shape(known: expected).bracketed)
    }
    return geometry
  }
}
