import EngineCore
import EngineGraph

extension OpDefinition {
  /// Runs of `size` elements, `shift` apart, taking every `stride`-th: each as one dataset for each component.
  static let windowDataset = dataset(
    "WindowDataset",
    [
      inputDataset, .tensor("size", .int64), .tensor("shift", .int64), .tensor("stride", .int64),
      .tensor("drop_remainder", .bool),
    ]
  ) { context in
    try Windowing(
      try context.dataset(0), size: try context.integer(1), shift: try context.integer(2),
      stride: try context.integer(3), dropsRemainder: try context.flag(4))
  }
}

private final class Windowing: DatasetNode {
  let input: any DatasetNode
  let size: Int, shift: Int, stride: Int
  let dropsRemainder: Bool

  init(_ input: any DatasetNode, size: Int, shift: Int, stride: Int, dropsRemainder: Bool) throws {
    for (name, value) in [("size", size), ("shift", shift), ("stride", stride)] where value <= 0 {
      throw EngineError.invalidArgument("Window \(name) must be greater than zero.")
    }
    guard !(size - 1).multipliedReportingOverflow(by: stride).overflow else {
      throw EngineError.invalidArgument("A window of \(size) elements \(stride) apart is too long.")
    }
    self.input = input
    self.size = size
    self.shift = shift
    self.stride = stride
    self.dropsRemainder = dropsRemainder
  }

  var cardinality: Int {
    let all = input.cardinality
    guard all >= 0 else { return all }
    let reach = (size - 1) * stride
    let full = all > reach ? (all - reach - 1) / shift + 1 : 0
    return dropsRemainder ? full : all == 0 ? 0 : (all - 1) / shift + 1
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    let iterator = try input.makeIterator(context)
    /// The elements from the start of the next window on.
    var buffer: [DatasetElement] = []
    var isDone = false
    /// Elements to leave out before the next window, when windows lie apart.
    var gap = 0
    return ClosureIterator { [self] in
      while gap > 0, !isDone {
        if try iterator.next() == nil { isDone = true }
        gap -= 1
      }
      let reach = ((size - 1) * stride).clampedSum(1)
      while buffer.count < reach, !isDone {
        if let element = try iterator.next() { buffer.append(element) } else { isDone = true }
      }
      if buffer.isEmpty || (dropsRemainder && buffer.count < reach) { return nil }
      var rows: [[Tensor]] = []
      for place in Swift.stride(from: 0, to: min(reach, buffer.count), by: stride) {
        rows.append(try buffer[place].tensors())
      }
      gap = max(shift - buffer.count, 0)
      buffer.removeFirst(min(shift, buffer.count))
      return .tensors(
        try (rows.first ?? []).indices.map { component in
          try Tensor.dataset(KeptElements(rows.map { [$0[component]] }))
        })
    }
  }
}

/// A dataset of elements that are at hand.
final class KeptElements: DatasetNode {
  private let rows: [[Tensor]]
  init(_ rows: [[Tensor]]) { self.rows = rows }
  var cardinality: Int { rows.count }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    var next = 0
    return ClosureIterator { [rows] in
      guard next < rows.count else { return nil }
      defer { next += 1 }
      return .tensors(rows[next])
    }
  }
}
