import EngineCore
import EngineGraph

extension OpDefinition {
  /// Slices of `params` along `axis` by number; the first `batch_dims` axes of both are matched.
  static let gatherV2 = OpDefinition(
    "GatherV2", inputs: [.tensor("params", "Tparams"), .tensor("indices", "Tindices"), .tensor("axis", "Taxis")],
    outputs: [.tensor("output", "Tparams")],
    attributes: [
      .int("batch_dims", 0), .type("Tparams"), .type("Tindices", Set<DType>.index.union([.int16])),
      .type("Taxis", .index),
    ],
    shape: { context in
      [
        try gatherShape(
          context.input(0), context.input(1), axis: try context.constantInts(2)?.first,
          batchDimensions: context.node.int("batch_dims"))
      ]
    },
    gradient: .rule { context in
      guard let axis = try constantValue(of: context.input(2))?.integers().first else {
        throw EngineError.unimplemented("the gradient of GatherV2 needs a constant axis")
      }
      let batch = context.node.int("batch_dims")
      if axis == 0, batch == 0 { return [try context.gatherRowsGradient(), nil, nil] }
      guard let rank = context.input(0).shape.rank, let indexRank = context.input(1).shape.rank else {
        throw EngineError.unimplemented("the gradient of GatherV2 along axis \(axis) needs the rank of its inputs")
      }
      let dx = try context.gatherGradient(
        axis: axis < 0 ? axis + rank : axis, batchDimensions: batch < 0 ? batch + indexRank : batch)
      return [.dense(dx), nil, nil]
    },
    sample: OpSample(
      [
        .init([2, 2, 4, 3], .uniform(-2, 2)), .init([2, 5], .integers(0..<4), dtype: .int32),
        .init([], .fixed([2]), dtype: .int32, isConstant: true),
      ], attributes: ["batch_dims": .int(1)])
  ) { try runGather($0, axis: try $0.integer(2), batchDimensions: $0.node.int("batch_dims")) }
}
