import EngineCore
import EngineGraph
import EngineRuntime
import EngineTestSupport
import Foundation
import Testing

@testable import EngineOps

/// Values and gradients of the samples against those that TensorFlow computed; see `Fixtures/make_goldens.py`.
@Suite struct OpGoldenTests {
  init() { OpCatalog.install() }

  /// A tensor as the JSON files hold it.
  struct StoredTensor: Codable {
    var dtype: String
    var shape: [Int]
    /// Numbers, with NaN and infinities as text; strings as text.
    var values: [Value]
  }

  enum Value: Codable, Equatable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      }
    }
  }

  struct StoredCase: Codable {
    var op: String
    var index: Int
    var attributes: [String: StoredAttribute]
    /// For each argument its tensors.
    var arguments: [[StoredTensor]]
    var argumentNames: [String]
    var constants: [Bool]
  }

  struct StoredAttribute: Codable {
    var kind: String
    var value: [Value]
  }

  struct Golden: Codable {
    var op: String
    var index: Int
    var outputs: [StoredTensor]
    /// For each flat input; `nil` where nothing flows.
    var gradients: [StoredTensor?]?
  }

  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func indexedCases() -> [(name: String, index: Int, opCase: OpCase)] {
    var counts: [String: Int] = [:]
    return OpTableTests.cases.map { definition, sample in
      let index = counts[definition.name, default: 0]
      counts[definition.name] = index + 1
      let type = OpCase.openTypes(definition, sample).first ?? .float64
      return (definition.name, index, OpCase(definition, sample, dtype: type))
    }
  }

  static func stored(_ tensor: Tensor) throws -> StoredTensor {
    let values: [Value]
    if tensor.dtype == .string {
      values = tensor.strings.map { .text(String(decoding: $0, as: UTF8.self)) }
    } else {
      values = try tensor.doubles().map { $0.isFinite ? .number($0) : .text("\($0)") }
    }
    return StoredTensor(dtype: tensor.dtype.name, shape: tensor.shape, values: values)
  }

  static func stored(_ attribute: AttributeValue) -> StoredAttribute {
    func numbers(_ values: [Int]) -> [Value] { values.map { .number(Double($0)) } }
    switch attribute {
    case .int(let value): return .init(kind: "int", value: numbers([value]))
    case .bool(let value): return .init(kind: "bool", value: numbers([value ? 1 : 0]))
    case .float(let value): return .init(kind: "float", value: [.number(Double(value))])
    case .string(let value): return .init(kind: "string", value: [.text(String(decoding: value, as: UTF8.self))])
    case .type(let value): return .init(kind: "type", value: [.text(value.name)])
    case .ints(let values): return .init(kind: "ints", value: numbers(values))
    case .floats(let values): return .init(kind: "floats", value: values.map { .number(Double($0)) })
    case .types(let values): return .init(kind: "types", value: values.map { .text($0.name) })
    case .shape(let value): return .init(kind: "shape", value: numbers((value.dimensions ?? []).map { $0 ?? -1 }))
    default: return .init(kind: "unsupported", value: [])
    }
  }

  /// Writes the samples where `OP_SAMPLES_OUT` says, for the script that makes the goldens.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["OP_SAMPLES_OUT"] != nil))
  func exportSamples() throws {
    let path = try #require(ProcessInfo.processInfo.environment["OP_SAMPLES_OUT"])
    let cases = try OpGoldenTests.indexedCases().map { name, index, opCase in
      var rest = try opCase.tensors().map { try OpGoldenTests.stored($0) }[...]
      let arguments: [[StoredTensor]] = opCase.definition.inputs.map { argument in
        var count = 1
        switch argument.arity {
        case .single: break
        case .repeated(let name, _): if case .int(let number)? = opCase.sample.attributes[name] { count = number }
        case .list(let name): if case .types(let types)? = opCase.sample.attributes[name] { count = types.count }
        }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
      }
      return StoredCase(
        op: name, index: index, attributes: opCase.sample.attributes.mapValues { OpGoldenTests.stored($0) },
        arguments: arguments, argumentNames: opCase.definition.inputs.map(\.name),
        constants: opCase.sample.inputs.map(\.isConstant))
    }
    try JSONEncoder().encode(cases).write(to: URL(fileURLWithPath: path))
  }

  @Test func agreeWithTensorFlow() throws {
    let data = try Data(contentsOf: OpGoldenTests.fixtures.appendingPathComponent("goldens.json"))
    let goldens = try JSONDecoder().decode([Golden].self, from: data)
    let known = Dictionary(uniqueKeysWithValues: goldens.map { ("\($0.op) \($0.index)", $0) })
    #expect(known.count > 150)
    for (name, index, opCase) in OpGoldenTests.indexedCases() {
      guard let golden = known["\(name) \(index)"] else { continue }
      do {
        try compare(opCase, golden, "\(name) \(index) \(opCase.sample.attributes)")
      } catch {
        Issue.record("\(name) \(index): \(error)")
      }
    }
  }

  private func compare(_ opCase: OpCase, _ golden: Golden, _ label: String) throws {
    let graph = Graph()
    let (node, inputs, feeds) = try opCase.build(in: graph)
    let session = Session(graph: graph)
    let outputs = try session.run(fetches: node.outputs, feeds: feeds)
    try #require(outputs.count == golden.outputs.count, "\(label)")
    for (output, expected) in zip(outputs, golden.outputs) { try expect(output, expected, "\(label) output") }
    guard let gradients = golden.gradients else { return }
    if case .undefined = opCase.definition.gradient { return }
    let (ys, weights) = try zip(node.outputs, outputs).enumerated().reduce(into: ([Output](), [Output?]())) {
      result, item in
      let (index, (y, value)) = item
      guard y.dtype.isFloating else { return }
      result.0.append(y)
      result.1.append(
        try graph.constant(OpCase.tensor(.init(value.shape, .uniform(-1, 1)), index: 7 + index, dtype: y.dtype)))
    }
    let mine = try graph.gradients(of: ys, withRespectTo: inputs, gradYs: weights)
    for (index, expected) in gradients.enumerated() {
      // TensorFlow reports zeros for some integer inputs.
      guard let expected, inputs[index].dtype.isFloating else { continue }
      guard let gradient = mine[index] else {
        Issue.record("\(label): no gradient for input \(index)")
        continue
      }
      let dense: Output
      switch gradient {
      case .dense(let output): dense = output
      case .slices(let slices): dense = try graph.densify(slices)
      }
      try expect(try session.run(fetches: [dense], feeds: feeds)[0], expected, "\(label) gradient \(index)")
    }
  }

  private func expect(_ tensor: Tensor, _ expected: StoredTensor, _ label: String) throws {
    #expect(tensor.dtype.name == expected.dtype, "\(label)")
    #expect(tensor.shape == expected.shape, "\(label)")
    let mine = try OpGoldenTests.stored(tensor).values
    guard mine.count == expected.values.count else { return }
    let tolerance =
      tensor.dtype == .float64 ? 1e-10 : tensor.dtype == .float32 ? 2e-6 : tensor.dtype.isFloating ? 1e-2 : 0
    let largest = expected.values.reduce(1.0) {
      if case .number(let x) = $1 { max($0, min(x.magnitude, 1e30)) } else { $0 }
    }
    for (position, (a, b)) in zip(mine, expected.values).enumerated() {
      switch (a, b) {
      case (.number(let x), .number(let y)):
        #expect(
          (x - y).magnitude <= tolerance * max(y.magnitude, largest * 1e-3), "\(label)[\(position)]: \(x), not \(y)")
      default: #expect(a == b, "\(label)[\(position)]")
      }
    }
  }
}
