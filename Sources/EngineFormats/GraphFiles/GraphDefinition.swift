import EngineCore
import EngineGraph

/// A graph as a file describes it: nodes by name, not yet checked against any op's signature.
public struct GraphDefinition: Sendable {
  /// A reference to an output of another node.
  public struct Input: Sendable, Hashable {
    /// The other node's name.
    public let node: String
    /// In a function's body, the name of the output argument that `index` counts in.
    public let argument: String?
    /// Which output it is.
    public let index: Int
  }

  /// A node: its op, where its inputs come from, and its attributes.
  public struct NodeDefinition: Sendable {
    public let name: String
    public let op: String
    public let inputs: [Input]
    public let controlInputs: [String]
    public let device: String
    public let attributes: [String: AttributeValue]
  }

  /// An argument of a function.
  public struct Argument: Sendable {
    public let name: String
    public let dtype: DType
  }

  /// A function of the graph's library.
  public struct FunctionDefinition: Sendable {
    public let name: String
    public let inputs: [Argument]
    public let outputs: [Argument]
    public let nodes: [NodeDefinition]
    /// Where each output comes from.
    public let results: [Input]
  }

  public let nodes: [NodeDefinition]
  public let functions: [FunctionDefinition]
  /// The version of the program that wrote the graph; 0 when unknown.
  public let producerVersion: Int

  /// Reads a `GraphDef` message.
  /// **Errors**: `InvalidArgument` for a malformed node, `Unimplemented` for values the engine has no type for; both
  /// name the node.
  public init(_ message: ProtoMessage) throws {
    nodes = try message.messages("node").map(Self.node)
    functions = try (message.message("library")?.messages("function") ?? []).map(Self.function)
    producerVersion = message.message("versions")?.int("producer") ?? 0
    let oldest = message.message("versions")?.int("min_consumer") ?? 0
    guard oldest <= Int(GraphCodec.producerVersion) else {
      throw EngineError.invalidArgument(
        "GraphDef min consumer version \(oldest) above current version \(GraphCodec.producerVersion) for TensorFlow "
          + "\(GraphCodec.tensorFlowVersion).  Please upgrade.")
    }
  }

  /// Reads the wire form.
  /// **Errors**: `DataLoss` for damaged bytes, and those of ``init(_:)``.
  public init(parsing bytes: ByteString) throws { try self.init(ProtoMessage("GraphDef", parsing: bytes)) }

  private static func node(_ message: ProtoMessage) throws -> NodeDefinition {
    let name = message.string("name")
    let op = message.string("op")
    guard !name.isEmpty, !op.isEmpty else {
      throw EngineError.invalidArgument("a node of the graph has no name or no op ('\(name)', '\(op)')")
    }
    let kinds = (try? OpRegistry.definition(named: op))?.attributes ?? []
    var attributes: [String: AttributeValue] = [:]
    for (key, value) in message.entries("attr") {
      guard case .message(let value) = value else { continue }
      do {
        attributes[key] = try AttributeCodec.value(value, emptyKind: kinds.first { $0.name == key }?.kind)
      } catch var error as EngineError {
        if key.hasPrefix("_") { continue }  // hints that the node can do without
        error.message = "attribute '\(key)' of node '\(name)' (\(op)): \(error.message)"
        throw error
      }
    }
    var inputs: [Input] = []
    var controlInputs: [String] = []
    for text in message.strings("input") {
      if text.hasPrefix("^") {
        controlInputs.append(String(text.dropFirst()))
      } else {
        guard controlInputs.isEmpty else {
          throw EngineError.invalidArgument(
            "Node '\(name)': Control dependencies must come after regular dependencies")
        }
        inputs.append(try input(text))
      }
    }
    return NodeDefinition(
      name: name, op: op, inputs: inputs, controlInputs: controlInputs, device: message.string("device"),
      attributes: attributes)
  }

  /// Reads `node`, `node:index` or `node:argument:index`.
  private static func input(_ text: String) throws -> Input {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty, parts.count <= 3,
      let index = parts.count == 1 ? 0 : Int(parts[parts.count - 1]), index >= 0
    else { throw EngineError.invalidArgument("'\(text)' is not the name of a node's input") }
    return Input(node: String(name), argument: parts.count == 3 ? String(parts[1]) : nil, index: index)
  }

  private static func function(_ message: ProtoMessage) throws -> FunctionDefinition {
    guard let signature = message.message("signature"), !signature.string("name").isEmpty else {
      throw EngineError.invalidArgument("a function of the graph's library has no signature")
    }
    func arguments(_ field: String) throws -> [Argument] {
      try signature.messages(field).map {
        guard $0.string("type_attr").isEmpty, $0.string("type_list_attr").isEmpty, $0.string("number_attr").isEmpty
        else {
          throw EngineError.unimplemented("function '\(signature.string("name"))' has arguments of variable type")
        }
        return Argument(name: $0.string("name"), dtype: try AttributeCodec.dtype($0.int("type")))
      }
    }
    let outputs = try arguments("output_arg")
    let returns = Dictionary(
      message.entries("ret").compactMap { key, value -> (String, String)? in
        if case .string(let text) = value { return (key, text) }
        return nil
      }, uniquingKeysWith: { first, _ in first })
    return FunctionDefinition(
      name: signature.string("name"), inputs: try arguments("input_arg"), outputs: outputs,
      nodes: try message.messages("node_def").map(node),
      results: try outputs.map { output in
        guard let text = returns[output.name] else {
          throw EngineError.invalidArgument(
            "function '\(signature.string("name"))' does not say where its output '\(output.name)' comes from")
        }
        return try input(text)
      })
  }
}
