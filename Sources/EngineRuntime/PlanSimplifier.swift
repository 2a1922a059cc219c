import EngineCore
import EngineGraph

/// What a plan can do without: nodes that pass a tensor on, that repeat another node, or whose value is known.
///
/// Every rule keeps the bits of the results. Nodes with effects stay, in their order; only reads of a variable that
/// nothing has written in between are taken together.
struct PlanSimplifier {
  enum Result {
    /// The outputs are these values.
    case forward([Int])
    case constants([Tensor])
    /// The node has to be carried out.
    case none
  }

  /// Bytes that a constant made here has at most: larger ones are cheaper to compute again than to keep.
  private static let constantLimit = 1 << 14

  private struct Signature: Hashable {
    let definition: ObjectIdentifier
    let inputs: [Int]
    /// For reads of variables, how often the variable may have been written.
    let epoch: Int
  }
  private struct ConstantKey: Hashable {
    let dtype: DType
    let shape: [Int]
    let bytes: [UInt8]
  }
  private var seen: [Signature: [(node: Node, firstOutput: Int)]] = [:]
  private var constants: [ConstantKey: Int] = [:]
  private var handles: [String: (node: Node, value: Int)] = [:]
  private var handleValues = Set<Int>()
  /// How often the variable behind a handle may have been written so far, and anything at all.
  private var writes: [Int: Int] = [:]
  private var wildWrites = 0

  // MARK: Kinds of nodes

  static func doesNothing(_ node: Node) -> Bool { node.type == "NoOp" || node.type == "ControlTrigger" }

  /// Whether a node finds an object of the session by its name: the same one in every run.
  static func isHandle(_ node: Node) -> Bool { handleOps.contains(node.type) }

  static func hasEffects(_ node: Node) -> Bool { node.definition.isStateful && !isRead(node) }

  private static func isRead(_ node: Node) -> Bool { node.type == "ReadVariableOp" }

  /// Reads of resources that leave them as they are.
  private static let lookups: Set<String> = [
    "VarIsInitializedOp", "VariableShape", "ResourceGather", "ResourceGatherNd",
  ]
  /// Calls of the program's own functions, which may do anything.
  private static let hostCalls: Set<String> = ["PyFunc", "EagerPyFunc", "PyFuncStateless"]
  private static let handleOps: Set<String> = ["VarHandleOp", "OneShotIterator", "Iterator", "IteratorV2"]
  private static let forwards: Set<String> = [
    "Identity", "StopGradient", "PreventGradient", "PlaceholderWithDefault", "Snapshot",
  ]
  private static let emptyReductions: Set<String> = ["Sum", "Max", "Min", "Prod", "All", "Any"]

  /// Whether the same inputs give the same outputs, and nothing else happens.
  private static func isPure(_ node: Node) -> Bool {
    if node.definition.isStateful || node.definition.kernel == nil || hostCalls.contains(node.type) { return false }
    for type in node.outputTypes where type == .resource || type == .variant { return false }
    for input in node.inputs where input.dtype == .resource || input.dtype == .variant { return false }
    for attribute in node.definition.attributes where attribute.kind == .function { return false }
    return true
  }

  // MARK: Rules

  /// The earlier value of the same variable's handle; `nil` when this is the first.
  mutating func handle(_ node: Node, _ value: Int) -> Int? {
    guard node.type == "VarHandleOp" else { return nil }
    let name = node.string("shared_name").isEmpty ? node.name : node.string("shared_name")
    let key = "\(node.string("container"))/\(name)"
    if let known = handles[key] { return known.node.dtype("dtype") == node.dtype("dtype") ? known.value : nil }
    handles[key] = (node, value)
    handleValues.insert(value)
    return nil
  }

