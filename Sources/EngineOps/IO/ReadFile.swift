import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// The content of a file.
  static let readFile = OpDefinition(
    "ReadFile", inputs: [.tensor("filename", .string)], outputs: [.tensor("contents", .string)], isStateful: true,
    shape: { context in
      _ = try context.input(0, rank: 0)
      return [.scalar]
    }, gradient: .none
  ) { context in
    context.setOutput(0, try Tensor(strings: [try FileSystem.readFile(try context.text(0))], shape: []))
  }
}
