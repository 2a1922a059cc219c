import EngineCore

/// A regular expression on texts, leftmost match first.
struct TextPattern {
  private let regex: Regex<AnyRegexOutput>

  /// **Errors**: `InvalidArgument` for a pattern that is none.
  init(_ pattern: String) throws {
    do {
      regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
    } catch {
      throw EngineError.invalidArgument("Invalid pattern: \(pattern), error: \(error)")
    }
  }

  func matchesWhole(_ text: String) throws -> Bool { try regex.wholeMatch(in: text) != nil }

  /// The text with its matches, or the first one, replaced.
  /// **Errors**: `InvalidArgument` for a rewrite that names a group which the pattern has not.
  func replacing(_ text: String, with rewrite: String, all: Bool) throws -> String {
    var result = ""
    var end = text.startIndex
    for match in text.matches(of: regex) {
      result += text[end..<match.range.lowerBound]
      try append(match, rewrite, to: &result)
      end = match.range.upperBound
      if !all { break }
    }
    return result + text[end...]
  }

  private func append(_ match: Regex<AnyRegexOutput>.Match, _ rewrite: String, to result: inout String) throws {
    var escaped = false
    for character in rewrite {
      if !escaped {
        if character == "\\" { escaped = true } else { result.append(character) }
        continue
      }
      escaped = false
      if character == "\\" {
        result.append(character)
        continue
      }
      guard let group = character.wholeNumberValue, group < match.output.count else {
        throw EngineError.invalidArgument("Invalid rewrite pattern: \(rewrite)")
      }
      if let part = match.output[group].substring { result += part }
    }
  }
}
