import EngineCore
import EngineGraph

/// A function of a tensor, such as a unit's activation.
public typealias Activation = (Output) throws -> Output

/// What a layer needs to make one of its weights.
public struct WeightOptions {
  public var initializer: (any VariableInitializer)?
  public var regularizer: Regularizer?
  public var constraint: Variable.Constraint?

  public init(
    initializer: (any VariableInitializer)? = nil, regularizer: Regularizer? = nil,
    constraint: Variable.Constraint? = nil
  ) {
    self.initializer = initializer
    self.regularizer = regularizer
    self.constraint = constraint
  }
}

/// A layer in the manner of `tf.compat.v1.layers`: makes its weights at its first call, and uses them again after.
///
/// Weights live under a variable scope: the given name, or the layer's kind made unique. Each call's ops go to the name
/// scope that was opened with it.
open class Layer {
  public let graph: Graph
  public let name: String
  public let baseName: String
  public private(set) var scope: VariableScope?
  public private(set) var isBuilt = false
  public var isTrainable: Bool
  let reuse: VariableReuse
  public private(set) var weights: [Variable] = []
  public private(set) var losses: [Output] = []
  /// Ops that a training step should run, such as those of moving averages.
  public internal(set) var updates: [Node] = []
  private var dtype = DType.float32

  /// - Parameters:
  ///   - name: the variable scope; `nil` for the kind's name made unique.
  ///   - reuse: whether the weights exist already.
  public init(
    in graph: Graph, kind: String, name: String? = nil, isTrainable: Bool = true, reuse: VariableReuse? = nil
  ) throws {
    self.graph = graph
    baseName = name ?? kind
    self.isTrainable = isTrainable
    self.reuse = reuse ?? .never
    self.name = name ?? Layer.uniqueName(kind, in: graph)
    if let name { scope = try graph.outermost.withVariableScope(.name(name)) { $0 } }
  }

  private final class Counters: @unchecked Sendable { var counts: [String: Int] = [:] }

  private static func uniqueName(_ kind: String, in graph: Graph) -> String {
    let home = graph.outermost
    let counters = home.attachments["layer_names"] as? Counters ?? Counters()
    home.attachments["layer_names"] = counters
    let key = "\(home.variableScope.name)/\(kind)"
    counters.counts[key, default: 0] += 1
    return "\(kind)_\(counters.counts[key] ?? 1)"
  }

  public var trainableWeights: [Variable] { weights.filter(\.isTrainable) }
  public var nonTrainableWeights: [Variable] { weights.filter { !$0.isTrainable } }

  /// Makes the weights for inputs of this shape.
  open func build(_ input: Output) throws {}

  /// Computes the output, in the layer's name scope.
  open func compute(_ input: Output) throws -> Output { input }

  /// Applies the layer.
  public func callAsFunction(_ input: Output) throws -> Output {
    let captured: VariableScope
    if let scope {
      captured = scope
    } else if reuse != .never {
      captured = try graph.outermost.withVariableScope(.name(baseName)) { $0 }
    } else {
      captured = try graph.outermost.withVariableScope(.defaultName(baseName)) { $0 }
    }
    scope = captured
    let options = VariableScopeOptions(reuse: isBuilt ? .always : reuse, opensNameScope: false)
    // Weights of a layer in a function body belong to the graph around it.
    return try graph.outermost.withVariableScope(.scope(captured), options) { inner in
      try graph.withNameScope(inner.originalNameScope) { _ in
        if !isBuilt {
          dtype = input.dtype.isFloating ? input.dtype : .float32
          try build(input)
          isBuilt = true
        }
        return try compute(input)
      }
    }
  }

  /// Makes or finds a weight. Without an initializer of its own or its scope's, floats start after Glorot and Bengio.
  public func weight(
    _ name: String, shape: [Int], _ options: WeightOptions, dtype: DType? = nil, isTrainable: Bool = true
  ) throws -> Variable {
    guard let scope else { throw EngineError.internal("layer '\(self.name)' makes a weight before its scope is known") }
    let home = graph.outermost
    let existing = Set(home.globalVariables.map { ObjectIdentifier($0) })
    let inner = VariableScopeOptions(reuse: isBuilt ? .always : reuse, opensNameScope: false)
    return try home.withVariableScope(.scope(scope), inner) { current in
      try home.withNameScope(current.originalNameScope) { _ in
        let type = dtype ?? self.dtype
        let initializer =
          options.initializer ?? current.initializer
          ?? (type.isFloating ? VarianceScaling.glorotUniform(source: .stateless) : Zeros())
        let result = try home.getVariable(
          VariableRequest(
            name, shape: Shape(known: shape), dtype: type, initializer: initializer,
            isTrainable: isTrainable && self.isTrainable, constraint: options.constraint))
        let variable: Variable
        switch result {
        case .single(let single): variable = single
        case .partitioned(let parts):
          guard parts.parts.count == 1, let only = parts.parts.first else {
            throw EngineError.unimplemented("layers with partitioned weights ('\(parts.name)')")
          }
          variable = only
        }
        if let regularizer = options.regularizer, !existing.contains(ObjectIdentifier(variable)) {
          let term = try home.withNameScope("\(name)/Regularizer") { _ in try regularizer(variable) }
          if let term {
            losses.append(term)
            home.addToCollection(CollectionName.regularizationLosses, .output(term))
          }
        }
        weights.append(variable)
        return variable
      }
    }
  }

  /// Checks an input of a later call against what the weights were made for.
  /// **Errors**: `ValueError` for another size.
  func requireSize(_ input: Output, axis: Int, _ expected: Int?) throws {
    guard let expected, let found = input.shape[axis], found != expected else { return }
    throw EngineError.value(
      "Input 0 of layer \"\(name)\" is incompatible with the layer: expected axis \(axis) of input shape to have "
        + "value \(expected), but received input with shape \(input.shape)")
  }

  /// The known size of an axis of the input.
  /// **Errors**: `ValueError` when it isn't known.
  func size(_ input: Output, axis: Int, _ kind: String) throws -> Int {
    guard let size = input.shape[axis] else {
      throw EngineError.value(
        "The last dimension of the inputs to a \(kind) layer should be defined. Found None. "
          + "Full input shape received: \(input.shape)")
    }
    return size
  }
}
