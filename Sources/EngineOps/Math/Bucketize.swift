import EngineCore
import EngineGraph

extension OpDefinition {
  /// For each number, how many of the boundaries are not above it.
  static let bucketize = OpDefinition(
    "Bucketize", inputs: [.tensor("input", "T")], outputs: [.tensor("output", .int32)],
    attributes: [.type("T", [.int32, .int64, .float32, .float64]), .init("boundaries", .floats)],
    shape: ShapeContext.sameAsFirst, gradient: .none,
    sample: OpSample(
      [.init([2, 3], .fixed([-5, 0, 10, 12, 3, 100]))], attributes: ["boundaries": .floats([0, 10, 100])])
  ) { context in
    guard case .floats(let boundaries)? = context.node.attributes["boundaries"],
      zip(boundaries, boundaries.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw EngineError.invalidArgument("Expected sorted boundaries") }
    let x = context.inputs[0]
    let y = try Tensor(uninitialized: .int32, shape: x.shape)
    func run<T: TensorElement>(_ type: T.Type, _ wide: (T) -> Double) {
      let (from, to) = (x.elements(type), y.elements(Int32.self))
      for index in 0..<x.elementCount {
        let value = wide(from[index])
        var (low, high) = (0, boundaries.count)
        while low < high {
          let middle = (low + high) / 2
          if value < Double(boundaries[middle]) { high = middle } else { low = middle + 1 }
        }
        to[index] = Int32(truncatingIfNeeded: low)
      }
    }
    switch x.dtype {
    case .int32: run(Int32.self) { Double($0) }
    case .int64: run(Int64.self) { Double($0) }
    case .float32: run(Float.self) { Double($0) }
    default: run(Double.self) { $0 }
    }
    context.setOutput(0, y)
  }
}
