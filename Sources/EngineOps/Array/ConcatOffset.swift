import EngineCore
import EngineGraph

extension OpDefinition {
  /// Where each of the tensors to be concatenated starts in the result.
  static let concatOffset = OpDefinition(
    "ConcatOffset", inputs: [.tensor("concat_dim", .int32), .repeated("shape", count: "N", "shape_type")],
    outputs: [.repeated("offset", count: "N", "shape_type")],
    attributes: [.int("N"), .type("shape_type", .index, default: .int32)],
    shape: { context in try (1..<context.inputCount).map { try context.input($0, rank: 1) } }, gradient: .none
  ) { context in
    guard context.inputs.count > 1 else { throw EngineError.invalidArgument("ConcatOffset needs at least one shape") }
    let axis = try context.integer(0)
    for number in 1..<context.inputs.count where context.inputs[number].rank != 1 {
      throw EngineError.invalidArgument(
        "input \(number - 1) should be a vector, but got shape \(context.inputs[number].bracketedShape)")
    }
    let rank = context.inputs[1].elementCount
    let index = axis < 0 ? axis + rank : axis
    guard index >= 0, index < rank else {
      throw EngineError.invalidArgument("Concat dim is out of range: \(axis) vs. \(rank)")
    }
    var offset = [Int](repeating: 0, count: rank)
    for number in 1..<context.inputs.count {
      let shape = try context.integers(number)
      guard shape.count == rank else {
        throw EngineError.invalidArgument("input \(number) should contain \(rank) elements, but got \(shape.count)")
      }
      context.setOutput(number - 1, try shapeVector(offset, context.node.outputTypes[0]))
      offset[index] &+= shape[index]
    }
  }
}
