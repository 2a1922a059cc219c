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

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    FileSystem.exists(path) ? try read() : try write(context)
  }

  private func read() throws -> any DatasetIterator {
    let reader = try RecordReader(path)
    return ClosureIterator { [width, path] in
      var components: [Tensor] = []
      for _ in 0..<width {
        guard let record = try reader.next() else {
          guard components.isEmpty else { throw EngineError.dataLoss("\(path) ends inside an element") }
          return nil
        }
        components.append(try ProtoMessage("TensorProto", parsing: record).tensorValue())
      }
      return .tensors(components)
    }
  }

  private func write(_ context: IterationContext) throws -> any DatasetIterator {
    let iterator = try input.makeIterator(context)
    // Under a name of its own until it is complete, so that a pass that is given up leaves nothing that looks whole.
    let draft = "\(path).\(UInt64.random(in: 0...UInt64.max)).tmp"
    var writer: RecordWriter? = try RecordWriter(draft)
    let cleanup = Cleanup { try? FileSystem.remove(draft) }
    return ClosureIterator { [path] in
      guard let output = writer else { return nil }
      if let element = try iterator.next() {
        let tensors = try element.tensors()
        for tensor in tensors { try output.write(try ProtoMessage.tensor(tensor, asContent: true).serialized()) }
        return .tensors(tensors)
      }
      try output.close()
      writer = nil
      try FileSystem.rename(draft, to: path)
      cleanup.isDone = true
      return nil
    }
  }

  private final class Cleanup {
    var isDone = false
    private let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
    deinit { if !isDone { body() } }
  }
}
