import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The elements of x that are not in y, in order, and their positions.
  static let listDiff = OpDefinition(
    "ListDiff", inputs: [.tensor("x", "T"), .tensor("y", "T")],
    outputs: [.tensor("out", "T"), .tensor("idx", "out_idx")],
    attributes: [.type("T"), .type("out_idx", .index, default: .int32)],
    shape: { context in
      _ = try context.input(0, rank: 1)
      _ = try context.input(1, rank: 1)
      return [.vector(nil), .vector(nil)]
    }, gradient: .none, sample: OpSample([.init([5], .fixed([1, 3, 2, 5, 3])), .init([2], .fixed([2, 1]))])
  ) { context in
    let (x, y) = (context.inputs[0], context.inputs[1])
    guard x.rank == 1, y.rank == 1 else {
      throw EngineError.invalidArgument("x and y should be 1D vectors, got \(x.bracketedShape) and \(y.bracketedShape)")
    }
    let excluded = Set(try elementKeys(y))
    let kept = try elementKeys(x).enumerated().filter { !excluded.contains($1) }.map(\.offset)
    let out = try Tensor(uninitialized: x.dtype, shape: [kept.count])
    try Kernels.gather(x, kept, batch: 1, outer: 1, axisSize: x.elementCount, inner: 1, into: out)
    context.setOutput(0, out)
    context.setOutput(1, try shapeVector(kept, context.node.outputTypes[1]))
  }
}
