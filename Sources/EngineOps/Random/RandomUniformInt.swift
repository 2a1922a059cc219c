import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Integers in `minval..<maxval`; slightly uneven unless the width divides 2³² (or 2⁶⁴), as TensorFlow's.
  static let randomUniformInt = OpDefinition(
    "RandomUniformInt", inputs: [.tensor("shape", "T"), .tensor("minval", "Tout"), .tensor("maxval", "Tout")],
    outputs: [.tensor("output", "Tout")],
    attributes: [.int("seed", 0), .int("seed2", 0), .type("Tout", .index), .type("T", .index)], isStateful: true,
    shape: { context in
      _ = try context.input(1, rank: 0)
      _ = try context.input(2, rank: 0)
      return [try context.shape(fromInput: 0)]
    }, gradient: .none
  ) { context in
    let (low, high) = (try context.integer(1), try context.integer(2))
    let y = try Tensor(uninitialized: context.node.outputTypes[0], shape: try randomShape(context))
    if y.elementCount > 0 {
      guard low < high else {
        throw EngineError.invalidArgument("Need minval < maxval, got \(low) >= \(high)")
      }
      let generator = RandomState.of(context).reserve(outputs: y.elementCount)
      try Kernels.randomUniformInteger(generator, low: low, high: high, into: y)
    }
    context.setOutput(0, y)
  }
}
