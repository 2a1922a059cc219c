import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

extension Estimator {
  /// A model built for export: its spec, and what it is fed through.
  public struct ExportedModel {
    public let spec: EstimatorSpec
    public let receivers: ReceiverTensors
    /// Other ways of feeding, each of which gets signatures of its own.
    public let alternatives: [(name: String, receivers: ReceiverTensors)]

    public init(
      spec: EstimatorSpec, receivers: ReceiverTensors,
      alternatives: [(name: String, receivers: ReceiverTensors)] = []
    ) {
      self.spec = spec
      self.receivers = receivers
      self.alternatives = alternatives
    }
  }

  /// Builds receivers and model in the given graph.
  public typealias ExportBuilder = (_ graph: Graph, _ mode: String) throws -> ExportedModel

  /// How an export is written.
  public struct ExportOptions {
    /// Files to copy: the path below `assets.extra`, and the source.
    public var extraAssets: [(target: String, source: String)] = []
    public var asText = false
    /// Default: the latest.
    public var checkpointPath: String?
    /// Where weights come from when nothing has been trained.
    public var warmStartPath: String?
    public init() {}
  }

  /// Writes a SavedModel with the checkpoint's weights to a new directory named after the time.
  ///
  /// - Parameter builders: a builder for each mode wanted, by mode.
  /// - Returns: the directory.
  /// **Errors**: `ValueError` without a checkpoint, without a known mode, and for variables that the checkpoint lacks.
  public func exportSavedModel(
    to base: String, builders: [String: ExportBuilder], options: ExportOptions = ExportOptions()
  ) throws -> String {
    var checkpoint = options.checkpointPath
    if checkpoint?.isEmpty != false { checkpoint = try latestCheckpoint() }
    if checkpoint == nil, let start = options.warmStartPath {
      checkpoint = FileSystem.isDirectory(start) ? try CheckpointFiles.latest(in: start) : start
    }
    guard let checkpoint else { throw EngineError.value("Couldn't find trained model at \(modelDir).") }
    let modes = [ModeKeys.train, ModeKeys.evaluate, ModeKeys.predict].filter { builders[$0] != nil }
    if modes.isEmpty {
      throw EngineError.value(
        "No valid modes for exporting found. Got \(builders.keys.sorted()), expected a mode of "
          + "\([ModeKeys.train, ModeKeys.evaluate, ModeKeys.predict]).")
    }
    let target = try Estimator.timestampedDirectory(base)
    let temporary = FileSystem.join(
      FileSystem.directory(of: target), "temp-" + FileSystem.baseName(of: target))
    do {
      let builder = try SavedModelBuilder(directory: temporary)
      var savesVariables = true
      for mode in modes {
        guard let build = builders[mode] else { continue }
        try add(to: builder, mode, build, checkpoint, savesVariables: savesVariables)
        savesVariables = false
      }
      try builder.save(asText: options.asText)
      for (name, source) in options.extraAssets {
        try AssetFiles.copy(source, to: FileSystem.join(FileSystem.join(temporary, "assets.extra"), name))
      }
      try FileSystem.rename(temporary, to: target)
    } catch {
      try? FileSystem.removeTree(temporary)
      throw error
    }
    return target
  }

  private func add(
    to builder: SavedModelBuilder, _ mode: String, _ build: ExportBuilder, _ checkpoint: String, savesVariables: Bool
  ) throws {
    let graph = try newGraph()
    let model = try build(graph, mode)
    let spec = model.spec
    let signatures = Signatures.all(
      receivers: model.receivers, outputs: try exportOutputs(spec, mode), alternatives: model.alternatives,
      servingOnly: mode == ModeKeys.predict)
    let saver = try spec.scaffold.saver ?? Saver.fromCollection(graph) ?? Saver(allowsEmpty: true, isSharded: true)
    try saver.build(graph)
    let mainOp = try spec.scaffold.localInitOp ?? Scaffold.defaultLocalInitOp(graph)
    let session = Session(graph: graph)
    do {
      try saver.restore(session, checkpoint)
    } catch let error as EngineError where error.kind == .status && error.code == .notFound {
      throw EngineError.value(
        "Could not load all requested variables from checkpoint. Please make sure your model_fn does not expect "
          + "variables that were not saved in the checkpoint.\n\nEncountered error with mode `\(mode)` while restoring "
          + "checkpoint from: `\(checkpoint)`. \(error.message)")
    }
    let tag = [ModeKeys.train: "train", ModeKeys.evaluate: "eval"][mode] ?? "serve"
    var parts = SavedModelBuilder.Parts(tags: [tag])
    parts.signatures = try signatures.map { ($0.name, try $0.signature.message()) }
    parts.assets = graph.collection("asset_filepaths").compactMap { item in
      if case .output(let output) = item { return output }
      return nil
    }
    parts.mainOp = mainOp
    parts.trainOp = spec.trainOp
    parts.saver = saver
    parts.stripsDefaultAttributes = true
    if savesVariables { try builder.addGraphAndVariables(session, parts) } else { try builder.addGraph(graph, parts) }
  }

  private func exportOutputs(_ spec: EstimatorSpec, _ mode: String) throws -> [(name: String, output: ExportOutput)] {
    switch mode {
    case ModeKeys.predict: return spec.exportOutputs ?? []
    default:
      let isTraining = mode == ModeKeys.train
      return [
        (
          mode,
          try SupervisedOutput(
            isTraining: isTraining, loss: spec.loss, predictions: spec.predictions, metrics: spec.evalMetricOps)
        )
      ]
    }
  }

  /// A directory below `base` that does not exist yet, named after the seconds since 1970.
  /// **Errors**: `RuntimeError` when ten names in a row are taken.
  static func timestampedDirectory(_ base: String) throws -> String {
    for attempt in 1...10 {
      let path = FileSystem.join(base, String(Int(Platform.wallTime())))
      if !FileSystem.exists(path) { return path }
      Logger.warning("Directory \(path) already exists; retrying (attempt \(attempt)/10)")
      Platform.sleep(seconds: 1)
    }
    throw EngineError.runtime("Failed to obtain a unique export directory name after 10 attempts.")
  }
}
