import EngineCore
import EngineGraph

extension OpDefinition {
  /// A copy of `tensor` with `updates` added to the slices at `indices`.
  static let tensorScatterAdd = tensorScatter(
    "TensorScatterAdd", .add, indexTypes: .index,
    gradient: .rule { context in
      let dy = try context.gradient()
      return [.dense(dy), nil, .dense(try context.graph.op("GatherNd", dy, context.input(1)))]
    })
}
