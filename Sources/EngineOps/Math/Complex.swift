import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `real + imag·i`, broadcast; the gradients are the parts of the gradient.
  static let complex = OpDefinition(
    "Complex", inputs: [.tensor("real", "T"), .tensor("imag", "T")], outputs: [.tensor("out", "Tout")],
    attributes: [
      .type("T", [.float32, .float64], default: .float32),
      .type("Tout", [.complex64, .complex128], default: .complex64),
    ],
    shape: ShapeContext.broadcast,
    gradient: .rule { context in
      let dz = try context.gradient()
      let type: [String: AttributeValue] = ["Tout": .type(context.input(0).dtype)]
      return [
        .dense(try context.graph.op("Real", dz, attributes: type)),
        .dense(try context.graph.op("Imag", dz, attributes: type)),
      ]
    }
  ) { context in
    let (real, imaginary) = (context.inputs[0], context.inputs[1])
    let z = try Tensor(uninitialized: context.node.outputTypes[0], shape: broadcastShape(real, imaginary))
    try Kernels.complex(real, imaginary, into: z)
    context.setOutput(0, z)
  }
}
