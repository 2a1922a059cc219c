import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Code that runs around the saving of checkpoints. Subclasses override what they need.
open class CheckpointSaverListener {
  public init() {}
  /// What log lines call it.
  open var label: String { "\(type(of: self))" }
  /// May still add nodes to the graph.
  open func begin(_ graph: Graph) throws {}
  open func beforeSave(_ session: Session, _ step: Int) throws {}
  /// Returns whether training is to stop.
  open func afterSave(_ session: Session, _ step: Int) throws -> Bool { false }
  open func end(_ session: Session, _ step: Int) throws {}
}

/// Saves a checkpoint when a session starts, every so many steps or seconds, and at the end.
open class CheckpointSaverHook: SessionRunHook {
  public let checkpointDirectory: String
  public let savePath: String
  public let timer: SecondOrStepTimer
  private let givenSaver: Saver?
  private let scaffold: Scaffold?
  public private(set) var listeners: [CheckpointSaverListener]
  private let savesGraph: Bool
  private var writer: SummaryWriter?
  private var globalStep: Output?
  private var request = RunArguments()
  private weak var graph: Graph?
  /// Saves the rest of a training's state with each checkpoint.
  weak var exactResume: ExactResume?
  /// Whether training goes on while files are written. That is for trainings in which no code of the program runs between
  /// the steps.
  var savesInBackground = false
  /// Whether that is so for the save before the first step, too.
  var savesFirstInBackground = false
  /// The save that is under way.
  private var pending: PendingSave?

  /// **Errors**: `ValueError` unless exactly one interval is given, or when saver and scaffold both are.
  public init(
    checkpointDirectory: String, saveSecs: Double? = nil, saveSteps: Int? = nil, saver: Saver? = nil,
    checkpointBasename: String = "model.ckpt", scaffold: Scaffold? = nil, listeners: [CheckpointSaverListener] = [],
    savesGraph: Bool = true
  ) throws {
    Logger.info("Create CheckpointSaverHook.")
    if saver != nil && scaffold != nil { throw EngineError.value("You cannot provide both saver and scaffold.") }
    timer = try SecondOrStepTimer(everySecs: saveSecs, everySteps: saveSteps)
    self.checkpointDirectory = checkpointDirectory
    savePath = FileSystem.join(checkpointDirectory, checkpointBasename)
    givenSaver = saver
    self.scaffold = scaffold
    self.listeners = listeners
    self.savesGraph = savesGraph
  }

  open override var methods: HookMethods { .all }
  open override var programMethods: HookMethods { type(of: self) != CheckpointSaverHook.self ? methods : [] }
  open override var checkpointSaver: CheckpointSaverHook? { self }

  /// Adds a listener unless it is there already.
  public func addListener(_ listener: CheckpointSaverListener) {
    if !listeners.contains(where: { $0 === listener }) { listeners.append(listener) }
  }

  open override func begin(_ graph: Graph) throws {
    self.graph = graph
    writer = try SummaryWriterCache.writer(for: checkpointDirectory, graph: graph)
    let read = try GlobalStep.required(by: "CheckpointSaverHook", in: graph)
    globalStep = read
    request = RunArguments(fetches: [read])
    for listener in listeners { try listener.begin(graph) }
  }

  open override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    guard let globalStep else { return }
    let step = try GlobalStep.value(globalStep, in: session)
    if savesGraph { try GraphFiles.writeText(session.graph, to: FileSystem.join(checkpointDirectory, "graph.pbtxt")) }
    try writer?.addGraph(session.graph)
    try writer?.addMetaGraph(session.graph, saver: try saver(session.graph))
    // A start is always saved, so that evaluation has something to look at. The timer knows of it before, because its
    // state is saved too and the training that goes on from here has to save at the same steps; and again after, because
    // its seconds count from the end of a save.
    timer.updateLastTriggeredStep(step)
    let (inBackground, first) = (savesInBackground, savesFirstInBackground)
    savesInBackground = inBackground && first
    defer { savesInBackground = inBackground }
    _ = try save(session, step)
    timer.updateLastTriggeredStep(step)
  }

  open override func beforeRun(_ context: RunContext) throws -> RunArguments? { request }

  open override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    if let pending, pending.isDone { try finishPending() }
    guard let globalStep, let stale = try values.results.first?.integerScalar() else { return }
    guard timer.shouldTrigger(forStep: stale.clampedSum(1)) else { return }
    let step = try GlobalStep.value(globalStep, in: context.session)
    guard timer.shouldTrigger(forStep: step) else { return }
    timer.updateLastTriggeredStep(step)
    if try save(context.session, step) { context.requestStop() }
  }

  open override func end(_ session: Session) throws {
    savesInBackground = false
    try finishPending()
    guard let globalStep else { return }
    let step = try GlobalStep.value(globalStep, in: session)
    if step != timer.lastTriggeredStep { _ = try save(session, step) }
    for listener in listeners { try listener.end(session, step) }
  }

  open override func saveState(_ encoder: inout StateEncoder) throws { timer.saveState(&encoder) }
  open override func restoreState(_ decoder: inout StateDecoder) throws { try timer.restoreState(&decoder) }

  /// Returns when the checkpoint that is being written is there.
  /// **Errors**: those of the save, once.
  func finishPending() throws {
    guard let pending else { return }
    self.pending = nil
    try pending.finish()
  }

  /// As ``finishPending()`` after another failure, which is the one to be reported.
  func abandonPending() {
    do { try finishPending() } catch { Logger.error("The last checkpoint could not be saved: \(error)") }
  }

  /// Saves now. Returns whether a listener asks for a stop.
  open func save(_ session: Session, _ step: Int) throws -> Bool {
    Logger.info("Calling checkpoint listeners before saving checkpoint \(step)...")
    for listener in listeners { try listener.beforeSave(session, step) }
    Logger.info("Saving checkpoints for \(step) into \(savePath).")
    let saver = try saver(session.graph)
    saver.exactResume = exactResume
    let isHurried = pending.map { !$0.isDone } ?? false
    try finishPending()
    if savesInBackground && listeners.isEmpty {
      pending = try saver.startSave(
        session, savePath, step: step, writesMetaGraph: savesGraph, isHurried: isHurried)
    }
    if pending == nil { _ = try saver.save(session, savePath, step: step, writesMetaGraph: savesGraph) }
    try writer?.addSessionLog(.checkpoint, path: savePath, step: step)
    try writer?.flush()
    Logger.info("Calling checkpoint listeners after saving checkpoint \(step)...")
    var stops = false
    for listener in listeners where try listener.afterSave(session, step) {
      Logger.info("A CheckpointSaverListener requested that training be stopped. listener: \(listener.label)")
      stops = true
    }
    return stops
  }

  private func saver(_ graph: Graph) throws -> Saver {
    if let givenSaver { return givenSaver }
    if let scaffold {
      guard let saver = scaffold.saver else { throw EngineError.runtime("the scaffold has no saver") }
      return saver
    }
    let savers = graph.collection(GraphKeys.savers)
    guard let only = try Saver.fromCollection(graph), savers.count == 1 else {
      throw EngineError.runtime(
        "No items in collection \(GraphKeys.savers). Please add a saver to the collection or provide a saver or "
          + "scaffold.")
    }
    return only
  }
}
