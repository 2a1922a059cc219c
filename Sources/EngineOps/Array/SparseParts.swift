import EngineCore
import EngineGraph

/// The positions of a sparse tensor's values, checked.
struct SparsePositions {
  /// One row for each value.
  let indices: [Int64]
  let count: Int
  let rank: Int
  let shape: [Int]

  /// **Errors**: `InvalidArgument` when the parts' shapes don't fit together.
  init(_ indices: Tensor, _ values: Tensor?, _ shape: Tensor) throws {
    guard indices.rank == 2 else {
      throw EngineError.invalidArgument("Input indices should be a matrix but received shape \(indices.bracketedShape)")
    }
    guard shape.rank == 1 else {
      throw EngineError.invalidArgument("Input shape should be a vector but received shape \(shape.bracketedShape)")
    }
    count = indices.shape[0]
    rank = indices.shape[1]
    if let values, values.shape != [count] {
      throw EngineError.invalidArgument(
        "Input values should be a vector of \(count) elements but received shape \(values.bracketedShape)")
    }
    self.shape = try shape.integers()
    guard self.shape.count == rank, Shape.elementCount(self.shape) != nil else {
      throw EngineError.invalidArgument("dense_shape \(self.shape) does not fit indices of rank \(rank)")
    }
    self.indices = try indices.scalars(Int64.self)
  }

  func row(_ number: Int) -> ArraySlice<Int64> { indices[(number * rank)..<((number + 1) * rank)] }

  /// **Errors**: `InvalidArgument` naming the first position outside the shape.
  func requireInside() throws {
    for number in 0..<count {
      for (axis, index) in row(number).enumerated() where index < 0 || index >= Int64(shape[axis]) {
        throw EngineError.invalidArgument(
          "indices[\(number)] = \(Array(row(number))) is out of bounds: need 0 <= index < \(shape)")
      }
    }
  }
}

extension Tensor {
  /// The elements of a vector in another order.
  func reordered(_ order: [Int]) throws -> Tensor {
    order.isEmpty ? try Tensor(uninitialized: dtype, shape: [0]) : try TensorRows([self]).gather(order[...])[0]
  }
}
