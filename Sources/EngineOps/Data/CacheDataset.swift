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
    Iterator(self, memory == nil ? try input.makeIterator(context) : nil)
  }

  private var memory: [DatasetElement]? { lock.withLock { elements } }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  func saveShared(_ encoder: inout IteratorEncoder) throws {
    let memory = memory
    encoder.append(memory != nil)
    guard let memory else { return }
    try save(memory, &encoder)
  }

  func restoreShared(_ decoder: inout IteratorDecoder) throws {
    let saved = try decoder.flag() ? try read(&decoder, from: { try input.makeIterator($0) }) : nil
    lock.withLock { elements = saved }
  }

  /// Only the number of elements when they can be had again from the input.
  private func save(_ elements: [DatasetElement], _ encoder: inout IteratorEncoder) throws {
    encoder.append(isRepeatable)
    if isRepeatable { encoder.append(elements.count) } else { try encoder.append(elements) }
  }

  private func read(
    _ decoder: inout IteratorDecoder, from source: (IterationContext) throws -> any DatasetIterator
  ) throws -> [DatasetElement] {
    guard try decoder.flag() == isRepeatable else { throw StateDecoder.damaged("it is of another dataset") }
    guard isRepeatable else { return try decoder.elements() }
    let count = try decoder.count()
    let iterator = try source(decoder.context)
    var result: [DatasetElement] = []
    while result.count < count {
      guard let element = try iterator.next() else {
        throw EngineError.dataLoss("the input has \(result.count) elements now, \(count) had been cached")
      }
      result.append(element)
      try decoder.context.checkCancellation()
    }
    return result
  }

  private final class Iterator: DatasetIterator {
    let dataset: Caching
    /// While the memory is being filled.
    var source: (any DatasetIterator)?
    var seen: [DatasetElement] = []
    var known: [DatasetElement]?
    var index = 0

    init(_ dataset: Caching, _ source: (any DatasetIterator)?) {
      self.dataset = dataset
      self.source = source
    }

    func next() throws -> DatasetElement? {
      if let source {
        if let element = try source.next() {
          seen.append(element)
          return element
        }
        // Only a complete pass counts.
        dataset.lock.withLock { if dataset.elements == nil { dataset.elements = seen } }
        return nil
      }
      let known = known ?? dataset.memory ?? []
      self.known = known
      guard index < known.count else { return nil }
      defer { index += 1 }
      return known[index]
    }

    func suspendWork() { source?.suspendWork() }
    func resumeWork() { source?.resumeWork() }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      encoder.append(source != nil)
      guard let source else { return encoder.append(index) }
      try dataset.save(seen, &encoder)
      // A repeatable input is read again up to here.
      if !dataset.isRepeatable { try source.saveState(&encoder) }
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      guard try decoder.flag() else {
        source = nil
        index = try decoder.count()
        return
      }
      let fresh = try dataset.input.makeIterator(decoder.context)
      source = fresh
      seen = try dataset.read(&decoder) { _ in fresh }
      if !dataset.isRepeatable { try fresh.restoreState(&decoder) }
    }
  }
}
