import EngineCore
import EngineGraph

/// The rule for weights of losses and metrics: a scalar, or the values' rank with each dimension equal or 1.
enum WeightBroadcast {
  private static let message = "weights can not be broadcast to values."

  /// A node that fails in a run whose weights don't fit; a node without effect where the static shapes tell.
  /// **Errors**: `ValueError` where the static shapes don't fit.
  static func check(_ weights: Operand, _ values: Output) throws -> Node {
    let graph = values.graph
    return try graph.withNameScope("assert_broadcastable") { _ in
      let (weightTensor, weightShape, weightRank) = try graph.withNameScope("weights") { scope in
        // The scope's own name belongs to the constant; a tensor leaves it unused.
        let tensor = try graph.tensor(weights, dtype: .float32, name: scope)
        return (tensor, try graph.shapeVector(tensor, name: "shape"), try graph.rank(tensor, name: "rank"))
      }
      let (valueShape, valueRank) = try graph.withNameScope("values") { _ in
        (try graph.shapeVector(values, name: "shape"), try graph.rank(values, name: "rank"))
      }
      let (w, v) = (weightTensor.shape, values.shape)
      if w.rank == 0, v.rank != nil { return try graph.addNode("NoOp", name: "static_scalar_check_success") }
      if let weightCount = w.rank, let valueCount = v.rank {
        guard weightCount == valueCount else {
          throw EngineError.value(
            "\(message) values.rank=\(valueCount). weights.rank=\(weightCount). values.shape=\(v). weights.shape=\(w).")
        }
        if let a = w.known, let b = v.known {
          for (index, (x, y)) in zip(a, b).enumerated() where x != 1 && x != y {
            throw EngineError.value(
              "\(message) Mismatch at dim \(index). values.shape=\(v). weights.shape=\(w).")
          }
          return try graph.addNode("NoOp", name: "static_dims_check_success")
        }
      }
      let isScalar = try graph.apply("Equal", as: "is_scalar", .integer(0), .tensor(weightRank))
      let fits: Output
      if w.rank != nil, w.rank == v.rank {
        fits = try graph.withNameScope("is_valid_shape") { scope in
          let isOne = try graph.apply("Equal", .tensor(weightShape), .integer(1))
          let isSame = try graph.apply("Equal", .tensor(weightShape), .tensor(valueShape))
          return try graph.reduce(
            "All", .tensor(try graph.op("LogicalOr", isOne, isSame)), axes: [0], name: scope)
        }
      } else {
        // Dimensions of unknown ranks can't be compared here; the product fails for those that don't broadcast.
        fits = try graph.withNameScope("is_valid_shape") { scope in
          let sameRank = try graph.op("Equal", weightRank, valueRank)
          return try graph.addNode("LogicalOr", [isScalar, sameRank], name: scope).output()
        }
      }
      func text(_ text: String) throws -> Output { try graph.constant(Tensor(string: text)) }
      let data = [
        try text(message), try text("weights.shape="), try text(weightTensor.name), weightShape,
        try text("values.shape="), try text(values.name), valueShape, try text("is_scalar="), isScalar,
      ]
      return try graph.withNameScope("AssertGuard") { _ in
        try graph.addNode("Assert", arguments: [[fits], data])
      }
    }
  }

  /// The weights in the shape of the values.
  static func broadcast(_ weights: Output, to values: Output) throws -> Output {
    let graph = values.graph
    return try graph.withNameScope("broadcast_weights") { scope in
      if weights.shape.isFullyDefined, values.shape.isFullyDefined, weights.shape == values.shape { return weights }
      let check = try check(.tensor(weights), values)
      return try graph.withControlDependencies([check]) {
        let ones = try graph.onesLike(values)
        return try graph.addNode("Mul", [weights, ones], name: scope).output()
      }
    }
  }

  /// Removes a trailing dimension of 1 from labels or predictions when that makes their ranks fit.
  ///
  /// - Parameter difference: how much higher the rank of predictions is to be.
  static func squeezed(
    _ labels: Output, _ predictions: Output, difference: Int = 0, name: String = "remove_squeezable_dimensions"
  ) throws -> (labels: Output, predictions: Output) {
    let graph = predictions.graph
    return try graph.withNameScope(name) { _ in
      guard let labelRank = labels.shape.rank, let predictionRank = predictions.shape.rank else {
        return (labels, predictions)
      }
      func canSqueeze(_ x: Output) -> Bool { x.shape[-1] == nil || x.shape[-1] == 1 }
      let excess = predictionRank - labelRank - difference
      if excess == 1, canSqueeze(predictions) { return (labels, try graph.squeeze(predictions, axes: [-1])) }
      if excess == -1, canSqueeze(labels) { return (try graph.squeeze(labels, axes: [-1]), predictions) }
      return (labels, predictions)
    }
  }
}
