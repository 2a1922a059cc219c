import EngineCore
import EngineGraph

extension OpDefinition {
  /// Endless random whole numbers of 32 bits.
  static let randomDataset = dataset(
    "RandomDataset", [.tensor("seed", .int64), .tensor("seed2", .int64)], isStateful: true
  ) { RandomNumbers(seed: try $0.integer(0), seed2: try $0.integer(1)) }
}

private final class RandomNumbers: DatasetNode {
  let seeds: ShuffleSeeds
  init(seed: Int, seed2: Int) { seeds = ShuffleSeeds(seed: seed, seed2: seed2, reshuffles: false) }
  var cardinality: Int { DatasetCardinality.infinite }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    let (seed, seed2) = seeds.next()
    var stream = PhiloxStream(Philox(seed: seed, seed2: seed2))
    return ClosureIterator { .tensors([Tensor(scalar: Int64(stream.next()))]) }
  }
}
