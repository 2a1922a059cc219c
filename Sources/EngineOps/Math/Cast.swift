import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Elements converted to another type: floats to integers towards 0, numbers to booleans as "not 0".
  static let cast = OpDefinition(
    "Cast", inputs: [.tensor("x", "SrcT")], outputs: [.tensor("y", "DstT")],
    attributes: [.type("SrcT"), .type("DstT"), .bool("Truncate", false)], shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let (from, to) = (context.input(0).dtype, context.output().dtype)
      guard from.isFloating || from.isComplex, to.isFloating || to.isComplex else { return [nil] }
      return [.dense(try context.graph.cast(try context.gradient(), from))]
    }, sample: OpSample([.init([2, 3], .uniform(-2, 2))], attributes: ["DstT": .type(.float64)])
  ) { context in
    let target = context.node.outputTypes[0]
    if context.inputs[0].dtype == target {
      context.setOutput(0, context.takeInput(0))
      return
    }
    let y = try context.newOutput(0, shape: context.inputs[0].shape)
    try Kernels.cast(context.inputs[0], into: y)
    context.setOutput(0, y)
  }
}
