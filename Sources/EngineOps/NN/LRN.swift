import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  private static let localResponseAttributes: [AttributeDefinition] = [
    .int("depth_radius", 5), .float("bias", 1), .float("alpha", 1), .float("beta", 0.5),
    .type("T", [.float16, .bfloat16, .float32], default: .float32),
  ]

  /// The radius; more than all channels is as good as all of them.
  private static func localResponseRadius(_ node: Node, _ x: Tensor) throws -> Int {
    let radius = node.int("depth_radius")
    guard radius >= 0, radius <= Int(Int32.max) else {
      throw EngineError.invalidArgument("depth_radius = \(radius) is not in [0, \(Int32.max)]")
    }
    return min(radius, x.shape[3])
  }

  /// Local response normalisation across channels. `input: [n, h, w, c]`.
  static let lrn = OpDefinition(
    "LRN", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")], attributes: localResponseAttributes,
    shape: { [try $0.input(0, rank: 4)] },
    gradient: .rule { context in
      [
        .dense(
          try context.graph.op(
            "LRNGrad", try context.gradient(), context.input(0), context.output(),
            attributes: context.attributes(["depth_radius", "bias", "alpha", "beta"])))
      ]
    },
    sample: OpSample([.init([1, 2, 2, 7], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    try requireImages(x, "in")
    let node = context.node
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    try Kernels.localResponse(
      x, radius: try localResponseRadius(node, x), bias: node.float("bias"), alpha: node.float("alpha"),
      beta: node.float("beta"), into: y)
    context.setOutput(0, y)
  }

  /// The gradient of `LRN`.
  static let lrnGrad = OpDefinition(
    "LRNGrad", inputs: [.tensor("input_grads", "T"), .tensor("input_image", "T"), .tensor("output_image", "T")],
    outputs: [.tensor("output", "T")], attributes: localResponseAttributes,
    shape: { [try $0.merge(try $0.input(0, rank: 4), $0.input(1))] }
  ) { context in
    let (dy, x, y) = (context.inputs[0], context.inputs[1], context.inputs[2])
    try requireImages(x, "input_image")
    guard dy.shape == x.shape, y.shape == x.shape else {
      throw EngineError.invalidArgument(
        "input_grads, input_image, and out_image should have the same shape, got \(dy.shapeText), \(x.shapeText) and "
          + y.shapeText)
    }
    let node = context.node
    let dx = try Tensor(uninitialized: x.dtype, shape: x.shape)
    try Kernels.localResponseGrad(
      dy, x, y, radius: try localResponseRadius(node, x), bias: node.float("bias"), alpha: node.float("alpha"),
      beta: node.float("beta"), into: dx)
    context.setOutput(0, dx)
  }
}
