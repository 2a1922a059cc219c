import EngineCore

/// A gradient on its way back through the graph.
public enum Gradient: Sendable {
  case dense(Output)
  /// Rows of a gradient that is zero elsewhere, as gathers give.
  case slices(IndexedSlices)

  public var dtype: DType {
    switch self {
    case .dense(let output): output.dtype
    case .slices(let slices): slices.values.dtype
    }
  }
}

/// Values at some indices of the first dimension.
public struct IndexedSlices: Sendable {
  /// `[n] + shape[1...]`
  public let values: Output
  /// `[n]`, int32 or int64; may repeat, in which case values add up.
  public let indices: Output
  /// The whole tensor's shape, as a vector.
  public let denseShape: Output?
  public init(values: Output, indices: Output, denseShape: Output?) {
    self.values = values
    self.indices = indices
    self.denseShape = denseShape
  }
}

/// What a gradient rule sees.
public struct GradientContext {
  public let node: Node
  /// Gradients of the node's outputs; `nil` where nothing arrived.
  public let outputGradients: [Gradient?]
  public var graph: Graph { node.graph }

  public init(node: Node, outputGradients: [Gradient?]) {
    self.node = node
    self.outputGradients = outputGradients
  }

  public func input(_ index: Int) -> Output { node.inputs[index] }
  public func output(_ index: Int = 0) -> Output { node.output(index) }

  /// The dense gradient of an output; zeros when nothing arrived.
  public func gradient(_ index: Int = 0) throws -> Output {
    switch outputGradients[index] {
    case .dense(let output)?: return output
    case .slices(let slices)?: return try graph.densify(slices)
    case nil: return try graph.addNode("ZerosLike", [node.output(index)], name: "zeros_like").output()
    }
  }
}

extension Graph {
  /// A dense tensor with the slices added up.
  public func densify(_ slices: IndexedSlices) throws -> Output {
    guard let shape = slices.denseShape else {
      throw EngineError.value("Tensor conversion requested for IndexedSlices without a dense shape")
    }
    let rows = try addNode(
      "StridedSlice",
      [
        shape, try constant([Int32(0)]), try constant([Int32(1)]), try constant([Int32(1)]),
      ], attributes: ["shrink_axis_mask": .int(1)]
    ).output()
    return try addNode("UnsortedSegmentSum", [slices.values, slices.indices, rows]).output()
  }

  public func constant<Element: TensorElement>(_ values: [Element], name: String = "Const") throws -> Output {
    try constant(Tensor(values, shape: [values.count]), name: name)
  }

  public func constant(scalar value: some TensorElement, name: String = "Const") throws -> Output {
    try constant(Tensor(scalar: value), name: name)
  }

  public func constant(_ tensor: Tensor, name: String = "Const") throws -> Output {
    try addNode("Const", attributes: ["value": .tensor(tensor), "dtype": .type(tensor.dtype)], name: name).output()
  }
}
