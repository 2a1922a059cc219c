import EngineCore
import EngineGraph

extension Graph {
  /// Undoes a broadcast: sums `gradient` over the axes along which `input` was repeated, down to input's shape.
  func sumToShape(_ gradient: Output, of input: Output) throws -> Output {
    if let target = input.shape.known, let full = gradient.shape.known, full.count >= target.count {
      if target == full { return gradient }
      let extra = full.count - target.count
      let axes = full.indices.filter { $0 < extra || (target[$0 - extra] == 1 && full[$0] != 1) }
      let sum = try op("Sum", gradient, try constant(axes.map { Int32(truncatingIfNeeded: $0) }))
      return try reshape(sum, try shapeVector(of: input))
    }
    let shape = try shapeVector(of: input)
    let axes = try addNode("BroadcastGradientArgs", [shape, try shapeVector(of: gradient)]).output(0)
    let result = try reshape(try op("Sum", gradient, axes), shape)
    try result.setShape(input.shape)
    return result
  }
}

extension GradientContext {
  /// The gradient of the first output, in the shape of an input with as many elements.
  func gradientInShapeOfInput(_ index: Int) throws -> Output {
    let dx = try graph.reshape(try gradient(), try graph.shapeVector(of: input(index)))
    try dx.setShape(input(index).shape)
    return dx
  }
}

extension Tensor {
  /// The first element of a tensor of real numbers.
  var realNumber: Double? {
    guard elementCount > 0 else { return nil }
    switch dtype {
    case .float32: return Double(elements(Float.self)[0])
    case .float64: return elements(Double.self)[0]
    case .float16: return Double(elements(Half.self)[0].float)
    case .bfloat16: return Double(elements(BFloat16.self)[0].float)
    default: return (try? integers()).flatMap { $0.first.map { Double($0) } }
    }
  }
}

extension DType {
  /// Whether numbers of the type may be negative.
  var isSigned: Bool {
    switch self {
    case .uint8, .uint16, .uint32, .uint64, .bool: false
    default: true
    }
  }
}

extension Graph {
  /// `x[ids[i...]]`, but zeros for negative ids.
  func gatherSegments(_ x: Output, _ ids: Output) throws -> (rows: Output, isKept: Output) {
    let zeros = try op("ZerosLike", ids)
    let zero = try constant(scalar: Int32(0))
    let rows = try op("GatherV2", x, try op("Maximum", ids, zeros), zero)
    let trailing = try sub(try op("Rank", rows), try op("Rank", ids))
    let ones = try op("Fill", try op("ExpandDims", trailing, zero), try constant(scalar: Int32(1)))
    let maskShape = try op("ConcatV2", arguments: [[try shapeVector(of: ids), ones], [zero]])
    let isKept = try reshape(try op("GreaterEqual", ids, zeros), maskShape)
    return (try op("SelectV2", isKept, rows, try op("ZerosLike", rows)), isKept)
  }
}
