import EngineCore

/// Where the training loops' messages go. A host language installs its own; without one they go to standard error in
/// TensorFlow's form (`INFO:tensorflow:...`).
public enum Logger {
  public enum Level: Int, Sendable {
    case info = 20
    case warning = 30
    case error = 40

    var name: String {
      switch self {
      case .info: "INFO"
      case .warning: "WARNING"
      case .error: "ERROR"
      }
    }
  }

  public typealias Sink = @Sendable (Level, String) -> Void

  nonisolated(unsafe) private static var sink: Sink?
  nonisolated(unsafe) private static var minimum = Level.info
  private static let lock = Lock()

  /// Replaces the destination of messages; `nil` brings standard error back.
  public static func install(_ newSink: Sink?) { lock.withLock { sink = newSink } }

  /// Messages below this level are dropped.
  public static var minimumLevel: Level {
    get { lock.withLock { minimum } }
    set { lock.withLock { minimum = newValue } }
  }

  public static func info(_ text: @autoclosure () throws -> String) rethrows { try log(.info, text) }
  public static func warning(_ text: @autoclosure () throws -> String) rethrows { try log(.warning, text) }
  public static func error(_ text: @autoclosure () throws -> String) rethrows { try log(.error, text) }

  private static func log(_ level: Level, _ text: () throws -> String) rethrows {
    let (destination, threshold) = lock.withLock { (sink, minimum) }
    guard level.rawValue >= threshold.rawValue else { return }
    let message = try text()
    ProgressReport.clearLine()
    if let destination { return destination(level, message) }
    Platform.writeToErrorOutput("\(level.name):tensorflow:\(message)\n")
  }
}
