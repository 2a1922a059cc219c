import EngineCore
import EngineGraph

extension OpDefinition {
  /// The variable's value, which then goes up by one. **Errors**: `OutOfRange` once it has reached `limit`.
  static let resourceCountUpTo = OpDefinition(
    "ResourceCountUpTo", inputs: [.tensor("resource", .resource)], outputs: [.tensor("output", "T")],
    attributes: [.int("limit"), .type("T", .index)], isStateful: true, shape: ShapeContext.scalar, gradient: .none
  ) { context in
    let limit = context.node.int("limit")
    let variable = try context.variable(0)
    guard variable.dtype == context.node.outputTypes[0] else {
      throw EngineError.invalidArgument("the variable holds \(variable.dtype), not \(context.node.outputTypes[0])")
    }
    let value = try variable.update { w in
      guard w.rank == 0 else { throw EngineError.invalidArgument("input is not a scalar: \(w.shapeText)") }
      let value = try w.integers()[0]
      guard value < limit else { throw EngineError.outOfRange("Reached limit of \(limit)") }
      if w.dtype == .int32 { w.elements(Int32.self)[0] += 1 } else { w.elements(Int64.self)[0] += 1 }
      return value
    }
    context.setOutput(0, try Tensor(scalar: Double(value), dtype: variable.dtype))
  }
}
