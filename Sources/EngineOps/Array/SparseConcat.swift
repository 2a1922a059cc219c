import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Sparse tensors joined along `concat_dim`; the result is in row-major order.
  static let sparseConcat = OpDefinition(
    "SparseConcat",
    inputs: [
      .repeated("indices", count: "N", .int64), .repeated("values", count: "N", "T"),
      .repeated("shapes", count: "N", .int64),
    ],
    outputs: [.tensor("output_indices", .int64), .tensor("output_values", "T"), .tensor("output_shape", .int64)],
    attributes: [.int("concat_dim"), .int("N"), .type("T")],
    shape: { context in
      let count = context.inputCount / 3
      var rank: Int?
      for index in 0..<count {
        rank = rank ?? (try context.input(index, rank: 2))[1]
        rank = rank ?? (try context.input(2 * count + index, rank: 1))[0]
      }
      return [[nil, rank], [nil], [rank]]
    }, gradient: .undefined
  ) { context in
    let count = context.inputs.count / 3
    guard count > 0 else { throw EngineError.invalidArgument("SparseConcat needs at least one sparse tensor") }
    let parts = try (0..<count).map { index in
      try SparsePositions(
        context.inputs[index], context.inputs[count + index], context.inputs[2 * count + index])
    }
    let rank = parts[0].rank
    let given = context.node.int("concat_dim")
    let axis = given < 0 ? given + rank : given
    guard axis >= 0, axis < rank else {
      throw EngineError.invalidArgument("Concat dimension must be in range [\(-rank), \(rank)), got \(given)")
    }
    var shape = parts[0].shape
    var rows: [(indices: [Int64], source: Int)] = []
    var (offset, sources) = (0, 0)
    for (number, part) in parts.enumerated() {
      guard part.rank == rank else {
        throw EngineError.invalidArgument(
          "Ranks of all input tensors must match: expected \(rank) but got \(part.rank) at position \(number)")
      }
      for dimension in 0..<rank where dimension != axis && part.shape[dimension] != shape[dimension] {
        throw EngineError.invalidArgument(
          "Input shapes must match: expected \(shape[dimension]) for dimension \(dimension) but got "
            + "\(part.shape[dimension]) at position \(number)")
      }
      try part.requireInside()
      for row in 0..<part.count {
        var indices = Array(part.row(row))
        indices[axis] += Int64(offset)
        rows.append((indices, sources + row))
      }
      sources += part.count
      offset += part.shape[axis]
    }
    shape[axis] = offset
    rows.sort { $0.indices == $1.indices ? $0.source < $1.source : $0.indices.lexicographicallyPrecedes($1.indices) }
    let values = Array(context.inputs[count..<(2 * count)])
    let joined = try Tensor(uninitialized: values[0].dtype, shape: [sources])
    var begin = 0
    for part in values {
      if part.elementCount > 0 { try Kernels.paste(part, into: joined, begin: [begin]) }
      begin += part.elementCount
    }
    context.setOutput(0, try Tensor(rows.flatMap(\.indices), shape: [rows.count, rank]))
    context.setOutput(1, try joined.reordered(rows.map(\.source)))
    context.setOutput(2, try Tensor(shape.map(Int64.init), shape: [rank]))
  }
}
