import EngineCore
import EngineFormats
import EngineGraph

/// A number that tells programs apart by their graphs.
///
/// It covers the nodes with their inputs and attributes, constants by their content, and the function bodies that are
/// called; not what differs between two runs of one program: the tokens of host functions, source lines, the values that
/// initializers work with (Keras draws their seeds anew in each process, and a restored variable does not need them).
struct GraphFingerprint {
  /// FNV-1a.
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  private var seen = Set<ObjectIdentifier>()

  init(_ graph: Graph) { add(graph) }

  private mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    value = (value ^ 0xff) &* 0x100_0000_01b3
  }

  private mutating func add(_ graph: Graph) {
    guard seen.insert(ObjectIdentifier(graph)).inserted else { return }
    for node in graph.nodes {
      let initializes = node.name.contains("/Initializer/")
      add(node.name)
      add(node.type)
      for input in node.inputs { add("\(input.node.name):\(input.index)") }
      for control in node.controlInputs { add("^" + control.name) }
      for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) where name != "token" {
        if initializes, name == "seed" || name == "seed2" { continue }
        add("\(name)=\(attribute)")
        if !initializes, case .tensor(let tensor) = attribute { add(String(GraphFingerprint.checksum(tensor))) }
      }
    }
    for function in graph.calledFunctions() {
      add(function.name)
      add(function.body)
    }
  }

  private static func checksum(_ tensor: Tensor) -> UInt32 {
    var sum = Checksum()
    if tensor.dtype == .string {
      for element in tensor.strings {
        sum.update(littleEndian: UInt64(element.count))
        sum.update(element)
      }
    } else if tensor.dtype.isPlainData {
      withExtendedLifetime(tensor) {
        sum.update(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))
      }
    }
    return sum.masked
  }
}
