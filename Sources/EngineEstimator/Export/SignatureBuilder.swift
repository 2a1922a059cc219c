import EngineCore
import EngineFormats
import EngineGraph

/// An input of a served model: one tensor, or the three of a sparse one.
public enum ReceiverTensor {
  case dense(Output)
  case sparse(indices: Output, values: Output, denseShape: Output)

  /// All its tensors.
  public var outputs: [Output] {
    switch self {
    case .dense(let output): [output]
    case .sparse(let indices, let values, let denseShape): [indices, values, denseShape]
    }
  }

  func tensorInfo() throws -> ProtoMessage {
    switch self {
    case .dense(let output): return try MetaGraph.tensorInfo(output)
    case .sparse(let indices, let values, let denseShape):
      var names = try ProtoMessage("TensorInfo.CooSparse")
      names["values_tensor_name"] = .string(values.name)
      names["indices_tensor_name"] = .string(indices.name)
      names["dense_shape_tensor_name"] = .string(denseShape.name)
      var result = try ProtoMessage("TensorInfo")
      result["coo_sparse"] = .message(names)
      result["dtype"] = .int(Int64(values.dtype.rawValue))
      // A sparse placeholder of a partly known shape is fed through a placeholder with that shape as default.
      let source = denseShape.node.type == "PlaceholderWithDefault" ? denseShape.node.inputs.first : nil
      let dense = constantValue(of: source ?? denseShape).flatMap { try? $0.integers() }
      let rank = denseShape.shape.dimensions?.first ?? nil
      let shape =
        dense.map { Shape($0.map { $0 < 0 ? nil : $0 }) } ?? rank.map { Shape([Int?](repeating: nil, count: $0)) }
      result["tensor_shape"] = .message(try .shape(shape ?? .unknown))
      return result
    }
  }
}

/// The inputs that a served model is fed through, by the names that callers use.
public struct ReceiverTensors {
  public var tensors: [(name: String, tensor: ReceiverTensor)]
  public init(_ tensors: [(name: String, tensor: ReceiverTensor)]) { self.tensors = tensors }
}

/// How a served model is called: what its inputs and outputs are.
public struct Signature {
  public enum Method: String, CaseIterable, Sendable {
    case classify = "tensorflow/serving/classify"
    case regress = "tensorflow/serving/regress"
    case predict = "tensorflow/serving/predict"
    case train = "tensorflow/supervised/training"
    case evaluate = "tensorflow/supervised/eval"

    var label: String {
      switch self {
      case .classify: "Classify"
      case .regress: "Regress"
      case .predict: "Predict"
      case .train: "Train"
      case .evaluate: "Eval"
      }
    }
    var isServed: Bool { self == .classify || self == .regress || self == .predict }
  }

  public let method: Method
  public let inputs: [(name: String, tensor: ReceiverTensor)]
  public let outputs: [(name: String, output: Output)]

  /// **Errors**: `ValueError` when the receivers or outputs are none that the kind of output can be served with.
  public init(_ output: ExportOutput, receivers: ReceiverTensors) throws {
    switch output {
    case let output as ClassificationOutput:
      inputs = [("inputs", .dense(try Signature.examples(receivers, "Classification")))]
      var named: [(name: String, output: Output)] = []
      if let classes = output.classes { named.append(("classes", classes)) }
      if let scores = output.scores {
        if scores.dtype != .float32 { throw EngineError.value("Classification scores must be a float Tensor.") }
        named.append(("scores", scores))
      }
      outputs = named
      method = .classify
    case let output as RegressionOutput:
      inputs = [("inputs", .dense(try Signature.examples(receivers, "Regression")))]
      if output.value.dtype != .float32 {
        throw EngineError.value(
          "Regression output tensors must be of type float. Found tensors with type \(output.value.dtype.rawValue).")
      }
      outputs = [("outputs", output.value)]
      method = .regress
    case let output as PredictOutput:
      inputs = try Signature.checked(receivers, "Prediction")
      outputs = output.outputs
      if outputs.isEmpty { throw EngineError.value("Prediction `outputs` cannot be None or empty.") }
      method = .predict
    case let output as SupervisedOutput:
      inputs = try Signature.checked(receivers, output.method == .train ? "Training" : "Evaluation")
      outputs = output.outputs
      method = output.method
    default: throw EngineError.value("an export output of class \(type(of: output)) has no signature")
    }
  }

