import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Gives the variable a value, without a copy when nobody else holds it.
  static let assignVariableOp = OpDefinition(
    "AssignVariableOp", inputs: [.tensor("resource", .resource), .tensor("value", "dtype")],
    attributes: [.type("dtype"), .bool("validate_shape", false)], isStateful: true, shape: assignmentShape,
    gradient: .none
  ) { context in
    let variable = try context.variable(0)
    let value = context.takeInput(1)
    if context.node.bool("validate_shape"), variable.isInitialized {
      let shape = try variable.read().shape
      guard shape == value.shape else {
        throw EngineError.invalidArgument(
          "Trying to assign to variable with tensor with wrong shape. Expected \(Shape(known: shape).bracketed) got "
            + "\(value.shapeText)")
      }
    }
    try variable.assign(value)
  }

  static let assignmentShape: ShapeFunction = { context in
    try context.checkVariableType()
    _ = try context.merge(context.variableShape(0), context.input(1))
    return []
  }

  /// `AssignAddVariableOp` and `AssignSubVariableOp`.
  static func assignUpdate(_ name: String, _ operation: BinaryOperation) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("resource", .resource), .tensor("value", "dtype")], attributes: [.type("dtype")],
      isStateful: true, shape: assignmentShape, gradient: .none
    ) { context in
      let value = context.inputs[1]
      try context.variable(0).update { w in
        guard w.shape == value.shape else {
          throw EngineError.invalidArgument(
            "Cannot update variable with shape \(w.shapeText) using a Tensor with shape \(value.shapeText), shapes must "
              + "be equal.")
        }
        guard w.dtype == value.dtype else {
          throw EngineError.invalidArgument(
            "Trying to update a variable of type \(w.dtype) with a \(value.dtype) tensor")
        }
        try Kernels.binary(operation, w, value, into: w)
      }
    }
  }
}
