import EngineCore
import EngineGraph

extension OpDefinition {
  /// Resolves the vectors in the last axis of `indices` to positions of slices in a tensor of the given shape.
  ///
  /// - Returns: the slice number for each vector, and the elements of a slice.
  /// **Errors**: `InvalidArgument` for vectors that are too long or point outside.
  static func indexedRows(_ indices: Tensor, shape: [Int], what: String) throws -> (rows: [Int], inner: Int) {
    guard let depth = indices.shape.last else {
      throw EngineError.invalidArgument("indices must be at least a vector, got a scalar")
    }
    guard depth <= shape.count else {
      throw EngineError.invalidArgument(
        "index innermost dimension length must be <= \(what) rank; saw: \(depth) vs. \(shape.count)")
    }
    let flat = try indices.integers()
    let outer = Array(indices.shape.dropLast())
    let count = outer.reduce(1, &*)
    try checkRoom(for: count, of: Int.self)
    let inner = shape[depth...].reduce(1, &*)
    var rows = [Int](repeating: 0, count: count)
    for n in 0..<count {
      var row = 0
      for axis in 0..<depth {
        let index = flat[n * depth + axis]
        guard index >= 0, index < shape[axis] else {
          let vector = flat[(n * depth)..<((n + 1) * depth)].map { String($0) }.joined(separator: ", ")
          throw EngineError.invalidArgument(
            "indices\(indexText(n, outer)) = [\(vector)] does not index into \(what) shape \(Shape(known: shape).bracketed)"
          )
        }
        row = row * shape[axis] + index
      }
      rows[n] = row
    }
    return (rows, inner)
  }

  /// Checks that `updates` has the shape of the slices that `indices` points at.
  static func checkUpdates(_ updates: Tensor, _ indices: Tensor, shape: [Int]) throws {
    let depth = indices.shape.last ?? 0
    guard depth <= shape.count, updates.shape == Array(indices.shape.dropLast()) + shape[depth...] else {
      throw EngineError.invalidArgument(
        "Dimensions [0,\(indices.rank - 1)) of indices[shape=\(indices.bracketedShape)] must match dimensions [0,"
          + "\(indices.rank - 1)) of updates[shape=\(updates.bracketedShape)], the rest that of the tensor's "
          + Shape(known: shape).bracketed)
    }
  }

  /// The same check of static shapes.
  static func checkUpdates(_ updates: Shape, _ indices: Shape, shape: Shape) throws {
    guard let n = indices.dimensions, let last = n.last, let depth = last, let whole = shape.dimensions,
      updates.rank != nil
    else { return }
    guard depth <= whole.count else {
      throw EngineError.value(
        "index innermost dimension length must be <= tensor rank; saw: \(depth) vs. \(whole.count)")
    }
    _ = try ShapeContext.merge(updates, Shape(n.dropLast() + whole[depth...]))
  }
}
