import EngineCore
import EngineGraph

extension OpDefinition {
  /// Where the condition holds, t's elements, elsewhere e's. t and e have one shape; the condition has it too, or is a
  /// scalar, or a vector that chooses rows.
  static let select = OpDefinition(
    "Select", inputs: [.tensor("condition", .bool), .tensor("t", "T"), .tensor("e", "T")],
    outputs: [.tensor("output", "T")], attributes: [.type("T")],
    shape: { context in
      let merged = try ShapeContext.merge(context.input(1), context.input(2))
      let condition = context.input(0)
      if let known = condition.dimensions, let dimensions = merged.dimensions, !known.isEmpty {
        if known.count == 1, let first = dimensions.first {
          if let a = known[0], let b = first, a != b {
            throw EngineError.value("Dimensions must be equal, but are \(a) and \(b)")
          }
        } else {
          return [try ShapeContext.merge(merged, condition)]
        }
      }
      return [merged]
    },
    gradient: .rule { try selectGradient($0, "Select") },
    sample: OpSample([.init([2], .booleans), .init([2, 3], .uniform(-2, 2)), .init([2, 3], .uniform(-2, 2))])
  ) { context in
    let (condition, t, e) = (context.inputs[0], context.inputs[1], context.inputs[2])
    guard t.shape == e.shape else {
      throw EngineError.invalidArgument(
        "'then' and 'else' must have the same size.  but received: \(t.bracketedShape) vs. \(e.bracketedShape)")
    }
    if condition.rank == 1, t.rank > 1, condition.shape[0] == t.shape[0] {
      let column = condition.shape + [Int](repeating: 1, count: t.rank - 1)
      try runSelect(context, condition: try condition.reshaped(column), shape: t.shape)
      return
    }
    guard condition.rank == 0 || condition.shape == t.shape else {
      throw EngineError.invalidArgument(
        "'cond' must be a scalar, a vector of the first dimension's size, or of the shape of 'then' "
          + "\(t.bracketedShape), got \(condition.bracketedShape)")
    }
    try runSelect(context, condition: condition, shape: t.shape)
  }
}
