import EngineCore
import EngineGraph

extension OpDefinition {
  /// The key (`[1]`) and counter (`[2]`) that a seed (`[2]`) stands for, uint64.
  static let statelessRandomGetKeyCounter = OpDefinition(
    "StatelessRandomGetKeyCounter", inputs: [.tensor("seed", "Tseed")],
    outputs: [.tensor("key", .uint64), .tensor("counter", .uint64)],
    attributes: [.type("Tseed", .index, default: .int64)],
    shape: { context in
      _ = try context.input(0, rank: 1)
      return [[1], [2]]
    }, gradient: .none
  ) { context in
    let seed = try context.integers(0)
    guard seed.count == 2 else {
      throw EngineError.invalidArgument(
        "seed must have shape [2], not \(Shape(known: context.inputs[0].shape).bracketed)")
    }
    let (key, counter) = scrambled(seed)
    context.setOutput(0, try Tensor([key], shape: [1]))
    context.setOutput(1, try Tensor([counter.0, counter.1], shape: [2]))
  }
}
