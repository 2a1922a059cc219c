import EngineCore
import EngineFormats

/// The values of checkpoints that are restored again and again, as by a program that predicts example by example.
///
/// A checkpoint's index and values are kept from its second restore on, as long as its files stay as they are. Variables
/// share the memory; one that is written gets memory of its own.
final class RestoredValues {
  /// Bytes kept at most.
  static let limit = 64 << 20
  /// Checkpoints remembered at most.
  private static let countLimit = 8

  nonisolated(unsafe) private static var known: [RestoredValues] = []
  private static let lock = Lock()

  private let stamps: [CheckpointFiles.FileStamp]
  private let reader: TensorBundleReader
  private var values: [String: Tensor] = [:]
  private var byteCount = 0
  private var isKept = false

  private init(_ reader: TensorBundleReader, _ stamps: [CheckpointFiles.FileStamp]) {
    self.reader = reader
    self.stamps = stamps
  }

  /// Calls `body` with a checkpoint's reader, and a function that gives the value of a name.
  static func use<Result>(
    _ prefix: String, _ body: (TensorBundleReader, (String) throws -> Tensor) throws -> Result
  ) throws -> Result {
    let source = try noted(prefix)
    defer { source.reader.closeFiles() }
    return try body(source.reader) { try source.value($0) }
  }

  /// What is known of a checkpoint; the one used last stands last.
  private static func noted(_ prefix: String) throws -> RestoredValues {
    // Without files, the reader says what is wrong.
    let stamps = (try? CheckpointFiles.stamps(prefix)) ?? []
    let found: RestoredValues? = lock.withLock {
      guard let index = known.firstIndex(where: { $0.reader.prefix == prefix }) else { return nil }
      let found = known.remove(at: index)
      guard !stamps.isEmpty, found.stamps == stamps else { return nil }
      found.isKept = true
      known.append(found)
      return found
    }
    if let found { return found }
    let made = RestoredValues(try TensorBundleReader(prefix: prefix), stamps)
    lock.withLock {
      known.append(made)
      if known.count > countLimit { known.removeFirst() }
    }
    return made
  }

  private func value(_ name: String) throws -> Tensor {
    if let value = RestoredValues.lock.withLock({ values[name] }) { return value }
    let value = try reader.read(name)
    guard isKept, value.dtype.isPlainData, value.byteCount <= RestoredValues.limit else { return value }
    RestoredValues.lock.withLock {
      let room = RestoredValues.limit - value.byteCount
      for other in RestoredValues.known where other !== self && RestoredValues.total > room { other.forget() }
      guard values[name] == nil, RestoredValues.total <= room else { return }
      values[name] = value
      byteCount += value.byteCount
    }
    return value
  }

  private func forget() {
    values = [:]
    byteCount = 0
  }

  private static var total: Int { known.reduce(0) { $0 + $1.byteCount } }
}
