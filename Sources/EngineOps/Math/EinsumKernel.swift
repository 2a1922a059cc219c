import EngineCore
import EngineGraph
import EngineKernels

extension EinsumEquation {
  /// Computes the equation: each input is brought to the form [batch, own, shared], then one product of stacks of
  /// matrices, then the axes are put in order.
  func compute(_ tensors: [Tensor]) throws -> Tensor {
    var operands = try zip(tensors, inputs).map { try Operand($0, $1) }
    let sizes = try self.sizes(tensors.map { $0.shape.map { $0 } }).mapValues { $0 ?? 1 }
    // Labels that only one input has and the output has not are summed away first.
    for index in operands.indices {
      let others = Set(operands.indices.filter { $0 != index }.flatMap { operands[$0].labels })
      try operands[index].sum { !output.contains($0) && !others.contains($0) }
    }
    var result = operands[0]
    for next in operands.dropFirst() { result = try EinsumEquation.product(result, next, output) }
    return try result.ordered(output, sizes).tensor
  }

  /// A tensor with its axes' names.
  struct Operand {
    var tensor: Tensor
    var labels: [Label]

    /// Takes diagonals where a label is repeated.
    init(_ tensor: Tensor, _ labels: [Label]) throws {
      guard tensor.rank == labels.count else {
        throw EngineError.invalidArgument("Expected input of rank \(labels.count) but got \(tensor.bracketedShape)")
      }
      var distinct: [Label] = []
      for label in labels where !distinct.contains(label) { distinct.append(label) }
      self.labels = distinct
      guard distinct.count < labels.count else {
        self.tensor = tensor
        return
      }
      let steps = StridedWalk.strides(tensor.shape)
      let places = distinct.map { label in labels.indices.filter { labels[$0] == label } }
      for same in places where Set(same.map { tensor.shape[$0] }).count > 1 {
        throw EngineError.invalidArgument("a repeated label has different sizes in \(tensor.bracketedShape)")
      }
      let shape = places.map { tensor.shape[$0[0]] }
      let diagonal = try Tensor(uninitialized: tensor.dtype, shape: shape)
      try Kernels.copy(
        tensor, into: diagonal,
        StridedWalk(
          shape: shape, sourceStrides: places.map { $0.reduce(0) { $0 + steps[$1] } },
          destinationStrides: StridedWalk.strides(shape)))
      self.tensor = diagonal
    }

    mutating func sum(_ isSummed: (Label) -> Bool) throws {
      let axes = labels.indices.filter { isSummed(labels[$0]) }
      if axes.isEmpty { return }
      let kept = labels.indices.filter { !axes.contains($0) }
      let y = try Tensor(uninitialized: tensor.dtype, shape: kept.map { tensor.shape[$0] })
      try Kernels.reduce(.sum, tensor, axes: axes, into: y)
      tensor = y
      labels = kept.map { labels[$0] }
    }

    /// The same with axes in the given order, which may name axes that are missing: these are repeated.
    func ordered(_ order: [Label], _ sizes: [Label: Int]) throws -> Operand {
      if order == labels, zip(order, tensor.shape).allSatisfy({ sizes[$0] == $1 }) { return self }
      let steps = StridedWalk.strides(tensor.shape)
      let shape = order.map { sizes[$0] ?? 1 }
      var repeated = Set<Label>()
      var sourceStrides: [Int] = []
      for label in order {
        let place = labels.firstIndex(of: label)
        let isBroadcast = place.map { tensor.shape[$0] == 1 } ?? true
        sourceStrides.append(isBroadcast ? 0 : place.map { steps[$0] } ?? 0)
        guard repeated.insert(label).inserted else {
          throw EngineError.unimplemented("einsum with a label repeated in the output is not supported")
        }
      }
      let y = try Tensor(uninitialized: tensor.dtype, shape: shape)
      try Kernels.copy(
        tensor, into: y,
        StridedWalk(shape: shape, sourceStrides: sourceStrides, destinationStrides: StridedWalk.strides(shape)))
      var result = self
      result.tensor = y
      result.labels = order
      return result
    }

    func size(_ label: Label) -> Int? { labels.firstIndex(of: label).map { tensor.shape[$0] } }
  }

  /// The product of two operands, with the labels that both have and the output has not summed away.
  private static func product(_ a: Operand, _ b: Operand, _ output: [Label]) throws -> Operand {
    let shared = a.labels.filter { b.labels.contains($0) }
    let batch = shared.filter { output.contains($0) }
    let summed = shared.filter { !output.contains($0) }
    let ownA = a.labels.filter { !shared.contains($0) }
    let ownB = b.labels.filter { !shared.contains($0) }
    var sizes: [Label: Int] = [:]
    for operand in [a, b] {
      for (label, size) in zip(operand.labels, operand.tensor.shape) {
        let before = sizes[label] ?? 1
        guard before == size || before == 1 || size == 1 else {
          throw EngineError.invalidArgument("Dimensions must be equal, but are \(before) and \(size)")
        }
        sizes[label] = before == 1 ? size : before
      }
    }
    func count(_ labels: [Label]) -> Int { labels.reduce(1) { $0 &* (sizes[$1] ?? 1) } }
    let left = try a.ordered(batch + ownA + summed, sizes).tensor.reshaped([count(batch), count(ownA), count(summed)])
    let right = try b.ordered(batch + summed + ownB, sizes).tensor.reshaped([count(batch), count(summed), count(ownB)])
    let product = try Tensor(uninitialized: a.tensor.dtype, shape: [count(batch), count(ownA), count(ownB)])
    try Kernels.matmul(left, right, transposeA: false, transposeB: false, into: product)
    let labels = batch + ownA + ownB
    return try Operand(product.reshaped(labels.map { sizes[$0] ?? 1 }), labels)
  }
}
