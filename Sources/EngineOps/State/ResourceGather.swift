import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Rows of a variable, read without reading the rest.
  /// `indices: batch + [...]`, `output: indices.shape + variable.shape[1 + batch_dims...]`.
  static let resourceGather = OpDefinition(
    "ResourceGather", inputs: [.tensor("resource", .resource), .tensor("indices", "Tindices")],
    outputs: [.tensor("output", "dtype")],
    attributes: [.int("batch_dims", 0), .bool("validate_indices", true), .type("dtype"), .type("Tindices", .index)],
    isStateful: true,
    shape: { context in
      try context.checkVariableType()
      let indices = context.input(1)
      guard let parameters = context.variableShape(0).dimensions, indices.rank != nil else { return [.unknown] }
      let batch = context.node.int("batch_dims")
      guard batch >= 0, parameters.count > batch else {
        throw EngineError.value("Shape must be at least rank \(batch + 1) but is rank \(parameters.count)")
      }
      return [indices.concatenated(with: Shape(Array(parameters[(batch + 1)...])))]
    },
    gradient: .rule { context in
      let graph = context.graph
      let (handle, indices) = (context.input(0), context.input(1))
      guard context.node.int("batch_dims") == 0 else {
        throw EngineError.unimplemented("the gradient of ResourceGather with batch_dims > 0")
      }
      let shape = try graph.op("VariableShape", handle)
      let flat = try graph.constant([Int32(-1)])
      let values: Output
      if let known = handleData(of: handle)?.shape.known {
        let target = [Int32(-1)] + known.dropFirst().map { Int32(truncatingIfNeeded: $0) }
        values = try graph.op("Reshape", try context.gradient(), try graph.constant(target))
      } else {
        let one = try graph.constant([Int32(1)])
        let tail = try graph.op(
          "StridedSlice", shape, one, try graph.constant([Int32(0)]), one, attributes: ["end_mask": .int(1)])
        let target = try graph.op(
          "ConcatV2", arguments: [[flat, tail], [try graph.constant(scalar: Int32(0))]])
        values = try graph.op("Reshape", try context.gradient(), target)
      }
      let rows = indices.shape.rank == 1 ? indices : try graph.op("Reshape", indices, flat)
      return [.slices(IndexedSlices(values: values, indices: rows, denseShape: shape)), nil]
    }
  ) { context in
    let value = try context.variable(0).read()
    let indices = context.inputs[1]
    let batch = context.node.int("batch_dims")
    guard batch >= 0, value.rank > batch, indices.rank >= batch,
      value.shape.prefix(batch) == indices.shape.prefix(batch)
    else {
      throw EngineError.invalidArgument(
        "params of shape \(value.shapeText) and indices of shape \(indices.shapeText) do not fit batch_dims \(batch)")
    }
    guard value.dtype == context.node.outputTypes[0] else {
      throw EngineError.invalidArgument(
        "Trying to read variable with wrong dtype. Expected \(context.node.outputTypes[0]) got \(value.dtype)")
    }
    let output = try Tensor(uninitialized: value.dtype, shape: indices.shape + value.shape[(batch + 1)...])
    if batch == 0 {
      try Kernels.gatherRows(value, indices, into: output)
    } else {
      try gatherBatches(value, indices, output, batch)
    }
    context.setOutput(0, output)
  }

  private static func gatherBatches(_ value: Tensor, _ indices: Tensor, _ output: Tensor, _ batch: Int) throws {
    // Batches become offsets into the rows of one long table.
    let count = value.shape[batch]
    let batches = value.shape.prefix(batch).reduce(1, *)
    let positions = try Kernels.checkedRows(indices, count: count)
    let each = batches == 0 ? 0 : positions.count / batches
    let rows = positions.enumerated().map { Int64($1 + ($0 / max(each, 1)) * count) }
    let table = try value.reshaped([batches * count] + value.shape[(batch + 1)...])
    try Kernels.gatherRows(table, try Tensor(rows, shape: [rows.count]), into: output)
  }
}
