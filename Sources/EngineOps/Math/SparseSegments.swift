import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// How a sum of rows is scaled by the number of rows.
  enum SegmentScale: Sendable {
    case sum, mean, squareRoot

    func factor(_ count: Int) -> Double {
      switch self {
      case .sum: 1
      case .mean: 1 / Double(Swift.max(count, 1))
      case .squareRoot: 1 / Double(Swift.max(count, 1)).squareRoot()
      }
    }
  }

  /// Sums (or scaled sums) of the rows `data[indices[n]]` with the same `segment_ids[n]`; segment numbers rise.
  static func sparseSegment(
    _ name: String, _ scale: SegmentScale, types: Set<DType>, countIsGiven: Bool, gradientOp: String
  ) -> OpDefinition {
    var inputs: [ArgumentDefinition] = [
      .tensor("data", "T"), .tensor("indices", "Tidx"), .tensor("segment_ids", "Tsegmentids"),
    ]
    var attributes: [AttributeDefinition] = [.type("T", types), .type("Tidx", .index, default: .int32)]
    var sample: [OpSample.Input] = [
      .init([4, 2], .uniform(-2, 2)), .init([4], .fixed([3, 0, 1, 3]), dtype: .int32),
      .init([4], .fixed([0, 0, 0, 2]), dtype: .int32),
    ]
    if countIsGiven {
      inputs.append(.tensor("num_segments", "Tnumsegments"))
      attributes.append(.type("Tnumsegments", .index, default: .int32))
      sample.append(.init([], .fixed([4]), dtype: .int32, isConstant: true))
    }
    attributes += [.type("Tsegmentids", .index, default: .int32), .bool("sparse_gradient", false)]
    return OpDefinition(
      name, inputs: inputs, outputs: [.tensor("output", "T")], attributes: attributes,
      shape: { context in
        let data = context.input(0)
        _ = try ShapeContext.merge(try context.input(1, rank: 1), try context.input(2, rank: 1))
        guard let dimensions = data.dimensions else { return [.unknown] }
        guard !dimensions.isEmpty else { throw EngineError.value("Shape must be at least rank 1 but is rank 0") }
        let count = countIsGiven ? try context.constantInts(3)?.first : nil
        return [Shape([count] + dimensions.dropFirst())]
      },
      gradient: .rule { context in
        [try context.sparseSegmentGradient(gradientOp)]
          + [Gradient?](repeating: nil, count: context.node.inputs.count - 1)
      }, sample: OpSample(sample)
    ) { context in
      let data = context.inputs[0]
      let (rows, ids) = (try context.integers(1), try context.integers(2))
      guard data.rank >= 1, rows.count == ids.count else {
        throw EngineError.invalidArgument("segment_ids and indices should have same size.")
      }
      try checkRising(ids)
      for (n, row) in rows.enumerated() where row < 0 || row >= data.shape[0] {
        throw EngineError.invalidArgument("indices[\(n)] == \(row) out of range [0, \(data.shape[0]))")
      }
      let segments = countIsGiven ? try context.integer(3) : (ids.last ?? -1) &+ 1
      guard segments >= 0 else {
        throw EngineError.invalidArgument("num_segments must not be negative, got \(segments)")
      }
      if let last = ids.last, last >= segments {
        throw EngineError.invalidArgument("segment ids must be < num_segments, got \(last)")
      }
      let y = try Tensor(uninitialized: data.dtype, shape: [segments] + data.shape.dropFirst())
      try checkRoom(for: segments, of: Int.self)
      var counts = [Int](repeating: 0, count: segments)
      for id in ids { counts[id] += 1 }
      try Kernels.sparseSegmentSum(
        data, rows: rows, ids: ids, inner: data.shape.dropFirst().reduce(1, &*),
        weights: scale == .sum ? nil : counts.map { scale.factor($0) }, into: y)
      context.setOutput(0, y)
    }
  }

  /// `output[indices[n]] += grad[segment_ids[n]]`, scaled as the forward op does.
  static func sparseSegmentGrad(_ name: String, _ scale: SegmentScale) -> OpDefinition {
    OpDefinition(
      name,
      inputs: [
        .tensor("grad", "T"), .tensor("indices", "Tidx"), .tensor("segment_ids", "Tsegmentids"),
        .tensor("output_dim0", .int32),
      ], outputs: [.tensor("output", "T")],
      attributes: [
        .type("T", .floating), .type("Tidx", .index, default: .int32), .type("Tsegmentids", .index, default: .int32),
      ],
      shape: { context in
        guard let dimensions = context.input(0).dimensions, !dimensions.isEmpty else { return [.unknown] }
        return [Shape([try context.constantInts(3)?.first] + dimensions.dropFirst())]
      }, gradient: .undefined,
      sample: OpSample([
        .init([3, 2], .uniform(-2, 2)), .init([4], .fixed([3, 0, 1, 3]), dtype: .int32),
        .init([4], .fixed([0, 0, 0, 2]), dtype: .int32), .init([], .fixed([5]), dtype: .int32, isConstant: true),
      ])
    ) { context in
      let dy = context.inputs[0]
      let (rows, ids, count) = (try context.integers(1), try context.integers(2), try context.integer(3))
      guard dy.rank >= 1, rows.count == ids.count, count >= 0 else {
        throw EngineError.invalidArgument("segment_ids and indices should have same size, output_dim0 not be negative")
      }
      var counts = [Int](repeating: 0, count: dy.shape[0])
      for id in ids {
        guard counts.indices.contains(id) else {
          throw EngineError.invalidArgument("Segment id \(id) out of range [0, \(dy.shape[0])).")
        }
        counts[id] += 1
      }
      for row in rows where row < 0 || row >= count {
        throw EngineError.invalidArgument("Index \(row) out of range [0, \(count)).")
      }
      let inner = dy.shape.dropFirst().reduce(1, &*)
      let scaled = scale == .sum ? dy : try dy.copied()
      if scale != .sum { try Kernels.scaleRows(scaled, inner: inner, counts.map { scale.factor($0) }) }
      let dx = try Tensor(uninitialized: dy.dtype, shape: [count] + dy.shape.dropFirst())
      try Kernels.sparseSegmentSum(scaled, rows: ids, ids: rows, inner: inner, weights: nil, into: dx)
      context.setOutput(0, dx)
    }
  }
}
