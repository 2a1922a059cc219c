import EngineCore
import EngineGraph
import Testing

@testable import EngineOps

@Suite struct FileSourceTests {
  private func iterator(_ files: [String]) -> (FileSource, any DatasetIterator, IterationContext) {
    let source = FileSource(files) { path, _ in
      var left = [1, 2].map { ByteString("\(path)\($0)".utf8) }
      return { left.isEmpty ? nil : left.removeFirst() }
    }
    let context = IterationContext(ExecutionEnvironment(nondeterministicSeed: 1))
    return (source, source.makeIterator(context), context)
  }

  private func restored(_ files: [String], _ index: Int, _ position: Int) throws -> [String] {
    let (source, iterator, context) = iterator(files)
    var encoder = IteratorEncoder(source)
    encoder.append(index)
    encoder.append(position)
    var decoder = IteratorDecoder(StateDecoder(encoder.state.bytes), source, context)
    try iterator.restoreState(&decoder)
    var rest: [String] = []
    while case .tensors(let row)? = try iterator.next() {
      rest += row[0].strings.map { String(decoding: $0, as: UTF8.self) }
    }
    return rest
  }

  @Test func goesOnWhereItWas() throws {
    #expect(try restored(["a", "b"], 0, 1) == ["a2", "b1", "b2"])
    #expect(try restored(["a", "b"], 1, 2) == [])
    #expect(try restored(["a", "b"], 2, 0) == [])
    #expect(try restored([], 0, 0) == [])
  }

  /// A state from a damaged file, or of another list of files.
  @Test(
    arguments: [([], 0, 5), (["a"], 1, 1), (["a"], 2, 0), (["a"], 0, 3), (["a", "b"], 1, 7)] as [([String], Int, Int)])
  func refusesPlacesThatAreNot(_ files: [String], _ index: Int, _ position: Int) {
    #expect(throws: EngineError.self) { try restored(files, index, position) }
  }
}
