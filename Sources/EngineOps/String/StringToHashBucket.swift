import EngineCore
import EngineGraph

extension OpDefinition {
  /// Buckets by TensorFlow's own 64-bit hash, which may differ between versions; kept for old graphs.
  static let stringToHashBucket = hashBucket("StringToHashBucket", input: "string_tensor") { _ in { Hashing.hash64($0) }
  }
}
