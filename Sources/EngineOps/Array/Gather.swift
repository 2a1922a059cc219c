import EngineCore
import EngineGraph

extension OpDefinition {
  /// Rows of `params` by number.
  static let gather = OpDefinition(
    "Gather", inputs: [.tensor("params", "Tparams"), .tensor("indices", "Tindices")],
    outputs: [.tensor("output", "Tparams")],
    attributes: [.bool("validate_indices", true), .type("Tparams"), .type("Tindices", .index)],
    shape: { [try gatherShape($0.input(0), $0.input(1), axis: 0, batchDimensions: 0)] },
    gradient: .rule { [try $0.gatherRowsGradient(), nil] },
    sample: OpSample([.init([4, 3], .uniform(-2, 2)), .init([2, 3], .integers(0..<4), dtype: .int32)])
  ) { try runGather($0, axis: 0, batchDimensions: 0) }
}
