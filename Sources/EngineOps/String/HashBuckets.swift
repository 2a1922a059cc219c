import EngineCore
import EngineGraph

extension OpDefinition {
  /// Strings as numbers below `num_buckets`.
  static func hashBucket(
    _ name: String, input: String = "input", attributes: [AttributeDefinition] = [],
    hash: @escaping @Sendable (Node) throws -> (ByteString) -> UInt64
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor(input, .string)], outputs: [.tensor("output", .int64)],
      attributes: [.int("num_buckets")] + attributes, shape: ShapeContext.sameAsFirst, gradient: .none
    ) { context in
      let buckets = context.node.int("num_buckets")
      guard buckets >= 1 else { throw EngineError.invalidArgument("num_buckets must be at least 1, got \(buckets)") }
      let hash = try hash(context.node)
      try context.mapStrings(to: Int64.self) { Int64(truncatingIfNeeded: hash($0) % UInt64(buckets)) }
    }
  }
}
