import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// How many values fall into each of `nbins` equal parts of a range; values outside count for the nearest.
  static let histogramFixedWidth = OpDefinition(
    "HistogramFixedWidth",
    inputs: [.tensor("values", "T"), .tensor("value_range", "T"), .tensor("nbins", .int32)],
    outputs: [.tensor("out", "dtype")],
    attributes: [.type("T", [.int32, .int64, .float32, .float64]), .type("dtype", .index, default: .int32)],
    shape: { context in
      let range = try context.input(1, rank: 1)
      if let size = range[0], size != 2 { throw EngineError.value("Dimension must be 2 but is \(size)") }
      return [.vector(try context.constantInts(2)?.first)]
    }, gradient: .none,
    sample: OpSample([
      .init([6], .fixed([-1, 0, 1.5, 2, 5, 15])), .init([2], .fixed([0, 5])),
      .init([], .fixed([5]), isConstant: true),
    ])
  ) { context in
    let (values, range, count) = (context.inputs[0], context.inputs[1], try context.integer(2))
    guard range.elementCount == 2, count > 0 else {
      throw EngineError.invalidArgument(
        "value_range should have 2 elements and nbins be positive, got \(range.bracketedShape), \(count)")
    }
    func wide(_ x: Tensor) throws -> [Double] {
      if x.dtype == .float64 { return try x.scalars(Double.self) }
      let y = try Tensor(uninitialized: .float64, shape: x.shape)
      try Kernels.cast(x, into: y)
      return try y.scalars(Double.self)
    }
    let bounds = try wide(range)
    guard bounds[0] < bounds[1], (bounds[1] - bounds[0]).isFinite else {
      throw EngineError.invalidArgument(
        "value_range should satisfy value_range[0] < value_range[1], but got '\(bounds)'")
    }
    let step = (bounds[1] - bounds[0]) / Double(count)
    try checkRoom(for: count, of: Int.self)
    var bins = [Int](repeating: 0, count: count)
    for value in try wide(values) {
      if value.isNaN { throw EngineError.invalidArgument("values must not contain NaN") }
      let position = (Swift.max(value, bounds[0]) - bounds[0]) / step
      bins[position >= Double(count) ? count - 1 : Int(position)] += 1
    }
    context.setOutput(0, try shapeVector(bins, context.node.outputTypes[0]))
  }
}
