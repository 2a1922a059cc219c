import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The kernel of `Gather` and `GatherV2`: `params[b..., o..., indices[b..., n...], i...]`.
  static func runGather(_ context: KernelContext, axis: Int, batchDimensions: Int) throws {
    let (x, indices) = (context.inputs[0], context.inputs[1])
    guard axis >= -x.rank, axis < x.rank else {
      throw EngineError.invalidArgument("Expected axis in the range [\(-x.rank), \(x.rank)), but got \(axis)")
    }
    let axis = axis < 0 ? axis + x.rank : axis
    let batch = batchDimensions < 0 ? batchDimensions + indices.rank : batchDimensions
    guard batch >= 0, batch <= min(indices.rank, axis) else {
      throw EngineError.invalidArgument(
        "batch_dims (\(batch)) must be less than or equal to axis (\(axis)) and to the rank of indices (\(indices.rank))"
      )
    }
    guard x.shape[..<batch] == indices.shape[..<batch] else {
      throw EngineError.invalidArgument(
        "params.shape \(x.bracketedShape) and indices.shape \(indices.bracketedShape) differ in a batch dimension")
    }
    let size = x.shape[axis]
    let positions = try indices.integers()
    if let bad = positions.firstIndex(where: { $0 < 0 || $0 >= size }) {
      throw EngineError.invalidArgument(
        "indices\(indexText(bad, indices.shape)) = \(positions[bad]) is not in [0, \(size))")
    }
    func product(_ sizes: ArraySlice<Int>) -> Int { sizes.reduce(1, &*) }
    let shape = Array(x.shape[..<axis] + indices.shape[batch...] + x.shape[(axis + 1)...])
    let y = try Tensor(uninitialized: x.dtype, shape: shape)
    try Kernels.gather(
      x, positions, batch: product(x.shape[..<batch]), outer: product(x.shape[batch..<axis]), axisSize: size,
      inner: product(x.shape[(axis + 1)...]), into: y)
    context.setOutput(0, y)
  }

  /// The position of an element as messages show it: `[1,2]`, nothing for a scalar.
  static func indexText(_ position: Int, _ shape: [Int]) -> String {
    var (rest, parts) = (position, [String]())
    for size in shape.reversed() {
      parts.append(String(rest % max(size, 1)))
      rest /= max(size, 1)
    }
    return parts.isEmpty ? "" : "[" + parts.reversed().joined(separator: ",") + "]"
  }

  static func gatherShape(_ params: Shape, _ indices: Shape, axis: Int?, batchDimensions: Int) throws -> Shape {
    guard let axis else {
      guard let a = params.rank, let b = indices.rank else { return .unknown }
      let batch = batchDimensions < 0 ? batchDimensions + b : batchDimensions
      guard a > 0, batch >= 0, batch < a, batch <= b else {
        throw EngineError.value(
          "batch_dims (\(batchDimensions)) does not fit params of rank \(a) and indices of rank \(b)")
      }
      return .unknown(rank: a + b - 1 - batch)
    }
    guard let x = params.dimensions else { return .unknown }
    guard axis >= -x.count, axis < x.count else {
      throw EngineError.value(
        "Shape must be at least rank \(axis < 0 ? 0.clampedDifference(axis) : axis.clampedSum(1)) but is rank \(x.count)"
      )
    }
    let index = axis < 0 ? axis + x.count : axis
    guard let n = indices.dimensions else { return .unknown }
    let batch = batchDimensions < 0 ? batchDimensions + n.count : batchDimensions
    guard batch >= 0, batch <= index, batch <= n.count else {
      throw EngineError.value("batch_dims (\(batch)) must be in the range [0, min(axis, rank of indices)]")
    }
    let leading = try ShapeContext.merge(Shape(Array(x[..<batch])), Shape(Array(n[..<batch])))
    return leading.concatenated(with: Shape(Array(x[batch..<index] + n[batch...] + x[(index + 1)...])))
  }
}

extension GradientContext {
  /// The gradient of gathering along axis 0: its rows, with their positions.
  func gatherRowsGradient() throws -> Gradient {
    let (x, indices) = (input(0), input(1))
    let shape = try graph.shapeVector(of: x)
    let one = try graph.constant([Int32(1)])
    let rowShape = try graph.op("StridedSlice", shape, one, one, one, attributes: ["end_mask": .int(1)])
    let count = try graph.op("ExpandDims", try graph.op("Size", indices), try graph.constant(scalar: Int32(0)))
    let zero = try graph.constant(scalar: Int32(0))
    let valuesShape = try graph.op("ConcatV2", arguments: [[count, rowShape], [zero]])
    return .slices(
      IndexedSlices(
        values: try graph.reshape(try gradient(), valuesShape), indices: try graph.reshape(indices, count),
        denseShape: shape))
  }

  /// The gradient of gathering along any axis: rows are added up with the axis in front, batches one below the other.
  func gatherGradient(axis: Int, batchDimensions batch: Int) throws -> Output {
    let (x, indices, dy) = (input(0), input(1), try gradient())
    let (shape, indexShape) = (try graph.shapeVector(of: x), try graph.shapeVector(of: indices))
    let zero = try graph.constant(scalar: Int32(0))
    func number(_ value: Int) throws -> Output { try graph.constant([Int32(truncatingIfNeeded: value)]) }
    func product(_ vector: Output, _ begin: Int, _ count: Int) throws -> Output {
      try graph.op(
        "Prod", try graph.op("Slice", vector, try number(begin), try number(count)), try number(0))
    }
    func stack(_ scalars: Output...) throws -> Output { try graph.op("Pack", arguments: [scalars]) }
    let batches = try product(shape, 0, batch)
    let outer = try product(shape, batch, axis - batch)
    let size = try product(shape, axis, 1)
    let inner = try product(shape, axis + 1, -1)
    let count = try product(indexShape, batch, -1)
    let order = try graph.constant([Int32(0), 2, 1, 3])
    let rows = try graph.op(
      "Transpose", try graph.reshape(dy, try stack(batches, outer, count, inner)), order)
    let one = try graph.constant(scalar: Int32(1))
    let offsets = try graph.mul(try graph.op("Range", zero, batches, one), size)
    let positions = try graph.add(
      try graph.reshape(try graph.cast(indices, .int32), try stack(batches, count)),
      try graph.op("ExpandDims", offsets, one))
    let sums = try graph.op(
      "UnsortedSegmentSum",
      try graph.reshape(rows, try stack(try graph.mul(batches, count), try graph.mul(outer, inner))),
      try graph.reshape(positions, try graph.constant([Int32(-1)])), try graph.mul(batches, size))
    let ordered = try graph.op(
      "Transpose", try graph.reshape(sums, try stack(batches, size, outer, inner)), order)
    let dx = try graph.reshape(ordered, shape)
    try dx.setShape(x.shape)
    return dx
  }
}
