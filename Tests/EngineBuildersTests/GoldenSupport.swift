import EngineCore
import EngineGraph
import Foundation
import Testing

@testable import EngineBuilders

/// The nodes TensorFlow builds, from `Fixtures/builders/nodes.txt`.
enum Goldens {
  static let cases: [String: [String]] = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/builders/nodes.txt")
    var result: [String: [String]] = [:]
    var name = ""
    let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("== ") {
        name = String(line.dropFirst(3))
        result[name] = []
      } else {
        result[name, default: []].append(String(line))
      }
    }
    return result
  }()

  static func lines(of graph: Graph) -> [String] {
    graph.nodes.filter { !$0.name.hasPrefix("gradients/") }.map { node in
      let inputs = node.inputs.map { $0.index == 0 ? $0.node.name : "\($0.node.name):\($0.index)" }
      let controls = node.controlInputs.map { "^" + $0.name }.sorted()
      return ([node.name, node.type] + inputs + controls).joined(separator: " ")
    }
  }

  /// Builds a graph and compares it line by line with the case of that name.
  static func check(_ name: String, _ build: (Graph) throws -> Void) throws {
    StubOps.install()
    let graph = Graph()
    do { try build(graph) } catch { Issue.record("\(name): \(error)") }
    let actual = lines(of: graph)
    let expected = try #require(cases[name], "no golden case '\(name)'")
    guard actual != expected else { return }
    let index = zip(actual, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(actual.count, expected.count)
    func near(_ lines: [String]) -> String { lines[min(index, lines.count)...].prefix(4).joined(separator: "\n    ") }
    Issue.record("\(name) differs at node \(index):\n  built\n    \(near(actual))\n  expected\n    \(near(expected))")
  }
}

extension Graph {
  func placeholder(_ dtype: DType, _ shape: Shape) throws -> Output {
    try addNode("Placeholder", attributes: ["dtype": .type(dtype), "shape": .shape(shape)]).output()
  }
  func floats(_ dimensions: Int?...) throws -> Output { try placeholder(.float32, Shape(dimensions)) }
  func longs(_ dimensions: Int?...) throws -> Output { try placeholder(.int64, Shape(dimensions)) }
}
