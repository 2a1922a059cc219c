import EngineCore
import EngineGraph

extension Variable {
  /// Replaces the value.
  /// **Errors**: `ValueError` when the shapes don't fit, `TypeError` for another type.
  @discardableResult
  public func assign(_ value: Operand, name: String? = nil, useLocking: Bool? = nil) throws -> VariableUpdate {
    let tensor = try graph.tensor(value, dtype: dtype)
    guard shape.isCompatible(with: tensor.shape) else {
      throw EngineError.value(
        "Cannot assign value to variable '\(self.name)': Shape mismatch.The variable shape \(shape), and the assigned "
          + "value shape \(tensor.shape) are incompatible.")
    }
    return try update("AssignVariableOp", tensor, name)
  }

  /// Adds to the value.
  @discardableResult
  public func assignAdd(_ delta: Operand, name: String? = nil) throws -> VariableUpdate {
    try update("AssignAddVariableOp", try graph.tensor(delta, dtype: dtype), name)
  }

  /// Subtracts from the value.
  @discardableResult
  public func assignSubtract(_ delta: Operand, name: String? = nil) throws -> VariableUpdate {
    try update("AssignSubVariableOp", try graph.tensor(delta, dtype: dtype), name)
  }

  private func update(_ op: String, _ value: Output, _ name: String?) throws -> VariableUpdate {
    // A value of a function body is assigned in that body.
    let place = value.graph.isInside(graph) ? value.graph : graph
    let node = try place.addNode(op, [handle, value], attributes: ["dtype": .type(dtype)], name: name)
    return try VariableUpdate(self, node)
  }

  /// What a scatter does with the rows it meets.
  public enum Scatter: String, Sendable, CaseIterable {
    case update = "ResourceScatterUpdate", add = "ResourceScatterAdd", subtract = "ResourceScatterSub"
    case multiply = "ResourceScatterMul", divide = "ResourceScatterDiv", minimum = "ResourceScatterMin"
    case maximum = "ResourceScatterMax"
    case ndUpdate = "ResourceScatterNdUpdate", ndAdd = "ResourceScatterNdAdd", ndSubtract = "ResourceScatterNdSub"
  }

  /// Updates some rows.
  ///
  /// **Shapes**: `updates: indices.shape + shape[1...]`
  @discardableResult
  public func scatter(_ kind: Scatter, indices: Output, updates: Output, name: String? = nil) throws
    -> VariableUpdate
  {
    let attributes: [String: AttributeValue] =
      switch kind {
      case .ndUpdate, .ndAdd, .ndSubtract: [:]
      default: ["dtype": .type(dtype)]
      }
    let place = updates.graph.isInside(graph) ? updates.graph : graph
    let node = try place.addNode(kind.rawValue, [handle, indices, updates], attributes: attributes, name: name)
    return try VariableUpdate(self, node)
  }
}
