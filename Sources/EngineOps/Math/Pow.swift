import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = xʸ`, broadcast. The logarithm in dy counts as 0 where x is not positive (complex: where it is 0).
  static let pow = binary(
    "Pow", .power, types: .signedNumeric,
    sample: OpSample([.init([2, 3], .uniform(0.5, 2)), .init([3], .uniform(0.5, 2))])
  ) {
    graph, x, y, z, dz in
    let one = try graph.scalar(1, like: y)
    let dx = try graph.mul(try graph.mul(dz, y), try graph.op("Pow", x, try graph.sub(y, one)))
    let zeros = try graph.op("ZerosLike", x)
    let isPositive = try graph.op(x.dtype.isComplex ? "NotEqual" : "Greater", x, zeros)
    let safe = try graph.op("Select", isPositive, x, try graph.op("OnesLike", x))
    let logarithm = try graph.op("Select", isPositive, try graph.op("Log", safe), zeros)
    return (dx, try graph.mul(try graph.mul(dz, z), logarithm))
  }
}
