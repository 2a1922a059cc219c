import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The largest element of each window. `input, output: [n, h, w, c]`; padding never wins.
  static let maxPool = OpDefinition(
    "MaxPool", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T", .real, default: .float32), .ints("ksize")] + windowAttributes, shape: poolShape,
    gradient: .rule { context in
      [
        .dense(
          try context.graph.op(
            "MaxPoolGrad", context.input(0), context.output(), try context.gradient(),
            attributes: context.attributes(poolAttributeNames)))
      ]
    },
    sample: OpSample([.init([2, 5, 4, 3], .uniform(-2, 2))], attributes: poolSampleAttributes)
  ) { context in
    try requireImages(context.inputs[0], "tensor_in")
    let window = try WindowAttributes(context.node)
    let x = try window.channelsLast(context.inputs[0])
    let geometry = try window.poolGeometry(context.node, x.shape)
    let y = try Tensor(
      uninitialized: x.dtype, shape: [x.shape[0], geometry.outputHeight, geometry.outputWidth, x.shape[3]])
    if y.elementCount > 0 { try Kernels.maxPool(x, geometry, into: y) }
    context.setOutput(0, try window.restored(y))
  }
}
