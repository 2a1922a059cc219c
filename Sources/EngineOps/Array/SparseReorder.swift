import EngineCore
import EngineGraph

extension OpDefinition {
  /// A sparse tensor with its positions in row-major order.
  static let sparseReorder = OpDefinition(
    "SparseReorder",
    inputs: [.tensor("input_indices", .int64), .tensor("input_values", "T"), .tensor("input_shape", .int64)],
    outputs: [.tensor("output_indices", .int64), .tensor("output_values", "T")], attributes: [.type("T")],
    shape: { [try $0.input(0, rank: 2), try $0.input(1, rank: 1)] },
    gradient: .rule { context in
      let graph = context.graph
      // Numbers that go along tell where each value went.
      let zero = try graph.constant(scalar: Int32(0))
      let count = try graph.op("Size", context.input(1))
      let numbers = try graph.op("Range", zero, count, try graph.constant(scalar: Int32(1)))
      let order = try graph.addNode("SparseReorder", [context.input(0), numbers, context.input(2)]).output(1)
      let back = try graph.op("InvertPermutation", order)
      return [nil, .dense(try graph.op("GatherV2", try context.gradient(1), back, zero)), nil]
    }
  ) { context in
    let positions = try SparsePositions(context.inputs[0], context.inputs[1], context.inputs[2])
    try positions.requireInside()
    let order = (0..<positions.count).sorted { a, b in
      let (x, y) = (positions.row(a), positions.row(b))
      return x.elementsEqual(y) ? a < b : x.lexicographicallyPrecedes(y)
    }
    context.setOutput(
      0, try Tensor(order.flatMap { positions.row($0) }, shape: [positions.count, positions.rank]))
    context.setOutput(1, try context.inputs[1].reordered(order))
  }
}
