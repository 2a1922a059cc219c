import EngineCore
import EngineGraph

/// The datasets that a dataset is made of, itself first.
struct DatasetTree {
  private(set) var nodes: [any DatasetNode] = []
  /// Numbers of the sources of rows, so that buffered rows can be written as numbers.
  private(set) var sources: [TensorRows] = []
  private(set) var numbers: [ObjectIdentifier: Int] = [:]

  init(_ root: any DatasetNode) {
    var seen = Set<ObjectIdentifier>()
    var stack: [any DatasetNode] = [root]
    while let node = stack.popLast() {
      guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
      nodes.append(node)
      if let rows = node.rowSource, numbers[ObjectIdentifier(rows)] == nil {
        numbers[ObjectIdentifier(rows)] = sources.count
        sources.append(rows)
      }
      stack.append(contentsOf: node.inputs.reversed())
    }
  }

  var functions: [GraphFunction] { nodes.flatMap { $0.functions.map(\.function) } }
}

/// Writes the position of an iterator: each iterator of a pipeline writes its inputs' and its own, and the datasets
/// write what their iterators share.
public struct IteratorEncoder {
  var state = StateEncoder()
  private var tree: DatasetTree

  init(_ dataset: any DatasetNode) { tree = DatasetTree(dataset) }

  static var notStorable: EngineError {
    EngineError.unimplemented("the position in a dataset of this kind cannot be stored")
  }

  /// The state of an iterator over `dataset`.
  mutating func append(_ dataset: any DatasetNode, _ iterator: any DatasetIterator) throws {
    let outer = tree
    defer { tree = outer }
    tree = DatasetTree(dataset)
    try iterator.saveState(&self)
    try appendShared()
  }

  /// What the iterators of the whole dataset share.
  mutating func appendShared() throws {
    state.append(UInt64(tree.nodes.count))
    for node in tree.nodes { try node.saveShared(&self) }
  }

  mutating func append(_ value: Int) { state.append(Int64(value)) }
  mutating func append(_ value: Bool) { state.append(value) }
  mutating func append(_ tensors: [Tensor]) throws {
    state.append(UInt64(tensors.count))
    for tensor in tensors { try append(tensor) }
  }

  /// A value; a window of elements with its elements.
  mutating func append(_ tensor: Tensor) throws {
    guard tensor.dtype == .variant, let window = try? tensor.asDataset() as? KeptElements else {
      return try state.append(tensor)
    }
    state.append(DType.variant.rawValue)
    try append(rows: window.rows)
  }

  mutating func append(rows: [[Tensor]]) throws {
    state.append(UInt64(rows.count))
    for row in rows { try append(row) }
  }

  mutating func append(_ stream: PhiloxStream) {
    state.append(stream.state.generator)
    state.append(UInt8(truncatingIfNeeded: stream.state.used))
  }

  /// An element of a buffer: rows of the dataset's own tensors as numbers, all else by value.
  mutating func append(_ element: DatasetElement) throws {
    switch element {
    case .row(let rows, let index):
      guard let number = tree.numbers[ObjectIdentifier(rows)] else { return try append(values: try rows.row(index)) }
      state.append(UInt8(1))
      state.append(UInt32(truncatingIfNeeded: number))
      state.append(UInt64(index))
    case .parts(let parts):
      state.append(UInt8(2))
      try append(parts)
    case .tensors(let tensors): try append(values: tensors)
    }
  }

  private mutating func append(values: [Tensor]) throws {
    state.append(UInt8(0))
    try append(values)
  }

  mutating func append(_ elements: [DatasetElement]) throws {
    state.append(UInt64(elements.count))
    for element in elements {
      try append(element)
      if state.bytes.count > state.limit {
        throw EngineError.resourceExhausted("the buffers of the input are too large to be stored")
      }
    }
  }
}

/// Reads what ``IteratorEncoder`` wrote.
public struct IteratorDecoder {
  var state: StateDecoder
  let context: IterationContext
  private var tree: DatasetTree
  private var depth = 0

  init(_ state: StateDecoder, _ dataset: any DatasetNode, _ context: IterationContext) {
    self.state = state
    self.context = context
    tree = DatasetTree(dataset)
  }

