import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Tensors of one shape stacked along a new axis.
  static let pack = OpDefinition(
    "Pack", inputs: [.repeated("values", count: "N", "T")], outputs: [.tensor("output", "T")],
    attributes: [.int("N"), .type("T"), .int("axis", 0)],
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
      guard var dimensions = merged.dimensions else { return [.unknown] }
      dimensions.insert(context.inputCount, at: try packAxis(context.node.int("axis"), rank: dimensions.count))
      return [Shape(dimensions)]
    },
    gradient: .rule { context in
      let parts = try context.graph.addNode(
        "Unpack", [try context.gradient()],
        attributes: ["num": .int(context.node.inputs.count), "axis": .int(context.node.int("axis"))])
      return parts.outputs.map { .dense($0) }
    }
  ) { context in
    guard let first = context.inputs.first else { throw EngineError.invalidArgument("Pack needs at least one tensor") }
    for (index, input) in context.inputs.enumerated() where input.shape != first.shape {
      throw EngineError.invalidArgument(
        "Shapes of all inputs must match: values[0].shape = \(first.bracketedShape) != values[\(index)].shape = "
          + input.bracketedShape)
    }
    let axis = try packAxis(context.node.int("axis"), rank: first.rank)
    var shape = first.shape
    shape.insert(context.inputs.count, at: axis)
    let y = try Tensor(uninitialized: first.dtype, shape: shape)
    var begin = [Int](repeating: 0, count: shape.count)
    shape[axis] = 1
    for (index, input) in context.inputs.enumerated() {
      begin[axis] = index
      try Kernels.paste(try input.reshaped(shape), into: y, begin: begin)
    }
    context.setOutput(0, y)
  }

  private static func packAxis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank - 1, axis <= rank else {
      throw EngineError.invalidArgument("Invalid axis: \(axis); must be in [\(-rank - 1),\(rank + 1))")
    }
    return axis < 0 ? axis + rank + 1 : axis
  }
}
