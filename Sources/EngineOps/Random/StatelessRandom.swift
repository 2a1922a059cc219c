import EngineCore
import EngineGraph
import EngineKernels

/// What stateless random ops share: results depend on their inputs alone.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/raw_ops/StatelessRandomUniformV2
extension OpDefinition {
  /// `output` of shape `shape`, drawn with the given key (`[1]`) and counter (`[2]`), both uint64.
  static func statelessRandom(
    _ name: String, fill: @escaping @Sendable (Philox, Tensor) throws -> Void
  ) -> OpDefinition {
    OpDefinition(
      name,
      inputs: [
        .tensor("shape", "Tshape"), .tensor("key", .uint64), .tensor("counter", .uint64), .tensor("alg", .int32),
      ],
      outputs: [.tensor("output", "dtype")],
      attributes: [
        .type("dtype", .floating, default: .float32), .type("Tshape", .index, default: .int32),
      ],
      shape: { [try $0.shape(fromInput: 0)] }, gradient: .none
    ) { context in
      let y = try Tensor(uninitialized: context.node.outputTypes[0], shape: try randomShape(context))
      try fill(try generator(context, key: 1, counter: 2, algorithm: 3), y)
      context.setOutput(0, y)
    }
  }

  /// The generator that the inputs describe.
  /// **Errors**: `InvalidArgument` for wrong sizes, `Unimplemented` for another algorithm than Philox.
  static func generator(_ context: KernelContext, key: Int, counter: Int, algorithm: Int) throws -> Philox {
    let keys: [UInt64] = try context.inputs[key].scalars()
    let counters: [UInt64] = try context.inputs[counter].scalars()
    guard keys.count == 1, counters.count >= 2 else {
      throw EngineError.invalidArgument(
        "key must have 1 element and counter 2, got \(keys.count) and \(counters.count)")
    }
    let chosen = try context.integer(algorithm)
    guard chosen == 1 || chosen == 3 else {  // Philox, or whatever suits the device
      throw EngineError.unimplemented("random algorithm \(chosen): only Philox (1) is offered")
    }
    var philox = Philox(seed: keys[0], seed2: counters[1])
    philox.counter.0 = UInt32(truncatingIfNeeded: counters[0])
    philox.counter.1 = UInt32(truncatingIfNeeded: counters[0] >> 32)
    return philox
  }

  /// Mixes a seed, so that any two different ones give unrelated streams.
  static func scrambled(_ seed: [Int]) -> (key: UInt64, counter: (UInt64, UInt64)) {
    let first = UInt64(bitPattern: Int64(seed[0]))
    let second = UInt64(bitPattern: Int64(seed[1]))
    var mixer = Philox(seed: 0x0246_1e29_3ec8_f720, seed2: second)
    mixer.counter.0 = UInt32(truncatingIfNeeded: first)
    mixer.counter.1 = UInt32(truncatingIfNeeded: first >> 32)
    let mix = mixer.next()
    return (UInt64(mix.0) | UInt64(mix.1) << 32, (0, UInt64(mix.2) | UInt64(mix.3) << 32))
  }
}
