import EngineCore
import EngineGraph

/// Draws the seeds of Keras initializers, which do not take part in the graph's seeds.
public final class KerasSeeds: @unchecked Sendable {
  /// Set by a host language to use its own generator; called with no engine lock held.
  nonisolated(unsafe) public static var host: (() throws -> Int)?

  private var state: UInt64

  init(seed: Int?) { state = seed.map { UInt64(bitPattern: Int64($0)) } ?? UInt64.random(in: 1...UInt64.max) }

  /// A number in `1...1_000_000_000`.
  func next() throws -> Int {
    if let host = KerasSeeds.host { return try host() }
    // SplitMix64: a seeded graph then gives the same weights each time.
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((z ^ (z >> 31)) % 1_000_000_000) + 1
  }
}

extension Graph {
  private var kerasSeeds: KerasSeeds {
    if let known = attachments["keras_seeds"] as? KerasSeeds { return known }
    let made = KerasSeeds(seed: seed)
    attachments["keras_seeds"] = made
    return made
  }

  /// Uniform numbers in `[minimum, maximum)`; whole numbers for integer types.
  public func randomUniform(
    shape: Operand, _ minimum: Operand = 0, _ maximum: Operand = 1, dtype: DType = .float32, seed: Int? = nil,
    source: RandomSource = .graph, name: String? = nil
  ) throws -> Output {
    let isStateless = source == .stateless
    return try withNameScope(name ?? (isStateless ? "stateless_random_uniform" : "random_uniform")) { scope in
      let shape = try tensor(shape, name: "shape")
      let low = try tensor(minimum, dtype: dtype, name: "min")
      let high = try tensor(maximum, dtype: dtype, name: "max")
      if dtype.isInteger {
        let (seed1, seed2) = randomSeeds(op: seed)
        return try addNode(
          "RandomUniformInt", [shape, low, high], attributes: ["seed": .int(seed1), "seed2": .int(seed2)], name: scope
        ).output()
      }
      let drawn = try draw("RandomUniform", shape, dtype, seed, source)
      let extent = try subtract(.tensor(high), .tensor(low))
      let scaled = try multiply(.tensor(drawn), .tensor(extent))
      return try addNode("AddV2", [scaled, low], name: scope).output()
    }
  }

  /// Uniform numbers in `[0, 1)`, without the arithmetic that other bounds need.
  func randomUnit(shape: Output, dtype: DType, seed: Int?, name: String = "random_uniform") throws -> Output {
    try withNameScope(name) { _ in try draw("RandomUniform", shape, dtype, seed, .graph) }
  }

  /// Normal numbers.
  public func randomNormal(
    shape: Operand, _ mean: Operand = 0, _ standardDeviation: Operand = 1, dtype: DType = .float32,
    isTruncated: Bool = false, seed: Int? = nil, source: RandomSource = .graph, name: String? = nil
  ) throws -> Output {
    let base = isTruncated ? "truncated_normal" : "random_normal"
    return try withNameScope(name ?? (source == .stateless ? "stateless_\(base)" : base)) { scope in
      let shape = try tensor(shape, name: "shape")
      let mean = try tensor(mean, dtype: dtype, name: "mean")
      let deviation = try tensor(standardDeviation, dtype: dtype, name: "stddev")
      let drawn = try draw(isTruncated ? "TruncatedNormal" : "RandomStandardNormal", shape, dtype, seed, source)
      let scaled = try multiply(.tensor(drawn), .tensor(deviation))
      return try addNode("AddV2", [scaled, mean], name: scope).output()
    }
  }

  private func draw(_ op: String, _ shape: Output, _ dtype: DType, _ seed: Int?, _ source: RandomSource) throws
    -> Output
  {
    if source == .stateless { return try drawStateless(op, shape, dtype, seed) }
    let (seed1, seed2) = randomSeeds(op: seed)
    return try addNode(
      op, [shape], attributes: ["seed": .int(seed1), "seed2": .int(seed2), "dtype": .type(dtype)]
    ).output()
  }

  private func drawStateless(_ op: String, _ shape: Output, _ dtype: DType, _ seed: Int?) throws -> Output {
    let stateless =
      switch op {
      case "RandomUniform": "StatelessRandomUniformV2"
      case "TruncatedNormal": "StatelessTruncatedNormalV2"
      default: "StatelessRandomNormalV2"
      }
    let seed = try seed ?? kerasSeeds.next()
    let keyAndCounter = try withNameScope("StatelessRandomGetKeyCounter") { scope in
      let seeds = try constant([Int32(truncatingIfNeeded: seed), 0], name: "seed")
      return try addNode("StatelessRandomGetKeyCounter", [seeds], name: scope)
    }
    return try withNameScope(stateless) { scope in
      let algorithm = try constant(scalar: Int32(3), name: "alg")
      return try addNode(
        stateless, [shape, keyAndCounter.output(0), keyAndCounter.output(1), algorithm],
        attributes: ["dtype": .type(dtype)], name: scope
      ).output()
    }
  }
}
