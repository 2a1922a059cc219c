import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether fewer than k predictions are larger than the target's. False for targets out of range and rows that have
  /// numbers that are not finite.
  static func runInTopK(_ context: KernelContext, k: Int) throws {
    let (predictions, targets) = (context.inputs[0], context.inputs[1])
    guard predictions.rank == 2, targets.rank == 1, predictions.shape[0] == targets.shape[0] else {
      throw EngineError.invalidArgument(
        "predictions must be 2-dimensional and targets a vector of as many rows, got \(predictions.bracketedShape) and "
          + targets.bracketedShape)
    }
    let classes = predictions.shape[1]
    let values = predictions.elements(Float.self)
    let flags: [Bool] = try targets.integers().enumerated().map { row, target in
      let scores = UnsafeBufferPointer(start: values + row * classes, count: classes)
      guard target >= 0, target < classes, scores.allSatisfy({ $0.isFinite }) else { return false }
      return scores.reduce(0) { $0 + ($1 > scores[target] ? 1 : 0) } < k
    }
    context.setOutput(0, try Tensor(flags, shape: targets.shape))
  }

  static let inTopKShape: ShapeFunction = { context in
    let (predictions, targets) = (try context.input(0, rank: 2), try context.input(1, rank: 1))
    if let a = predictions[0], let b = targets[0], a != b {
      throw EngineError.value("Dimensions must be equal, but are \(a) and \(b)")
    }
    return [.vector(predictions[0] ?? targets[0])]
  }
}
