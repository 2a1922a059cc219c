import EngineCore
import EngineGraph

extension OpDefinition {
  /// `num` evenly spaced numbers from `start` to `stop`, both included.
  static let linSpace = OpDefinition(
    "LinSpace", inputs: [.tensor("start", "T"), .tensor("stop", "T"), .tensor("num", "Tidx")],
    outputs: [.tensor("output", "T")], attributes: [.type("T", .floating), .type("Tidx", .index, default: .int32)],
    shape: { context in
      for index in 0..<3 {
        if let rank = context.input(index).rank, rank != 0 {
          throw EngineError.value("Shape must be rank 0 but is rank \(rank)")
        }
      }
      let count = try context.constantInts(2)?.first
      if let count, count <= 0 { throw EngineError.value("Requires num > 0: \(count)") }
      return [.vector(count)]
    }, gradient: .none,
    sample: OpSample([
      .init([], .fixed([-1])), .init([], .fixed([2])), .init([], .fixed([5]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    let count = try context.integer(2)
    guard count > 0, let start = context.inputs[0].realNumber, let stop = context.inputs[1].realNumber else {
      throw EngineError.invalidArgument("Requires num > 0: \(count)")
    }
    let y = try Tensor(uninitialized: context.inputs[0].dtype, shape: [count])
    func fill<T: TensorElement, W: BinaryFloatingPoint>(_ type: T.Type, _ wide: W.Type, _ narrow: (W) -> T) {
      let target = y.elements(type)
      let step = count > 1 ? (W(stop) - W(start)) / W(count - 1) : 0
      for index in 0..<count { target[index] = narrow(W(start) + step * W(index)) }
      if count > 1 { target[count - 1] = narrow(W(stop)) }
    }
    switch y.dtype {
    case .float32: fill(Float.self, Float.self) { $0 }
    case .float64: fill(Double.self, Double.self) { $0 }
    case .float16: fill(Half.self, Float.self) { Half($0) }
    default: fill(BFloat16.self, Float.self) { BFloat16($0) }
    }
    context.setOutput(0, y)
  }
}
