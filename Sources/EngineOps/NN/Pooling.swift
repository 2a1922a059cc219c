import EngineCore
import EngineGraph
import EngineKernels

extension WindowAttributes {
  /// The window's size in `ksize`.
  /// **Errors**: `InvalidArgument` for a wrong length, `Unimplemented` for windows over batch or channels.
  func kernelSize(_ node: Node) throws -> (height: Int, width: Int) {
    let size = node.ints("ksize")
    guard size.count == 4, size.allSatisfy({ $0 > 0 }) else {
      throw EngineError.invalidArgument("Sliding window ksize field must specify 4 positive dimensions, got \(size)")
    }
    guard size[0] == 1 else {
      throw EngineError.unimplemented("Pooling is not yet supported on the batch dimension.")
    }
    guard size[channelAxis] == 1 else {
      throw EngineError.unimplemented("Pooling over the depth dimension is not supported, got ksize \(size)")
    }
    return (size[heightAxis], size[widthAxis])
  }

  /// The window over a channels-last input.
  func poolGeometry(_ node: Node, _ shape: [Int]) throws -> WindowGeometry {
    let (height, width) = try kernelSize(node)
    return try geometry(height: shape[1], width: shape[2], kernelHeight: height, kernelWidth: width)
  }
}

extension OpDefinition {
  static let poolShape: ShapeFunction = { context in
    let window = try WindowAttributes(context.node)
    let (height, width) = try window.kernelSize(context.node)
    let x = try context.input(0, rank: 4)
    return [
      try window.outputShape(x, kernelHeight: height, kernelWidth: width, channels: x[window.channelAxis])
    ]
  }

  static let poolAttributeNames = ["ksize", "strides", "padding", "explicit_paddings", "data_format"]

  static let poolSampleAttributes: [String: AttributeValue] = [
    "ksize": .ints([1, 2, 3, 1]), "strides": .ints([1, 2, 1, 1]), "padding": .string("SAME"),
  ]
}
