import EngineCore
import EngineGraph
import EngineKernels
import Glibc

extension OpDefinition {
  /// Samples of classes, `[batch, num_samples]`, from the unnormalised log-probabilities `logits`, `[batch, classes]`.
  ///
  /// Logits that are not finite count as impossible classes. The numbers are those that TensorFlow draws when one thread
  /// serves the whole batch.
  ///
  /// **Source**: https://www.tensorflow.org/api_docs/python/tf/raw_ops/Multinomial
  static let multinomial = OpDefinition(
    "Multinomial", inputs: [.tensor("logits", "T"), .tensor("num_samples", .int32)],
    outputs: [.tensor("output", "output_dtype")],
    attributes: [
      .int("seed", 0), .int("seed2", 0), .type("T", .real), .type("output_dtype", .index, default: .int64),
    ], isStateful: true,
    shape: { context in
      let batch = try context.input(0, rank: 2).dimensions?[0]
      _ = try context.input(1, rank: 0)
      let samples = try context.constantInts(1)?.first
      if let samples, samples < 0 {
        throw EngineError.value(
          "Dimension size, given by scalar input 1, must be non-negative but is \(samples)")
      }
      return [Shape([batch, samples])]
    }, gradient: .none
  ) { context in
    let logits = context.inputs[0]
    guard logits.rank == 2 else {
      throw EngineError.invalidArgument("logits should be a matrix, got shape \(logits.bracketedShape)")
    }
    guard context.inputs[1].rank == 0 else {
      throw EngineError.invalidArgument(
        "num_samples should be a scalar, got shape \(context.inputs[1].bracketedShape)")
    }
    let samples = try context.integer(1)
    guard samples >= 0 else {
      throw EngineError.invalidArgument("num_samples should be nonnegative, got \(samples)")
    }
    let (batch, classes) = (logits.shape[0], logits.shape[1])
    let output = try Tensor(uninitialized: context.node.outputTypes[0], shape: [batch, samples])
    if output.elementCount > 0 {
      guard classes > 0 else {
        throw EngineError.invalidArgument("num_classes should be positive, got \(classes)")
      }
      let scores = try Tensor(uninitialized: .float64, shape: logits.shape)
      try Kernels.cast(logits, into: scores)
      let generator = RandomState.of(context).reserve(outputs: (samples &+ 3) / 4 &* 8 &* batch)
      let drawn = draw(try scores.scalars(), batch: batch, classes: classes, samples: samples, generator)
      try Kernels.cast(try Tensor(drawn, shape: [batch, samples]), into: output)
    }
    context.setOutput(0, output)
  }

  /// One number with 52 random bits, two words, for each sample; then a search in the row's running total.
  private static func draw(
    _ scores: [Double], batch: Int, classes: Int, samples: Int, _ generator: Philox
  ) -> [Int64] {
    var result = [Int64](repeating: 0, count: batch * samples)
    var words = PhiloxStream(generator)
    var totals = [Double](repeating: 0, count: classes)
    for row in 0..<batch {
      let rowScores = scores[row * classes..<(row + 1) * classes]
      let largest = rowScores.lazy.filter(\.isFinite).max() ?? 0
      var total = 0.0
      for (index, score) in rowScores.enumerated() {
        if score.isFinite { total += Glibc.exp(score - largest) }
        totals[index] = total
      }
      for sample in 0..<samples {
        let bits = UInt64(words.next() & 0xF_FFFF) << 32 | UInt64(words.next())
        let wanted = (Double(bitPattern: 1023 << 52 | bits) - 1) * total
        // The first class whose running total lies above.
        var (low, high) = (0, classes)
        while low < high {
          let middle = (low + high) / 2
          if totals[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        result[row * samples + sample] = Int64(low)
      }
    }
    return result
  }
}
