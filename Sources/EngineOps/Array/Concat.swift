import EngineCore
import EngineGraph

extension OpDefinition {
  /// The old form of `ConcatV2`, with the axis first.
  static let concat = OpDefinition(
    "Concat", inputs: [.tensor("concat_dim", .int32), .repeated("values", count: "N", "T")],
    outputs: [.tensor("output", "T")], attributes: [.int("N"), .type("T")],
    shape: { context in
      [try concatShape((1..<context.inputCount).map { context.input($0) }, axis: try context.constantInts(0)?.first)]
    },
    gradient: .rule { context in
      [nil] + (try concatGradients(context, Array(context.node.inputs.dropFirst()), axis: context.input(0)))
    }
  ) { context in try runConcat(Array(context.inputs.dropFirst()), axis: try context.integer(0), context) }
}
