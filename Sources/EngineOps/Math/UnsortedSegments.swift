import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Combines rows with the same number: `output[segment_ids[i...], j...]` over all `data[i..., j...]`. Negative numbers
  /// are left out; a segment without rows holds the operation's neutral value.
  static func unsortedSegment(
    _ name: String, _ operation: ScatterOperation, types: Set<DType>, indexTypes: Set<DType> = .index,
    gradient: GradientRule
  ) -> OpDefinition {
    OpDefinition(
      name,
      inputs: [
        .tensor("data", "T"), .tensor("segment_ids", "Tindices"), .tensor("num_segments", "Tnumsegments"),
      ], outputs: [.tensor("output", "T")],
      attributes: [
        .type("T", types), .type("Tindices", indexTypes), .type("Tnumsegments", .index, default: .int32),
      ],
      shape: { context in
        guard let rank = context.input(1).rank, let data = context.input(0).dimensions else { return [.unknown] }
        guard data.count >= rank else {
          throw EngineError.value("Shape must be at least rank \(rank) but is rank \(data.count)")
        }
        _ = try ShapeContext.merge(Shape(Array(data[..<rank])), context.input(1))
        let count = try context.constantInts(2)?.first
        if let count, count < 0 {
          throw EngineError.value("Dimension size, given by scalar input 2, must be non-negative but is \(count)")
        }
        return [Shape([count] + data[rank...])]
      }, gradient: gradient,
      sample: OpSample([
        .init([2, 3, 2], .uniform(0.5, 2)), .init([2, 3], .fixed([0, 1, 0, -1, 1, 2]), dtype: .int32),
        .init([], .fixed([3]), dtype: .int32, isConstant: true),
      ])
    ) { context in
      let (data, ids) = (context.inputs[0], context.inputs[1])
      let count = try context.integer(2)
      guard count >= 0 else {
        throw EngineError.invalidArgument("Input num_segments == \(count) must not be negative.")
      }
      guard data.rank >= ids.rank, Array(data.shape[..<ids.rank]) == ids.shape else {
        throw EngineError.invalidArgument(
          "data.shape = \(data.bracketedShape) does not start with segment_ids.shape = \(ids.bracketedShape)")
      }
      let numbers = try ids.integers()
      if let bad = numbers.firstIndex(where: { $0 >= count }) {
        throw EngineError.invalidArgument(
          "segment_ids\(indexText(bad, ids.shape)) = \(numbers[bad]) is out of range [0, \(count))")
      }
      let output = try Tensor(uninitialized: data.dtype, shape: [count] + data.shape[ids.rank...])
      try Kernels.unsortedSegment(operation, data, numbers, into: output)
      context.setOutput(0, output)
    }
  }
}
