import EngineCore
import EngineGraph

extension OpDefinition {
  /// The rows of a sparse tensor, each as three serialized tensors.
  static let serializeManySparse = OpDefinition(
    "SerializeManySparse",
    inputs: [.tensor("sparse_indices", .int64), .tensor("sparse_values", "T"), .tensor("sparse_shape", .int64)],
    outputs: [.tensor("serialized_sparse", "out_type")],
    attributes: [.type("T"), .type("out_type", serializedTypes, default: .string)],
    shape: { context in
      _ = try context.input(0, rank: 2)
      return [[try context.shape(fromInput: 2)[0], 3]]
    }, gradient: .none
  ) { context in
    let positions = try SparsePositions(context.inputs[0], context.inputs[1], context.inputs[2])
    guard positions.rank > 1 else {
      throw EngineError.invalidArgument("Rank of input SparseTensor should be > 1, but saw rank: \(positions.rank)")
    }
    try positions.requireInside()
    let rows = positions.shape[0]
    try checkRoom(for: rows, of: [Int].self)
    var members = [[Int]](repeating: [], count: rows)
    for number in 0..<positions.count { members[Int(positions.indices[number * positions.rank])].append(number) }
    let shape = try serialized(
      try Tensor(positions.shape.dropFirst().map(Int64.init), shape: [positions.rank - 1]))
    let result = try Tensor(uninitialized: .string, shape: [rows, 3])
    for (row, numbers) in members.enumerated() {
      let indices = numbers.flatMap { positions.row($0).dropFirst() }
      result.buffer.strings[3 * row] = try serialized(
        try Tensor(indices, shape: [numbers.count, positions.rank - 1]))
      result.buffer.strings[3 * row + 1] = try serialized(try context.inputs[1].reordered(numbers))
      result.buffer.strings[3 * row + 2] = shape
    }
    context.setOutput(0, result)
  }
}
