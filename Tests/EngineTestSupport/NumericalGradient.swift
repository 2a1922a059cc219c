import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime

/// The difference between a gradient that the graph gives and a central difference of the function.
public struct GradientMismatch: CustomStringConvertible {
  public let input: Int
  public let element: Int
  public let analytic: Double
  public let numeric: Double
  public var description: String {
    "input \(input), element \(element): graph says \(analytic), differences \(numeric)"
  }
}

extension OpCase {
  /// Checks gradients of a fixed projection of all floating outputs in float64, element by element.
  ///
  /// - Returns: what is off by more than the sample's tolerance, relative to the largest gradient or 1.
  public func gradientMismatches() throws -> [GradientMismatch] {
    let graph = Graph()
    let (node, inputs, feeds) = try build(in: graph)
    let outputs = node.outputs.filter { $0.dtype == .float64 }
    guard !outputs.isEmpty else { return [] }
    let session = Session(graph: graph)
    // Placeholders for the projection's weights, whose shapes only a run tells.
    let values = try session.run(fetches: outputs, feeds: feeds)
    let weights = try values.enumerated().map { index, value in
      try OpCase.tensor(
        .init(value.shape, .uniform(-1, 1)), index: 7 + index, dtype: .float64)
    }
    let weightOutputs = try weights.map { try graph.constant($0) }
    let targets = inputs.enumerated().filter { $1.dtype == .float64 }
    let gradients = try graph.gradients(
      of: outputs, withRespectTo: targets.map(\.element), gradYs: weightOutputs.map { $0 })
    var mismatches: [GradientMismatch] = []
    for (target, gradient) in zip(targets, gradients) {
      guard let gradient, let place = feeds.firstIndex(where: { $0.0 == target.element }) else { continue }
      let dense: Output
      switch gradient {
      case .dense(let output): dense = output
      case .slices(let slices): dense = try graph.densify(slices)
      }
      let tensor = try session.run(fetches: [dense], feeds: feeds)[0]
      guard tensor.shape == feeds[place].1.shape else {
        throw EngineError.internal(
          "gradient of input \(target.offset) has shape \(tensor.shape), not \(feeds[place].1.shape)")
      }
      let analytic = try tensor.doubles()
      let base = try feeds[place].1.doubles()
      let step = 1e-6
      func projection(_ point: [Double]) throws -> Double {
        var moved = feeds
        moved[place].1 = try Tensor(point, shape: feeds[place].1.shape)
        let results = try session.run(fetches: outputs, feeds: moved)
        var sum = 0.0
        for (result, weight) in zip(results, weights) {
          for (a, b) in zip(try result.doubles(), try weight.doubles()) { sum += a * b }
        }
        return sum
      }
      for element in base.indices {
        var (above, below) = (base, base)
        above[element] += step
        below[element] -= step
        let numeric = (try projection(above) - projection(below)) / (2 * step)
        let scale = max(1, analytic[element].magnitude, numeric.magnitude)
        if !((analytic[element] - numeric).magnitude <= sample.gradientTolerance * scale) {
          mismatches.append(
            .init(input: target.offset, element: element, analytic: analytic[element], numeric: numeric))
        }
      }
    }
    return mismatches
  }
}
