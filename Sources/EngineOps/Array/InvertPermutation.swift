import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y[x[i]] = i` for a permutation x.
  static let invertPermutation = OpDefinition(
    "InvertPermutation", inputs: [.tensor("x", "T")], outputs: [.tensor("y", "T")],
    attributes: [.type("T", .index, default: .int32)], shape: { [try $0.input(0, rank: 1)] }, gradient: .none,
    sample: OpSample([.init([3], .fixed([2, 0, 1]))])
  ) { context in
    let order = try context.integers(0)
    var inverse = [Int](repeating: -1, count: order.count)
    for (index, target) in order.enumerated() {
      guard order.indices.contains(target), inverse[target] < 0 else {
        throw EngineError.invalidArgument("\(target) is out of range or repeated in the permutation \(order)")
      }
      inverse[target] = index
    }
    context.setOutput(0, try shapeVector(inverse, context.node.outputTypes[0]))
  }
}
