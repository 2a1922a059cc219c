import EngineCore
import EngineGraph

/// Summary ops: each gives a serialized `Summary` and joins collection `summaries`.
///
/// The tag is the op's full name; with a family, the family once more before it.
public enum Summaries {
  public struct Options {
    public var collections: [String]
    public var family: String?
    public init(collections: [String]? = nil, family: String? = nil) {
      self.collections = collections ?? [CollectionName.summaries]
      self.family = family
    }
  }

  /// Replaces what may not stand in a tag by underscores.
  public static func cleaned(_ name: String) -> String {
    let allowed = name.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "/", ".": Character(scalar)
      default: "_"
      }
    }
    return String(allowed.drop { $0 == "/" })
  }

  private static func scoped(
    _ graph: Graph, _ name: String, _ options: Options, _ body: (_ tag: String, _ scope: String) throws -> Output
  ) throws -> Output {
    let clean = cleaned(name)
    let family = options.family.map { cleaned($0) }
    let base = family.map { "\($0)/\(clean)" } ?? clean
    let result = try graph.withNameScope(base) { scope in
      let full = scope.hasSuffix("/") ? String(scope.dropLast()) : scope
      return try body(family.map { "\($0)/\(full)" } ?? full, scope)
    }
    for collection in options.collections { graph.addToCollection(collection, .output(result)) }
    return result
  }

  /// One number.
  public static func scalar(_ name: String, _ value: Output, _ options: Options = .init()) throws -> Output {
    let graph = value.graph
    return try scoped(graph, name, options) { tag, scope in
      let tags = try graph.constant(Tensor(string: tag), name: "tags")
      return try graph.addNode("ScalarSummary", [tags, value], name: scope).output()
    }
  }

  /// The distribution of the elements.
  public static func histogram(_ name: String, _ values: Output, _ options: Options = .init()) throws -> Output {
    let graph = values.graph
    return try scoped(graph, name, options) { tag, scope in
      let tags = try graph.constant(Tensor(string: tag), name: "tag")
      return try graph.addNode("HistogramSummary", [tags, values], name: scope).output()
    }
  }

  /// Images as PNG.
  ///
  /// **Shapes**: `[batch, height, width, 1, 3 or 4]`
  public static func image(_ name: String, _ images: Output, maximumCount: Int = 3, _ options: Options = .init())
    throws -> Output
  {
    let graph = images.graph
    try checkCount(maximumCount, "max_images", "ImageSummary")
    return try scoped(graph, name, options) { tag, scope in
      let tags = try graph.constant(Tensor(string: tag), name: "tag")
      return try graph.addNode(
        "ImageSummary", [tags, images], attributes: ["max_images": .int(maximumCount)], name: scope
      ).output()
    }
  }

  /// Sounds.
  ///
  /// **Shapes**: `[batch, frames]` or `[batch, frames, channels]`
  public static func audio(
    _ name: String, _ sounds: Output, sampleRate: Operand, maximumCount: Int = 3, _ options: Options = .init()
  ) throws -> Output {
    let graph = sounds.graph
    try checkCount(maximumCount, "max_outputs", "AudioSummaryV2")
    return try scoped(graph, name, options) { tag, scope in
      let rate = try graph.tensor(sampleRate, dtype: .float32, name: "sample_rate")
      let tags = try graph.constant(Tensor(string: tag), name: "tag")
      return try graph.addNode(
        "AudioSummaryV2", [tags, sounds, rate], attributes: ["max_outputs": .int(maximumCount)], name: scope
      ).output()
    }
  }

  private static func checkCount(_ count: Int, _ attribute: String, _ op: String) throws {
    guard count >= 1 else {
      throw EngineError.value("Attr '\(attribute)' of '\(op)' Op passed \(count) less than minimum 1.")
    }
  }

  /// A tensor as it stands.
  /// - Parameter metadata: a serialized `SummaryMetadata`.
  public static func tensor(_ name: String, _ value: Output, metadata: ByteString = [], _ options: Options = .init())
    throws -> Output
  {
    let graph = value.graph
    return try scoped(graph, name, options) { tag, scope in
      let tags = try graph.constant(Tensor(string: tag), name: "tag")
      let description = try graph.constant(
        try Tensor(strings: [metadata], shape: []), name: "serialized_summary_metadata")
      return try graph.addNode("TensorSummaryV2", [tags, value, description], name: scope).output()
    }
  }

  /// Text, for TensorBoard's text plugin.
  /// **Errors**: `ValueError` unless the value is a string tensor.
  public static func text(_ name: String, _ value: Output, _ options: Options = .init()) throws -> Output {
    guard value.dtype == .string else {
      throw EngineError.value("Expected tensor \(value.name) to have dtype string, got \(value.dtype)")
    }
    // SummaryMetadata { plugin_data { plugin_name: "text" } }
    let metadata = ByteString([0x0a, 0x06, 0x0a, 0x04] + Array("text".utf8))
    return try tensor(name, value, metadata: metadata, options)
  }

  /// All values of several summaries in one.
  /// **Errors**: `ValueError` for none.
  public static func merge(_ graph: Graph, _ summaries: [Output], collections: [String] = [], name: String? = nil)
    throws
    -> Output
  {
    if summaries.isEmpty {
      throw EngineError.value(
        "List argument 'inputs' to 'MergeSummary' Op with length 0 shorter than minimum length 1.")
    }
    let merged = try graph.withNameScope(name ?? "Merge") { _ in
      try graph.addNode("MergeSummary", arguments: [summaries], name: name ?? "MergeSummary").output()
    }
    for collection in collections { graph.addToCollection(collection, .output(merged)) }
    return merged
  }

  /// Merges the summaries of a collection; `nil` when it is empty.
  public static func mergeAll(
    _ graph: Graph, collection: String = CollectionName.summaries, scope: String? = nil, name: String? = nil
  ) throws -> Output? {
    let summaries = graph.losses(collection, scope: scope)
    return summaries.isEmpty ? nil : try merge(graph, summaries, name: name)
  }
}
