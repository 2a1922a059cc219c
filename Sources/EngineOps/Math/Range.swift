import EngineCore
import EngineGraph

extension OpDefinition {
  /// `start, start + delta, ...` up to but not including `limit`.
  static let range = OpDefinition(
    "Range", inputs: [.tensor("start", "Tidx"), .tensor("limit", "Tidx"), .tensor("delta", "Tidx")],
    outputs: [.tensor("output", "Tidx")],
    attributes: [
      .type(
        "Tidx", Set<DType>.floating.union([.int8, .int16, .int32, .int64, .uint16, .uint32]), default: .int32)
    ],
    shape: { context in
      for index in 0..<3 {
        if let rank = context.input(index).rank, rank != 0 {
          throw EngineError.value("Shape must be rank 0 but is rank \(rank)")
        }
      }
      guard let start = context.constant(0), let limit = context.constant(1), let delta = context.constant(2) else {
        return [.vector(nil)]
      }
      return [.vector(try rangeCount(start, limit, delta))]
    }, gradient: .none,
    sample: OpSample([
      .init([], .fixed([1]), isConstant: true), .init([], .fixed([8]), isConstant: true),
      .init([], .fixed([3]), isConstant: true),
    ])
  ) { context in
    let (start, limit, delta) = (context.inputs[0], context.inputs[1], context.inputs[2])
    for input in context.inputs where input.rank != 0 {
      throw EngineError.invalidArgument("start, limit and delta must be scalars, got shape \(input.bracketedShape)")
    }
    let count = try rangeCount(start, limit, delta)
    let y = try Tensor(uninitialized: start.dtype, shape: [count])
    func floats<T: TensorElement>(_ type: T.Type, _ add: (T, T) -> T) {
      let step = delta.element(0, as: type)
      var value = start.element(0, as: type)
      let target = y.elements(type)
      for index in 0..<count {
        target[index] = value
        value = add(value, step)
      }
    }
    switch start.dtype {
    case .float32: floats(Float.self, +)
    case .float64: floats(Double.self, +)
    case .float16: floats(Half.self) { Half($0.float + $1.float) }
    case .bfloat16: floats(BFloat16.self) { BFloat16($0.float + $1.float) }
    case .int8: floats(Int8.self, &+)
    case .int16: floats(Int16.self, &+)
    case .int32: floats(Int32.self, &+)
    case .int64: floats(Int64.self, &+)
    case .uint16: floats(UInt16.self, &+)
    case .uint32: floats(UInt32.self, &+)
    default: throw EngineError.unimplemented("no Range kernel for \(start.dtype)")
    }
    context.setOutput(0, y)
  }

  /// **Errors**: `InvalidArgument` for a step of 0 or one that leads away from the limit.
  static func rangeCount(_ start: Tensor, _ limit: Tensor, _ delta: Tensor) throws -> Int {
    if start.dtype.isInteger, let first = try start.integers().first, let last = try limit.integers().first,
      let step = try delta.integers().first
    {
      guard step != 0 else { throw EngineError.invalidArgument("Requires delta != 0") }
      let (length, overflow) = last.subtractingReportingOverflow(first)
      guard !overflow else { throw EngineError.invalidArgument("the range from \(first) to \(last) is too long") }
      guard length == 0 || (length > 0) == (step > 0) else { throw rangeDirection(step > 0, "\(first)", "\(last)") }
      let count = (length.magnitude + step.magnitude - 1) / step.magnitude
      guard count <= UInt(Int.max) else {
        throw EngineError.invalidArgument("the range from \(first) to \(last) is too long")
      }
      return Int(count)
    }
    guard let first = start.realNumber, let last = limit.realNumber, let step = delta.realNumber else {
      throw EngineError.invalidArgument("start, limit and delta must be real scalars")
    }
    guard step != 0 else { throw EngineError.invalidArgument("Requires delta != 0") }
    guard first == last || (last > first) == (step > 0) else { throw rangeDirection(step > 0, "\(first)", "\(last)") }
    let count = ((last - first) / step).magnitude.rounded(.up)
    guard count < 0x1p53 else { throw EngineError.invalidArgument("the range from \(first) to \(last) is too long") }
    return Int(count)
  }

  private static func rangeDirection(_ rising: Bool, _ start: String, _ limit: String) -> EngineError {
    .invalidArgument(
      rising
        ? "Requires start <= limit when delta > 0: \(start)/\(limit)"
        : "Requires start >= limit when delta < 0: \(start)/\(limit)")
  }
}
