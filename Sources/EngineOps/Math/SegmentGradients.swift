import EngineCore
import EngineGraph

extension GradientContext {
  /// The gradient of the extreme of unsorted segments.
  func unsortedExtremumGradient() throws -> Gradient {
    let (data, ids, dy) = (input(0), input(1), try gradient())
    let (best, isKept) = try graph.gatherSegments(output(), ids)
    let isChosen = try graph.op(
      "LogicalAnd", try graph.op("Equal", data, best),
      try graph.op("BroadcastTo", isKept, try graph.shapeVector(of: data)))
    let counts = try graph.op("UnsortedSegmentSum", try graph.cast(isChosen, dy.dtype), ids, input(2))
    let shares = try graph.gatherSegments(try graph.div(dy, counts), ids).rows
    return .dense(try graph.op("SelectV2", isChosen, shares, try graph.op("ZerosLike", shares)))
  }

  /// The gradient of the extreme of sorted segments.
  func extremumSegmentGradient() throws -> Gradient {
    let (data, ids, dy) = (input(0), input(1), try gradient())
    let zero = try graph.constant(scalar: Int32(0))
    let isChosen = try graph.op("Equal", data, try graph.op("GatherV2", output(), ids, zero))
    let counts = try graph.op("SegmentSum", try graph.cast(isChosen, dy.dtype), ids)
    let shares = try graph.op("GatherV2", try graph.div(dy, counts), ids, zero)
    return .dense(try graph.op("SelectV2", isChosen, shares, try graph.op("ZerosLike", shares)))
  }

  /// The gradient of segments' products: for each factor the product of the others, also when some are 0.
  func segmentProductGradient(
    reduce: (Output) throws -> Output, sum: (Output) throws -> Output, gather: (Output) throws -> Output
  ) throws -> Gradient {
    let (data, dy) = (input(0), try gradient())
    let isZero = try graph.op("Equal", data, try graph.op("ZerosLike", data))
    let zeroCounts = try sum(try graph.cast(isZero, .int32))
    let isHopeless = try graph.op("Greater", zeroCounts, try graph.op("OnesLike", zeroCounts))
    let upstream = try graph.op("SelectV2", isHopeless, try graph.op("ZerosLike", dy), dy)
    let nonzero = try graph.op("SelectV2", isZero, try graph.op("OnesLike", data), data)
    let others = try graph.op(
      "SelectV2", isZero, try gather(try reduce(nonzero)), try graph.div(try gather(output()), nonzero))
    return .dense(try graph.mul(try gather(upstream), others))
  }

  /// The gradient of a sum of picked rows.
  func sparseSegmentGradient(_ op: String) throws -> Gradient {
    let shape = try graph.shapeVector(of: input(0))
    let (zero, one) = (try graph.constant([Int32(0)]), try graph.constant([Int32(1)]))
    let rows = try graph.op("StridedSlice", shape, zero, one, one, attributes: ["shrink_axis_mask": .int(1)])
    let dx = try graph.op(op, try gradient(), input(1), input(2), rows)
    try dx.setShape(input(0).shape)
    return .dense(dx)
  }
}
