import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The diagonal of a tensor whose shape is twice the same.
  static let diagPart = OpDefinition(
    "DiagPart", inputs: [.tensor("input", "T")], outputs: [.tensor("diagonal", "T")],
    attributes: [.type("T", .indexOrInexact)],
    shape: { context in
      guard let dimensions = context.input(0).dimensions else { return [.unknown] }
      guard dimensions.count % 2 == 0, !dimensions.isEmpty else {
        throw EngineError.value("Input must have even and non-zero rank, input rank is \(dimensions.count)")
      }
      let half = dimensions.count / 2
      return [try ShapeContext.merge(Shape(Array(dimensions[..<half])), Shape(Array(dimensions[half...])))]
    },
    gradient: .rule { [.dense(try $0.graph.op("Diag", try $0.gradient()))] },
    sample: OpSample([.init([2, 3, 2, 3], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    let half = x.rank / 2
    guard x.rank % 2 == 0, x.rank > 0, x.shape[..<half] == x.shape[half...] else {
      throw EngineError.invalidArgument("the shape \(x.bracketedShape) must be some shape twice")
    }
    let y = try Tensor(uninitialized: x.dtype, shape: Array(x.shape[..<half]))
    let count = y.elementCount
    try Kernels.copy(x, into: y, StridedWalk(shape: [count], sourceStrides: [count + 1], destinationStrides: [1]))
    context.setOutput(0, y)
  }
}
