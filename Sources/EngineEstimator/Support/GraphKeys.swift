import EngineGraph

/// Names of the collections that only sessions and savers look into; `CollectionName` of the builders has the others.
public enum GraphKeys {
  public static let evaluationStep = "eval_step"
  public static let summaryOp = "summary_op"
  public static let savers = "savers"
  public static let saveableObjects = "saveable_objects"
  public static let resources = "resources"
  public static let localResources = "local_resources"
  public static let savedModelInitializers = "saved_model_initializers"
  public static let initOp = "init_op"
  public static let localInitOp = "local_init_op"
  public static let readyOp = "ready_op"
  public static let readyForLocalInitOp = "ready_for_local_init_op"
}

extension Graph {
  /// The operations of a collection.
  func operations(in collection: String) -> [Node] {
    self.collection(collection).compactMap { item in
      switch item {
      case .node(let node): node
      case .output(let output): output.node
      case .object: nil
      }
    }
  }
}
