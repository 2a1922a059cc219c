import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime

/// A graph and a session on it, for tests that run a few nodes.
final class Scratch {
  let graph: Graph
  lazy var session = Session(graph: graph)

  init() {
    OpCatalog.install()
    graph = Graph()
  }

  func floats(_ values: [Float], _ shape: [Int]) throws -> Output {
    try graph.constant(try Tensor(values, shape: shape))
  }
  func doubles(_ values: [Double], _ shape: [Int]) throws -> Output {
    try graph.constant(try Tensor(values, shape: shape))
  }
  func ints(_ values: [Int32], _ shape: [Int]? = nil) throws -> Output {
    try graph.constant(try Tensor(values, shape: shape ?? [values.count]))
  }
  func longs(_ values: [Int64], _ shape: [Int]? = nil) throws -> Output {
    try graph.constant(try Tensor(values, shape: shape ?? [values.count]))
  }
  func int(_ value: Int32) throws -> Output { try graph.constant(scalar: value) }
  func long(_ value: Int) throws -> Output { try graph.constant(scalar: Int64(value)) }
  func bool(_ value: Bool) throws -> Output { try graph.constant(scalar: value) }
  func text(_ value: String) throws -> Output { try graph.constant(Tensor(string: value)) }

  func run(_ outputs: Output...) throws -> [Tensor] { try session.run(fetches: outputs) }
  func run(_ node: Node) throws { _ = try session.run(fetches: [], targets: [node]) }
  func float(_ output: Output) throws -> [Float] { try run(output)[0].scalars(Float.self) }

  /// A variable with its handle; run `initializer` first.
  func variable(_ name: String, _ value: Tensor) throws -> (handle: Output, initializer: Node) {
    let handle = try graph.op(
      "VarHandleOp",
      attributes: [
        "dtype": .type(value.dtype), "shape": .shape(Shape(known: value.shape)), "shared_name": .string(name),
      ], name: name)
    return (handle, try graph.addNode("AssignVariableOp", [handle, try graph.constant(value)]))
  }

  func read(_ handle: Output, _ dtype: DType = .float32) throws -> Output {
    try graph.op("ReadVariableOp", handle, attributes: ["dtype": .type(dtype)])
  }
}

/// A fingerprint of a tensor's bytes, to compare large tensors with what TensorFlow gave (64-bit FNV-1a).
func fingerprint(_ tensor: Tensor) -> UInt64 {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }
  return value
}

/// The error that `body` throws.
func engineError(_ body: () throws -> Void) -> EngineError? {
  do {
    try body()
    return nil
  } catch { return error as? EngineError }
}
