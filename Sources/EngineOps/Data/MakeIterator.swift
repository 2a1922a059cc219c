import EngineCore
import EngineGraph

extension OpDefinition {
  /// Lets an iterator start at the beginning of a dataset.
  static let makeIterator = OpDefinition(
    "MakeIterator", inputs: [.tensor("dataset", .variant), .tensor("iterator", .resource)], isStateful: true,
    shape: ShapeContext.none, gradient: .none
  ) { context in
    try context.resource(1, as: IteratorResource.self).initialize(try context.dataset(0), context.environment)
  }
}
