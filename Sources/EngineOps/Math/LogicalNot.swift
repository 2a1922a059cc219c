import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = !x` of booleans.
  static let logicalNot = OpDefinition(
    "LogicalNot", inputs: [.tensor("x", .bool)], outputs: [.tensor("y", .bool)], shape: ShapeContext.sameAsFirst,
    gradient: .none, sample: OpSample([.init([2, 3], .booleans)])
  ) { try runUnary(.logicalNot, $0) }
}
