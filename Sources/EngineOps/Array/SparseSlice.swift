import EngineCore
import EngineGraph

extension OpDefinition {
  /// The part of a sparse tensor that begins at `start` and has at most the given size.
  static let sparseSlice = OpDefinition(
    "SparseSlice",
    inputs: [
      .tensor("indices", .int64), .tensor("values", "T"), .tensor("shape", .int64), .tensor("start", .int64),
      .tensor("size", .int64),
    ],
    outputs: [.tensor("output_indices", .int64), .tensor("output_values", "T"), .tensor("output_shape", .int64)],
    attributes: [.type("T")],
    shape: { context in
      let rank = (try context.input(2, rank: 1))[0] ?? (try context.input(0, rank: 2))[1]
      return [[nil, rank], [nil], [rank]]
    }, gradient: .undefined
  ) { context in
    let positions = try SparsePositions(context.inputs[0], context.inputs[1], context.inputs[2])
    let (start, size) = (try context.integers(3), try context.integers(4))
    guard start.count == positions.rank, size.count == positions.rank else {
      throw EngineError.invalidArgument(
        "Expected start and size to be vectors of length \(positions.rank), got lengths \(start.count) and "
          + "\(size.count)")
    }
    guard size.allSatisfy({ $0 >= 0 }), start.allSatisfy({ $0 >= 0 }) else {
      throw EngineError.invalidArgument("start \(start) and size \(size) must not be negative")
    }
    let shape = positions.shape.indices.map { axis in
      Swift.max(0, Swift.min(size[axis], positions.shape[axis] - Swift.min(start[axis], positions.shape[axis])))
    }
    var kept: [Int] = []
    var indices: [Int64] = []
    for number in 0..<positions.count {
      let moved = zip(positions.row(number), start).map { $0 &- Int64($1) }
      guard zip(moved, shape).allSatisfy({ $0 >= 0 && $0 < Int64($1) }) else { continue }
      kept.append(number)
      indices += moved
    }
    context.setOutput(0, try Tensor(indices, shape: [kept.count, positions.rank]))
    context.setOutput(1, try context.inputs[1].reordered(kept))
    context.setOutput(2, try Tensor(shape.map(Int64.init), shape: [positions.rank]))
  }
}
