import EngineCore
import EngineGraph

extension OpDefinition {
  /// Buckets by SipHash-2-4 with a key of two numbers.
  static let stringToHashBucketStrong = hashBucket("StringToHashBucketStrong", attributes: [.ints("key")]) { node in
    let key = node.ints("key")
    guard key.count == 2 else { throw EngineError.invalidArgument("Key must have 2 elements, got \(key.count)") }
    return { Hashing.sipHash($0, key: (UInt64(bitPattern: Int64(key[0])), UInt64(bitPattern: Int64(key[1])))) }
  }
}
