import EngineCore
import EngineFormats
import EngineGraph

/// What an exact resume needs beside the variables of a checkpoint: the content of `<prefix>.resume`.
///
/// The file is a header (magic number, version, byte count), a body and the body's checksum; docs/exact-resume.md has the
/// layout. Nothing in it is believed before the checksum has been verified, and every count is checked against the bytes
/// that are left.
struct ResumeFile {
  /// Of the training graph; a changed program has another.
  var graph: UInt64
  /// Of the checkpoint that the file belongs to.
  var checkpoint: UInt32
  var states: ExecutionEnvironment.SavedStates
  var hooks: [(name: String, state: ByteString)]

  static let suffix = "resume"
  static let magic = ByteString("SWRESUME".utf8)
  static let version: UInt32 = 1
  private static let headerSize = 20
  /// More than any file that is written.
  private static let largest = 8 << 30

  static func path(_ prefix: String) -> String { "\(prefix).\(suffix)" }

  func serialized() throws -> ByteString {
    var body = StateEncoder(limit: ResumeFile.largest / 2)
    body.append(graph)
    body.append(checkpoint)
    body.append(states.seed)
    for list in [states.nodes, states.resources, hooks] {
      try body.append(list: list) { encoder, entry in
        encoder.append(entry.name)
        encoder.append(entry.state)
      }
    }
    var file = StateEncoder(limit: ResumeFile.largest)
    for byte in ResumeFile.magic { file.append(byte) }
    file.append(ResumeFile.version)
    file.append(body.bytes)
    file.append(Checksum(body.bytes).masked)
    return file.bytes
  }

  init(
    graph: UInt64, checkpoint: UInt32, states: ExecutionEnvironment.SavedStates,
    hooks: [(name: String, state: ByteString)]
  ) {
    self.graph = graph
    self.checkpoint = checkpoint
    self.states = states
    self.hooks = hooks
  }

  /// Reads and verifies a file.
  /// **Errors**: `NotFound`; `DataLoss` for a damaged file; `Unimplemented` for one of a later version.
  init(reading path: String) throws {
    let size = try FileSystem.status(path).byteCount
    guard size >= ResumeFile.headerSize + 4, size < ResumeFile.largest else {
      throw EngineError.dataLoss("\(path): \(size) bytes cannot be a resume file")
    }
    let bytes = try FileSystem.readFile(path)
    guard bytes.count == size, Array(bytes.prefix(8)) == ResumeFile.magic else {
      throw EngineError.dataLoss("\(path): this is no resume file")
    }
    var file = StateDecoder(ByteString(bytes.dropFirst(8)))
    let version = try file.number(UInt32.self)
    guard version == ResumeFile.version else {
      throw EngineError.unimplemented("\(path): version \(version) of resume files is not known")
    }
    let content = try file.block()
    let checksum = try file.number(UInt32.self)
    try file.finish()
    guard Checksum(content).masked == checksum else {
      throw EngineError.dataLoss("\(path): the checksum does not match")
    }
    var body = StateDecoder(content)
    graph = try body.number()
    checkpoint = try body.number()
    let seed: UInt64 = try body.number()
    func entries() throws -> [(name: String, state: ByteString)] {
      try body.list { (try $0.text(), try $0.block()) }
    }
    states = ExecutionEnvironment.SavedStates(seed: seed, nodes: try entries(), resources: try entries())
    hooks = try entries()
    try body.finish()
  }
}
