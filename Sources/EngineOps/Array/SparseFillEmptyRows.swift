import EngineCore
import EngineGraph

extension OpDefinition {
  /// A sparse matrix in which rows without a value get one: `default_value` in the first column.
  static let sparseFillEmptyRows = OpDefinition(
    "SparseFillEmptyRows",
    inputs: [
      .tensor("indices", .int64), .tensor("values", "T"), .tensor("dense_shape", .int64), .tensor("default_value", "T"),
    ],
    outputs: [
      .tensor("output_indices", .int64), .tensor("output_values", "T"), .tensor("empty_row_indicator", .bool),
      .tensor("reverse_index_map", .int64),
    ], attributes: [.type("T")],
    shape: { context in
      let indices = try context.input(0, rank: 2)
      _ = try context.input(3, rank: 0)
      return [[nil, indices[1]], [nil], [try context.shape(fromInput: 2)[0]], [indices[0]]]
    },
    gradient: .rule { context in
      let gradients = try context.graph.addNode(
        "SparseFillEmptyRowsGrad", [context.output(3), try context.gradient(1)])
      return [nil, .dense(gradients.output(0)), nil, .dense(gradients.output(1))]
    },
    sample: OpSample([
      .init([2, 2], .fixed([0, 1, 2, 0]), dtype: .int64), .init([2], .uniform(-2, 2)),
      .init([2], .fixed([4, 3]), dtype: .int64, isConstant: true), .init([], .uniform(-2, 2)),
    ])
  ) { context in
    let positions = try SparsePositions(context.inputs[0], context.inputs[1], context.inputs[2])
    guard context.inputs[3].rank == 0 else {
      throw EngineError.invalidArgument("default_value must be a scalar, saw: \(context.inputs[3].bracketedShape)")
    }
    guard let rows = positions.shape.first else { throw EngineError.invalidArgument("Dense shape cannot be empty.") }
    try checkRoom(for: rows, of: Int.self)
    var counts = [Int](repeating: 0, count: rows)
    for number in 0..<positions.count {
      let row = positions.indices[number * positions.rank]
      guard row >= 0, row < Int64(rows) else {
        throw EngineError.invalidArgument("indices(\(number), 0) is invalid: \(row) >= \(rows)")
      }
      counts[Int(row)] += 1
    }
    // Where the next value of each row goes.
    var places = [Int](repeating: 0, count: rows)
    var total = 0
    for row in 0..<rows {
      places[row] = total
      total += max(counts[row], 1)
    }
    /// The number of the value at each place; that behind the last stands for the default.
    var sources = [Int](repeating: positions.count, count: total)
    var indices = [Int64](repeating: 0, count: total * positions.rank)
    var map = [Int64](repeating: 0, count: positions.count)
    for row in 0..<rows where counts[row] == 0 { indices[places[row] * positions.rank] = Int64(row) }
    for number in 0..<positions.count {
      let row = Int(positions.indices[number * positions.rank])
      let place = places[row]
      places[row] += 1
      sources[place] = number
      map[number] = Int64(place)
      for (axis, index) in positions.row(number).enumerated() { indices[place * positions.rank + axis] = index }
    }
    let values = try TensorRows([try joined(context.inputs[1], context.inputs[3])])
    context.setOutput(0, try Tensor(indices, shape: [total, positions.rank]))
    context.setOutput(
      1,
      total == 0 ? try Tensor(uninitialized: context.inputs[1].dtype, shape: [0]) : try values.gather(sources[...])[0])
    context.setOutput(2, try Tensor(counts.map { $0 == 0 }, shape: [rows]))
    context.setOutput(3, try Tensor(map, shape: [positions.count]))
  }

  /// The elements of a vector, and a scalar behind them.
  private static func joined(_ values: Tensor, _ last: Tensor) throws -> Tensor {
    let count = values.elementCount
    if values.dtype == .string { return try Tensor(strings: values.strings + last.strings, shape: [count + 1]) }
    let result = try Tensor(uninitialized: values.dtype, shape: [count + 1])
    result.pointer.copyMemory(from: values.pointer, byteCount: values.byteCount)
    (result.pointer + values.byteCount).copyMemory(from: last.pointer, byteCount: last.byteCount)
    return result
  }
}
