import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Lets a training that was killed go on as if nothing had happened.
///
/// With each checkpoint it saves, in `<prefix>.resume`: the position of the input, the generators of random ops,
/// variables that checkpoints leave out, and what the built-in hooks count. When a session has been restored from such a
/// checkpoint, it brings all of that back. The file gets its name before the checkpoint's index does, so a visible
/// checkpoint has it.
///
/// It is the last hook of a session: by then the initialisers of the input, which other hooks run, have done their work.
/// When something keeps it from its work, it logs a warning, and training goes on as it does without it.
final class ExactResume: SessionRunHook {
  private let scaffold: Scaffold
  /// The hooks of the session, whose counters are kept.
  var hooks: [SessionRunHook] = []
  private var fingerprint: (graph: ObjectIdentifier, value: UInt64)?
  /// What the restored checkpoint's file holds, until it has been brought back.
  private var waiting: (prefix: String, file: ResumeFile)?
  private weak var prepared: Session?

  init(scaffold: Scaffold) { self.scaffold = scaffold }

  override var programMethods: HookMethods { [] }
  override var methods: HookMethods { .afterCreateSession }

  override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    try prepare(session)
    guard let (prefix, file) = waiting else { return }
    waiting = nil
    do {
      // One-shot iterators exist only once their node has run.
      let iterators = session.graph.nodes.filter { $0.type == "OneShotIterator" }.map { $0.output() }
      if !iterators.isEmpty { _ = try session.run(fetches: iterators) }
      try session.environment.restore(file.states, graph: session.graph)
      try restoreHooks(file.hooks)
      Logger.info("Input, random numbers and counters resumed exactly from \(ResumeFile.path(prefix))")
    } catch let error as EngineError where error.kind == .status && error.code != .cancelled {
      Logger.warning(
        "\(ResumeFile.path(prefix)) could not be used in full, so this training is not an exact continuation: \(error)")
    }
  }

  /// Looks, once for each session, whether there is a file to resume from.
  private func prepare(_ session: Session) throws {
    guard prepared !== session else { return }
    prepared = session
    waiting = nil
    guard let prefix = scaffold.saver?.restoredPath else { return }
    let path = ResumeFile.path(prefix)
    do {
      let file = try ResumeFile(reading: path)
      guard try TensorBundleReader(prefix: prefix).fingerprint() == file.checkpoint else {
        return warn(path, "belongs to another checkpoint of that name")
      }
      guard file.graph == graphFingerprint(session.graph) else {
        return warn(path, "was written by a program with another graph")
      }
      waiting = (prefix, file)
    } catch let error as EngineError where error.kind == .status {
      warn(path, error.code == .notFound ? "does not exist" : "cannot be used: \(error.message)")
    }
  }

  private func warn(_ path: String, _ reason: String) {
    Logger.warning("exact_resume: \(path) \(reason). The input and random numbers of this training start anew.")
  }

  private func graphFingerprint(_ graph: Graph) -> UInt64 {
    if let fingerprint, fingerprint.graph == ObjectIdentifier(graph) { return fingerprint.value }
    let value = GraphFingerprint(graph).value
    fingerprint = (ObjectIdentifier(graph), value)
    return value
  }

  /// The state of a training at the moment of a save.
  struct Recorded {
    let graph: UInt64
    let states: ExecutionEnvironment.SavedStates
    let hooks: [(name: String, state: ByteString)]

    /// - Parameter checkpoint: the fingerprint of the checkpoint that holds the variables of that moment.
    func file(checkpoint: UInt32) -> ResumeFile {
      ResumeFile(graph: graph, checkpoint: checkpoint, states: states, hooks: hooks)
    }
  }

  /// What goes into the file beside a checkpoint that is being saved; `nil` to leave the one that is there alone.
  ///
  /// - Parameter variables: what the checkpoint itself holds.
  func record(_ session: Session, _ prefix: String, variables: [VariableResource]) throws -> Recorded? {
    try prepare(session)
    // Training saves what it has just restored, before the input is where it was.
    if let waiting, waiting.prefix == prefix { return nil }
    do {
      let states = try session.environment.savedStates(
        graph: session.graph, skipping: Set(variables.map { ObjectIdentifier($0) }))
      return Recorded(graph: graphFingerprint(session.graph), states: states, hooks: try savedHooks())
    } catch let error as EngineError where ExactResume.canDoWithout(error) {
      Logger.warning(ExactResume.warning(prefix, error))
      return nil
    }
  }

  /// Whether a checkpoint is saved without the rest of the state after this failure.
  static func canDoWithout(_ error: EngineError) -> Bool {
    error.code == .unimplemented || error.code == .resourceExhausted
  }

  static func warning(_ prefix: String, _ error: EngineError) -> String {
    "exact_resume: the state of this training cannot be saved with \(prefix): \(error)"
  }

  // MARK: Hooks

  /// Hooks by class and number: programs make the same ones in the same order.
  private func namedHooks() -> [(name: String, hook: SessionRunHook)] {
    var counts: [String: Int] = [:]
    return hooks.map { hook in
      let type = String(describing: type(of: hook))
      defer { counts[type, default: 0] += 1 }
      return ("\(type)/\(counts[type, default: 0])", hook)
    }
  }

  private func savedHooks() throws -> [(name: String, state: ByteString)] {
    try namedHooks().compactMap { name, hook in
      var encoder = StateEncoder()
      try hook.saveState(&encoder)
      return encoder.bytes.isEmpty ? nil : (name, encoder.bytes)
    }
  }

  private func restoreHooks(_ saved: [(name: String, state: ByteString)]) throws {
    let states = Dictionary(saved.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    for (name, hook) in namedHooks() {
      guard let state = states[name] else { continue }
      var decoder = StateDecoder(state)
      try hook.restoreState(&decoder)
      try decoder.finish()
    }
  }
}
