import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Where the condition holds, t's elements, elsewhere e's: what `Select` and `SelectV2` share.
  static func runSelect(_ context: KernelContext, condition: Tensor, shape: [Int]) throws {
    let z = try context.newOutput(0, shape: shape)
    try Kernels.select(condition, context.inputs[1], context.inputs[2], into: z)
    context.setOutput(0, z)
  }

  static func selectGradient(_ context: GradientContext, _ op: String) throws -> [Gradient?] {
    let (graph, condition, dz) = (context.graph, context.input(0), try context.gradient())
    let zeros = try graph.op("ZerosLike", dz)
    return [nil, .dense(try graph.op(op, condition, dz, zeros)), .dense(try graph.op(op, condition, zeros, dz))]
  }
}
