import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Samples of classes, as `Multinomial` draws them, that follow from `seed` alone.
  static let statelessMultinomial = OpDefinition(
    "StatelessMultinomial",
    inputs: [.tensor("logits", "T"), .tensor("num_samples", .int32), .tensor("seed", "Tseed")],
    outputs: [.tensor("output", "output_dtype")],
    attributes: [
      .type("T", .real), .type("Tseed", .index, default: .int64), .type("output_dtype", .index, default: .int64),
    ],
    shape: { context in
      let batch = try context.input(0, rank: 2).dimensions?[0]
      _ = try context.input(1, rank: 0)
      let samples = try context.constantInts(1)?.first
      if let samples, samples < 0 {
        throw EngineError.value("Dimension size, given by scalar input 1, must be non-negative but is \(samples)")
      }
      return [Shape([batch, samples])]
    }, gradient: .none
  ) { context in
    let logits = context.inputs[0]
    let (samples, seed) = (try context.integer(1), try context.integers(2))
    guard logits.rank == 2 else {
      throw EngineError.invalidArgument("logits should be a matrix, got shape \(logits.bracketedShape)")
    }
    guard samples >= 0 else {
      throw EngineError.invalidArgument("num_samples should be nonnegative, got \(samples)")
    }
    guard seed.count == 2 else {
      throw EngineError.invalidArgument("seed must have shape [2], not \(context.inputs[2].bracketedShape)")
    }
    let (batch, classes) = (logits.shape[0], logits.shape[1])
    let output = try Tensor(uninitialized: context.node.outputTypes[0], shape: [batch, samples])
    if output.elementCount > 0 {
      guard classes > 0 else {
        throw EngineError.invalidArgument("num_classes should be positive, got \(classes)")
      }
      let scores = try Tensor(uninitialized: .float64, shape: logits.shape)
      try Kernels.cast(logits, into: scores)
      let (key, counter) = scrambled(seed)
      var generator = Philox(seed: key, seed2: counter.1)
      generator.counter.0 = UInt32(truncatingIfNeeded: counter.0)
      generator.counter.1 = UInt32(truncatingIfNeeded: counter.0 >> 32)
      let drawn = drawClasses(try scores.scalars(), batch: batch, classes: classes, samples: samples, generator)
      try Kernels.cast(try Tensor(drawn, shape: [batch, samples]), into: output)
    }
    context.setOutput(0, output)
  }
}
