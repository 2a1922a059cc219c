import EngineCore
import EngineFormats
import EngineGraph
import Glibc

/// What a checkpoint is going to hold, as it was at one moment, with all that is needed to write it without looking at
/// the session again.
///
/// Tensors are taken without copying them: a variable that is updated while the snapshot holds its memory copies it
/// first. Each is let go of as soon as it has been written, so a snapshot costs memory only for what has been updated and
/// not been written yet.
final class CheckpointSnapshot: @unchecked Sendable {
  typealias Part = (fullShape: [Int], slice: TensorSlice)

  let prefix: String
  let keys: [String]
  private let parts: [Part?]
  private var values: [Tensor?]
  /// The rest of a training's state; `nil` to leave a file that is there alone.
  private let resumeState: ExactResume.Recorded?

  init(prefix: String, items: [SavedItem], values: [Tensor], resumeState: ExactResume.Recorded?) throws {
    self.prefix = prefix
    keys = items.map(\.key)
    parts = try items.map { try $0.slice }
    self.values = values
    self.resumeState = resumeState
  }

  /// The bytes of all values; strings do not count, since they take another room in a file.
  var byteCount: Int { values.reduce(0) { $0 &+ ($1.map { $0.dtype == .string ? 0 : $0.byteCount } ?? 0) } }

  /// Writes the checkpoint's files.
  /// - Parameter later: as for ``TensorBundleWriter``; `nil` waits for the disk first.
  func write(syncing later: BackgroundFiles.Syncing?, _ warn: (String) -> Void) throws {
    // A training that goes on saves what it has just restored. Leaving those files alone means that a process that dies
    // now cannot damage the only checkpoint there may be.
    if try isStored() {
      return try writeResumeFile(later, warn) { try TensorBundleReader(prefix: prefix).fingerprint() }
    }
    let writer = try TensorBundleWriter(prefix: prefix, expectedByteCount: byteCount, syncing: later)
    for (index, key) in keys.enumerated() {
      guard let value = values[index] else { continue }
      values[index] = nil
      if let part = parts[index] {
        try writer.addSlice(key, fullShape: part.fullShape, slice: part.slice, value)
      } else {
        try writer.add(key, value)
      }
    }
    // Before the checkpoint becomes visible, so that whoever finds it finds this too.
    try writeResumeFile(later, warn) { try writer.fingerprint() }
    try writer.finish()
  }

  private func writeResumeFile(
    _ later: BackgroundFiles.Syncing?, _ warn: (String) -> Void, _ fingerprint: () throws -> UInt32
  ) throws {
    guard let resumeState else { return }
    let content: ByteString
    do {
      content = try resumeState.file(checkpoint: fingerprint()).serialized()
    } catch let error as EngineError where ExactResume.canDoWithout(error) {
      return warn(ExactResume.warning(prefix, error))
    }
    try AtomicFile.write(ResumeFile.path(prefix), content, syncing: later)
  }

  /// Whether a sound checkpoint of that prefix holds exactly these values.
  private func isStored() throws -> Bool {
    guard TensorBundle.exists(prefix) else { return false }
    guard let reader = try? TensorBundleReader(prefix: prefix), Set(reader.names) == Set(keys) else {
      return false
    }
    for (index, key) in keys.enumerated() {
      guard let value = values[index], parts[index] == nil, value.dtype.isPlainData, let stored = try? reader.read(key),
        stored.dtype == value.dtype, stored.shape == value.shape,
        memcmp(stored.pointer, value.pointer, value.byteCount) == 0
      else { return false }
    }
    return true
  }
}

/// A save whose files are being written while training goes on.
final class PendingSave {
  let prefix: String
  private let job: BackgroundFiles.Job
  private let report: Report

  /// Lines for the log, which only the program's threads may write.
  final class Report: @unchecked Sendable {
    var warnings: [String] = []
  }

  init(prefix: String, job: BackgroundFiles.Job, report: Report) {
    self.prefix = prefix
    self.job = job
    self.report = report
  }

  /// Whether ``finish()`` would return at once.
  var isDone: Bool { job.isDone }

  /// Returns when the checkpoint is there.
  /// **Errors**: those of the save.
  func finish() throws {
    defer { for line in report.warnings { Logger.warning(line) } }
    try job.wait()
  }
}
