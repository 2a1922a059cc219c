import EngineGraph

extension OpDefinition {
  static let mapAttributes: [AttributeDefinition] = [
    .function("f"), .types("Targuments"), .bool("use_inter_op_parallelism", true),
    .bool("preserve_cardinality", false),
  ]

  /// `f` of each element. Captured values come after the element's components.
  static let mapDataset = dataset(
    "MapDataset", [inputDataset, .list("other_arguments", types: "Targuments")], attributes: mapAttributes
  ) { context in
    Mapping(
      try context.dataset(0), try CapturedFunction(context),
      preservesCardinality: context.node.bool("preserve_cardinality"))
  }
}
