import EngineGraph

extension OpDefinition {
  /// The results of the function that `branch_index` chooses; the last one for an index out of range. `branches` holds
  /// the functions' names.
  static let caseOp = caseSelection("Case", isStateful: true)
}
