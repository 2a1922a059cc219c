import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Rows sorted into `num_partitions` tensors by their partition number, in order.
  static let dynamicPartition = OpDefinition(
    "DynamicPartition", inputs: [.tensor("data", "T"), .tensor("partitions", .int32)],
    outputs: [.repeated("outputs", count: "num_partitions", "T")], attributes: [.int("num_partitions"), .type("T")],
    shape: { context in
      let count = context.node.int("num_partitions")
      guard let rank = context.input(1).rank, let data = context.input(0).dimensions else {
        return [Shape](repeating: .unknown, count: count)
      }
      guard data.count >= rank else {
        throw EngineError.value("Shape must be at least rank \(rank) but is rank \(data.count)")
      }
      _ = try ShapeContext.merge(Shape(Array(data[..<rank])), context.input(1))
      return [Shape](repeating: Shape([nil] + data[rank...]), count: count)
    },
    gradient: .rule { context in
      let (graph, partitions) = (context.graph, context.input(1))
      let gradients = try context.outputGradients.indices.map { try context.gradient($0) }
      let (zero, one) = (try graph.constant(scalar: Int32(0)), try graph.constant(scalar: Int32(1)))
      let positions = try graph.reshape(
        try graph.op("Range", zero, try graph.op("Size", partitions), one), try graph.shapeVector(of: partitions))
      let sorted = try graph.addNode(
        "DynamicPartition", [positions, partitions], attributes: ["num_partitions": .int(gradients.count)]
      ).outputs
      let merged = try graph.op("DynamicStitch", arguments: [sorted, gradients])
      let dx = try graph.reshape(merged, try graph.shapeVector(of: context.input(0)))
      try dx.setShape(context.input(0).shape)
      return [.dense(dx), nil]
    },
    sample: OpSample(
      [.init([4, 2], .uniform(-2, 2)), .init([4], .fixed([1, 0, 1, 2]), dtype: .int32)],
      attributes: ["num_partitions": .int(3)])
  ) { context in
    let (data, partitions) = (context.inputs[0], context.inputs[1])
    guard data.rank >= partitions.rank, Array(data.shape[..<partitions.rank]) == partitions.shape else {
      throw EngineError.invalidArgument(
        "data.shape must start with partitions.shape, got data.shape = \(data.bracketedShape), partitions.shape = "
          + partitions.bracketedShape)
    }
    let count = context.node.outputTypes.count
    var rows = [[Int]](repeating: [], count: count)
    for (n, partition) in try partitions.integers().enumerated() {
      guard partition >= 0, partition < count else {
        throw EngineError.invalidArgument(
          "partitions\(indexText(n, partitions.shape)) = \(partition) is not in [0, \(count))")
      }
      rows[partition].append(n)
    }
    let rest = Array(data.shape[partitions.rank...])
    for (index, picked) in rows.enumerated() {
      let y = try Tensor(uninitialized: data.dtype, shape: [picked.count] + rest)
      try Kernels.gather(
        data, picked, batch: 1, outer: 1, axisSize: partitions.elementCount, inner: rest.reduce(1, &*), into: y)
      context.setOutput(index, y)
    }
  }
}
