import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// A tensor of twice the rank with the input on its diagonal, zeros elsewhere.
  static let diag = OpDefinition(
    "Diag", inputs: [.tensor("diagonal", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T", .indexOrInexact)], shape: { [$0.input(0).concatenated(with: $0.input(0))] },
    gradient: .rule { [.dense(try $0.graph.op("DiagPart", try $0.gradient()))] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    let y = try Tensor(zeros: x.dtype, shape: x.shape + x.shape)
    let count = x.elementCount
    try Kernels.copy(x, into: y, StridedWalk(shape: [count], sourceStrides: [1], destinationStrides: [count + 1]))
    context.setOutput(0, y)
  }
}
