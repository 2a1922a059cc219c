import EngineCore
import EngineGraph

extension OpDefinition {
  /// A copy of `tensor` with `updates` subtracted from the slices at `indices`.
  static let tensorScatterSub = tensorScatter(
    "TensorScatterSub", .subtract, indexTypes: .index,
    gradient: .rule { context in
      let dy = try context.gradient()
      return [.dense(dy), nil, .dense(try context.graph.neg(try context.graph.op("GatherNd", dy, context.input(1))))]
    })
}
