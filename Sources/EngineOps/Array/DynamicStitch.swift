import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `merged[indices[n][i...]] = data[n][i...]`; later entries win.
  static let dynamicStitch = stitch("DynamicStitch")

  /// ``dynamicStitch`` under one of its names.
  static func stitch(_ name: String) -> OpDefinition {
    OpDefinition(
      name, inputs: [.repeated("indices", count: "N", .int32), .repeated("data", count: "N", "T")],
      outputs: [.tensor("merged", "T")], attributes: [.int("N"), .type("T")],
      shape: { context in
        let count = context.inputCount / 2
        var rest = Shape.unknown
        var size: Int? = 0
        for index in 0..<count {
          let (indices, data) = (context.input(index), context.input(count + index))
          if let rank = indices.rank, let dimensions = data.dimensions {
            guard dimensions.count >= rank else {
              throw EngineError.value("Shape must be at least rank \(rank) but is rank \(dimensions.count)")
            }
            rest = try ShapeContext.merge(rest, Shape(Array(dimensions[rank...])))
          }
          if let values = try context.constantInts(index) {
            size = size.map { max($0, (values.max() ?? -1) + 1) }
          } else {
            size = nil
          }
        }
        return [Shape([size]).concatenated(with: rest)]
      },
      gradient: .rule { context in
        let count = context.node.inputs.count / 2
        let dy = try context.gradient()
        let zero = try context.graph.constant(scalar: Int32(0))
        let data: [Gradient?] = try (0..<count).map {
          .dense(try context.graph.op("GatherV2", dy, context.input($0), zero))
        }
        return [Gradient?](repeating: nil, count: count) + data
      }
    ) { context in
      let count = context.inputs.count / 2
      guard count > 0 else { throw EngineError.invalidArgument("\(name) needs at least one tensor") }
      let rest = Array(context.inputs[count].shape.dropFirst(context.inputs[0].rank))
      var size = 0
      for index in 0..<count {
        let (indices, data) = (context.inputs[index], context.inputs[count + index])
        guard data.shape == indices.shape + rest else {
          throw EngineError.invalidArgument(
            "Need data[0].shape[\(context.inputs[0].rank):] = data[\(index)].shape[\(indices.rank):], and data[\(index)] "
              + "to start with indices[\(index)].shape, got data[\(index)].shape = \(data.bracketedShape), "
              + "indices[\(index)].shape = \(indices.bracketedShape)")
        }
        for position in try indices.integers() {
          guard position >= 0 else {
            throw EngineError.invalidArgument("indices[\(index)] has the negative \(position)")
          }
          size = max(size, position + 1)
        }
      }
      let merged = try Tensor(zeros: context.node.outputTypes[0], shape: [size] + rest)
      for index in 0..<count {
        try Kernels.scatter(
          .assign, merged, rows: try context.integers(index), inner: rest.reduce(1, &*), context.inputs[count + index])
      }
      context.setOutput(0, merged)
    }
  }
}
