import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// An op from complex numbers to real ones of the same precision.
  static func complexPart(
    _ name: String, _ part: ComplexPart, inputName: String = "input", outputName: String = "output",
    gradient: @escaping UnaryGradient
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor(inputName, "T")], outputs: [.tensor(outputName, "Tout")],
      attributes: [
        .type("T", [.complex64, .complex128], default: .complex64),
        .type("Tout", [.float32, .float64], default: .float32),
      ],
      shape: ShapeContext.sameAsFirst,
      gradient: .rule { context in
        [.dense(try gradient(context.graph, context.input(0), context.output(), try context.gradient()))]
      }
    ) { context in
      let x = context.inputs[0]
      let y = try Tensor(uninitialized: context.node.outputTypes[0], shape: x.shape)
      try Kernels.part(part, of: x, into: y)
      context.setOutput(0, y)
    }
  }
}

extension Graph {
  /// Complex numbers of two real ones.
  func complex(_ real: Output, _ imaginary: Output) throws -> Output {
    try op(
      "Complex", real, imaginary, attributes: ["Tout": .type(real.dtype == .float64 ? .complex128 : .complex64)])
  }

  /// The conjugate of complex numbers, which gradients of products and the like go with; other tensors as they are.
  func conjugate(_ x: Output) throws -> Output { x.dtype.isComplex ? try op("Conj", x) : x }
}
