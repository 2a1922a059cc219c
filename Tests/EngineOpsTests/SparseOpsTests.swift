import EngineCore
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineOps

/// Sparse tensors: what they look like after an op, as TensorFlow 2.15 has it.
@Suite struct SparseOpsTests {
  init() { OpCatalog.install() }

  private func run(_ op: String, _ inputs: [Tensor], _ attributes: [String: AttributeValue] = [:]) throws -> [Tensor] {
    let graph = Graph()
    let node = try graph.addNode(op, try inputs.map { try graph.constant($0) }, attributes: attributes)
    return try Session(graph: graph).run(fetches: node.outputs)
  }

  private func longs(_ values: [Int64], _ shape: [Int]) throws -> Tensor { try Tensor(values, shape: shape) }

  /// [[0, 1], [0, 0], [2, 0]]
  private func matrix() throws -> [Tensor] {
    [try longs([0, 1, 2, 0], [2, 2]), try Tensor([Float(1), 2], shape: [2]), try longs([3, 2], [2])]
  }

  @Test func emptyRowsGetAValue() throws {
    let results = try run("SparseFillEmptyRows", try matrix() + [Tensor(scalar: Float(9))])
    #expect(try results[0].integers() == [0, 1, 1, 0, 2, 0])
    #expect(try results[1].scalars(Float.self) == [1, 9, 2])
    #expect(try results[2].scalars(Bool.self) == [false, true, false])
    #expect(try results[3].integers() == [0, 2])
    let gradients = try run(
      "SparseFillEmptyRowsGrad", [try longs([0, 2], [2]), try Tensor([Float(5), 6, 7], shape: [3])])
    #expect(try gradients[0].scalars(Float.self) == [5, 7])
    #expect(try gradients[1].scalars(Float.self) == [6])
  }

  @Test func orderAndShape() throws {
    let reordered = try run(
      "SparseReorder",
      [try longs([1, 0, 0, 1], [2, 2]), try Tensor(strings: [[1], [2]], shape: [2]), try longs([2, 2], [2])])
    #expect(try reordered[0].integers() == [0, 1, 1, 0])
    #expect(reordered[1].strings == [[2], [1]])
    let reshaped = try run("SparseReshape", [try matrix()[0], try longs([3, 2], [2]), try longs([2, -1], [2])])
    #expect(try reshaped[0].integers() == [0, 1, 1, 1])
    #expect(try reshaped[1].integers() == [2, 3])
    #expect(throws: EngineError.self) {
      _ = try run("SparseReshape", [try matrix()[0], try longs([3, 2], [2]), try longs([4, -1], [2])])
    }
    #expect(throws: EngineError.self) {
      _ = try run(
        "SparseReorder", [try longs([7, 0], [1, 2]), try Tensor([Float(1)], shape: [1]), try longs([2, 2], [2])])
    }
  }

  @Test func throughText() throws {
    let attributes: [String: AttributeValue] = ["dtype": .type(.float32)]
    let whole = try run("DeserializeSparse", [try run("SerializeSparse", try matrix())[0]], attributes)
    #expect(try whole[0].integers() == [0, 1, 2, 0])
    #expect(try whole[1].scalars(Float.self) == [1, 2])
    #expect(try whole[2].integers() == [3, 2])
    let rows = try run("SerializeManySparse", try matrix())[0]
    #expect(rows.shape == [3, 3])
    let again = try run("DeserializeSparse", [rows], attributes)
    #expect(try again[0].integers() == [0, 1, 2, 0])
    #expect(try again[2].integers() == [3, 2])
    #expect(throws: EngineError.self) {
      _ = try run("DeserializeSparse", [try Tensor(strings: [[1], [2], [3]], shape: [3])], attributes)
    }
  }
}
