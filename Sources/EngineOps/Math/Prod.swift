import EngineCore
import EngineGraph

extension OpDefinition {
  /// The product over some axes. The gradient is right with any number of zeros among the factors.
  static let prod = reduction(
    "Prod", .product, types: .numeric,
    sample: OpSample([
      .init([2, 3, 2], .uniform(0.5, 2)), .init([2], .fixed([0, 2]), dtype: .int32, isConstant: true),
    ]),
    gradient: .rule { context in
      let graph = context.graph
      let (x, dy) = (context.input(0), try context.expandedReductionGradient())
      // Bring the reduced axes to the front, as one; each factor's gradient is the product of those before and after it.
      let shape = try graph.shapeVector(of: x)
      let rank = try graph.op("Rank", x)
      let axes = try graph.reshape(try graph.cast(context.input(1), .int32), try graph.constant([Int32(-1)]))
      let reduced = try graph.op("FloorMod", axes, rank)
      let (zero, one) = (try graph.constant(scalar: Int32(0)), try graph.constant(scalar: Int32(1)))
      let all = try graph.op("Range", zero, rank, one)
      let kept = try graph.addNode("ListDiff", [all, reduced]).output()
      let order = try graph.op("ConcatV2", arguments: [[reduced, kept], [zero]])
      func size(_ axes: Output) throws -> Output {
        try graph.op("Prod", try graph.op("GatherV2", shape, axes, zero), zero)
      }
      let flatShape = try graph.op("Pack", arguments: [[try size(reduced), try size(kept)]])
      let ordered = try graph.op("Transpose", x, order)
      let flat = try graph.reshape(ordered, flatShape)
      let before = try graph.op("Cumprod", flat, zero, attributes: ["exclusive": .bool(true)])
      let after = try graph.op("Cumprod", flat, zero, attributes: ["exclusive": .bool(true), "reverse": .bool(true)])
      let others = try graph.reshape(try graph.mul(before, after), try graph.shapeVector(of: ordered))
      let back = try graph.op("Transpose", others, try graph.op("InvertPermutation", order))
      let dx = try graph.mul(dy, try graph.conjugate(back))
      try dx.setShape(x.shape)
      return [.dense(dx), nil]
    })
}
