import EngineCore
import Glibc

// Event files, as TensorBoard reads them:
//
//   let writer = try EventFileWriter(directory: dir)
//   try writer.add(Event.summary(Summary.encode([.scalar("loss", 0.5)]), step: 10))
//   try writer.flush(); try writer.close()
//
//   let reader = try EventFileReader(path); while let event = try reader.next() { event.int("step") }

/// Appends events to a file of its own in a directory. May be used by several threads.
///
/// Up to `queueSize` events are gathered before they are handed to the system; also after `flushSeconds`, on
/// ``flush()`` and on ``close()``.
public final class EventFileWriter: @unchecked Sendable {
  /// Where the files are.
  public let directory: String
  /// The file that events go to; another one after ``reopen()``.
  public var path: String { lock.withLock { currentPath } }
  private let suffix: String
  private let queueSize: Int
  private let flushSeconds: Double
  private let lock = Lock()
  // All guarded by `lock`:
  private var currentPath = ""
  private var records: RecordWriter?
  private var queued = 0
  private var nextFlush = 0.0

  /// Creates the directory when it is missing, and the file with its first record.
  /// **Errors**: those of the file system.
  public init(directory: String, suffix: String = "", queueSize: Int = 10, flushSeconds: Double = 120) throws {
    self.directory = directory
    self.suffix = suffix
    self.queueSize = max(1, queueSize)
    self.flushSeconds = flushSeconds
    try openFile()
  }

  deinit { try? records?.close() }

  /// Whether events are ignored at present.
  public var isClosed: Bool { lock.withLock { records == nil } }

  /// Adds an event (of type `Event`). Does nothing when the writer is closed.
  /// **Errors**: those of the file system.
  public func add(_ event: ProtoMessage) throws { try add(serialized: event.serialized()) }

  /// As ``add(_:)``, for an event in wire form.
  public func add(serialized event: ByteString) throws {
    lock.lock()
    defer { lock.unlock() }
    guard let records else { return }
    try records.write(event)
    queued += 1
    if queued >= queueSize || FileSystem.wallSeconds >= nextFlush { try flushLocked() }
  }

  /// Hands all events to the system.
  /// **Errors**: those of the file system; `Unknown` when somebody has removed the file.
  public func flush() throws {
    lock.lock()
    defer { lock.unlock() }
    guard records != nil else { return }
    try flushLocked()
    guard FileSystem.exists(currentPath) else {
      throw EngineError(code: .unknown, "Failed to flush events: The events file \(currentPath) has disappeared.")
    }
  }

  /// Flushes and closes; the writer ignores events from then on.
  public func close() throws {
    lock.lock()
    defer { lock.unlock() }
    guard let records else { return }
    self.records = nil
    try records.close()
  }

  /// Starts another file when the writer is closed.
  public func reopen() throws {
    if isClosed { try openFile() }
  }

  private func flushLocked() throws {
    queued = 0
    nextFlush = FileSystem.wallSeconds + flushSeconds
    try records?.flush()
  }

  private func openFile() throws {
    lock.lock()
    defer { lock.unlock() }
    try FileSystem.makeDirectories(directory)
    var seconds = Int(FileSystem.wallSeconds)
    while true {
      let digits = String(seconds)
      let name =
        "events.out.tfevents." + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + "."
        + FileSystem.hostName + suffix
      let candidate = FileSystem.join(directory, name)
      do {
        records = RecordWriter(try OutputFile(candidate, .create))
        currentPath = candidate
        break
      } catch let error as EngineError where error.code == .alreadyExists {
        seconds += 1  // a writer of the same second must not lose its events
      }
    }
    try records?.write(Event.version(wallSeconds: Double(seconds)).serialized())
    try flushLocked()
  }
}

/// Reads an event file. Not thread-safe.
public final class EventFileReader {
  private let records: RecordReader

  /// **Errors**: those of the file system.
  public init(_ path: String) throws { records = try RecordReader(path) }

  /// The next event; `nil` at the end, and when the rest is a record that has not been written completely yet.
  /// **Errors**: `DataLoss` for damaged records.
  public func next() throws -> ProtoMessage? {
    guard let record = try records.nextComplete() else { return nil }
    return try ProtoMessage("Event", parsing: record)
  }

  /// All events of a file.
  public static func events(_ path: String) throws -> [ProtoMessage] {
    let reader = try EventFileReader(path)
    var events: [ProtoMessage] = []
    while let event = try reader.next() { events.append(event) }
    return events
  }
}
