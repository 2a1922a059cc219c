import EngineCore
import EngineGraph

/// Of a tensor with unknown dimensions, the known ones must still divide what a known target holds.
private func checkPartly(_ input: Shape, _ target: Shape) throws {
  guard let count = target.elementCount, let dimensions = input.dimensions else { return }
  let part = dimensions.reduce(1) { $0 &* ($1 ?? 1) }
  if part == 0 {
    guard count == 0 else {
      throw EngineError.value(
        "Cannot reshape a tensor with 0 elements to shape \(target.bracketed) (\(count) elements)")
    }
  } else if count % part != 0 {
    throw EngineError.value("Dimension size must be evenly divisible by \(part) but is \(count) for 'Reshape'")
  }
}

extension OpDefinition {
  /// The same elements under another shape, in which one dimension may be -1: what is left.
  static let reshape = OpDefinition(
    "Reshape", inputs: [.tensor("tensor", "T"), .tensor("shape", "Tshape")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("Tshape", .index, default: .int32)],
    shape: { context in
      let target = try context.shape(fromInput: 1)
      guard var dimensions = target.dimensions else { return [.unknown] }
      let unknown = dimensions.filter { $0 == nil }.count
      guard let known = context.input(0).known, let count = Shape.elementCount(known) else {
        try checkPartly(context.input(0), target)
        return [target]
      }
      let product = dimensions.reduce(1) { $0 &* ($1 ?? 1) }
      // With all other dimensions known, the one that is not can only be what is left.
      if unknown == 1, let hole = dimensions.firstIndex(of: nil) {
        guard product != 0, count % product == 0 else {
          if product == 0, count == 0 { return [target] }
          throw EngineError.value(
            "Cannot reshape a tensor with \(count) elements to shape \(target.bracketed) (\(product) elements)")
        }
        dimensions[hole] = count / product
      } else if unknown == 0, product != count {
        throw EngineError.value(
          "Cannot reshape a tensor with \(count) elements to shape \(target.bracketed) (\(product) elements)")
      }
      return [Shape(dimensions)]
    },
    gradient: .rule { context in
      [
        .dense(
          try context.graph.op("Reshape", try context.gradient(), try context.graph.op("Shape", context.input(0)))),
        nil,
      ]
    },
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([2], .fixed([3, -1]), dtype: .int32, isConstant: true)])
  ) { context in
    let x = context.inputs[0]
    var shape = try context.integers(1)
    let holes = shape.indices.filter { shape[$0] == -1 }
    guard holes.count <= 1, shape.allSatisfy({ $0 >= -1 }) else {
      throw EngineError.invalidArgument("Only one input size may be -1, the others must be >= 0: got \(shape)")
    }
    if let hole = holes.first {
      shape[hole] = 1
      guard let rest = Shape.elementCount(shape), rest > 0, x.elementCount % rest == 0 else {
        throw EngineError.invalidArgument(
          "Input to reshape is a tensor with \(x.elementCount) values, but the requested shape requires a multiple of "
            + "\(Shape.elementCount(shape) ?? 0)")
      }
      shape[hole] = x.elementCount / rest
    }
    context.setOutput(0, try context.takeInput(0).reshaped(shape))
  }
}
