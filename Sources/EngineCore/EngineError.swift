/// The canonical status codes of TensorFlow's `tf.errors`; raw values are its `error_codes` numbers.
public enum StatusCode: Int32, Sendable {
  case ok = 0
  case cancelled = 1
  case unknown = 2
  case invalidArgument = 3
  case deadlineExceeded = 4
  case notFound = 5
  case alreadyExists = 6
  case permissionDenied = 7
  case resourceExhausted = 8
  case failedPrecondition = 9
  case aborted = 10
  case outOfRange = 11
  case unimplemented = 12
  case `internal` = 13
  case unavailable = 14
  case dataLoss = 15
  case unauthenticated = 16
}

/// Every failure of the engine.
///
/// `kind` says which family of exceptions a host language should raise: mistakes made while a graph is built are
/// `ValueError`, `TypeError` and the like in TensorFlow, whereas failures of a run carry a status code.
public struct EngineError: Error, @unchecked Sendable {
  public enum Kind: Int32, Sendable {
    /// A failed run or file operation: `tf.errors.<code>`.
    case status = 0
    case value = 1
    case type = 2
    case runtime = 3
    case attribute = 4
    case key = 5
    case notImplemented = 6
    /// Raised by user code in a callback; `underlying` holds the host's own error object.
    case host = 7
    case os = 8
    case nanLoss = 9
    case stopIteration = 10
    case index = 11
    /// Ctrl-C during a run.
    case interrupt = 12
    case assertion = 13
  }

  public var kind: Kind
  public var code: StatusCode
  public var message: String
  /// The node that failed, when one did.
  public var nodeName: String?
  /// The line of the user's program that made the node, as `file:line`.
  public var origin: String?
  /// The host language's own error object, passed through unchanged.
  public var underlying: AnyObject?

  public init(
    kind: Kind = .status, code: StatusCode = .unknown, _ message: String, nodeName: String? = nil,
    origin: String? = nil, underlying: AnyObject? = nil
  ) {
    self.kind = kind
    self.code = code
    self.message = message
    self.nodeName = nodeName
    self.origin = origin
    self.underlying = underlying
  }

  public static func value(_ message: String) -> EngineError { .init(kind: .value, code: .invalidArgument, message) }
  public static func type(_ message: String) -> EngineError { .init(kind: .type, code: .invalidArgument, message) }
  public static func runtime(_ message: String) -> EngineError { .init(kind: .runtime, code: .internal, message) }
  public static func invalidArgument(_ message: String) -> EngineError { .init(code: .invalidArgument, message) }
  public static func failedPrecondition(_ message: String) -> EngineError { .init(code: .failedPrecondition, message) }
  public static func notFound(_ message: String) -> EngineError { .init(code: .notFound, message) }
  public static func outOfRange(_ message: String) -> EngineError { .init(code: .outOfRange, message) }
  public static func dataLoss(_ message: String) -> EngineError { .init(code: .dataLoss, message) }
  public static func unimplemented(_ message: String) -> EngineError { .init(code: .unimplemented, message) }
  public static func resourceExhausted(_ message: String) -> EngineError { .init(code: .resourceExhausted, message) }
  public static func `internal`(_ message: String) -> EngineError { .init(code: .internal, message) }
  public static func cancelled(_ message: String) -> EngineError { .init(code: .cancelled, message) }
}

extension EngineError: CustomStringConvertible {
  public var description: String {
    var text = message
    if let nodeName { text += " [node '\(nodeName)'" + (origin.map { ", defined at \($0)" } ?? "") + "]" }
    return text
  }
}
