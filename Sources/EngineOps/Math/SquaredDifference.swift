import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = (x − y)²`, broadcast.
  static let squaredDifference = binary(
    "SquaredDifference", .squaredDifference, types: .indexOrInexact,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(-2, 2))])
  ) {
    graph, x, y, _, dz in
    // A square is a product with the conjugate; x and y come conjugated.
    let difference = try graph.conjugate(try graph.sub(x, y))
    let dx = try graph.mul(try graph.mul(try graph.scalar(2, like: dz), dz), difference)
    return (dx, try graph.neg(dx))
  }
}
