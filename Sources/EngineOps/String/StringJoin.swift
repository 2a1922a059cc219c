import EngineCore
import EngineGraph

extension OpDefinition {
  /// Strings joined element by element; scalars go with every element.
  static let stringJoin = OpDefinition(
    "StringJoin", inputs: [.repeated("inputs", count: "N", .string)], outputs: [.tensor("output", .string)],
    attributes: [.int("N"), .string("separator", "")],
    shape: { context in
      var merged = Shape.scalar
      var isKnown = true
      for index in 0..<context.inputCount {
        let shape = context.input(index)
        if shape.rank == nil { isKnown = false }
        guard let rank = shape.rank, rank > 0 else { continue }
        merged = merged.rank == 0 ? shape : try ShapeContext.merge(merged, shape)
      }
      return [isKnown || merged.rank != 0 ? merged : .unknown]
    }, gradient: .none
  ) { context in
    let separator = ByteString(context.node.string("separator").utf8)
    let shape = context.inputs.first { $0.rank > 0 }?.shape ?? []
    for input in context.inputs where input.rank > 0 && input.shape != shape {
      throw EngineError.invalidArgument(
        "Input shapes do not match: \(Shape(known: shape).bracketed) vs. \(input.bracketedShape)")
    }
    let parts = context.inputs.map(\.strings)
    let isScalar = context.inputs.map { $0.rank == 0 }
    let joined: [ByteString] = (0..<shape.reduce(1, &*)).map { index in
      var result: ByteString = []
      for (number, part) in parts.enumerated() {
        if number > 0 { result += separator }
        result += part[isScalar[number] ? 0 : index]
      }
      return result
    }
    context.setOutput(0, try Tensor(strings: joined, shape: shape))
  }
}
