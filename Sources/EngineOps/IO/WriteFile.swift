import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// Writes a file, whose folder it makes when it is missing.
  static let writeFile = OpDefinition(
    "WriteFile", inputs: [.tensor("filename", .string), .tensor("contents", .string)], isStateful: true,
    shape: { context in
      _ = try context.input(0, rank: 0)
      _ = try context.input(1, rank: 0)
      return []
    }, gradient: .none
  ) { context in
    let path = try context.text(0)
    guard context.inputs[1].elementCount == 1, let contents = context.inputs[1].strings.first else {
      throw EngineError.invalidArgument(
        "Contents tensor must be scalar, but had shape: \(context.inputs[1].bracketedShape)")
    }
    let folder = FileSystem.directory(of: path)
    if !folder.isEmpty, !FileSystem.exists(folder) { try FileSystem.makeDirectories(folder) }
    try AtomicFile.write(path, contents)
  }
}
