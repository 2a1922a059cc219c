import EngineCore
import EngineGraph

extension OpDefinition {
  /// Features of a batch of serialized examples, with one input for each key.
  static let parseExample = OpDefinition(
    "ParseExample",
    inputs: [
      .tensor("serialized", .string), .tensor("names", .string), .repeated("sparse_keys", count: "Nsparse", .string),
      .repeated("dense_keys", count: "Ndense", .string), .list("dense_defaults", types: "Tdense"),
    ],
    outputs: [
      .repeated("sparse_indices", count: "Nsparse", .int64), .list("sparse_values", types: "sparse_types"),
      .repeated("sparse_shapes", count: "Nsparse", .int64), .list("dense_values", types: "Tdense"),
    ],
    attributes: [
      .int("Nsparse"), .int("Ndense"), .featureTypes("sparse_types"), .featureTypes("Tdense"), .shapes("dense_shapes"),
    ],
    shape: { context in
      let batch = try context.input(0, rank: 1)
      return context.sparseParts(count: context.node.int("Nsparse"), rank: 2)
        + (try context.denseShapes(batch: batch))
    }, gradient: .none
  ) { context in
    let (sparse, dense) = (context.node.int("Nsparse"), context.node.int("Ndense"))
    guard context.inputs[0].rank == 1 else {
      throw EngineError.invalidArgument(
        "Expected serialized to be a vector, got shape: \(context.inputs[0].bracketedShape)")
    }
    try context.parseExamples(
      context.inputs[0], names: context.inputs[1], sparseKeys: context.keys(2..<(2 + sparse)),
      denseKeys: context.keys((2 + sparse)..<(2 + sparse + dense)), defaults: 2 + sparse + dense)
  }
}

extension ShapeContext {
  /// The shapes of the dense outputs: those of the attribute behind the batch's.
  func denseShapes(batch: Shape) throws -> [Shape] {
    let shapes = node.shapes("dense_shapes")
    guard shapes.count == node.types("Tdense").count else {
      throw EngineError.value("len(dense_keys) != len(dense_shapes)")
    }
    return shapes.map { batch.concatenated(with: $0) }
  }
}
