import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph
import EngineOps

/// What an exported model is fed through: the tensors that callers feed, and the features that the model gets from them.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/export/ServingInputReceiver
public struct ServingInput {
  /// Adds the inputs to a graph.
  public typealias Builder = (_ graph: Graph) throws -> ServingInput

  /// What the model function gets.
  public let features: [String: Output]
  /// For models that are exported for training or evaluation.
  public let labels: Output?
  /// What callers feed, by the names that they use.
  public let receivers: [String: Output]
  /// Other ways of feeding, each of which gets signatures of its own, by name.
  public let alternatives: [String: [String: Output]]

  /// - Parameter receivers: default: the features themselves.
  /// **Errors**: `ValueError` without features.
  public init(
    features: [String: Output], labels: Output? = nil, receivers: [String: Output]? = nil,
    alternatives: [String: [String: Output]] = [:]
  ) throws {
    if features.isEmpty { throw EngineError.value("features must be defined.") }
    self.features = features
    self.labels = labels
    self.receivers = receivers ?? features
    self.alternatives = alternatives
  }

  /// Type and shape of a tensor that is fed; `nil` for unknown dimensions.
  public typealias Form = (dtype: DType, shape: Shape)

  /// A placeholder for each feature.
  ///
  ///   .raw(["x": (.float32, [nil, 4])])
  ///
  /// - Parameter labels: adds a placeholder `label`, for exports of other modes than prediction.
  public static func raw(_ features: [String: Form], labels: Form? = nil) -> Builder {
    { graph in
      let inputs = try features.sorted { $0.key < $1.key }.map {
        ($0.key, try placeholder($0.value, $0.key, in: graph))
      }
      let tensors = Dictionary(inputs, uniquingKeysWith: { first, _ in first })
      let label = try labels.map { try placeholder($0, "label", in: graph) }
      var receivers = tensors
      if let label {
        guard receivers["label"] == nil else {
          throw EngineError.value("Features and labels must have distinct keys. Found overlapping keys: ['label']")
        }
        receivers["label"] = label
      }
      return try ServingInput(features: tensors, labels: label, receivers: receivers)
    }
  }

  /// A dense feature of serialized `Example` messages.
  public struct ExampleFeature {
    public let dtype: DType
    public let shape: [Int]
    /// What stands for the feature where an example has none; without it, there it must be.
    public let defaultValue: Tensor?

    public init(_ dtype: DType, shape: [Int] = [], defaultValue: Tensor? = nil) {
      self.dtype = dtype
      self.shape = shape
      self.defaultValue = defaultValue
    }
  }

  /// Serialized `Example` messages under the name `examples`, from which the features are parsed.
  public static func parsing(_ features: [String: ExampleFeature]) -> Builder {
    { graph in
      let examples = try placeholder((.string, [nil]), "input_example_tensor", in: graph)
      let sorted = features.sorted { $0.key < $1.key }
      func keys(_ names: [String]) throws -> Output {
        try graph.constant(Tensor(strings: names.map { ByteString($0.utf8) }, shape: [names.count]))
      }
      let defaults = try sorted.map { _, feature in
        try graph.constant(feature.defaultValue ?? Tensor(zeros: feature.dtype, shape: [0]))
      }
      let parsed = try graph.withNameScope("ParseExample") { _ in
        try graph.addNode(
          "ParseExampleV2",
          arguments: [[examples], [keys([])], [keys([])], [keys(sorted.map(\.key))], [keys([])], defaults],
          attributes: [
            "num_sparse": .int(0), "sparse_types": .types([]), "Tdense": .types(sorted.map(\.value.dtype)),
            "dense_shapes": .shapes(sorted.map { Shape(known: $0.value.shape) }), "ragged_value_types": .types([]),
            "ragged_split_types": .types([]),
          ], name: "ParseExampleV2")
      }
      return try ServingInput(
        features: Dictionary(zip(sorted.map(\.key), parsed.outputs), uniquingKeysWith: { first, _ in first }),
        receivers: ["examples": examples])
    }
  }

  private static func placeholder(_ form: Form, _ name: String, in graph: Graph) throws -> Output {
    try graph.addNode(
      "Placeholder", attributes: ["dtype": .type(form.dtype), "shape": .shape(form.shape)], name: name
    ).output()
  }
}
