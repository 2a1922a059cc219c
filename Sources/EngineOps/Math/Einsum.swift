import EngineCore
import EngineGraph

extension OpDefinition {
  /// A sum of products described by an equation, such as `bij,bjk->bik`: axes with the same letter go together, letters
  /// that the result does not have are summed over. Any number of inputs; `...` broadcasts.
  static let einsum = OpDefinition(
    "Einsum", inputs: [.repeated("inputs", count: "N", "T")], outputs: [.tensor("output", "T")],
    attributes: [.string("equation"), .int("N"), .type("T")],
    shape: { context in
      let shapes = (0..<context.inputCount).map { context.input($0) }
      let equation = context.node.string("equation")
      if equation.contains("."), shapes.contains(where: { $0.rank == nil }) { return [.unknown] }
      let parsed = try EinsumEquation(equation, ranks: shapes.map(\.rank))
      let sizes = try parsed.sizes(
        zip(shapes, parsed.inputs).map { $0.dimensions ?? [Int?](repeating: nil, count: $1.count) })
      return [Shape(parsed.output.map { sizes[$0] ?? nil })]
    },
    gradient: .rule { context in
      let inputs = context.node.inputs
      let equation = context.node.string("equation")
      let parsed = try EinsumEquation(equation, ranks: inputs.map(\.shape.rank))
      guard !parsed.hasRepeatedLabels else {
        throw EngineError.unimplemented("the gradient of einsum '\(equation)' with repeated labels is not supported")
      }
      let dy = try context.gradient()
      return try inputs.indices.map { index in
        .dense(try context.einsumGradient(index, parsed, dy))
      }
    },
    sample: OpSample(
      [.init([2, 3, 4], .uniform(-2, 2)), .init([2, 4, 5], .uniform(-2, 2))],
      attributes: ["equation": .string("bij,bjk->bki"), "N": .int(2)])
  ) { context in
    let equation = try EinsumEquation(context.node.string("equation"), ranks: context.inputs.map(\.rank))
    context.setOutput(0, try equation.compute(Array(context.inputs)))
  }
}
