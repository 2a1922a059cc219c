import EngineCore
import EngineGraph

extension OpDefinition {
  /// The positions that a sparse tensor's values have under another shape; one dimension may be -1.
  static let sparseReshape = OpDefinition(
    "SparseReshape",
    inputs: [.tensor("input_indices", .int64), .tensor("input_shape", .int64), .tensor("new_shape", .int64)],
    outputs: [.tensor("output_indices", .int64), .tensor("output_shape", .int64)],
    shape: { context in
      let (indices, shape) = (try context.input(0, rank: 2), try context.input(2, rank: 1))
      return [[indices[0], shape[0]], [shape[0]]]
    }, gradient: .none
  ) { context in
    let positions = try SparsePositions(context.inputs[0], nil, context.inputs[1])
    try positions.requireInside()
    guard context.inputs[2].rank == 1 else {
      throw EngineError.invalidArgument(
        "Target shape should be a vector but received shape \(context.inputs[2].bracketedShape)")
    }
    var shape = try context.integers(2)
    let size = positions.shape.reduce(1, *)
    let unknown = shape.indices.filter { shape[$0] == -1 }
    guard unknown.count <= 1 else {
      throw EngineError.invalidArgument("only one output dimension may be -1, not both \(unknown[0]) and \(unknown[1])")
    }
    guard let known = Shape.elementCount(shape.filter { $0 != -1 }) else {
      throw EngineError.invalidArgument("size \(shape) is not a valid shape")
    }
    if let axis = unknown.first {
      guard known > 0, size % known == 0 else {
        throw EngineError.invalidArgument(
          "reshape cannot infer the missing input size for a tensor of \(size) elements: \(shape) does not divide it")
      }
      shape[axis] = size / known
    }
    guard Shape.elementCount(shape) == size else {
      throw EngineError.invalidArgument(
        "Input to reshape is a tensor with \(size) dense values, but the requested shape has "
          + "\(Shape.elementCount(shape) ?? -1). input_shape=\(positions.shape) output_shape=\(shape)")
    }
    var indices = [Int64](repeating: 0, count: positions.count * shape.count)
    for number in 0..<positions.count {
      var place = zip(positions.row(number), positions.shape).reduce(0) { $0 * $1.1 + Int($1.0) }
      for axis in shape.indices.reversed() where shape[axis] > 0 {
        indices[number * shape.count + axis] = Int64(place % shape[axis])
        place /= shape[axis]
      }
    }
    context.setOutput(0, try Tensor(indices, shape: [positions.count, shape.count]))
    context.setOutput(1, try Tensor(shape.map(Int64.init), shape: [shape.count]))
  }
}
