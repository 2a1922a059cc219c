import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// For each entry of a part of a new vocabulary, its place in an old one; -1 where it is not there.
  /// **Errors**: as ``VocabularyRemapping``.
  static let generateVocabRemapping = OpDefinition(
    "GenerateVocabRemapping",
    inputs: [.tensor("new_vocab_file", .string), .tensor("old_vocab_file", .string)],
    outputs: [.tensor("remapping", .int64), .tensor("num_present", .int32)],
    attributes: [.int("new_vocab_offset"), .int("num_new_vocab"), .int("old_vocab_size", -1)],
    shape: { context in [.vector(max(0, context.node.int("num_new_vocab"))), .scalar] }, gradient: .none
  ) { context in
    let remapping = try VocabularyRemapping(
      newFile: context.scalarText(0), oldFile: context.scalarText(1), offset: context.node.int("new_vocab_offset"),
      count: context.node.int("num_new_vocab"), oldSize: context.node.int("old_vocab_size"))
    context.setOutput(0, try Tensor(remapping.places.map { Int64($0) }, shape: [remapping.places.count]))
    context.setOutput(1, Tensor(scalar: Int32(truncatingIfNeeded: remapping.presentCount)))
  }
}

/// Where the entries of a new vocabulary stand in an old one. A vocabulary is a file with one entry a line.
public struct VocabularyRemapping: Sendable {
  /// The line in the old vocabulary, or -1.
  public let places: [Int]
  /// How many entries the old vocabulary has, too.
  public let presentCount: Int

  /// - Parameters:
  ///   - offset: the first line of the new vocabulary that counts.
  ///   - count: how many lines count.
  ///   - oldSize: how many lines of the old vocabulary count; -1 for all.
  /// **Errors**: `NotFound` for a missing file; `InvalidArgument` for one with too few lines; `FailedPrecondition` for
  /// an entry that the old vocabulary has twice.
  public init(newFile: String, oldFile: String, offset: Int, count: Int, oldSize: Int) throws {
    let new = try Self.lines(newFile)
    let old = try Self.lines(oldFile)
    guard offset >= 0, count >= 0, offset <= new.count, count <= new.count - offset else {
      throw EngineError.invalidArgument(
        "lookup table size must be larger than last new vocab entry's line: '\(newFile)' has \(new.count) lines, "
          + "entries \(offset) to \(offset.addingReportingOverflow(count).partialValue) are wanted")
    }
    guard oldSize <= old.count else {
      throw EngineError.invalidArgument("Invalid vocab_size in \(oldFile): expected \(oldSize) but got \(old.count)")
    }
    var known: [ByteString: Int] = [:]
    for (line, entry) in (oldSize < 0 ? old[...] : old.prefix(oldSize)).enumerated() {
      if let other = known.updateValue(line, forKey: entry) {
        throw EngineError.failedPrecondition(
          "HashTable has different value for same key. Key \(String(decoding: entry, as: UTF8.self)) has \(other) and "
            + "trying to add value \(line)")
      }
    }
    places = new[offset..<(offset + count)].map { known[$0] ?? -1 }
    presentCount = places.count { $0 >= 0 }
  }

  private static func lines(_ path: String) throws -> [ByteString] {
    var lines = try FileSystem.readFile(path).split(separator: 10, omittingEmptySubsequences: false)
      .map { ByteString($0) }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
