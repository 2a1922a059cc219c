import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The sum of tensors of one shape.
  static let addN = sumOfMany("AddN", attributes: [])

  /// The form of `AddN` and `AccumulateNV2`.
  static func sumOfMany(_ name: String, attributes: [AttributeDefinition]) -> OpDefinition {
    OpDefinition(
      name, inputs: [.repeated("inputs", count: "N", "T")], outputs: [.tensor("sum", "T")],
      attributes: [.int("N"), .type("T", Set<DType>.numeric.union([.variant]))] + attributes, isCommutative: true,
      shape: { context in
        var merged = Shape.unknown
        for index in 0..<context.inputCount {
          do {
            merged = try ShapeContext.merge(merged, context.input(index))
          } catch var error as EngineError {
            error.message += "\n\tFrom merging shape \(max(index - 1, 0)) with other shapes."
            throw error
          }
        }
        return [merged]
      },
      gradient: .rule { context in
        let dy = try context.gradient()
        return context.node.inputs.map { _ in .dense(dy) }
      }
    ) { context in
      guard let first = context.inputs.first else {
        throw EngineError.invalidArgument("\(name) needs at least one tensor")
      }
      for (index, input) in context.inputs.enumerated() where input.shape != first.shape {
        throw EngineError.invalidArgument(
          "Inputs to operation \(context.node.name) of type \(name) must have the same size and shape.  Input 0: "
            + "\(first.bracketedShape) != input \(index): \(input.bracketedShape)")
      }
      if first.dtype == .variant {
        context.setOutput(0, try TensorList.sum(try context.inputs.map { try $0.asTensorList() }).tensor())
        return
      }
      if context.inputs.count == 1 {
        context.setOutput(0, context.takeInput(0))
        return
      }
      let sum = try context.newOutput(0, shape: first.shape)
      try Kernels.addN(Array(context.inputs), into: sum)
      context.setOutput(0, sum)
    }
  }
}
