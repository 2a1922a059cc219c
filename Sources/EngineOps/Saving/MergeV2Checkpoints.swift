import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// Makes one checkpoint of several, which are gone afterwards.
  static let mergeV2Checkpoints = OpDefinition(
    "MergeV2Checkpoints",
    inputs: [.tensor("checkpoint_prefixes", .string), .tensor("destination_prefix", .string)],
    attributes: [.bool("delete_old_dirs", true), .bool("allow_missing_files", false)], isStateful: true,
    shape: ShapeContext.none, gradient: .none
  ) { context in
    var sources = try context.texts(0)
    if context.node.bool("allow_missing_files") { sources = sources.filter { TensorBundle.exists($0) } }
    try TensorBundle.merge(
      sources, into: context.scalarText(1), removesDirectories: context.node.bool("delete_old_dirs"))
  }
}