  /// The message of a `SavedModel`.
  func message() throws -> ProtoMessage {
    var result = try ProtoMessage("SignatureDef")
    for (name, tensor) in inputs { result.setEntry("inputs", name, .message(try tensor.tensorInfo())) }
    for (name, output) in outputs { result.setEntry("outputs", name, .message(try MetaGraph.tensorInfo(output))) }
    result["method_name"] = .string(method.rawValue)
    return result
  }

  private static func examples(_ receivers: ReceiverTensors, _ kind: String) throws -> Output {
    guard receivers.tensors.count == 1, case .dense(let examples)? = receivers.tensors.first?.tensor,
      examples.dtype == .string
    else {
      let given = receivers.tensors.map {
        "'\($0.name)': \($0.tensor.outputs.map(\.description).joined(separator: ", "))"
      }.joined(separator: ", ")
      throw EngineError.value(
        "\(kind) signatures can only accept a single tensor input of type tf.string. A serving_input_receiver_fn that "
          + "makes one string placeholder fits, with `tf.io.parse_example()` for models with several features.\n "
          + "Received: {\(given)}")
    }
    return examples
  }

  private static func checked(
    _ receivers: ReceiverTensors, _ kind: String
  ) throws -> [(name: String, tensor: ReceiverTensor)] {
    if receivers.tensors.isEmpty { throw EngineError.value("\(kind) `inputs` cannot be None or empty.") }
    return receivers.tensors
  }

  /// Checks that feeding the inputs is all that the outputs need.
  /// **Errors**: `ValueError` when a placeholder would be left without a value.
  func checkComputable() throws {
    let fed = Set(inputs.flatMap(\.tensor.outputs))
    var seen = Set(fed.map(\.node.id))
    var stack = outputs.map(\.output).filter { !fed.contains($0) }.map(\.node)
    while let node = stack.popLast() {
      guard seen.insert(node.id).inserted else { continue }
      if node.type == "Placeholder" {
        throw EngineError.value(
          "the outputs depend on the placeholder '\(node.name)', which is not among the receiver tensors")
      }
      for input in node.inputs where !fed.contains(input) { stack.append(input.node) }
      stack += node.controlInputs
    }
  }
}

/// All signatures of a served model.
public enum Signatures {
  /// A signature for every output, and one more for each combination with an alternative receiver.
  ///
  /// Those that cannot be built are left out, with a line in the log.
  /// - Parameter servingOnly: leaves out what only training and evaluation use.
  public static func all(
    receivers: ReceiverTensors, outputs: [(name: String, output: ExportOutput)],
    alternatives: [(name: String, receivers: ReceiverTensors)] = [], servingOnly: Bool = true
  ) -> [(name: String, signature: Signature)] {
    var included: [(name: String, signature: Signature)] = []
    var excluded: [(name: String, reason: String)] = []
    func add(_ name: String, _ output: ExportOutput, _ receivers: ReceiverTensors) {
      do {
        let signature = try Signature(output, receivers: receivers)
        try signature.checkComputable()
        included.append((name, signature))
      } catch {
        excluded.append((name, (error as? EngineError)?.message ?? "\(error)"))
      }
    }
    for (name, output) in outputs { add(name.isEmpty ? "None" : name, output, receivers) }
    for (receiver, tensors) in alternatives {
      for (name, output) in outputs {
        add("\(receiver.isEmpty ? "None" : receiver):\(name.isEmpty ? "None" : name)", output, tensors)
      }
    }
    log(included, excluded)
    return servingOnly ? included.filter(\.signature.method.isServed) : included
  }

  private static func log(
    _ included: [(name: String, signature: Signature)], _ excluded: [(name: String, reason: String)]
  ) {
    for method in Signature.Method.allCases {
      let names = included.filter { $0.signature.method == method }.map { "'\($0.name)'" }
      let shown = names.isEmpty ? "None" : "[\(names.joined(separator: ", "))]"
      Logger.info("Signatures INCLUDED in export for \(method.label): \(shown)")
    }
    if !excluded.isEmpty {
      Logger.info("Signatures EXCLUDED from export because they cannot be be served via TensorFlow Serving APIs:")
      for (name, reason) in excluded { Logger.info("'\(name)' : \(reason)") }
    }
    if included.isEmpty {
      Logger.warning("Export includes no signatures!")
    } else if !included.contains(where: { $0.name == ModeKeys.defaultServingKey }) {
      Logger.warning("Export includes no default signature!")
    }
  }
}
