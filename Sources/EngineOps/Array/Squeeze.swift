import EngineCore
import EngineGraph

extension OpDefinition {
  /// Removes axes of size 1: all of them, or those in `squeeze_dims`.
  static let squeeze = OpDefinition(
    "Squeeze", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .ints("squeeze_dims", [])],
    shape: { context in
      guard let dimensions = context.input(0).dimensions else { return [.unknown] }
      let axes = context.node.ints("squeeze_dims")
      if axes.isEmpty {
        return [dimensions.contains(nil) ? .unknown : Shape(dimensions.filter { $0 != 1 })]
      }
      let squeezed = try squeezedAxes(axes, dimensions)
      return [Shape(dimensions.indices.filter { !squeezed.contains($0) }.map { dimensions[$0] })]
    },
    gradient: .rule { context in [.dense(try context.gradientInShapeOfInput(0))] },
    sample: OpSample([.init([2, 1, 3, 1], .uniform(-2, 2))], attributes: ["squeeze_dims": .ints([1])])
  ) { context in
    let shape = context.inputs[0].shape
    let axes = context.node.ints("squeeze_dims")
    let squeezed = axes.isEmpty ? Set(shape.indices.filter { shape[$0] == 1 }) : try squeezedAxes(axes, shape)
    let kept = shape.indices.filter { !squeezed.contains($0) }.map { shape[$0] }
    context.setOutput(0, try context.takeInput(0).reshaped(kept))
  }

  private static func squeezedAxes(_ axes: [Int], _ dimensions: [Int?]) throws -> Set<Int> {
    var result = Set<Int>()
    let rank = dimensions.count
    for axis in axes {
      guard axis >= -rank, axis < rank else {
        throw EngineError.invalidArgument("Tried to squeeze dim index \(axis) for tensor with \(rank) dimensions.")
      }
      let index = axis < 0 ? axis + rank : axis
      if let size = dimensions[index], size != 1 {
        throw EngineError.invalidArgument("Can not squeeze dim[\(index)], expected a dimension of 1, got \(size)")
      }
      result.insert(index)
    }
    return result
  }
}
