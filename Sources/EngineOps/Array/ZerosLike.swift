import EngineCore
import EngineGraph

extension OpDefinition {
  /// Zeros of x's shape; empty strings for strings, lists of zeros for lists.
  static let zerosLike = OpDefinition(
    "ZerosLike", inputs: [.tensor("x", "T")], outputs: [.tensor("y", "T")], attributes: [.type("T")],
    shape: ShapeContext.sameAsFirst, gradient: .none, sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { context in
    if let list = context.inputs[0].buffer.resource as? TensorList {
      context.setOutput(0, try list.zeros().tensor())
      return
    }
    guard context.inputs[0].dtype.isPlainData || context.inputs[0].dtype == .string else {
      throw EngineError.unimplemented("no ZerosLike kernel for \(context.inputs[0].dtype)")
    }
    context.setOutput(0, try Tensor(zeros: context.inputs[0].dtype, shape: context.inputs[0].shape))
  }
}
