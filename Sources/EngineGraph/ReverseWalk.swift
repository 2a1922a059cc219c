import EngineCore

/// What to return for a target that the outputs do not depend on.
public enum UnconnectedGradients: Sendable { case none, zero }

extension Graph {
  /// Builds the gradients of the sum of `ys` with respect to each of `xs`.
  ///
  /// - Parameters:
  ///   - gradYs: initial gradients of `ys`; ones where `nil`.
  ///   - stopGradients: outputs that count as constants: their nodes get gradients, but pass none on.
  /// - Returns: one entry for each of `xs`; `nil` where nothing flows.
  /// **Errors**: `TypeError` for a gradient of another dtype, `LookupError` when an op on the way has no gradient.
  public func gradients(
    of ys: [Output], withRespectTo xs: [Output], gradYs: [Output?]? = nil, stopGradients: [Output] = [],
    unconnected: UnconnectedGradients = .none, name: String = "gradients"
  ) throws -> [Gradient?] {
    try withNameScope(name) { _ in
      var walk = ReverseWalk(graph: self, xs: xs, stops: Set(stopGradients.map(\.node.id)))
      for (index, y) in ys.enumerated() {
        let given = gradYs.flatMap { index < $0.count ? $0[index] : nil }
        // Lists of tensors have gradients that are lists; nobody can make up the first one.
        guard y.dtype.isFloating || y.dtype.isComplex || (y.dtype == .variant && given != nil) else { continue }
        if let given {
          guard given.dtype == y.dtype else {
            throw EngineError.type("Gradient type \(given.dtype) generated for \(y) does not match its type \(y.dtype)")
          }
          walk.add(.dense(given), to: y)
        } else {
          walk.add(.dense(try ones(like: y, name: "grad_ys_\(index)")), to: y)
        }
      }
      try walk.run(from: ys.map(\.node))
      return try xs.map { x in
        if let gradient = try walk.total(for: x) { return gradient }
        if unconnected == .zero { return .dense(try addNode("ZerosLike", [x], name: "zeros_like").output()) }
        return nil
      }
    }
  }

  private func ones(like y: Output, name: String) throws -> Output {
    let shape: Output
    if let known = y.shape.known {
      shape = try constant(known.map { Int32(truncatingIfNeeded: $0) }, name: "Shape")
    } else {
      shape = try addNode("Shape", [y], attributes: ["out_type": .type(.int32)], name: "Shape").output()
    }
    let one = try constant(Tensor(scalar: 1, dtype: y.dtype), name: "\(name)/Const")
    return try addNode("Fill", [shape, one], name: name).output()
  }
}

/// The state of one reverse walk.
private struct ReverseWalk {
  let graph: Graph
  /// Ids of the nodes through which nothing flows.
  let stops: Set<Int>
  private let targets: Set<Output>
  private var pending: [Output: [Gradient]] = [:]

  init(graph: Graph, xs: [Output], stops: Set<Int>) {
    self.graph = graph
    self.stops = stops
    targets = Set(xs)
  }

  mutating func add(_ gradient: Gradient, to output: Output) { pending[output, default: []].append(gradient) }

  /// Nodes between the targets and the outputs: only these take part.
  private func reachable(from sources: [Node]) -> Set<Int> {
    // Forward: which nodes depend on a target. Ids are a topological order.
    var dependents = Set<Int>(targets.map(\.node.id))
    let lowest = dependents.min() ?? 0
    let highest = sources.map(\.id).max() ?? -1
    guard lowest <= highest else { return [] }
    for node in graph.nodes[lowest...highest] where !stops.contains(node.id) {
      if node.inputs.contains(where: { dependents.contains($0.node.id) }) { dependents.insert(node.id) }
    }
    // Backward: which of them the sources depend on.
    var result = Set<Int>()
    var stack = sources
    while let node = stack.popLast() {
      guard dependents.contains(node.id), result.insert(node.id).inserted else { continue }
      if !stops.contains(node.id) { stack.append(contentsOf: node.inputs.map(\.node)) }
    }
    return result
  }

