import EngineCore
import EngineGraph

extension OpDefinition {
  /// Tensors of one rank joined along `axis`; all other sizes must agree.
  static let concatV2 = OpDefinition(
    "ConcatV2", inputs: [.repeated("values", count: "N", "T"), .tensor("axis", "Tidx")],
    outputs: [.tensor("output", "T")], attributes: [.int("N"), .type("T"), .type("Tidx", .index, default: .int32)],
    shape: { context in
      let last = context.inputCount - 1
      return [try concatShape((0..<last).map { context.input($0) }, axis: try context.constantInts(last)?.first)]
    },
    gradient: .rule { context in
      let inputs = context.node.inputs
      return try concatGradients(context, Array(inputs.dropLast()), axis: inputs[inputs.count - 1]) + [nil]
    }
  ) { context in
    let last = context.inputs.count - 1
    try runConcat(Array(context.inputs.dropLast()), axis: try context.integer(last), context)
  }
}
