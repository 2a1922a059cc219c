import EngineCore
import EngineFormats
import EngineGraph

// Stand-ins until the event files, the state file and the graph codec of EngineFormats are there.
final class EventFileWriter {
  let out: OutputFile
  init(directory: String, suffix: String) throws {
    try FileSystem.makeDirectories(directory)
    let name = "events.out.tfevents.\(Int(Platform.wallTime())).\(FileSystem.hostName)\(suffix)"
    out = try OutputFile(FileSystem.join(directory, name), .create)
  }
  func add(serialized event: ByteString) throws { try out.write(event) }
  func flush() throws { try out.flush() }
  func close() throws { try out.close() }
  func reopen() throws {}
}
struct CheckpointState {
  var modelPath: String
  var allPaths: [String]
  static func read(
    directory: String, fileName: String = "checkpoint", warning: (String) -> Void = { _ in }
  ) throws -> CheckpointState? {
    let path = FileSystem.join(directory, fileName)
    guard FileSystem.exists(path) else { return nil }
    let message = try ProtoMessage("CheckpointState", parsingText: FileSystem.readFile(path))
    return CheckpointState(
      modelPath: FileSystem.join(directory, message.string("model_checkpoint_path")),
      allPaths: message.strings("all_model_checkpoint_paths").map { FileSystem.join(directory, $0) })
  }
  static func update(
    directory: String, modelPath: String, allPaths: [String], fileName: String, savesRelativePaths: Bool
  ) throws {
    var message = try ProtoMessage("CheckpointState")
    func relative(_ path: String) -> String {
      savesRelativePaths && path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.count + 1)) : path
    }
    message["model_checkpoint_path"] = .string(relative(modelPath))
    for path in allPaths { message.append("all_model_checkpoint_paths", .string(relative(path))) }
    try AtomicFile.write(FileSystem.join(directory, fileName), message.text())
  }
}
enum TensorCodec {
  static func tensor(_ tensor: Tensor) throws -> ProtoMessage { try ProtoMessage("TensorProto") }
}
enum GraphCodec {
  static func graphDef(_ graph: Graph, addShapes: Bool) throws -> ProtoMessage { try ProtoMessage("GraphDef") }
}
