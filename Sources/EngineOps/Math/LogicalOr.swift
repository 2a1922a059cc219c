import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x || y` of booleans, broadcast.
  static let logicalOr = OpDefinition(
    "LogicalOr", inputs: [.tensor("x", .bool), .tensor("y", .bool)], outputs: [.tensor("z", .bool)],
    isCommutative: true, shape: ShapeContext.broadcast, gradient: .none,
    sample: OpSample([.init([2, 3], .booleans), .init([3], .booleans)])
  ) { try runBinary(.logicalOr, $0) }
}
