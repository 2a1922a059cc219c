import EngineCore
import Foundation
import Testing

@testable import EngineFormats

/// Reads a golden file (see `Fixtures/make_fixtures.py`).
func fixturePath(_ name: String, file: String = #filePath) -> String {
  FileSystem.join(FileSystem.directory(of: file), "Fixtures/" + name)
}

func fixture(_ name: String) throws -> ByteString { try FileSystem.readFile(fixturePath(name)) }

/// Runs `body` with a directory that is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/formats_tests_XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw FileSystem.failure("mkdtemp") }
  let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { try? FileSystem.removeTree(path) }
  return try body(path)
}

/// Checks that `body` throws an ``EngineError`` with the code.
func expectFailure(
  _ code: StatusCode, _ phrase: String = "", sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected an error with code \(code)", sourceLocation: sourceLocation)
  } catch let error as EngineError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    #expect(phrase.isEmpty || error.message.contains(phrase), "\(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected an EngineError, got \(error)", sourceLocation: sourceLocation)
  }
}

/// The bytes of a tensor, for comparisons of any type.
func contents(_ tensor: Tensor) -> [ByteString] {
  tensor.dtype == .string
    ? tensor.strings : [ByteString(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))]
}

/// Writes a file anew. (Emptying an old one would make some file systems wait for the disk.)
func writeFile(_ path: String, _ bytes: ByteString) throws {
  try? FileSystem.remove(path)
  let file = try OutputFile(path, .create)
  try file.write(bytes)
  try file.close()
}