  /// An iterator over `dataset` at the position that was written.
  mutating func iterator(_ dataset: any DatasetNode) throws -> any DatasetIterator {
    let outer = tree
    defer { tree = outer }
    tree = DatasetTree(dataset)
    let iterator = try dataset.makeIterator(context)
    try iterator.restoreState(&self)
    // Making iterators may have drawn seeds, so what they share comes last.
    try restoreShared()
    return iterator
  }

  mutating func restoreShared() throws {
    guard try state.count() == tree.nodes.count else { throw StateDecoder.damaged("it is of another dataset") }
    for node in tree.nodes { try node.restoreShared(&self) }
  }

  mutating func int() throws -> Int { Int(try state.number(Int64.self)) }
  /// A number that counts or indexes.
  mutating func count() throws -> Int { try state.count() }
  mutating func flag() throws -> Bool { try state.flag() }
  mutating func tensors() throws -> [Tensor] {
    let count = try state.count()
    guard count <= state.remaining else { throw StateDecoder.damaged("a list of \(count)") }
    var result: [Tensor] = []
    for _ in 0..<count { result.append(try tensor()) }
    return result
  }

  private mutating func tensor() throws -> Tensor {
    var type = state
    guard try type.number(Int32.self) == DType.variant.rawValue else { return try state.tensor() }
    state = type
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw StateDecoder.damaged("elements are nested too deeply") }
    return try Tensor.dataset(KeptElements(try rows()))
  }

  mutating func rows() throws -> [[Tensor]] {
    let count = try state.count()
    guard count <= state.remaining else { throw StateDecoder.damaged("a list of \(count)") }
    var result: [[Tensor]] = []
    for _ in 0..<count { result.append(try tensors()) }
    return result
  }

  mutating func stream() throws -> PhiloxStream {
    PhiloxStream((try state.philox(), Int(try state.number(UInt8.self))))
  }

  mutating func element() throws -> DatasetElement {
    switch try state.number(UInt8.self) {
    case 0: return .tensors(try tensors())
    case 1:
      let (number, index) = (Int(try state.number(UInt32.self)), try state.count())
      guard number < tree.sources.count, index < tree.sources[number].count else {
        throw StateDecoder.damaged("row \(index) of source \(number) does not exist")
      }
      return .row(tree.sources[number], index)
    case 2:
      depth += 1
      defer { depth -= 1 }
      guard depth < 64 else { throw StateDecoder.damaged("elements are nested too deeply") }
      return .parts(try elements())
    case let other: throw StateDecoder.damaged("element of kind \(other)")
    }
  }

  mutating func elements() throws -> [DatasetElement] {
    let count = try state.count()
    guard count <= state.remaining else { throw StateDecoder.damaged("a list of \(count)") }
    var result: [DatasetElement] = []
    for _ in 0..<count { result.append(try element()) }
    return result
  }
}

// Elements that threads have prepared, among them the end and failures.

extension IteratorEncoder {
  mutating func append(_ results: [Result<DatasetElement?, any Error>]) throws {
    append(results.count)
    for result in results {
      switch result {
      case .success(let element?):
        state.append(UInt8(0))
        try append(element)
      case .success(nil): state.append(UInt8(1))
      case .failure(let error as EngineError) where error.kind == .status:
        state.append(UInt8(2))
        state.append(error.code.rawValue)
        state.append(error.message)
      case .failure: throw IteratorEncoder.notStorable
      }
    }
  }
}

extension IteratorDecoder {
  mutating func results(limit: Int) throws -> [Result<DatasetElement?, any Error>] {
    let count = try count()
    guard count <= min(limit, state.remaining) else { throw StateDecoder.damaged("\(count) prepared elements") }
    var results: [Result<DatasetElement?, any Error>] = []
    for _ in 0..<count {
      switch try state.number(UInt8.self) {
      case 0: results.append(.success(try element()))
      case 1: results.append(.success(nil))
      case 2:
        let code = StatusCode(rawValue: try state.number(Int32.self)) ?? .unknown
        results.append(.failure(EngineError(code: code, try state.text())))
      case let other: throw StateDecoder.damaged("a prepared element of kind \(other)")
      }
    }
    return results
  }
}
