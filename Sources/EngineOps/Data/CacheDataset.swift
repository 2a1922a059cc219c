import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input, computed once and then kept: in memory, or in a file when it is named.
  static let cacheDataset = dataset("CacheDataset", [inputDataset, .tensor("filename", .string)]) {
    try caching($0)
  }

  static func caching(_ context: KernelContext) throws -> any DatasetNode {
    let file = try context.text(1)
    guard file.isEmpty else {
      return FileCache(try context.dataset(0), path: file, width: context.node.types("output_types").count)
    }
    return Caching(try context.dataset(0))
  }
}

private final class Caching: DatasetNode, @unchecked Sendable {
  let input: any DatasetNode
  private let lock = Lock()
  private var elements: [DatasetElement]?

  init(_ input: any DatasetNode) { self.input = input }
  var cardinality: Int { input.cardinality }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    var index = 0
    if let known = lock.withLock({ elements }) {
      return ClosureIterator {
        defer { index += 1 }
        return index < known.count ? known[index] : nil
      }
    }
    let iterator = try input.makeIterator(context)
    var seen: [DatasetElement] = []
    return ClosureIterator { [self] in
      if let element = try iterator.next() {
        seen.append(element)
        return element
      }
      // Only a complete pass counts.
      lock.withLock { if elements == nil { elements = seen } }
      return nil
    }
  }
}
