import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// What `Concat` and `ConcatV2` share.
  static func concatShape(_ inputs: [Shape], axis: Int?) throws -> Shape {
    guard let rank = inputs.compactMap(\.rank).first else { return .unknown }
    for input in inputs {
      if let other = input.rank, other != rank {
        throw EngineError.value("Shapes must be equal rank, but are \(other) and \(rank)")
      }
    }
    guard let axis else { return .unknown(rank: rank) }
    guard axis >= -rank, axis < rank else {
      throw EngineError.value("Axis \(axis) is out of range for concatenating tensors of rank \(rank)")
    }
    let index = axis < 0 ? axis + rank : axis
    var result = [Int?](repeating: nil, count: rank)
    var total: Int? = 0
    for input in inputs {
      guard let dimensions = input.dimensions else {
        total = nil
        continue
      }
      total = total.flatMap { sum in dimensions[index].map { sum &+ $0 } }
      for axis in 0..<rank where axis != index {
        if let have = result[axis], let more = dimensions[axis], have != more {
          throw EngineError.value(
            "Dimension \(axis) in both shapes must be equal, but are \(have) and \(more). Shapes are "
              + "\(inputs[0].bracketed) and \(input.bracketed).")
        }
        result[axis] = result[axis] ?? dimensions[axis]
      }
    }
    result[index] = total
    return Shape(result)
  }

  static func runConcat(_ inputs: [Tensor], axis: Int, _ context: KernelContext) throws {
    let first = inputs[0]
    let index = axis < 0 ? axis + first.rank : axis
    guard index >= 0, index < first.rank else {
      throw EngineError.invalidArgument(
        "ConcatOp : Expected concatenating dimensions in the range [\(-first.rank), \(first.rank)), but got \(axis)")
    }
    var shape = first.shape
    shape[index] = 0
    for (number, input) in inputs.enumerated() {
      var (mine, theirs) = (first.shape, input.shape)
      guard mine.count == theirs.count else {
        throw EngineError.invalidArgument(
          "ConcatOp : Ranks of all input tensors should match: shape[0] = \(first.bracketedShape) vs. shape[\(number)] = "
            + input.bracketedShape)
      }
      shape[index] += theirs[index]
      mine[index] = 0
      theirs[index] = 0
      guard mine == theirs else {
        throw EngineError.invalidArgument(
          "ConcatOp : Dimensions of inputs should match: shape[0] = \(first.bracketedShape) vs. shape[\(number)] = "
            + input.bracketedShape)
      }
    }
    let y = try Tensor(uninitialized: first.dtype, shape: shape)
    var begin = [Int](repeating: 0, count: shape.count)
    for input in inputs {
      try Kernels.paste(input, into: y, begin: begin)
      begin[index] += input.shape[index]
    }
    context.setOutput(0, y)
  }

  /// The gradients of the concatenated tensors: slices of dy.
  static func concatGradients(_ context: GradientContext, _ values: [Output], axis: Output) throws -> [Gradient?] {
    let (graph, dy) = (context.graph, try context.gradient())
    if let constant = try constantValue(of: axis)?.integers().first {
      let sizes = values.map { $0.shape[constant] }
      let known = sizes.compactMap { $0 }
      if known.count == sizes.count {
        let parts = try graph.addNode(
          "SplitV",
          [
            dy, try graph.constant(known.map { Int64($0) }),
            try graph.constant(scalar: Int32(truncatingIfNeeded: constant)),
          ],
          attributes: ["num_split": .int(values.count)])
        return parts.outputs.map { .dense($0) }
      }
    }
    let shapes = try graph.addNode("ShapeN", arguments: [values]).outputs
    let rank = try graph.op("Rank", values[0])
    let index = try graph.op("FloorMod", try graph.cast(axis, .int32), rank)
    let offsets = try graph.addNode("ConcatOffset", arguments: [[index], shapes]).outputs
    return try zip(offsets, shapes).map { offset, shape in .dense(try graph.op("Slice", dy, offset, shape)) }
  }
}
