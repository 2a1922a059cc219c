import EngineCore
import EngineGraph

/// Seeds for the passes over a shuffled dataset: the same each time, or drawn from an outer generator.
final class ShuffleSeeds: @unchecked Sendable {
  /// The seeds of each pass when they are the same.
  private var fixed: (UInt64, UInt64)?
  private var stream: PhiloxStream
  private let lock = Lock()

  /// - Parameter fallback: gives seeds for (0, 0), which stands for any.
  init(seed: Int, seed2: Int, reshuffles: Bool, fallback: () -> (UInt64, UInt64)) {
    var pair = (UInt64(bitPattern: Int64(seed)), UInt64(bitPattern: Int64(seed2)))
    if pair == (0, 0) { pair = fallback() }
    fixed = reshuffles ? nil : pair
    stream = PhiloxStream(Philox(seed: pair.0, seed2: pair.1))
  }

  /// Seeds from the session's own, so that they can be brought back with it.
  static func ofSession(_ context: KernelContext) -> (UInt64, UInt64) {
    var words = RandomState.of(context).reserve(1)
    let (a, b, c, d) = words.next()
    return (UInt64(a) | UInt64(b) << 32, UInt64(c) | UInt64(d) << 32)
  }

  func save(_ encoder: inout IteratorEncoder) {
    let (fixed, stream) = lock.withLock { (self.fixed, self.stream) }
    encoder.append(fixed != nil)
    encoder.state.append(fixed?.0 ?? 0)
    encoder.state.append(fixed?.1 ?? 0)
    encoder.append(stream)
  }

  func restore(_ decoder: inout IteratorDecoder) throws {
    let isFixed = try decoder.flag()
    let pair = (try decoder.state.number(UInt64.self), try decoder.state.number(UInt64.self))
    let saved = try decoder.stream()
    lock.withLock {
      fixed = isFixed ? pair : nil
      stream = saved
    }
  }

  func next() -> (seed: UInt64, seed2: UInt64) {
    lock.withLock { fixed ?? (UInt64(stream.next()), UInt64(stream.next())) }
  }
}

/// Draws from a buffer of upcoming elements, also across the ends of repetitions.
final class Shuffling: DatasetNode {
  let input: any DatasetNode
  let bufferSize: Int
  let count: Int
  let seeds: ShuffleSeeds

  /// - Parameter count: how often to repeat the input while the buffer stays full; negative for forever.
  init(_ input: any DatasetNode, bufferSize: Int, seeds: ShuffleSeeds, count: Int = 1) throws {
    guard bufferSize > 0 else {
      throw EngineError.invalidArgument("buffer_size must be greater than zero or UNKNOWN_CARDINALITY")
    }
    self.input = input
    self.bufferSize = bufferSize
    self.seeds = seeds
    self.count = count
  }

  var cardinality: Int {
    let each = input.cardinality
    if count == 0 { return 0 }
    if count < 0 { return each == 0 ? 0 : each == DatasetCardinality.unknown ? each : DatasetCardinality.infinite }
    return each < 0 ? each : each.multipliedReportingOverflow(by: count).partialValue
  }

  var rowSource: TensorRows? { input.rowSource }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator { Iterator(self, context) }

  var inputs: [any DatasetNode] { [input] }
  func saveShared(_ encoder: inout IteratorEncoder) { seeds.save(&encoder) }
  func restoreShared(_ decoder: inout IteratorDecoder) throws { try seeds.restore(&decoder) }

  private final class Iterator: DatasetIterator {
    let dataset: Shuffling
    let context: IterationContext
    var random: PhiloxStream
    var input: (any DatasetIterator)?
    var epoch = 0
    /// A ring; grows to the buffer's size as elements come in.
    var buffer: [DatasetElement?] = []
    /// The same when all elements are rows of one dataset: their numbers.
    let rows: TensorRows?
    var numbers: [Int] = []
    /// Ranges of positions in the ring, one for each repetition that has elements in it; positions only grow.
    var slices: [(start: Int, end: Int)] = []
    var filled = 0
    var isExhausted = false

    init(_ dataset: Shuffling, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
      let (seed, seed2) = dataset.seeds.next()
      random = PhiloxStream(Philox(seed: seed, seed2: seed2))
      rows = dataset.rowSource
    }

    func next() throws -> DatasetElement? {
      if let rows {
        var number = 0
        return try nextRows(1, into: &number) == 1 ? .row(rows, number) : nil
      }
      try fill()
      guard filled > 0 else { return nil }
      while let first = slices.first, first.start == first.end { slices.removeFirst() }
      let (start, end) = slices[0]
      let size = dataset.bufferSize
      let position = (start + Int(random.next() % UInt32(truncatingIfNeeded: end - start))) % size
      guard let element = buffer[position] else { return nil }
      buffer[position] = buffer[start % size]
      buffer[start % size] = nil
      slices[0].start += 1
      filled -= 1
      return element
    }

