import EngineCore
import EngineFormats

/// The numbers that evaluations have written to event files.
public enum EvaluationHistory {
  /// The metrics of each global step in a directory, by step. Empty when there is no such directory.
  public static func read(_ directory: String) throws -> [(step: Int, metrics: [String: Double])] {
    guard FileSystem.isDirectory(directory) else { return [] }
    var result: [Int: [String: Double]] = [:]
    for name in try FileSystem.listDirectory(directory).sorted() where name.hasPrefix("events.out.tfevents.") {
      for event in try events(FileSystem.join(directory, name)) where !event.metrics.isEmpty {
        result[event.step, default: [:]].merge(event.metrics) { _, new in new }
      }
    }
    return result.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The numbers of each summary in an event file, up to where it is damaged.
  static func events(_ path: String) throws -> [(step: Int, metrics: [String: Double])] {
    let reader = try EventFileReader(path)
    var result: [(step: Int, metrics: [String: Double])] = []
    do {
      while let event = try reader.next() {
        guard let summary = event.message("summary") else { continue }
        var metrics: [String: Double] = [:]
        for value in summary.messages("value") where value.has("simple_value") {
          metrics[value.string("tag")] = value.double("simple_value")
        }
        result.append((event.int("step"), metrics))
      }
    } catch let error as EngineError where error.code == .dataLoss {
      // The rest of a file that is damaged or still being written.
    }
    return result
  }
}

/// When the history of a metric says that more training is of no use.
public enum StoppingRule {
  /// The metric has gone beyond a threshold.
  case threshold(Double, isUpper: Bool)
  /// The metric has not become better for so many steps.
  case noImprovement(steps: Int, wantsIncrease: Bool)

  /// Whether the rule says to stop; what was before `minSteps` does not count.
  public func isMet(
    metric: String, minSteps: Int, history: [(step: Int, metrics: [String: Double])]
  ) -> Bool {
    let values = history.compactMap { entry in entry.metrics[metric].map { (step: entry.step, value: $0) } }
      .filter { $0.step >= minSteps }
    switch self {
    case .threshold(let threshold, let isUpper):
      for (step, value) in values where isUpper ? value > threshold : value < threshold {
        Logger.info(
          "At step \(step), metric \"\(metric)\" has value \(value) which is \(isUpper ? "greater" : "less") than the "
            + "configured threshold (\(threshold)) for early stopping.")
        return true
      }
    case .noImprovement(let steps, let wantsIncrease):
      var best: (step: Int, value: Double)?
      for (step, value) in values {
        if let known = best, wantsIncrease ? value <= known.value : value >= known.value {
          if step.clampedDifference(known.step) >= steps {
            Logger.info(
              "No \(wantsIncrease ? "increase" : "decrease") in metric \"\(metric)\" for \(step.clampedDifference(known.step)) steps, "
                + "which is greater than or equal to max steps (\(steps)) configured for early stopping.")
            return true
          }
          continue
        }
        best = (step, value)
      }
    }
    return false
  }
}
