import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Sends each window's gradient to the first of its largest elements.
  static let maxPoolGrad = OpDefinition(
    "MaxPoolGrad", inputs: [.tensor("orig_input", "T"), .tensor("orig_output", "T"), .tensor("grad", "T")],
    outputs: [.tensor("output", "T")],
    attributes: [.ints("ksize")] + windowAttributes + [.type("T", .real, default: .float32)],
    shape: { [try $0.input(0, rank: 4)] }
  ) { context in
    for (index, name) in ["orig_input", "orig_output", "grad"].enumerated() {
      try requireImages(context.inputs[index], name)
    }
    let window = try WindowAttributes(context.node)
    let x = try window.channelsLast(context.inputs[0])
    let y = try window.channelsLast(context.inputs[1])
    let dy = try window.channelsLast(context.inputs[2])
    let geometry = try window.poolGeometry(context.node, x.shape)
    let expected = [x.shape[0], geometry.outputHeight, geometry.outputWidth, x.shape[3]]
    guard y.shape == expected, dy.shape == expected else {
      throw EngineError.invalidArgument(
        "Expected orig_output and grad shape to be \(Shape(known: expected).bracketed), but got \(y.shapeText) and "
          + dy.shapeText)
    }
    let dx = try Tensor(uninitialized: x.dtype, shape: x.shape)
    if dy.elementCount > 0 {
      try Kernels.maxPoolGrad(x, y, dy, geometry, into: dx)
    } else {
      try Kernels.fill(dx, with: try Tensor(scalar: 0, dtype: dx.dtype))
    }
    context.setOutput(0, try window.restored(dx))
  }
}
