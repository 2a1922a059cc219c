import EngineCore
import EngineGraph

extension OpDefinition {
  /// A copy of `tensor` with the slices at `indices` replaced.
  static let tensorScatterUpdate = tensorScatter(
    "TensorScatterUpdate", .assign, indexTypes: [.int16, .int32, .int64, .uint16],
    gradient: .rule { context in
      let (graph, indices, dy) = (context.graph, context.input(1), try context.gradient())
      let zeros = try graph.op("ZerosLike", context.input(2))
      return [
        .dense(try graph.op("TensorScatterUpdate", dy, indices, zeros)), nil,
        .dense(try graph.op("GatherNd", dy, indices)),
      ]
    })
}
