import EngineCore
import EngineFormats

/// Exports a model after an evaluation. Base class of those below, and of a program's own.
open class Exporter {
  public let name: String
  public init(name: String) { self.name = name }

  /// - Parameters:
  ///   - path: the directory that belongs to this exporter.
  ///   - isFinal: whether training has ended.
  /// - Returns: where the model was exported to; `nil` when it was not.
  open func export(
    _ estimator: Estimator, to path: String, checkpoint: String, results: [MetricValue], isFinal: Bool
  ) throws -> String? { nil }
}

/// How the exporters below export.
public struct ExporterSettings {
  /// What builds the model and its inputs, for the estimator that is exported.
  public let builder: (Estimator) throws -> Estimator.ExportBuilder
  public var options = Estimator.ExportOptions()

  public init(_ build: @escaping Estimator.ExportBuilder) { builder = { _ in build } }
  public init(builder: @escaping (Estimator) throws -> Estimator.ExportBuilder) { self.builder = builder }

  func export(_ estimator: Estimator, to path: String, _ checkpoint: String) throws -> String {
    var options = options
    options.checkpointPath = checkpoint
    return try estimator.exportSavedModel(to: path, builders: [ModeKeys.predict: builder(estimator)], options: options)
  }
}

/// Exports once, when training has ended.
public final class FinalExporter: Exporter {
  private let settings: ExporterSettings

  public init(name: String, _ settings: ExporterSettings) {
    self.settings = settings
    super.init(name: name)
  }

  public override func export(
    _ estimator: Estimator, to path: String, checkpoint: String, results: [MetricValue], isFinal: Bool
  ) throws -> String? {
    guard isFinal else { return nil }
    Logger.info("Performing the final export in the end of training.")
    return try settings.export(estimator, to: path, checkpoint)
  }
}

/// Exports after every evaluation, and keeps the newest.
public final class LatestExporter: Exporter {
  private let settings: ExporterSettings
  private let exportsToKeep: Int?

  /// - Parameter exportsToKeep: `nil` keeps all.
  /// **Errors**: `ValueError` for a number to keep that is not positive.
  public init(name: String, exportsToKeep: Int? = 5, _ settings: ExporterSettings) throws {
    try ExportFolder.check(exportsToKeep)
    self.settings = settings
    self.exportsToKeep = exportsToKeep
    super.init(name: name)
  }

  public override func export(
    _ estimator: Estimator, to path: String, checkpoint: String, results: [MetricValue], isFinal: Bool
  ) throws -> String? {
    let result = try settings.export(estimator, to: path, checkpoint)
    ExportFolder.removeOld(path, keeping: exportsToKeep)
    return result
  }
}

/// Exports when an evaluation was better than all before, also those of earlier runs.
public final class BestExporter: Exporter {
  public typealias Compare = (_ best: [String: Double], _ current: [String: Double]) throws -> Bool

  private let settings: ExporterSettings
  private let exportsToKeep: Int?
  private let eventPattern: String?
  private let isBetter: Compare
  private var best: [String: Double]?
  private var hasExported = false
  private var directory: String?

  /// - Parameters:
  ///   - eventPattern: event files of earlier runs, below the model directory.
  ///   - isBetter: default: a smaller loss is.
  /// **Errors**: `ValueError` for a number to keep that is not positive.
  public init(
    name: String = "best_exporter", exportsToKeep: Int? = 5, eventPattern: String? = "eval/*.tfevents.*",
    isBetter: @escaping Compare = BestResult.hasSmallerLoss, _ settings: ExporterSettings
  ) throws {
    try ExportFolder.check(exportsToKeep)
    self.settings = settings
    self.exportsToKeep = exportsToKeep
    self.eventPattern = eventPattern
    self.isBetter = isBetter
    super.init(name: name)
  }

  public override func export(
    _ estimator: Estimator, to path: String, checkpoint: String, results: [MetricValue], isFinal: Bool
  ) throws -> String? {
    if directory != estimator.modelDir {
      directory = estimator.modelDir
      if let eventPattern {
        Logger.info("Loading best metric from event files.")
        best = try BestResult.recover(FileSystem.join(estimator.modelDir, eventPattern), isBetter)
      }
    }
    var current: [String: Double] = [:]
    for metric in results where metric.values.count == 1 {
      if let value = try? metric.values.first?.floatScalar() { current[metric.name] = Double(value) }
    }
    if let best, hasExported, try !isBetter(best, current) { return nil }
    Logger.info("Performing best model export.")
    best = current
    let result = try settings.export(estimator, to: path, checkpoint)
    ExportFolder.removeOld(path, keeping: exportsToKeep)
    hasExported = true
    return result
  }
}

/// The best of earlier evaluations.
public enum BestResult {
  /// Whether the loss has become smaller.
  /// **Errors**: `ValueError` when a result has no loss.
  @Sendable public static func hasSmallerLoss(_ best: [String: Double], _ current: [String: Double]) throws -> Bool {
    guard let old = best["loss"] else {
      throw EngineError.value("best_eval_result cannot be empty or no loss is found in it.")
    }
    guard let new = current["loss"] else {
      throw EngineError.value("current_eval_result cannot be empty or no loss is found in it.")
    }
    return old > new
  }

  /// The best result in the event files of a pattern; `nil` when they hold none.
  public static func recover(_ pattern: String, _ isBetter: BestExporter.Compare) throws -> [String: Double]? {
    var best: [String: Double]?
    for path in try FileSystem.glob(pattern) {
      for event in try EvaluationHistory.events(path) where !event.metrics.isEmpty {
        if let known = best, try !isBetter(known, event.metrics) { continue }
        best = event.metrics
      }
    }
    return best
  }
}

/// A directory of exports, each named after its time.
public enum ExportFolder {
  /// **Errors**: `ValueError` for a number to keep that is not positive.
  public static func check(_ exportsToKeep: Int?) throws {
    if let exportsToKeep, exportsToKeep <= 0 {
      throw EngineError.value("`exports_to_keep`, if provided, must be a positive number. Got \(exportsToKeep)")
    }
  }

  /// Deletes all but the newest exports; other things in the directory stay.
  public static func removeOld(_ path: String, keeping count: Int?) {
    guard let count, let names = try? FileSystem.listDirectory(path) else { return }
    let exports = names.filter { $0.utf8.count == 10 && $0.utf8.allSatisfy { (48...57).contains($0) } }.sorted()
    for name in exports.dropLast(count) {
      do {
        try FileSystem.removeTree(FileSystem.join(path, name))
      } catch {
        Logger.warning("Can not delete \(FileSystem.join(path, name)) recursively: \(error)")
      }
    }
  }
}
