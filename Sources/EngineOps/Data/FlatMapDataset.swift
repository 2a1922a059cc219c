import EngineCore
import EngineGraph

extension OpDefinition {
  /// The elements of the datasets that `f` gives, one dataset after the other.
  static let flatMapDataset = dataset(
    "FlatMapDataset", [inputDataset, .list("other_arguments", types: "Targuments")],
    attributes: [.function("f"), .types("Targuments")]
  ) { try Interleaving(try $0.dataset(0), try CapturedFunction($0), cycleLength: 1, blockLength: Int.max) }
}
