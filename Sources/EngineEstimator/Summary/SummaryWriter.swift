import EngineCore
import EngineFormats
import EngineGraph

/// Where hooks write: a ``SummaryWriter``, or what a program puts in its place.
public protocol SummaryWriting: AnyObject {
  /// Adds a serialized `Summary`.
  func addSummary(_ summary: ByteString, step: Int?) throws
  func addSessionLog(_ status: SummaryWriter.SessionStatus, path: String, message: String, step: Int?) throws
  func flush() throws
}

extension SummaryWriting {
  /// Adds a summary of one number.
  public func addScalar(_ tag: String, _ value: Float, step: Int?) throws {
    var summary = SummaryBuilder()
    try summary.addScalar(tag, value)
    try addSummary(summary.serialized(), step: step)
  }
}

/// Writes events to a directory: summaries, graphs and the log of sessions.
///
/// **Threading**: any number of threads.
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/summary/FileWriter
public final class SummaryWriter: SummaryWriting, @unchecked Sendable {
  public enum SessionStatus: Int, Sendable {
    case start = 1
    case stop = 2
    case checkpoint = 3
  }

  public let directory: String
  private let lock = Lock()
  private let file: EventFileWriter
  private var runTags = Set<String>()
  private var summaryTags = Set<String>()

  /// Makes the directory and a new event file in it.
  /// - Parameters:
  ///   - queueSize: events go to the system when so many have come,
  ///   - flushSeconds: or when so much time has passed.
  public init(
    directory: String, graph: Graph? = nil, suffix: String = "", queueSize: Int = 10, flushSeconds: Double = 120
  ) throws {
    self.directory = directory
    file = try EventFileWriter(
      directory: directory, suffix: suffix, queueSize: queueSize, flushSeconds: flushSeconds)
    if let graph {
      try addGraph(graph)
      try addMetaGraph(graph, saver: nil)
    }
  }

  // MARK: Events

  /// Adds a serialized `Summary`. What describes a tag is written with its first value only.
  /// **Errors**: `DataLoss` for bytes that are none.
  public func addSummary(_ summary: ByteString, step: Int?) throws {
    let lean = try withoutKnownMetadata(summary)
    try add(step: step) {
      $0.tag(5, 2)
      $0.lengthDelimited(lean)
    }
  }

  private func withoutKnownMetadata(_ summary: ByteString) throws -> ByteString {
    var message = try ProtoMessage("Summary", parsing: summary)
    var changes = false
    let values = lock.withLock {
      message.messages("value").map { value in
        guard !summaryTags.insert(value.string("tag")).inserted, value.has("metadata") else { return value }
        var value = value
        value["metadata"] = nil
        changes = true
        return value
      }
    }
    guard changes else { return summary }
    message["value"] = .list(values.map { .message($0) })
    return message.serialized()
  }

  public func addGraph(_ graph: Graph, step: Int? = nil) throws {
    try addGraph(serialized: GraphFiles.serialized(graph), step: step)
  }

  public func addGraph(serialized bytes: ByteString, step: Int? = nil) throws {
    try add(step: step) {
      $0.tag(4, 2)
      $0.lengthDelimited(bytes)
    }
  }

  public func addMetaGraph(_ graph: Graph, saver: Saver?, step: Int? = nil) throws {
    try addMetaGraph(serialized: GraphFiles.metaGraph(graph, saver).serialized(), step: step)
  }

  public func addMetaGraph(serialized bytes: ByteString, step: Int? = nil) throws {
    try add(step: step) {
      $0.tag(9, 2)
      $0.lengthDelimited(bytes)
    }
  }

  public func addSessionLog(_ status: SessionStatus, path: String = "", message: String = "", step: Int?) throws {
    var log = ProtoEncoder()
    log.tag(1, 0)
    log.varint(UInt64(status.rawValue))
    for (number, text) in [(2, path), (3, message)] where !text.isEmpty {
      log.tag(number, 2)
      log.lengthDelimited(text.utf8)
    }
    try addSessionLog(serialized: log.bytes, step: step)
  }

  public func addSessionLog(serialized bytes: ByteString, step: Int?) throws {
    try add(step: step) {
      $0.tag(7, 2)
      $0.lengthDelimited(bytes)
    }
  }

