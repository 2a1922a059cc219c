import EngineCore
import EngineGraph

extension OpDefinition {
  /// Buckets by FarmHash's 64-bit fingerprint.
  static let stringToHashBucketFast = hashBucket("StringToHashBucketFast") { _ in { Hashing.fingerprint64($0) } }
}
