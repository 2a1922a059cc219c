import EngineCore
import EngineFormats
import EngineGraph

/// A dataset that reads files one after the other; `open` gives a closure that gives the records of one, and `element`
/// what stands for a record: itself, unless told otherwise.
final class FileSource: DatasetNode {
  typealias Reader = () throws -> ByteString?
  let files: [String]
  let open: @Sendable (_ path: String, _ index: Int) throws -> Reader
  let element: @Sendable (_ record: ByteString) throws -> [Tensor]

  init(
    _ files: [String],
    element: @escaping @Sendable (ByteString) throws -> [Tensor] = { [try Tensor(strings: [$0], shape: [])] },
    open: @escaping @Sendable (_ path: String, _ index: Int) throws -> Reader
  ) {
    self.files = files
    self.element = element
    self.open = open
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    Iterator(self, context)
  }

  var isRepeatable: Bool { true }

  private final class Iterator: DatasetIterator {
    let dataset: FileSource
    let context: IterationContext
    var index = 0
    var reader: Reader?
    /// Records of the file that have been read.
    var position = 0

    init(_ dataset: FileSource, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
    }

    func next() throws -> DatasetElement? {
      while let record = try nextRecord() {
        if let record { return .tensors(try dataset.element(record)) }
      }
      return nil
    }

    /// A record, `.some(nil)` at the end of a file, `nil` at the end of all.
    private func nextRecord() throws -> ByteString?? {
      guard index < dataset.files.count else { return nil }
      // Not `??`: a closure that goes through it and back into the property gets another wrapper each time.
      if reader == nil { reader = try dataset.open(dataset.files[index], index) }
      if let record = try reader?() {
        position += 1
        return record
      }
      reader = nil
      index += 1
      position = 0
      return .some(nil)
    }

    func saveState(_ encoder: inout IteratorEncoder) {
      encoder.append(index)
      encoder.append(position)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      index = try decoder.count()
      let wanted = try decoder.count()
      guard index < dataset.files.count || (index == dataset.files.count && wanted == 0) else {
        throw StateDecoder.damaged("file \(index) of \(dataset.files.count)")
      }
      while position < wanted {
        guard case .some(.some) = try nextRecord() else {
          throw EngineError.dataLoss("'\(dataset.files[index - 1])' has fewer than the \(wanted) records read before")
        }
        if position % 1024 == 0 { try context.checkCancellation() }
      }
    }
  }
}

extension KernelContext {
  /// File names: a scalar or vector.
  func fileNames(_ index: Int) throws -> [String] {
    guard inputs[index].dtype == .string, inputs[index].rank <= 1 else {
      throw EngineError.invalidArgument("`filenames` must be a scalar or a vector.")
    }
    return inputs[index].strings.map { String(decoding: $0, as: UTF8.self) }
  }

  /// **Errors**: `InvalidArgument` for an unknown kind.
  func compression(_ index: Int) throws -> RecordCompression {
    let name = try text(index)
    return try RecordCompression(named: name)
  }
}
