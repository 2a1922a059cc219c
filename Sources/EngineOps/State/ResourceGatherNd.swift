import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Slices of a variable at multi-dimensional positions; `indices: [..., k]` give the first k coordinates.
  static let resourceGatherNd = OpDefinition(
    "ResourceGatherNd", inputs: [.tensor("resource", .resource), .tensor("indices", "Tindices")],
    outputs: [.tensor("output", "dtype")], attributes: [.type("dtype"), .type("Tindices", .index)], isStateful: true,
    shape: { context in
      try context.checkVariableType()
      guard let parameters = context.variableShape(0).dimensions, let indices = context.input(1).dimensions,
        let last = indices.last, let depth = last
      else { return [.unknown] }
      guard depth <= parameters.count else {
        throw EngineError.value("indices.shape[-1] must be <= params.rank, but saw indices.shape[-1] \(depth)")
      }
      return [Shape(Array(indices.dropLast()) + Array(parameters[depth...]))]
    },
    gradient: .rule { context in
      let graph = context.graph
      let (handle, indices, dy) = (context.input(0), context.input(1), try context.gradient())
      let shape = try graph.op("VariableShape", handle, attributes: ["out_type": .type(indices.dtype)])
      return [.dense(try graph.op("ScatterNd", indices, dy, shape)), nil]
    }
  ) { context in
    let value = try context.variable(0).read()
    let indices = context.inputs[1]
    let (table, rows) = try coordinateRows(value, indices)
    let output = try Tensor(
      uninitialized: value.dtype, shape: indices.shape.dropLast() + value.shape[(indices.shape.last ?? 0)...])
    try Kernels.gatherRows(table, rows, into: output)
    context.setOutput(0, output)
  }

  /// Sees the slices that coordinates name as rows of a two-dimensional table.
  /// **Errors**: `InvalidArgument` for coordinates out of range or more of them than axes.
  static func coordinateRows(_ value: Tensor, _ indices: Tensor) throws -> (table: Tensor, rows: Tensor) {
    guard let depth = indices.shape.last, depth <= value.rank else {
      throw EngineError.invalidArgument(
        "index innermost dimension length must be <= params rank; saw: \(indices.shape.last ?? 0) vs. \(value.rank)")
    }
    let numbers = try indices.integers()
    let sizes = Array(value.shape.prefix(depth))
    let count = indices.shape.dropLast().reduce(1, *)
    try checkRoom(for: count, of: Int64.self)
    var rows = [Int64](repeating: 0, count: count)
    for index in 0..<count {
      var row = 0
      for axis in 0..<depth {
        let position = numbers[index * depth + axis]
        guard position >= 0, position < sizes[axis] else {
          let all = (0..<depth).map { String(numbers[index * depth + $0]) }.joined(separator: ", ")
          throw EngineError.invalidArgument(
            "indices[\(index)] = [\(all)] does not index into param shape \(value.shapeText)")
        }
        row = row * sizes[axis] + position
      }
      rows[index] = Int64(row)
    }
    let table = try value.reshaped([sizes.reduce(1, *)] + value.shape[depth...])
    return (table, try Tensor(rows, shape: [count]))
  }
}
