import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime
import EngineTestSupport
import Glibc
import Testing

/// The cross entropy against distributions, whose gradient formula holds for labels that add up to 1; the table test's
/// free labels don't.
@Suite struct NNCrossEntropyTests {
  @Test func lossesAndGradientsFollowTheFormula() throws {
    OpCatalog.install()
    let logits: [Double] = [1, -2, 0.5, 3, 0, -1]
    let labels: [Double] = [0.2, 0.3, 0.5, 0, 1, 0]
    let graph = Graph()
    let x = try graph.constant(Tensor(logits, shape: [2, 3]))
    let y = try graph.constant(Tensor(labels, shape: [2, 3]))
    let node = try graph.addNode("SoftmaxCrossEntropyWithLogits", [x, y])
    let gradients = try graph.gradients(of: [node.output(0)], withRespectTo: [x, y])
    let dense = gradients.compactMap { gradient -> Output? in
      if case .dense(let output)? = gradient { return output }
      return nil
    }
    #expect(dense.count == 2)
    let results = try Session(graph: graph).run(fetches: [node.output(0)] + dense)
    for row in 0..<2 {
      let z = Array(logits[row * 3..<row * 3 + 3])
      let sum = z.map { exp($0) }.reduce(0, +)
      let logs = z.map { $0 - log(sum) }
      let l = Array(labels[row * 3..<row * 3 + 3])
      let loss = -zip(l, logs).map { $0 * $1 }.reduce(0, +)
      #expect(abs(try results[0].scalars(Double.self)[row] - loss) < 1e-14)
      for column in 0..<3 {
        let dx = try results[1].scalars(Double.self)[row * 3 + column]
        let dy = try results[2].scalars(Double.self)[row * 3 + column]
        #expect(abs(dx - (exp(logs[column]) - l[column])) < 1e-14)
        #expect(abs(dy + logs[column]) < 1e-14)
      }
    }
  }
}
