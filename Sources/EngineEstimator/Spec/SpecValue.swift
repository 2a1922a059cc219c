import EngineBuilders
import EngineCore
import EngineGraph

/// What a model function may hand over as a field of its spec, before anything is checked.
public enum SpecValue {
  case output(Output)
  case node(Node)
  case variable(Variable)
  case dict([(key: SpecKey, value: SpecValue)])
  /// Anything else, by the text that messages show.
  case other(String)

  /// The graph that the value belongs to.
  var graph: Graph? {
    switch self {
    case .output(let output): output.graph
    case .node(let node): node.graph
    case .variable(let variable): variable.handle.graph
    case .dict, .other: nil
    }
  }

  /// The tensor, for tensors and variables.
  var tensor: Output? {
    switch self {
    case .output(let output): output
    case .variable(let variable): variable.snapshot
    case .node, .dict, .other: nil
    }
  }

  /// The tensor, for nothing but tensors: what is exported has to be read from variables explicitly.
  var plainTensor: Output? {
    if case .output(let output) = self { return output }
    return nil
  }

  var isTensorLike: Bool { tensor != nil }

  /// `name:0` of a tensor or variable, `name` of an operation.
  var name: String {
    switch self {
    case .output(let output): output.name
    case .node(let node): node.name
    case .variable(let variable): variable.nodeName + ":0"
    case .dict(let pairs): "{" + pairs.map { "'\($0.key.text)': \($0.value.name)" }.joined(separator: ", ") + "}"
    case .other(let text): text
    }
  }

  var description: String {
    switch self {
    case .output(let output): "\(output)"
    case .node(let node): "name: \"\(node.name)\" op: \"\(node.type)\""
    case .variable(let variable): "<tf.Variable '\(variable.nodeName):0'>"
    case .dict(let pairs):
      "{" + pairs.map { "'\($0.key.text)': \($0.value.description)" }.joined(separator: ", ") + "}"
    case .other(let text): text
    }
  }
}

/// A key of a predictions dictionary. TensorFlow lets any object be one until the predictions are exported.
public struct SpecKey: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case text
    /// A tuple of texts: its parts are joined with a slash on export.
    case tuple
    case other
  }
  public let text: String
  public let kind: Kind

  public init(_ text: String, kind: Kind = .text) {
    self.text = text
    self.kind = kind
  }
}

/// One metric of a spec: what it is worth and how a step updates it. Nested structures are flattened; whoever made
/// them can fill them again from as many leaves.
public enum SpecMetric {
  case pair(values: [SpecValue], updates: [SpecValue])
  /// A Keras-style metric object with its variables.
  case keras(name: String, result: SpecValue, updates: [SpecValue], variables: [Variable])
  case other(String)
}

/// A metric of a checked spec.
public struct MetricOps {
  public let name: String
  public let values: [SpecValue]
  public let updates: [SpecValue]

  public init(name: String, values: [SpecValue], updates: [SpecValue]) {
    self.name = name
    self.values = values
    self.updates = updates
  }
}

/// The three modes a model function is called in.
public enum ModeKeys {
  public static let train = "train"
  public static let evaluate = "eval"
  public static let predict = "infer"

  /// The key that a graph for serving has its default signature under.
  public static let defaultServingKey = "serving_default"
}
