import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable += value`.
  static let assignAddVariableOp = assignUpdate("AssignAddVariableOp", .add)
}
