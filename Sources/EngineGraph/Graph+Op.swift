import EngineCore

extension Graph {
  /// Adds a node with one result and returns that: the short form that gradients and builders are written in.
  /// **Errors**: those of ``addNode(_:_:attributes:name:controlInputs:)``.
  public func op(
    _ type: String, _ inputs: Output..., attributes: [String: AttributeValue] = [:], name: String? = nil
  ) throws -> Output {
    try addNode(type, inputs, attributes: attributes, name: name).output()
  }

  /// The short form for ops with a list argument.
  public func op(
    _ type: String, arguments: [[Output]], attributes: [String: AttributeValue] = [:], name: String? = nil
  ) throws -> Output {
    try addNode(type, arguments: arguments, attributes: attributes, name: name).output()
  }

  /// A constant scalar of the type of `output`.
  public func scalar(_ value: Double, like output: Output, name: String = "Const") throws -> Output {
    try constant(Tensor(scalar: value, dtype: output.dtype), name: name)
  }
}
