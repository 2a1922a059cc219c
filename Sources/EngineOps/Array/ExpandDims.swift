import EngineCore
import EngineGraph

extension OpDefinition {
  /// A new axis of size 1 at position `dim`, counted in the result; negative ones from the end.
  static let expandDims = OpDefinition(
    "ExpandDims", inputs: [.tensor("input", "T"), .tensor("dim", "Tdim")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("Tdim", .index, default: .int32)],
    shape: { context in
      guard var dimensions = context.input(0).dimensions else { return [.unknown] }
      guard let axis = try context.constantInts(1)?.first else { return [.unknown(rank: dimensions.count + 1)] }
      dimensions.insert(1, at: try expandedAxis(axis, rank: dimensions.count))
      return [Shape(dimensions)]
    },
    gradient: .rule { context in [.dense(try context.gradientInShapeOfInput(0)), nil] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([], .fixed([-2]), dtype: .int32, isConstant: true)])
  ) { context in
    var shape = context.inputs[0].shape
    shape.insert(1, at: try expandedAxis(try context.integer(1), rank: shape.count))
    context.setOutput(0, try context.takeInput(0).reshaped(shape))
  }

  private static func expandedAxis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank - 1, axis <= rank else {
      throw EngineError.invalidArgument("dim \(axis) not in the interval [\(-rank - 1), \(rank)].")
    }
    return axis < 0 ? axis + rank + 1 : axis
  }
}
