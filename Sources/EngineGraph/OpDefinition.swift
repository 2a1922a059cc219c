import EngineCore

/// One argument of an op's signature.
public struct ArgumentDefinition: Sendable {
  public enum Element: Sendable {
    case fixed(DType)
    /// The type that the named attribute holds.
    case attribute(String)
  }

  public enum Arity: Sendable {
    case single(Element)
    /// As many tensors of one type as the named int attribute says.
    case repeated(count: String, Element)
    /// One tensor for each entry of the named list(type) attribute.
    case list(String)
  }

  public let name: String
  public let arity: Arity

  public static func tensor(_ name: String, _ typeAttribute: String) -> ArgumentDefinition {
    .init(name: name, arity: .single(.attribute(typeAttribute)))
  }
  public static func tensor(_ name: String, _ dtype: DType) -> ArgumentDefinition {
    .init(name: name, arity: .single(.fixed(dtype)))
  }
  public static func repeated(_ name: String, count: String, _ typeAttribute: String) -> ArgumentDefinition {
    .init(name: name, arity: .repeated(count: count, .attribute(typeAttribute)))
  }
  public static func repeated(_ name: String, count: String, _ dtype: DType) -> ArgumentDefinition {
    .init(name: name, arity: .repeated(count: count, .fixed(dtype)))
  }
  public static func list(_ name: String, types: String) -> ArgumentDefinition {
    .init(name: name, arity: .list(types))
  }
}

/// One attribute of an op's signature.
public struct AttributeDefinition: Sendable {
  public enum Kind: String, Sendable {
    case string, int, float, bool, type, shape, tensor, function = "func"
    case strings = "list(string)", ints = "list(int)", floats = "list(float)", bools = "list(bool)"
    case types = "list(type)", shapes = "list(shape)"
  }

  public let name: String
  public let kind: Kind
  public let defaultValue: AttributeValue?
  /// For `type` and `list(type)`: what may stand there; `nil` allows any.
  public let allowedTypes: Set<DType>?
  /// For `string`: what may stand there; empty allows any.
  public let allowedStrings: [String]

  public init(
    _ name: String, _ kind: Kind, default defaultValue: AttributeValue? = nil, types: Set<DType>? = nil,
    strings: [String] = []
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    allowedTypes = types
    allowedStrings = strings
  }

  /// The type attribute `name`, limited to `types`.
  public static func type(_ name: String, _ types: Set<DType>? = nil, default value: DType? = nil)
    -> AttributeDefinition
  {
    .init(name, .type, default: value.map { .type($0) }, types: types)
  }
  public static func bool(_ name: String, _ value: Bool) -> AttributeDefinition {
    .init(name, .bool, default: .bool(value))
  }
  public static func int(_ name: String, _ value: Int? = nil) -> AttributeDefinition {
    .init(name, .int, default: value.map { .int($0) })
  }
  public static func float(_ name: String, _ value: Float? = nil) -> AttributeDefinition {
    .init(name, .float, default: value.map { .float($0) })
  }
  public static func string(_ name: String, _ value: String? = nil, oneOf strings: [String] = []) -> AttributeDefinition
  {
    .init(name, .string, default: value.map { .string($0) }, strings: strings)
  }
  public static func ints(_ name: String, _ value: [Int]? = nil) -> AttributeDefinition {
    .init(name, .ints, default: value.map { .ints($0) })
  }
}

/// How gradients flow back through an op.
public enum GradientRule: Sendable {
  /// Nothing flows: the outputs do not depend smoothly on the inputs (comparisons, shapes, integer results).
  case none
  /// A gradient would be needed but there is no rule; the reverse walk reports it.
  case undefined
  /// Builds the gradients of the inputs (one entry for each, `nil` where nothing flows).
  ///
  /// Gradients of broadcast inputs are returned unreduced: the reverse walk sums them down to the input's shape.
  case rule(@Sendable (GradientContext) throws -> [Gradient?])
}

/// Everything the engine knows about one kind of node.
///
/// **Source**: names, argument order, attributes and their defaults are those of TensorFlow's op of the same name,
/// so that graphs can be exchanged as they stand.
public final class OpDefinition: @unchecked Sendable {
  public typealias ShapeFunction = @Sendable (ShapeContext) throws -> [Shape]
  public typealias Kernel = @Sendable (KernelContext) throws -> Void

  public let name: String
  public let inputs: [ArgumentDefinition]
  public let outputs: [ArgumentDefinition]
  public let attributes: [AttributeDefinition]
  /// Has effects or a state of its own: never folded, shared or dropped for having no consumers in a run it is part of.
  public let isStateful: Bool
  public let isCommutative: Bool
  /// Inputs are broadcast against each other; the reverse walk then sums gradients down to each input's shape.
  public let broadcasts: Bool
  public let shape: ShapeFunction
  public let gradient: GradientRule
  public let kernel: Kernel?
  /// Inputs for the table test; `nil` when the op has a test of its own.
  public let sample: OpSample?

  public init(
    _ name: String, inputs: [ArgumentDefinition] = [], outputs: [ArgumentDefinition] = [],
    attributes: [AttributeDefinition] = [], isStateful: Bool = false, isCommutative: Bool = false,
    broadcasts: Bool = false,
    shape: @escaping ShapeFunction, gradient: GradientRule = .undefined, sample: OpSample? = nil, kernel: Kernel?
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.isStateful = isStateful
    self.isCommutative = isCommutative
    self.broadcasts = broadcasts
    self.shape = shape
    self.gradient = gradient
    self.kernel = kernel
    self.sample = sample
  }

  public func attribute(named name: String) -> AttributeDefinition? { attributes.first { $0.name == name } }
}

/// How the table test exercises an op: shapes and a range of values for each input.
public struct OpSample: Sendable {
  public enum Values: Sendable {
    case uniform(Double, Double)
    /// Whole numbers, for index inputs.
    case integers(Range<Int>)
    case booleans
    case fixed([Double])
  }

  public struct Input: Sendable {
    public let shape: [Int]
    public let values: Values
    /// `nil`: each type that the attribute allows in turn.
    public let dtype: DType?
    /// Whether it is a constant, as shape functions want it.
    public let isConstant: Bool
    public init(_ shape: [Int], _ values: Values, dtype: DType? = nil, isConstant: Bool = false) {
      self.shape = shape
      self.values = values
      self.dtype = dtype
      self.isConstant = isConstant
    }
  }

  public let inputs: [Input]
  public let attributes: [String: AttributeValue]
  /// Relative tolerance of the numerical gradient in float64.
  public let gradientTolerance: Double
  public init(_ inputs: [Input], attributes: [String: AttributeValue] = [:], gradientTolerance: Double = 1e-5) {
    self.inputs = inputs
    self.attributes = attributes
    self.gradientTolerance = gradientTolerance
  }
}
