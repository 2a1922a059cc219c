import EngineCore
import EngineGraph

extension OpDefinition {
  /// Endless random whole numbers of 32 bits.
  static let randomDataset = dataset(
    "RandomDataset", [.tensor("seed", .int64), .tensor("seed2", .int64)], isStateful: true
  ) { context in
    let (seed, seed2) = (try context.integer(0), try context.integer(1))
    return RandomNumbers(
      ShuffleSeeds(seed: seed, seed2: seed2, reshuffles: false) { ShuffleSeeds.ofSession(context) })
  }
}

private final class RandomNumbers: DatasetNode {
  let seeds: ShuffleSeeds
  init(_ seeds: ShuffleSeeds) { self.seeds = seeds }
  var cardinality: Int { DatasetCardinality.infinite }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    let (seed, seed2) = seeds.next()
    return Iterator(PhiloxStream(Philox(seed: seed, seed2: seed2)))
  }

  func saveShared(_ encoder: inout IteratorEncoder) { seeds.save(&encoder) }
  func restoreShared(_ decoder: inout IteratorDecoder) throws { try seeds.restore(&decoder) }

  private final class Iterator: DatasetIterator {
    var stream: PhiloxStream
    init(_ stream: PhiloxStream) { self.stream = stream }
    func next() -> DatasetElement? { .tensors([Tensor(scalar: Int64(stream.next()))]) }
    func saveState(_ encoder: inout IteratorEncoder) { encoder.append(stream) }
    func restoreState(_ decoder: inout IteratorDecoder) throws { stream = try decoder.stream() }
  }
}
