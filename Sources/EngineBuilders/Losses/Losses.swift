import EngineCore
import EngineGraph

/// How the elements of a loss become its value.
public enum LossReduction: String, Sendable, CaseIterable {
  case none = "none"
  case sum = "weighted_sum"
  /// The sum over the sum of the weights.
  case mean = "weighted_mean"
  case sumOverBatchSize = "weighted_sum_over_batch_size"
  case sumByNonzeroWeights = "weighted_sum_by_nonzero_weights"

  /// Also knows the older name of ``sumByNonzeroWeights``.
  /// **Errors**: `ValueError` for an unknown name.
  public init(validating text: String) throws {
    if text == "weighted_sum_over_nonzero_weights" {
      self = .sumByNonzeroWeights
      return
    }
    guard let value = LossReduction(rawValue: text) else {
      throw EngineError.value("Invalid Reduction Key \(text).")
    }
    self = value
  }
}

/// The losses of `tf.compat.v1.losses`.
///
/// Each multiplies its elements by `weights`, reduces them and adds the result to a collection.
/// **Numerics**: weighting and reduction happen in float32; the result has the type of the elements.
public enum Losses {
  /// What all losses take.
  public struct Options {
    public var weights: Operand
    public var scope: String?
    /// `nil`: none.
    public var collection: String?
    public var reduction: LossReduction

    public init(
      weights: Operand = 1.0, scope: String? = nil, collection: String? = CollectionName.losses,
      reduction: LossReduction = .sumByNonzeroWeights
    ) {
      self.weights = weights
      self.scope = scope
      self.collection = collection
      self.reduction = reduction
    }
  }

  /// **Errors**: `ValueError` for weights that can't be broadcast to the elements.
  public static func weighted(_ elements: Output, _ options: Options = .init()) throws -> Output {
    let graph = elements.graph
    return try graph.withNameScope(options.scope ?? "weighted_loss") { _ in
      let check = try WeightBroadcast.check(options.weights, elements)
      return try graph.withControlDependencies([check]) {
        let type = elements.dtype
        let elements = try graph.cast(elements, to: .float32)
        let weights: Output
        if case .number(let number) = options.weights {
          weights = try graph.withNameScope("Cast") { _ in
            try graph.constant(Tensor(scalar: number, dtype: .float32), name: "x")
          }
        } else {
          weights = try graph.cast(try graph.tensor(options.weights), to: .float32)
        }
        let weightedElements = try graph.apply("Mul", .tensor(elements), .tensor(weights))
        var loss = weightedElements
        if options.reduction != .none { loss = try graph.reduce("Sum", .tensor(weightedElements)) }
        switch options.reduction {
        case .none, .sum: break
        case .mean:
          let all = try graph.multiply(.tensor(try graph.onesLike(elements)), .tensor(weights))
          loss = try safeMean(loss, try graph.reduce("Sum", .tensor(all)))
        case .sumByNonzeroWeights: loss = try safeMean(loss, try presentCount(elements, weights))
        case .sumOverBatchSize: loss = try safeMean(loss, try elementCount(elements))
        }
        loss = try graph.cast(loss, to: type)
        add(loss, to: options.collection)
        return loss
      }
    }
  }

  static func add(_ loss: Output, to collection: String?) {
    if let collection { loss.graph.addToCollection(collection, .output(loss)) }
  }

  private static func safeMean(_ sum: Output, _ count: Output) throws -> Output {
    let graph = sum.graph
    let total = try graph.reduce("Sum", .tensor(sum))
    return try graph.divideNoNaN(.tensor(total), .tensor(count), "value")
  }

  private static func elementCount(_ elements: Output) throws -> Output {
    let graph = elements.graph
    return try graph.withNameScope("num_elements") { scope in
      try graph.cast(try graph.size(elements, name: scope), to: elements.dtype)
    }
  }

  /// How many elements have a weight other than zero.
  static func presentCount(_ elements: Output, _ weights: Output, perBatch: Bool = false) throws -> Output {
    let graph = elements.graph
    return try graph.withNameScope("num_present") { scope in
      let isZero = try graph.apply("Equal", .tensor(weights), 0)
      let present = try graph.select(isZero, try graph.zerosLike(weights), try graph.onesLike(weights))
      let broadcast = try WeightBroadcast.broadcast(present, to: elements)
      guard perBatch else { return try graph.reduce("Sum", .tensor(broadcast), name: scope) }
      let axes = try innerAxes(broadcast)
      return try graph.apply(
        "Sum", as: scope, .tensor(broadcast), .tensor(axes), attributes: ["keep_dims": .bool(true)])
    }
  }

  /// All axes but the first.
  static func innerAxes(_ x: Output) throws -> Output {
    let graph = x.graph
    let rank = try graph.rank(x)
    return try graph.withNameScope("range") { scope in
      let start = try graph.constant(scalar: Int32(1), name: "start")
      let delta = try graph.constant(scalar: Int32(1), name: "delta")
      return try graph.addNode("Range", [start, rank, delta], name: scope).output()
    }
  }

  /// Runs `body` in the loss's scope with both inputs in float32, after checking that their shapes agree.
  static func paired(
    _ a: Output, _ b: Output, _ names: (String, String), _ options: Options, _ defaultScope: String,
    _ body: (Graph, Output, Output) throws -> Output
  ) throws -> Output {
    let graph = b.graph
    return try graph.withNameScope(options.scope ?? defaultScope) { scope in
      let first = try graph.cast(a, to: .float32)
      let second = try graph.cast(b, to: .float32)
      guard first.shape.isCompatible(with: second.shape) else {
        throw EngineError.value("Shapes \(first.shape) and \(second.shape) are incompatible")
      }
      var inner = options
      inner.scope = scope
      return try weighted(try body(graph, first, second), inner)
    }
  }
}
