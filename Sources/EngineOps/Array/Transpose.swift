import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The input with its axes in another order: the result's axis k is the input's axis `perm[k]`.
  static let transpose = transposition("Transpose", types: nil, conjugates: false)

  /// ``transpose`` or ``conjugateTranspose``.
  static func transposition(_ name: String, types: Set<DType>?, conjugates: Bool) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T"), .tensor("perm", "Tperm")], outputs: [.tensor("y", "T")],
      attributes: [.type("T", types), .type("Tperm", .index, default: .int32)],
      shape: { context in
        let x = context.input(0)
        guard let permutation = try context.constantInts(1) else {
          return [(x.rank ?? context.input(1)[0]).map { .unknown(rank: $0) } ?? .unknown]
        }
        guard let dimensions = x.dimensions else { return [.unknown(rank: permutation.count)] }
        let order = try normalizedPermutation(permutation, rank: dimensions.count)
        return [Shape(order.map { dimensions[$0] })]
      },
      gradient: .rule { context in
        let inverse = try context.graph.op("InvertPermutation", context.input(1))
        return [.dense(try context.graph.op(name, try context.gradient(), inverse)), nil]
      },
      sample: conjugates
        ? nil
        : OpSample([
          .init([2, 3, 4], .uniform(-2, 2)), .init([3], .fixed([2, 0, 1]), dtype: .int32, isConstant: true),
        ])
    ) { context in
      let x = context.inputs[0]
      let order = try normalizedPermutation(try context.integers(1), rank: x.rank)
      if order == Array(0..<x.rank), !conjugates {
        context.setOutput(0, context.takeInput(0))
        return
      }
      let y = try Tensor(uninitialized: x.dtype, shape: order.map { x.shape[$0] })
      try Kernels.transpose(x, permutation: order, into: y)
      if conjugates { try Kernels.conjugate(y, into: y) }
      context.setOutput(0, y)
    }
  }

  private static func normalizedPermutation(_ permutation: [Int], rank: Int) throws -> [Int] {
    guard permutation.count == rank else {
      throw EngineError.invalidArgument(
        "transpose expects a vector of size \(rank). But input(1) is a vector of size \(permutation.count)")
    }
    let order = permutation.map { $0 < 0 ? $0 + rank : $0 }
    guard order.sorted() == Array(0..<rank) else {
      throw EngineError.invalidArgument("perm \(permutation) is not a permutation of \(rank) axes")
    }
    return order
  }
}
