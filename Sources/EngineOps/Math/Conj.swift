import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The conjugates of complex numbers; dx = conj dy.
  static let conj = OpDefinition(
    "Conj", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T", [.complex64, .complex128], default: .complex64)], shape: ShapeContext.sameAsFirst,
    gradient: .rule { [.dense(try $0.graph.op("Conj", try $0.gradient()))] }
  ) { context in
    let y = try context.destination(0, shape: context.inputs[0].shape, reusing: 0)
    try Kernels.conjugate(context.inputs[0], into: y)
    context.setOutput(0, y)
  }
}
