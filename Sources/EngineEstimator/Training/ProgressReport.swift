import EngineCore

/// A line on the terminal that shows how training gets on; nothing where standard error is no terminal.
public final class ProgressReport {
  private let firstStep: Int
  private let lastStep: Int?
  private let start = Platform.monotonicTime()
  private var lastDrawn = 0.0
  private var steps = 0

  /// Seconds between two redraws.
  private static let interval = 0.1
  private static let barWidth = 24
  nonisolated(unsafe) private static var isLineShown = false
  private static let lock = Lock()

  /// - Parameter enabled: `false` switches the report off wherever standard error goes.
  init?(firstStep: Int, lastStep: Int?, enabled: Bool) {
    guard enabled, Platform.isErrorOutputTerminal, Platform.environment("TERM") != "dumb" else { return nil }
    self.firstStep = firstStep
    self.lastStep = lastStep
  }

  /// Counts a step; `loss` is asked for only when the line is drawn again.
  func step(loss: () -> Double?) {
    steps += 1
    let now = Platform.monotonicTime()
    guard now - lastDrawn >= ProgressReport.interval else { return }
    lastDrawn = now
    draw(now, loss())
  }

  /// Removes the line.
  func finish() { ProgressReport.clearLine() }

  private func draw(_ now: Double, _ loss: Double?) {
    let text = ProgressReport.line(
      step: firstStep + steps, first: firstStep, last: lastStep, stepsPerSecond: Double(steps) / max(now - start, 1e-9),
      loss: loss)
    ProgressReport.lock.withLock { ProgressReport.isLineShown = true }
    Platform.writeToErrorOutput("\r\u{1b}[K" + text)
  }

  /// The text of the line.
  static func line(step: Int, first: Int, last: Int?, stepsPerSecond: Double, loss: Double?) -> String {
    var parts: [String] = []
    if let last, last > first {
      let share = min(max(Double(step - first) / Double(last - first), 0), 1)
      let filled = Int(share * Double(barWidth))
      parts.append(
        "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: barWidth - filled) + "]")
      parts.append("step \(step)/\(last)")
    } else {
      parts.append("step \(step)")
    }
    parts.append("\(Platform.format("%.4g", stepsPerSecond)) steps/s")
    if let loss { parts.append("loss \(Platform.format("%.5g", loss))") }
    if let last, stepsPerSecond > 0, last > step {
      let seconds = Int(Double(last - step) / stepsPerSecond)
      parts.append("\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60) left")
    }
    return parts.joined(separator: "  ")
  }

  /// Takes the line away before something else is printed.
  static func clearLine() {
    let shown = lock.withLock {
      defer { isLineShown = false }
      return isLineShown
    }
    if shown { Platform.writeToErrorOutput("\r\u{1b}[K") }
  }
}