  /// Adds the metadata of a run, serialized.
  /// **Errors**: `ValueError` for a tag that was used before.
  public func addRunMetadata(_ metadata: ByteString, tag: String, step: Int?) throws {
    guard lock.withLock({ runTags.insert(tag).inserted }) else {
      throw EngineError.value("The provided tag was already used for this event type")
    }
    var tagged = ProtoEncoder()
    tagged.tag(1, 2)
    tagged.lengthDelimited(tag.utf8)
    tagged.tag(2, 2)
    tagged.lengthDelimited(metadata)
    try add(step: step) {
      $0.tag(8, 2)
      $0.lengthDelimited(tagged.bytes)
    }
  }

  /// Adds a serialized `Event`; one after ``close()`` is dropped.
  public func addEvent(_ event: ByteString) throws { try lock.withLock { try file.add(serialized: event) } }

  private func add(step: Int?, _ fill: (inout ProtoEncoder) -> Void) throws {
    var event = ProtoEncoder()
    event.tag(1, 1)
    event.fixed64(Platform.wallTime().bitPattern)
    if let step, step != 0 {
      event.tag(2, 0)
      event.varint(UInt64(bitPattern: Int64(step)))
    }
    fill(&event)
    try addEvent(event.bytes)
  }

  // MARK: The file

  public func flush() throws { try lock.withLock { try file.flush() } }

  public func close() throws { try lock.withLock { try file.close() } }

  /// Opens a new file after ``close()``; nothing happens when one is open.
  public func reopen() throws { try lock.withLock { try file.reopen() } }
}

/// The writers of this process, one for each directory.
public enum SummaryWriterCache {
  nonisolated(unsafe) private static var writers: [String: SummaryWriter] = [:]
  private static let lock = Lock()

  /// The writer for a directory; made, beginning with the graph, when there is none.
  public static func writer(for directory: String, graph: Graph? = nil) throws -> SummaryWriter {
    try lock.withLock {
      if let known = writers[directory] { return known }
      let made = try SummaryWriter(directory: directory, graph: graph)
      writers[directory] = made
      return made
    }
  }

  /// Closes all writers and forgets them.
  public static func clear() throws {
    try lock.withLock {
      for writer in writers.values { try writer.close() }
      writers.removeAll()
    }
  }
}

/// Puts a `Summary` together.
public struct SummaryBuilder {
  private var message = ProtoEncoder()

  public init() {}

  public func serialized() -> ByteString { message.bytes }

  private mutating func add(_ value: ProtoEncoder) {
    message.tag(1, 2)
    message.lengthDelimited(value.bytes)
  }

  public mutating func addScalar(_ tag: String, _ number: Float) throws {
    var value = ProtoEncoder()
    value.tag(1, 2)
    value.lengthDelimited(tag.utf8)
    value.tag(2, 5)
    value.fixed32(number.bitPattern)
    add(value)
  }

  public mutating func addTensor(_ tag: String, _ tensor: Tensor, namesNode: Bool = true) throws {
    var value = ProtoEncoder()
    value.tag(1, 2)
    value.lengthDelimited(tag.utf8)
    if namesNode {
      value.tag(7, 2)
      value.lengthDelimited(tag.utf8)
    }
    value.tag(8, 2)
    value.lengthDelimited(try ProtoMessage.tensor(tensor).serialized())
    add(value)
  }

  /// Adds the result of a metric by its kind: a number, an array, or a summary of its own.
  mutating func add(metric name: String, _ tensor: Tensor) throws {
    if tensor.rank > 0 { return try addTensor(name, tensor) }
    switch tensor.dtype {
    case .float32, .float64: try addScalar(name, Float(try tensor.floatScalar()))
    case .int32, .int64: try addScalar(name, Float(try tensor.integerScalar()))
    case .string:
      guard let bytes = tensor.strings.first, let summary = try? ProtoMessage("Summary", parsing: bytes) else {
        Logger.warning("Skipping summary for \(name), cannot parse string to Summary.")
        return
      }
      for (index, entry) in summary.messages("value").enumerated() {
        var renamed = entry
        renamed["tag"] = .string("\(name)/\(index)")
        message.tag(1, 2)
        message.lengthDelimited(renamed.serialized())
      }
    default:
      Logger.warning(
        "Skipping summary for \(name), must be a float, np.float32, np.int64, np.int32 or int or np.ndarray or a "
          + "serialized string of Summary.")
    }
  }
}
