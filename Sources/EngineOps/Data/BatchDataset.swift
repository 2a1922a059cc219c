import EngineCore
import EngineGraph

extension OpDefinition {
  /// `BatchDatasetV2` that keeps the remainder.
  static let batchDataset = dataset("BatchDataset", [inputDataset, .tensor("batch_size", .int64)]) { context in
    try Batching(try context.dataset(0), size: try context.integer(1), dropsRemainder: false)
  }
}

/// Stacks runs of elements.
final class Batching: DatasetNode {
  let input: any DatasetNode
  let size: Int
  let dropsRemainder: Bool

  init(_ input: any DatasetNode, size: Int, dropsRemainder: Bool) throws {
    guard size > 0 else { throw EngineError.invalidArgument("Batch size must be greater than zero.") }
    self.input = input
    self.size = size
    self.dropsRemainder = dropsRemainder
  }

  var cardinality: Int {
    let all = input.cardinality
    return all < 0 ? all : all / size + (dropsRemainder || all % size == 0 ? 0 : 1)
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    let iterator = try input.makeIterator(context)
    var isDone = false
    if let rows = input.rowSource, size <= 1 << 16 {
      var numbers = [Int](repeating: 0, count: size)
      return ClosureIterator { [size, dropsRemainder] in
        guard !isDone else { return nil }
        let count = try numbers.withUnsafeMutableBufferPointer { buffer in
          try buffer.baseAddress.map { try iterator.nextRows(size, into: $0) } ?? 0
        }
        isDone = count < size
        if count == 0 || (dropsRemainder && count < size) { return nil }
        return .tensors(try rows.gather(numbers[..<count]))
      }
    }
    return ClosureIterator { [size, dropsRemainder] in
      guard !isDone else { return nil }
      var elements: [DatasetElement] = []
      elements.reserveCapacity(min(size, 4096))
      while elements.count < size {
        guard let element = try iterator.next() else {
          isDone = true
          break
        }
        elements.append(element)
      }
      if elements.isEmpty || (dropsRemainder && elements.count < size) { return nil }
      return .tensors(try stacked(elements))
    }
  }
}
