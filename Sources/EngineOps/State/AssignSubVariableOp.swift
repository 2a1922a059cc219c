import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable −= value`.
  static let assignSubVariableOp = assignUpdate("AssignSubVariableOp", .subtract)
}
