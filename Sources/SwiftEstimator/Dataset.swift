import EngineBuilders
import EngineCore
import EngineGraph
import EngineOps

/// Examples from arrays, and how they are shuffled, repeated and batched.
///
///   let dataset = try Dataset(features: ["x": x], labels: y).shuffled(bufferSize: 150, seed: 1).repeated().batched(32)
public struct Dataset {
  private enum Step {
    case shuffle(bufferSize: Int, seed: Int?)
    case repetition(count: Int)
    case batch(size: Int, dropsRemainder: Bool)
    case take(count: Int)
    case prefetch(count: Int)
  }

  let featureNames: [String]
  private let features: [Tensor]
  private let labels: Tensor?
  private var steps: [Step] = []

  /// - Parameters:
  ///   - features: tensors by name; the first dimension counts the examples.
  ///   - labels: one for each example.
  /// **Errors**: `ValueError` when the numbers of examples differ.
  public init(features: [String: Tensor], labels: Tensor? = nil) throws {
    let sorted = features.sorted { $0.key < $1.key }
    featureNames = sorted.map(\.key)
    self.features = sorted.map(\.value)
    self.labels = labels
    let counts = Set((self.features + [labels].compactMap { $0 }).map { $0.shape.first ?? -1 })
    guard counts.count == 1, counts.first != -1 else {
      throw EngineError.value("features and labels must have the same number of rows, got \(counts.sorted())")
    }
  }

  /// A copy with the examples in another order: each is drawn from a buffer of `bufferSize`.
  public func shuffled(bufferSize: Int, seed: Int? = nil) -> Dataset {
    adding(.shuffle(bufferSize: bufferSize, seed: seed))
  }
  /// A copy that starts again `count` times; for ever by default.
  public func repeated(_ count: Int = -1) -> Dataset { adding(.repetition(count: count)) }
  /// A copy whose elements are batches of examples.
  public func batched(_ size: Int, dropsRemainder: Bool = false) -> Dataset {
    adding(.batch(size: size, dropsRemainder: dropsRemainder))
  }
  /// A copy of the first `count` elements.
  public func taking(_ count: Int) -> Dataset { adding(.take(count: count)) }
  /// A copy that prepares elements ahead.
  public func prefetched(_ count: Int = 1) -> Dataset { adding(.prefetch(count: count)) }

  private func adding(_ step: Step) -> Dataset {
    var copy = self
    copy.steps.append(step)
    return copy
  }

  /// Adds the dataset to a graph. Returns the next element's tensors and the node that starts from the beginning.
  func build(in graph: Graph) throws -> (features: [String: Output], labels: Output?, initializer: Node) {
    let components = features + (labels.map { [$0] } ?? [])
    var shapes = components.map { Shape(known: Array($0.shape.dropFirst())) }
    let types = components.map(\.dtype)
    func attributes(_ more: [String: AttributeValue] = [:]) -> [String: AttributeValue] {
      more.merging(["output_types": .types(types), "output_shapes": .shapes(shapes)]) { first, _ in first }
    }
    func number(_ value: Int) throws -> Output { try graph.constant(scalar: Int64(value)) }
    var dataset = try graph.op(
      "TensorSliceDataset", arguments: [try components.map { try graph.constant($0) }],
      attributes: ["output_shapes": .shapes(shapes)])
    for step in steps {
      switch step {
      case .shuffle(let bufferSize, let seed):
        let seeds = graph.randomSeeds(op: seed)
        dataset = try graph.op(
          "ShuffleDataset", dataset, number(bufferSize), number(seeds.seed), number(seeds.seed2),
          attributes: attributes())
      case .repetition(let count):
        dataset = try graph.op("RepeatDataset", dataset, number(count), attributes: attributes())
      case .batch(let size, let dropsRemainder):
        shapes = shapes.map { Shape(([dropsRemainder ? size : nil] as [Int?]) + ($0.dimensions ?? [])) }
        dataset = try graph.op(
          "BatchDatasetV2", dataset, number(size), graph.constant(scalar: dropsRemainder), attributes: attributes())
      case .take(let count):
        dataset = try graph.op("TakeDataset", dataset, number(count), attributes: attributes())
      case .prefetch(let count):
        dataset = try graph.op("PrefetchDataset", dataset, number(count), attributes: attributes())
      }
    }
    let iterator = try graph.addNode(
      "IteratorV2", attributes: attributes(["shared_name": .string(""), "container": .string("")])
    ).output()
    let initializer = try graph.addNode("MakeIterator", [dataset, iterator])
    let next = try graph.addNode("IteratorGetNext", [iterator], attributes: attributes()).outputs
    return (
      Dictionary(zip(featureNames, next), uniquingKeysWith: { first, _ in first }),
      labels == nil ? nil : next[featureNames.count], initializer
    )
  }
}
