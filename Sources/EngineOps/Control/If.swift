import EngineGraph

extension OpDefinition {
  /// The results of one of two functions of the same inputs. Its gradient computes the branch again.
  static let ifOp = conditional("If", isStateful: true)
}
