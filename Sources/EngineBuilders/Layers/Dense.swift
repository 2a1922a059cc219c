import EngineCore
import EngineGraph

/// `activation(x W + b)`.
///
/// **Shapes**: `[..., in]` to `[..., units]`; the product runs over the last axis.
public final class Dense: Layer {
  public struct Configuration {
    public var units: Int
    public var activation: Activation?
    public var usesBias = true
    public var kernel = WeightOptions()
    public var bias = WeightOptions(initializer: Zeros())

    public init(units: Int, activation: Activation? = nil, usesBias: Bool = true) {
      self.units = units
      self.activation = activation
      self.usesBias = usesBias
    }
  }

  public let configuration: Configuration
  public private(set) var kernel: Variable?
  public private(set) var bias: Variable?

  /// **Errors**: `ValueError` for a number of units that is not positive.
  public init(
    in graph: Graph, _ configuration: Configuration, name: String? = nil, isTrainable: Bool = true,
    reuse: VariableReuse? = nil
  ) throws {
    guard configuration.units > 0 else {
      throw EngineError.value(
        "Received an invalid value for `units`, expected a positive integer. Received: units=\(configuration.units)")
    }
    self.configuration = configuration
    try super.init(in: graph, kind: "dense", name: name, isTrainable: isTrainable, reuse: reuse)
  }

  public override func build(_ input: Output) throws {
    guard let rank = input.shape.rank else {
      throw EngineError.value(
        "The last dimension of the inputs to a Dense layer should be defined. Found None. Full input shape received: "
          + "\(input.shape)")
    }
    guard rank >= 2 else {
      throw EngineError.value(
        "Input 0 of layer \"\(name)\" is incompatible with the layer: expected min_ndim=2, found "
          + "ndim=\(rank). Full shape received: \(input.shape)")
    }
    let width = try size(input, axis: -1, "Dense")
    kernel = try weight("kernel", shape: [width, configuration.units], configuration.kernel)
    if configuration.usesBias { bias = try weight("bias", shape: [configuration.units], configuration.bias) }
  }

  public override func compute(_ input: Output) throws -> Output {
    guard let kernel else { throw EngineError.internal("dense layer '\(name)' has no kernel") }
    try requireSize(input, axis: -1, kernel.shape[0])
    var output =
      input.shape.rank == 2
      ? try graph.apply("MatMul", .tensor(input), .variable(kernel)) : try product(input, kernel)
    if let bias { output = try graph.apply("BiasAdd", .tensor(output), .variable(bias)) }
    return try configuration.activation?(output) ?? output
  }

  /// The product over the last axis of a tensor of higher rank.
  private func product(_ input: Output, _ kernel: Variable) throws -> Output {
    let rank = input.shape.rank ?? 3
    return try graph.withNameScope("Tensordot") { scope in
      let matrix = try kernel.value()
      let axes = try graph.constant([Int32(truncatingIfNeeded: rank - 1)], name: "axes")
      let free = try graph.constant((0..<Int32(truncatingIfNeeded: rank - 1)).map { $0 }, name: "free")
      let shape = try graph.addNode("Shape", [input]).output()
      let freeSizes = try graph.apply("GatherV2", .tensor(shape), .tensor(free), .integer(0))
      let axesSizes = try graph.apply("GatherV2", .tensor(shape), .tensor(axes), .integer(0))
      let rows = try graph.reduce("Prod", .tensor(freeSizes))
      let columns = try graph.reduce("Prod", .tensor(axesSizes))
      let order = try graph.concatenate([.tensor(free), .tensor(axes)], axis: 0)
      let target = try graph.pack([.tensor(rows), .tensor(columns)])
      let moved = try graph.addNode("Transpose", [input, order], name: "transpose").output()
      let flat = try graph.addNode("Reshape", [moved, target]).output()
      let result = try graph.op("MatMul", flat, matrix)
      let units = try graph.constant([Int32(truncatingIfNeeded: configuration.units)], name: "Const_2")
      let outputShape = try graph.concatenate([.tensor(freeSizes), .tensor(units)], axis: 0)
      let output = try graph.addNode("Reshape", [result, outputShape], name: scope).output()
      try output.setShape(Shape((input.shape.dimensions ?? []).dropLast() + [configuration.units]))
      return output
    }
  }
}
