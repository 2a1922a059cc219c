import EngineCore
import EngineGraph
import Glibc

extension OpDefinition {
  /// Writes a text to a stream (`stderr`, `stdout`, `log(…)`) or, with `file://`, to the end of a file.
  static let printV2 = OpDefinition(
    "PrintV2", inputs: [.tensor("input", .string)],
    attributes: [.string("output_stream", "stderr"), .string("end", "\n")], isStateful: true,
    shape: { context in
      try context.input(0).requireRank(0)
      return []
    }, gradient: .none
  ) { context in
    let text = try context.text(0) + context.node.string("end")
    let target = context.node.string("output_stream")
    switch target {
    case "stdout": StandardStream.write(text, to: .output)
    case "stderr", "log(info)", "log(warning)", "log(error)": StandardStream.write(text, to: .error)
    default:
      guard target.hasPrefix("file://") else {
        throw EngineError.invalidArgument(
          "Unknown output stream: \(target), not stdout, stderr, log(...) or file://...")
      }
      let path = String(target.dropFirst("file://".count))
      guard let file = fopen(path, "a") else {
        throw EngineError.notFound("\(path); cannot be opened for appending")
      }
      defer { fclose(file) }
      fputs(text, file)
    }
  }
}
