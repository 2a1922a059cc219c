import EngineCore
import EngineGraph

extension OpDefinition {
  /// For each axis, the input position that each position of the mirrored result shows.
  static func mirrorTables(_ shape: [Int], _ paddings: [(before: Int, after: Int)], symmetric: Bool) throws -> [[Int]] {
    try zip(shape, paddings).enumerated().map { axis, pair in
      let (size, padding) = pair
      let limit = symmetric ? size : size - 1
      guard padding.before <= limit || padding.before == 0, padding.after <= limit || padding.after == 0 else {
        throw EngineError.invalidArgument(
          "paddings must be \(symmetric ? "no greater" : "less") than the dimension size: \(padding.before), "
            + "\(padding.after) \(symmetric ? "greater" : "not less") than \(size)")
      }
      let skip = symmetric ? 0 : 1
      let head = (0..<padding.before).map { padding.before - 1 - $0 + skip }
      let tail = (0..<padding.after).map { size - 1 - skip - $0 }
      return head + Array(0..<size) + tail
    }
  }
}
