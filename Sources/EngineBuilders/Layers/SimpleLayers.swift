import EngineCore
import EngineGraph

/// Whether a layer behaves as in training.
public enum TrainingFlag {
  case fixed(Bool)
  /// A boolean scalar that decides in each run.
  case tensor(Output)
}

/// All dimensions after the first as one.
public final class Flatten: Layer {
  let isChannelsFirst: Bool

  public init(in graph: Graph, isChannelsFirst: Bool = false, name: String? = nil) throws {
    self.isChannelsFirst = isChannelsFirst
    try super.init(in: graph, kind: "flatten", name: name)
  }

  public override func compute(_ input: Output) throws -> Output {
    var input = input
    guard let rank = input.shape.rank else {
      let batch = try graph.element(try graph.shapeVector(input), 0)
      let result = try graph.addNode("Reshape", [input, try graph.pack([.tensor(batch), .integer(-1)])]).output()
      try result.setShape([nil, nil])
      return result
    }
    guard rank >= 1 else {
      throw EngineError.value(
        "Input 0 of layer \"\(name)\" is incompatible with the layer: expected min_ndim=1, found "
          + "ndim=\(rank). Full shape received: \(input.shape)")
    }
    if isChannelsFirst, rank > 1 {
      let order = [0] + Array(2..<rank) + [1]
      input = try graph.apply("Transpose", as: "transpose", .tensor(input), .integers(order))
    }
    if rank == 1 { return try graph.expandDimensions(.tensor(input), axis: 1) }
    let inner = Shape(Array((input.shape.dimensions ?? []).dropFirst()))
    if let count = inner.elementCount {
      let shape = try graph.constant([Int32(-1), Int32(truncatingIfNeeded: count)])
      let result = try graph.addNode("Reshape", [input, shape]).output()
      try result.setShape([input.shape[0], count])
      return result
    }
    let batch = try graph.element(try graph.shapeVector(input), 0)
    return try graph.withNameScope("Reshape") { scope in
      let shape = try graph.pack([.tensor(batch), .integer(-1)], name: "shape")
      let result = try graph.addNode("Reshape", [input, shape], name: scope).output()
      try result.setShape([input.shape[0], nil])
      return result
    }
  }
}

/// ``NN/dropout(_:rate:noiseShape:seed:name:)`` while training, the identity otherwise.
public final class Dropout: Layer {
  let rate: Operand
  /// Sizes of the random decisions; `nil` entries are the input's.
  let noiseShape: [Operand?]?
  let seed: Int?
  public var training = TrainingFlag.fixed(false)

  public init(
    in graph: Graph, rate: Operand = 0.5, noiseShape: [Operand?]? = nil, seed: Int? = nil, name: String? = nil
  ) throws {
    if case .number(let number) = rate, !(0...1).contains(number) {
      throw EngineError.value(
        "Invalid value \(number) received for `rate`, expected a value between 0 and 1.")
    }
    self.rate = rate
    self.noiseShape = noiseShape
    self.seed = seed
    try super.init(in: graph, kind: "dropout", name: name)
  }

  public override func compute(_ input: Output) throws -> Output {
    switch training {
    case .fixed(false): return try graph.addNode("Identity", [input]).output()
    case .fixed(true): return try dropped(input)
    case .tensor(let flag):
      return try graph.withNameScope("cond") { scope in
        let condition = flag.shape.rank == 0 ? flag : try graph.squeeze(flag, axes: [])
        let result = try graph.addNode("SelectV2", [condition, try dropped(input), input], name: scope).output()
        try result.setShape(input.shape)
        return result
      }
    }
  }

  private func dropped(_ input: Output) throws -> Output {
    guard let noiseShape else { return try NN.dropout(input, rate: rate, seed: seed) }
    let shape = try graph.shapeVector(input)
    let sizes = try noiseShape.enumerated().map { axis, size in
      try size ?? .tensor(try graph.element(shape, axis))
    }
    let packed = try graph.pack(sizes, name: "packed")
    return try NN.dropout(input, rate: rate, noiseShape: .tensor(packed), seed: seed)
  }
}