    func suspendWork() { input?.suspendWork() }
    func resumeWork() { input?.resumeWork() }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      encoder.append(random)
      encoder.append(epoch)
      encoder.append(isExhausted)
      encoder.append(input != nil)
      try input?.saveState(&encoder)
      // Ranges and their elements in order; where in the ring they lie makes no difference.
      let open = slices.indices.filter { slices[$0].start < slices[$0].end || $0 == slices.count - 1 }
      encoder.append(open.count)
      for (start, end) in open.map({ slices[$0] }) {
        let elements = try (start..<end).map { position in
          if let rows { return DatasetElement.row(rows, numbers[position % dataset.bufferSize]) }
          guard let element = buffer[position % dataset.bufferSize] else {
            throw EngineError.internal("the buffer of a shuffle has a hole")
          }
          return element
        }
        try encoder.append(elements)
      }
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      random = try decoder.stream()
      epoch = try decoder.int()
      isExhausted = try decoder.flag()
      if try decoder.flag() {
        input = try dataset.input.makeIterator(context)
        try input?.restoreState(&decoder)
      }
      buffer = []
      slices = []
      for _ in 0..<(try decoder.count()) {
        let elements = try decoder.elements()
        guard elements.count <= dataset.bufferSize - buffer.count else {
          throw StateDecoder.damaged("more elements than the buffer of a shuffle holds")
        }
        slices.append((buffer.count, buffer.count + elements.count))
        buffer.append(contentsOf: elements)
      }
      filled = buffer.count
      if let rows {
        numbers = try buffer.map { element in
          guard case .row(let other, let number)? = element, other === rows else {
            throw StateDecoder.damaged("a shuffle of rows holds something else")
          }
          return number
        }
        buffer = []
      }
      guard input == nil || !slices.isEmpty else { throw StateDecoder.damaged("a shuffle without a place to fill") }
    }

    func nextRows(_ count: Int, into result: UnsafeMutablePointer<Int>) throws -> Int {
      let size = dataset.bufferSize
      for place in 0..<count {
        if filled < size, !isExhausted { try fill() }
        guard filled > 0 else { return place }
        while let first = slices.first, first.start == first.end { slices.removeFirst() }
        let (start, end) = slices[0]
        let position = (start + Int(random.next() % UInt32(truncatingIfNeeded: end - start))) % size
        result[place] = numbers[position]
        numbers[position] = numbers[start % size]
        slices[0].start += 1
        filled -= 1
      }
      return count
    }

    private func fill() throws {
      while !isExhausted, filled < dataset.bufferSize {
        if input == nil {
          guard dataset.count < 0 || epoch < dataset.count else {
            isExhausted = true
            return
          }
          input = try dataset.input.makeIterator(context)
          let end = slices.last?.end ?? 0
          slices.append((end, end))
          epoch &+= 1
        }
        if rows != nil {
          if try fillNumbers() { continue }
        } else if let element = try input?.next() {
          let last = slices.count - 1
          let position = slices[last].end % dataset.bufferSize
          if position < buffer.count { buffer[position] = element } else { buffer.append(element) }
          slices[last].end += 1
          filled += 1
          continue
        }
        input = nil
        if let last = slices.last, last.start == last.end, dataset.count < 0, filled == 0 {
          isExhausted = true
          return
        }
        try context.checkCancellation()
      }
    }

    /// Takes row numbers in until the ring is full; false when the input has ended.
    private func fillNumbers() throws -> Bool {
      let size = dataset.bufferSize
      let last = slices.count - 1
      while filled < size {
        let position = slices[last].end % size
        // As far as the ring goes without a turn.
        let room = min(size - filled, size - position, 4096)
        if position + room > numbers.count {
          numbers.append(contentsOf: repeatElement(0, count: position + room - numbers.count))
        }
        let given = try numbers.withUnsafeMutableBufferPointer { buffer in
          try buffer.baseAddress.flatMap { try input?.nextRows(room, into: $0 + position) } ?? 0
        }
        slices[last].end += given
        filled += given
        if given < room { return false }
      }
      return true
    }
  }
}

extension OpDefinition {
  static let shuffleArguments: [ArgumentDefinition] = [
    inputDataset, .tensor("buffer_size", .int64), .tensor("seed", .int64), .tensor("seed2", .int64),
  ]

  static func shuffling(_ context: KernelContext, countInput: Int? = nil) throws -> Shuffling {
    let seeds = ShuffleSeeds(
      seed: try context.integer(2), seed2: try context.integer(3),
      reshuffles: context.node.bool("reshuffle_each_iteration")
    ) { ShuffleSeeds.ofSession(context) }
    return try Shuffling(
      try context.dataset(0), bufferSize: try context.integer(1), seeds: seeds,
      count: try countInput.map { try context.integer($0) } ?? 1)
  }
}
