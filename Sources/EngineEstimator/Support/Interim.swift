import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

// Stand-ins until the event files, the state file and the graph codec of EngineFormats are there.
final class EventFileWriter {
  let out: OutputFile
  init(directory: String, suffix: String) throws {
    try FileSystem.makeDirectories(directory)
    out = try OutputFile(
      FileSystem.join(directory, "events.out.tfevents.\(Int(Platform.wallTime())).\(FileSystem.hostName)\(suffix)"),
      .create)
  }
  func write(_ e: ByteString) throws { try out.write(e) }
  func flush() throws { try out.flush() }
  func close() throws { try out.close() }
}
struct CheckpointState {
  var modelCheckpointPath: String
  var allModelCheckpointPaths: [String]
  static func read(directory: String, filename: String) throws -> CheckpointState? {
    let p = FileSystem.join(directory, filename)
    guard FileSystem.exists(p) else { return nil }
    let m = try ProtoMessage("CheckpointState", parsingText: FileSystem.readFile(p))
    return CheckpointState(
      modelCheckpointPath: FileSystem.join(directory, m.string("model_checkpoint_path")),
      allModelCheckpointPaths: m.strings("all_model_checkpoint_paths").map { FileSystem.join(directory, $0) })
  }
  func write(directory: String, filename: String, relativePaths: Bool) throws {
    var m = try ProtoMessage("CheckpointState")
    func rel(_ s: String) -> String {
      relativePaths && s.hasPrefix(directory + "/") ? String(s.dropFirst(directory.count + 1)) : s
    }
    m["model_checkpoint_path"] = .string(rel(modelCheckpointPath))
    for p in allModelCheckpointPaths { m.append("all_model_checkpoint_paths", .string(rel(p))) }
    try AtomicFile.write(FileSystem.join(directory, filename), m.text())
  }
}
enum TensorCodec { static func serialized(_ t: Tensor) throws -> ByteString { [] } }
enum GraphCodec {
  static func graphDef(_ g: Graph, addShapes: Bool) throws -> ProtoMessage { try ProtoMessage("GraphDef") }
}
enum Metrics { static func mean(_ x: Output, in graph: Graph) throws -> (value: Output, update: Output) { (x, x) } }