  /// The earlier number of the same small constant; `nil` when this is the first.
  mutating func sameConstant(_ number: Int, _ tensor: Tensor) -> Int? {
    guard tensor.dtype.isPlainData, tensor.byteCount <= 64 else { return nil }
    let bytes = withExtendedLifetime(tensor) {
      [UInt8](UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))
    }
    let key = ConstantKey(dtype: tensor.dtype, shape: tensor.shape, bytes: bytes)
    if let known = constants[key] { return known }
    constants[key] = number
    return nil
  }

  mutating func simplify(_ node: Node, _ inputs: [Int], _ firstOutput: Int, _ known: [Tensor?]) -> Result {
    if PlanSimplifier.forwards.contains(node.type), let input = inputs.first { return .forward([input]) }
    if node.type == "IdentityN", inputs.count == node.outputTypes.count { return .forward(inputs) }
    guard PlanSimplifier.isPure(node) else { return simplifyStateful(node, inputs, firstOutput) }
    if let value = unchanged(node, inputs, known) { return .forward([value]) }
    if let tensors = folded(node, inputs, known) { return .constants(tensors) }
    return repeated(node, inputs, firstOutput, epoch: 0)
  }

  private mutating func simplifyStateful(_ node: Node, _ inputs: [Int], _ firstOutput: Int) -> Result {
    if PlanSimplifier.isRead(node), let handle = inputs.first {
      return repeated(node, inputs, firstOutput, epoch: writes[handle, default: 0] + wildWrites)
    }
    if PlanSimplifier.lookups.contains(node.type) { return .none }
    let resources = node.inputs.indices.filter {
      node.inputs[$0].dtype == .resource || node.inputs[$0].dtype == .variant
    }
    let isPlain =
      !PlanSimplifier.hostCalls.contains(node.type)
      && resources.allSatisfy { handleValues.contains(inputs[$0]) }
      && !node.definition.attributes.contains { $0.kind == .function }
    if isPlain { for index in resources { writes[inputs[index], default: 0] += 1 } } else { wildWrites += 1 }
    return .none
  }

  /// An earlier node with the same inputs and attributes.
  private mutating func repeated(_ node: Node, _ inputs: [Int], _ firstOutput: Int, epoch: Int) -> Result {
    guard !inputs.isEmpty else { return .none }
    let key = Signature(definition: ObjectIdentifier(node.definition), inputs: inputs, epoch: epoch)
    for candidate in seen[key] ?? [] where PlanSimplifier.sameAttributes(candidate.node, node) {
      return .forward(node.outputTypes.indices.map { candidate.firstOutput + $0 })
    }
    seen[key, default: []].append((node, firstOutput))
    return .none
  }

  private static func sameAttributes(_ a: Node, _ b: Node) -> Bool {
    guard a.outputTypes == b.outputTypes, a.attributes.count == b.attributes.count else { return false }
    // Those that begin with an underscore are notes.
    for (name, value) in a.attributes where !name.hasPrefix("_") {
      guard let other = b.attributes[name], value.isSame(as: other) else { return false }
    }
    return b.attributes.allSatisfy { $0.key.hasPrefix("_") || a.attributes[$0.key] != nil }
  }

  /// The input that the node gives back as it is.
  private func unchanged(_ node: Node, _ inputs: [Int], _ known: [Tensor?]) -> Int? {
    switch node.type {
    case "Mul":
      // The kernel of a product with a scalar 1 changes no bit; the scalar has no part in the result's shape.
      if PlanSimplifier.isScalar(known[inputs[1]], 1) { return inputs[0] }
      if PlanSimplifier.isScalar(known[inputs[0]], 1) { return inputs[1] }
    case "RealDiv", "Div": if PlanSimplifier.isScalar(known[inputs[1]], 1) { return inputs[0] }
    case "Sub": if PlanSimplifier.isScalar(known[inputs[1]], 0) { return inputs[0] }
    case "AddN": if inputs.count == 1 { return inputs[0] }
    case "Cast": if node.inputs[0].dtype == node.outputTypes[0] { return inputs[0] }
    case "Reshape", "BroadcastTo":
      if let shape = PlanSimplifier.shape(of: node.inputs[0]), shape == PlanSimplifier.shape(of: node.output()) {
        return inputs[0]
      }
    default:
      if PlanSimplifier.emptyReductions.contains(node.type), let axes = known[inputs[1]], axes.elementCount == 0 {
        return inputs[0]
      }
    }
    return nil
  }

  private static func isScalar(_ tensor: Tensor?, _ number: Double) -> Bool {
    guard let tensor, tensor.rank == 0 else { return false }
    // Bits, because -0 is not 0 here.
    switch tensor.dtype {
    case .float32: return tensor.element(0, as: Float.self).bitPattern == Float(number).bitPattern
    case .float64: return tensor.element(0, as: Double.self).bitPattern == number.bitPattern
    case .int32: return tensor.element(0, as: Int32.self) == Int32(number)
    case .int64: return tensor.element(0, as: Int64.self) == Int64(number)
    default: return false
    }
  }

  /// A static shape that can be relied on. Arguments of functions are not checked against theirs, so bodies have none.
  private static func shape(of output: Output) -> [Int]? {
    output.graph.outer == nil && output.graph.captures.isEmpty ? output.shape.known : nil
  }

  /// The outputs, when they follow from the graph alone.
  private func folded(_ node: Node, _ inputs: [Int], _ known: [Tensor?]) -> [Tensor]? {
    switch node.type {
    case "Shape", "Rank", "Size":
      if PlanSimplifier.shape(of: node.inputs[0]) != nil, let value = constantValue(of: node.output()) {
        return [value]
      }
    default: break
    }
    guard let kernel = node.definition.kernel, !inputs.isEmpty else { return nil }
    var values: [Tensor] = []
    for input in inputs {
      guard let value = known[input], value.byteCount <= PlanSimplifier.constantLimit else { return nil }
      values.append(value)
    }
    for (index, shape) in node.outputShapes.enumerated() {
      guard let count = shape.elementCount,
        count <= PlanSimplifier.constantLimit / max(1, node.outputTypes[index].itemSize)
      else { return nil }
    }
    // A failure shows when the node runs, with its name.
    let context = KernelContext(node: node, environment: PlanSimplifier.nowhere)
    context.setInputs(values)
    guard (try? kernel(context)) != nil else { return nil }
    var outputs: [Tensor] = []
    for index in node.outputTypes.indices {
      guard let value = context.takeOutput(index) else { return nil }
      outputs.append(value)
    }
    return outputs
  }

  /// An environment without variables and functions.
  private static let nowhere = ExecutionEnvironment(nondeterministicSeed: 0)
}

extension AttributeValue {
  /// Whether two attributes say the same; tensors count as different.
  func isSame(as other: AttributeValue) -> Bool {
    switch (self, other) {
    case (.string(let a), .string(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
    case (.bool(let a), .bool(let b)): a == b
    case (.type(let a), .type(let b)): a == b
    case (.shape(let a), .shape(let b)): a == b
    case (.function(let a), .function(let b)): a == b
    case (.strings(let a), .strings(let b)): a == b
    case (.ints(let a), .ints(let b)): a == b
    case (.floats(let a), .floats(let b)): a.map(\.bitPattern) == b.map(\.bitPattern)
    case (.bools(let a), .bools(let b)): a == b
    case (.types(let a), .types(let b)): a == b
    case (.shapes(let a), .shapes(let b)): a == b
    default: false
    }
  }
}
