import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `output = value + bias` along the channel axis. `value: [..., channels]`, or `[n, channels, ...]` for NCHW.
  static let biasAdd = biasAddition("BiasAdd", hasFormat: true)

  /// `BiasAdd` and its predecessor without a data format.
  static func biasAddition(_ name: String, hasFormat: Bool) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("value", "T"), .tensor("bias", "T")], outputs: [.tensor("output", "T")],
      attributes: [.type("T", .numeric)]
        + (hasFormat ? [.string("data_format", "NHWC", oneOf: ["NHWC", "NCHW"])] : []),
      shape: { context in
        let value = context.input(0)
        let bias = try context.input(1, rank: 1)
        guard var dimensions = value.dimensions else { return [.unknown] }
        let axis = context.node.string("data_format") == "NCHW" ? 1 : dimensions.count - 1
        guard dimensions.count >= (axis == 1 ? 3 : 2) || (axis == 1 && dimensions.count == 2) else {
          throw EngineError.value("Shape must be at least rank 2 but is rank \(dimensions.count)")
        }
        if let channels = dimensions[axis], let size = bias[0], channels != size {
          throw EngineError.value("Dimensions must be equal, but are \(channels) and \(size)")
        }
        dimensions[axis] = dimensions[axis] ?? bias[0]
        return [Shape(dimensions)]
      },
      gradient: .rule { context in
        let dy = try context.gradient()
        let format = context.node.string("data_format")
        return [
          .dense(dy),
          .dense(
            try context.graph.op(
              "BiasAddGrad", dy, attributes: format.isEmpty ? [:] : ["data_format": .string(format)])),
        ]
      },
      sample: OpSample([.init([2, 3, 4], .uniform(-2, 2)), .init([4], .uniform(-2, 2))])
    ) { context in
      let (value, bias) = (context.inputs[0], context.inputs[1])
      guard value.rank >= 2 else {
        throw EngineError.invalidArgument("Input tensor must be at least 2D: \(value.shapeText)")
      }
      guard bias.rank == 1 else { throw EngineError.invalidArgument("Biases must be 1D: \(bias.shapeText)") }
      let axis = context.node.string("data_format") == "NCHW" ? 1 : value.rank - 1
      guard value.shape[axis] == bias.shape[0] else {
        throw EngineError.invalidArgument(
          "Must provide as many biases as the last dimension of the input tensor: \(bias.shapeText) vs. \(value.shapeText)"
        )
      }
      let y = try context.destination(0, shape: value.shape, reusing: 0)
      try Kernels.biasAdd(value, bias, channelAxis: axis, into: y)
      context.setOutput(0, y)
    }
  }
}
