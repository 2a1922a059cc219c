import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// The names of the files that match a pattern or one of several, sorted.
  static let matchingFiles = OpDefinition(
    "MatchingFiles", inputs: [.tensor("pattern", .string)], outputs: [.tensor("filenames", .string)],
    isStateful: true, shape: { _ in [.vector(nil)] }, gradient: .none
  ) { context in
    let found = try context.inputs[0].strings.flatMap { try FileSystem.glob($0.text) }
    let names = found.map { ByteString($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    context.setOutput(0, try Tensor(strings: names, shape: [names.count]))
  }
}