  mutating func run(from sources: [Node]) throws {
    let between = reachable(from: sources)
    for id in between.sorted(by: >) {
      let node = graph.nodes[id]
      guard !stops.contains(id), node.inputs.contains(where: { between.contains($0.node.id) }) else { continue }
      let outputGradients = try node.outputs.map { try total(for: $0) }
      guard outputGradients.contains(where: { $0 != nil }) else { continue }
      switch node.definition.gradient {
      case .none: continue
      case .undefined:
        throw EngineError(
          kind: .key, code: .unimplemented,
          "No gradient defined for operation '\(node.name)' (op type: \(node.type)).", nodeName: node.name,
          origin: node.origin)
      case .rule(let rule):
        let gradients = try graph.withNameScope("\(node.name)_grad") { _ in
          let context = GradientContext(node: node, outputGradients: outputGradients)
          let raw = try rule(context)
          guard node.definition.broadcasts else { return raw }
          return try zip(node.inputs, raw).map { input, gradient in
            guard case .dense(let dense)? = gradient else { return gradient }
            return .dense(try unbroadcast(dense, like: input, among: node.inputs))
          }
        }
        for (input, gradient) in zip(node.inputs, gradients) {
          guard let gradient, between.contains(input.node.id) else { continue }
          // The gradient of a variable arrives at its handle.
          guard gradient.dtype == input.dtype || input.dtype == .resource else {
            throw EngineError.type(
              "Gradient type \(gradient.dtype) generated for op '\(node.name)' does not match the input's type \(input.dtype)"
            )
          }
          add(gradient, to: input)
        }
      }
    }
  }

  /// Sums what has arrived at an output; the sum replaces the parts.
  mutating func total(for output: Output) throws -> Gradient? {
    guard let parts = pending[output], let first = parts.first else { return nil }
    guard parts.count > 1 else { return first }
    let sum: Gradient
    let slices = parts.compactMap { if case .slices(let value) = $0 { value } else { nil } }
    if slices.count == parts.count {
      let axis = try graph.constant(scalar: Int32(0), name: "concat/axis")
      let values = try graph.addNode("ConcatV2", arguments: [slices.map(\.values), [axis]], name: "concat").output()
      let indices = try graph.addNode("ConcatV2", arguments: [slices.map(\.indices), [axis]], name: "concat").output()
      sum = .slices(IndexedSlices(values: values, indices: indices, denseShape: slices[0].denseShape))
    } else {
      let dense = try parts.map { part in
        switch part {
        case .dense(let output): return output
        case .slices(let slices): return try graph.densify(slices)
        }
      }
      sum = .dense(try graph.addNode("AddN", arguments: [dense], name: "AddN").output())
    }
    pending[output] = [sum]
    return sum
  }
}

/// Undoes broadcasting: sums a gradient over the axes along which `input` was repeated. Done here once for all ops.
///
/// Where the static shapes tell, the axes are constants or nothing is added at all; otherwise the graph computes them.
private func unbroadcast(_ gradient: Output, like input: Output, among inputs: [Output]) throws -> Output {
  let graph = gradient.graph
  if let target = input.shape.dimensions, let rank = gradient.shape.rank ?? inputs.compactMap(\.shape.rank).max() {
    let extra = rank - target.count
    var axes: [Int32] = []
    var isStatic = extra >= 0 && inputs.allSatisfy { $0.shape.rank != nil }
    for axis in 0..<max(rank, 0) where isStatic {
      // The sizes of the other inputs along this axis; absent axes count as 1.
      let others: [Int?] = inputs.filter { $0 != input }.map { other in
        let offset = rank - (other.shape.rank ?? 0)
        return axis < offset ? 1 : other.shape[axis - offset]
      }
      let own: Int? = axis < extra ? 1 : target[axis - extra]
      if axis < extra {
        axes.append(Int32(truncatingIfNeeded: axis))
      } else if others.allSatisfy({ $0 == 1 }) || (own != nil && own != 1) {
        continue
      } else if own == 1, others.contains(where: { $0 != nil && $0 != 1 }) {
        axes.append(Int32(truncatingIfNeeded: axis))
      } else {
        isStatic = false
      }
    }
    if isStatic {
      if axes.isEmpty { return gradient }
      let keepsRank = extra == 0
      guard keepsRank || axes.count == extra else { return try dynamicUnbroadcast(gradient, like: input) }
      let indices = try graph.constant(axes, name: "Sum/reduction_indices")
      return try graph.addNode(
        "Sum", [gradient, indices], attributes: ["keep_dims": .bool(keepsRank)], name: "Sum"
      ).output()
    }
  }
  return try dynamicUnbroadcast(gradient, like: input)
}

private func dynamicUnbroadcast(_ gradient: Output, like input: Output) throws -> Output {
  let graph = gradient.graph
  let inputShape = try graph.addNode("Shape", [input], name: "Shape").output()
  let gradientShape = try graph.addNode("Shape", [gradient], name: "Shape").output()
  let axes = try graph.addNode("BroadcastGradientArgs", [inputShape, gradientShape], name: "BroadcastGradientArgs")
    .output(0)
  let sum = try graph.addNode("Sum", [gradient, axes], name: "Sum").output()
  let result = try graph.addNode("Reshape", [sum, inputShape], name: "Reshape").output()
  try result.setShape(input.shape)
  return result
}
