import EngineCore
import EngineGraph

extension Losses {
  /// Cross-entropy of independent classes.
  ///
  /// - Parameter labelSmoothing: moves labels towards 1/2.
  /// **Shapes**: `labels, logits: [batch, classes]`
  public static func sigmoidCrossEntropy(
    labels: Output, logits: Output, labelSmoothing: Double = 0, _ options: Options = .init()
  ) throws -> Output {
    let graph = logits.graph
    return try graph.withNameScope(options.scope ?? "sigmoid_cross_entropy_loss") { scope in
      var labels = try graph.cast(labels, to: logits.dtype)
      guard logits.shape.isCompatible(with: labels.shape) else {
        throw EngineError.value("Shapes \(logits.shape) and \(labels.shape) are incompatible")
      }
      if labelSmoothing > 0 {
        let scaled = try graph.multiply(.tensor(labels), .number(1 - labelSmoothing))
        labels = try graph.add(.tensor(scaled), .number(0.5 * labelSmoothing))
      }
      let elements = try CrossEntropy.sigmoid(labels: labels, logits: logits, name: "xentropy")
      var inner = options
      inner.scope = scope
      return try weighted(elements, inner)
    }
  }

  /// Cross-entropy of one-hot labels.
  ///
  /// - Parameter labelSmoothing: moves labels towards 1/classes.
  /// **Shapes**: `labels, logits: [..., classes]`
  public static func softmaxCrossEntropy(
    labels: Output, logits: Output, labelSmoothing: Double = 0, _ options: Options = .init()
  ) throws -> Output {
    let graph = logits.graph
    return try graph.withNameScope(options.scope ?? "softmax_cross_entropy_loss") { scope in
      var labels = try graph.cast(labels, to: logits.dtype)
      guard logits.shape.isCompatible(with: labels.shape) else {
        throw EngineError.value("Shapes \(logits.shape) and \(labels.shape) are incompatible")
      }
      if labelSmoothing > 0 {
        let classes = try graph.cast(try graph.element(try graph.shapeVector(labels), 1), to: logits.dtype)
        let keep = try graph.divide(.number(labelSmoothing), .tensor(classes))
        let scaled = try graph.multiply(.tensor(labels), .number(1 - labelSmoothing))
        labels = try graph.add(.tensor(scaled), .tensor(keep))
      }
      labels = try graph.addNode("StopGradient", [labels], name: "labels_stop_gradient").output()
      let elements = try CrossEntropy.softmax(labels: labels, logits: logits, name: "xentropy")
      var inner = options
      inner.scope = scope
      return try weighted(elements, inner)
    }
  }

  /// Cross-entropy of class numbers.
  ///
  /// **Shapes**: `labels: [...]` (or `[..., 1]`), `logits: [..., classes]`
  /// **Types**: labels are integers.
  public static func sparseSoftmaxCrossEntropy(labels: Output, logits: Output, _ options: Options = .init()) throws
    -> Output
  {
    let graph = logits.graph
    return try graph.withNameScope(options.scope ?? "sparse_softmax_cross_entropy_loss") { scope in
      let (labels, logits) = try WeightBroadcast.squeezed(labels, logits, difference: 1)
      var weights = try graph.tensor(options.weights, dtype: .float32)
      if let labelRank = labels.shape.rank, let weightRank = weights.shape.rank, weightRank - labelRank == 1 {
        weights = try graph.squeeze(weights, axes: [-1])
      }
      let elements = try CrossEntropy.sparseSoftmax(labels: labels, logits: logits, name: "xentropy")
      var inner = options
      inner.scope = scope
      inner.weights = .tensor(weights)
      return try weighted(elements, inner)
    }
  }
}

extension Graph {
  /// The losses of a collection.
  ///
  /// - Parameter scope: a prefix that names must have.
  public func losses(_ collection: String = CollectionName.losses, scope: String? = nil) -> [Output] {
    self.collection(collection).compactMap {
      guard case .output(let output) = $0 else { return nil }
      return scope.map { output.name.hasPrefix($0) } == false ? nil : output
    }
  }

  /// The sum of all regularization terms; zero when there are none.
  public func regularizationLoss(scope: String? = nil, name: String = "total_regularization_loss") throws -> Output {
    let terms = losses(CollectionName.regularizationLosses, scope: scope)
    if terms.isEmpty { return try constant(scalar: Float(0)) }
    return try addNumbers(terms, name: name)
  }

  /// The sum of all losses, with the regularization terms unless told otherwise.
  /// **Errors**: `ValueError` when there are none.
  public func totalLoss(
    addRegularization: Bool = true, name: String = "total_loss", scope: String? = nil
  ) throws -> Output {
    var terms = losses(scope: scope)
    if addRegularization { terms += losses(CollectionName.regularizationLosses, scope: scope) }
    guard !terms.isEmpty else {
      throw EngineError.value(
        "inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype and shape")
    }
    return try addNumbers(terms, name: name)
  }

  /// The sum of tensors; one tensor passes as it is (or as an identity, when a name is wanted).
  func addNumbers(_ terms: [Output], name: String? = nil) throws -> Output {
    if terms.count == 1, let only = terms.first {
      guard let name else { return only }
      return try addNode("Identity", [only], name: name).output()
    }
    return try addNode("AddN", arguments: [terms], name: name ?? "AddN").output()
  }
}
