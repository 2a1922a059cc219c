import SwiftEstimator
import Testing

/// Runs `body` with an empty directory that is gone afterwards.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let directory = try Platform.makeTemporaryDirectory()
  defer { try? FileSystem.removeTree(directory) }
  return try body(directory)
}

/// Expects an error of a kind whose message contains a text.
func expectFailure(
  _ kind: EngineError.Kind, _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as EngineError {
    #expect(error.kind == kind, sourceLocation: sourceLocation)
    #expect(error.message.contains(text), "\(error.message)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}
