import EngineCore
import EngineGraph

/// The generator of one random node in one session: each execution takes its stretch of the counter.
final class RandomState: ResumableState, @unchecked Sendable {
  private var generator: Philox
  private let lock = Lock()

  /// Seeds of (0, 0) stand for "any": they are drawn from the session, differently for each node.
  init(_ node: Node, _ environment: ExecutionEnvironment) {
    let (seed, seed2) = (node.int("seed"), node.int("seed2"))
    if seed == 0, seed2 == 0 {
      generator = Philox(seed: environment.nondeterministicSeed, seed2: UInt64(truncatingIfNeeded: node.id) &+ 1)
    } else {
      generator = Philox(seed: UInt64(bitPattern: Int64(seed)), seed2: UInt64(bitPattern: Int64(seed2)))
    }
  }

  static func of(_ context: KernelContext) -> RandomState {
    context.environment.state(of: context.node) { RandomState(context.node, context.environment) }
  }

  /// The generator for an execution, which uses up at most `blocks` of it.
  func reserve(_ blocks: Int) -> Philox {
    lock.withLock {
      let result = generator
      generator.skip(UInt64(truncatingIfNeeded: blocks))
      return result
    }
  }

  /// For an execution with `count` outputs; TensorFlow sets 256 blocks aside for each.
  func reserve(outputs count: Int) -> Philox { reserve(count &* 256) }

  func saveState(_ encoder: inout StateEncoder) { encoder.append(lock.withLock { generator }) }

  func restoreState(_ decoder: inout StateDecoder) throws {
    let saved = try decoder.philox()
    lock.withLock { generator = saved }
  }
}

extension StateEncoder {
  mutating func append(_ generator: Philox) {
    append(UInt64(generator.key.0) | UInt64(generator.key.1) << 32)
    for word in [generator.counter.0, generator.counter.1, generator.counter.2, generator.counter.3] { append(word) }
  }
}

extension StateDecoder {
  mutating func philox() throws -> Philox {
    var generator = Philox(seed: try number(), seed2: 0)
    generator.counter = (try number(), try number(), try number(), try number())
    return generator
  }
}

extension OpDefinition {
  /// `output` of the shape that the first input says, filled by `fill`.
  static func random(
    _ name: String, fill: @escaping @Sendable (Philox, Tensor) throws -> Void
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("shape", "T")], outputs: [.tensor("output", "dtype")],
      attributes: [.int("seed", 0), .int("seed2", 0), .type("dtype", .floating), .type("T", .index)],
      isStateful: true, shape: { [try $0.shape(fromInput: 0)] }, gradient: .none
    ) { context in
      let y = try Tensor(uninitialized: context.node.outputTypes[0], shape: try randomShape(context))
      try fill(RandomState.of(context).reserve(outputs: y.elementCount), y)
      context.setOutput(0, y)
    }
  }

  /// The run-time shape in the first input.
  static func randomShape(_ context: KernelContext) throws -> [Int] {
    let shape = try context.integers(0)
    guard context.inputs[0].rank == 1, Shape.elementCount(shape) != nil else {
      throw EngineError.invalidArgument(
        "shape must be a vector of non-negative integers, got \(Shape(known: shape).bracketed)")
    }
    return shape
  }
}
