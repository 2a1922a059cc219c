import EngineCore
import EngineFormats
import EngineGraph

/// Keeps a dataset's elements in a record file, which a complete pass writes and later ones read.
final class FileCache: DatasetNode {
  let input: any DatasetNode
  let path: String
  /// Components of an element: as many records.
  let width: Int

  init(_ input: any DatasetNode, path: String, width: Int) {
    self.input = input
    self.path = path + ".cache"
    self.width = width
  }

  var cardinality: Int { input.cardinality }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(
      self, context, FileSystem.exists(path) ? .reading(try Reading(self)) : .writing(try Writing(self, context)))
  }

  /// A pass over the file.
  private final class Reading {
    let cache: FileCache
    let records: RecordReader
    /// Elements that have been read.
    var count = 0

    init(_ cache: FileCache, _ path: String? = nil) throws {
      self.cache = cache
      records = try RecordReader(path ?? cache.path)
    }

    func next() throws -> DatasetElement? {
      var components: [Tensor] = []
      for _ in 0..<cache.width {
        guard let record = try records.next() else {
          guard components.isEmpty else { throw EngineError.dataLoss("\(cache.path) ends inside an element") }
          return nil
        }
        components.append(try ProtoMessage("TensorProto", parsing: record).tensorValue())
      }
      count += 1
      return .tensors(components)
    }
  }

  /// A pass over the input that writes the file: under a name of its own until it is complete, so that a pass that is
  /// given up leaves nothing that looks whole.
  private final class Writing {
    let cache: FileCache
    let input: any DatasetIterator
    /// Elements that have been written.
    var count = 0
    private let draft: String
    private var writer: RecordWriter?
    var isDone = false

    init(_ cache: FileCache, _ context: IterationContext) throws {
      self.cache = cache
      input = try cache.input.makeIterator(context)
      draft = "\(cache.path).\(UInt64.random(in: 0...UInt64.max)).tmp"
    }

    deinit { if writer != nil { try? FileSystem.remove(draft) } }

    func next() throws -> DatasetElement? {
      if isDone { return nil }
      if let element = try input.next() {
        try write(element)
        return element
      }
      try output().close()
      try FileSystem.rename(draft, to: cache.path)
      writer = nil
      isDone = true
      return nil
    }

    func write(_ element: DatasetElement) throws {
      let output = try output()
      for tensor in try element.tensors() {
        try output.write(try ProtoMessage.tensor(tensor, asContent: true).serialized())
      }
      count += 1
    }

    private func output() throws -> RecordWriter {
      let writer = try writer ?? RecordWriter(draft)
      self.writer = writer
      return writer
    }

    /// What has been written so far.
    func written() throws -> Reading {
      try output().flush()
      return try Reading(cache, draft)
    }
  }

  private enum Pass {
    case reading(Reading)
    case writing(Writing)
  }

  private final class Iterator: DatasetIterator {
    let cache: FileCache
    let context: IterationContext
    var pass: Pass

    init(_ cache: FileCache, _ context: IterationContext, _ pass: Pass) {
      self.cache = cache
      self.context = context
      self.pass = pass
    }

    func next() throws -> DatasetElement? {
      switch pass {
      case .reading(let pass): return try pass.next()
      case .writing(let pass): return try pass.next()
      }
    }

    func suspendWork() { if case .writing(let pass) = pass { pass.input.suspendWork() } }
    func resumeWork() { if case .writing(let pass) = pass { pass.input.resumeWork() } }

    /// A pass that writes is restored as one even when the file is there by then: its input may have gone on, drawing
    /// random numbers that the rest of the program sees. What it has written is taken from the input again where that
    /// gives the same, and kept otherwise.
    func saveState(_ encoder: inout IteratorEncoder) throws {
      switch pass {
      case .reading(let pass):
        encoder.append(true)
        encoder.append(pass.count)
      case .writing(let pass):
        encoder.append(false)
        encoder.append(pass.isDone)
        encoder.append(pass.count)
        if pass.isDone || cache.isRepeatable { return }
        try pass.input.saveState(&encoder)
        let written = try pass.written()
        while let element = try written.next() { try encoder.append([element]) }
      }
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      if try decoder.flag() {
        let count = try decoder.count()
        let reading = try Reading(cache)
        while reading.count < count {
          guard try reading.next() != nil else {
            throw EngineError.dataLoss("\(cache.path) has fewer than the \(count) elements read before")
          }
          try context.checkCancellation()
        }
        pass = .reading(reading)
        return
      }
      let writing = try Writing(cache, context)
      writing.isDone = try decoder.flag()
      let count = try decoder.count()
      if !writing.isDone {
        if !cache.isRepeatable { try writing.input.restoreState(&decoder) }
        while writing.count < count {
          if cache.isRepeatable {
            guard try writing.next() != nil else {
              throw EngineError.dataLoss("the input has \(writing.count) elements now, \(count) had been cached")
            }
          } else {
            for element in try decoder.elements() { try writing.write(element) }
          }
          try context.checkCancellation()
        }
      }
      pass = .writing(writing)
    }
  }
}
