import EngineCore
import EngineFormats
import EngineGraph

/// A dataset that reads files one after the other; `open` gives a closure that gives the records of one.
final class FileSource: DatasetNode {
  typealias Reader = () throws -> ByteString?
  let files: [String]
  let open: @Sendable (_ path: String, _ index: Int) throws -> Reader

  init(_ files: [String], open: @escaping @Sendable (_ path: String, _ index: Int) throws -> Reader) {
    self.files = files
    self.open = open
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    var index = 0
    var reader: Reader?
    return ClosureIterator { [files, open] in
      while index < files.count {
        let current = try reader ?? open(files[index], index)
        reader = current
        if let record = try current() { return .tensors([try Tensor(strings: [record], shape: [])]) }
        reader = nil
        index += 1
      }
      return nil
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
