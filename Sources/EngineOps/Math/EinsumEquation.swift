import EngineCore
import EngineGraph

/// A parsed equation such as `bij,bjk->bik`. Axes are named by letters; `...` stands for axes that are broadcast, which
/// get the negative numbers -1, -2, ... counted from their last.
struct EinsumEquation {
  typealias Label = Int
  var inputs: [[Label]]
  var output: [Label]
  /// Whether an input names an axis twice: its diagonal is meant.
  var hasRepeatedLabels: Bool { inputs.contains { Set($0).count != $0.count } || Set(output).count != output.count }

  private static let ellipsis = Int.min

  /// **Errors**: `InvalidArgument` for a malformed equation and ranks that do not fit.
  init(_ equation: String, ranks: [Int?]) throws {
    func fail(_ what: String) -> EngineError { .invalidArgument("\(what) in the einsum equation '\(equation)'") }
    let text = equation.filter { $0 != " " }
    guard let arrow = text.range(of: "->") else { throw fail("Expecting exactly one '->'") }
    let parts = text[..<arrow.lowerBound].split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == ranks.count else { throw fail("Expected \(ranks.count) inputs") }
    func parse(_ part: Substring) throws -> [Label] {
      var labels: [Label] = []
      var rest = part[...]
      while let character = rest.first {
        if rest.hasPrefix("...") {
          guard !labels.contains(EinsumEquation.ellipsis) else { throw fail("More than one ellipsis in one term") }
          labels.append(EinsumEquation.ellipsis)
          rest = rest.dropFirst(3)
        } else {
          guard let code = character.asciiValue, character.isLetter else {
            throw fail("Invalid character '\(character)'")
          }
          labels.append(Int(code))
          rest = rest.dropFirst()
        }
      }
      return labels
    }
    var broadcast = 0
    inputs = try zip(parts, ranks).map { part, rank in
      var labels = try parse(part)
      guard let position = labels.firstIndex(of: EinsumEquation.ellipsis) else {
        if let rank, rank != labels.count { throw fail("Expected input of rank \(labels.count) but got \(rank)") }
        return labels
      }
      guard let rank else { throw fail("An ellipsis needs the input's rank") }
      let count = rank - labels.count + 1
      guard count >= 0 else { throw fail("Expected input of rank at least \(labels.count - 1) but got \(rank)") }
      broadcast = Swift.max(broadcast, count)
      labels.replaceSubrange(position...position, with: (0..<count).map { $0 - count })
      return labels
    }
    var labels = try parse(text[arrow.upperBound...])
    if let position = labels.firstIndex(of: EinsumEquation.ellipsis) {
      let count = broadcast
      labels.replaceSubrange(position...position, with: (0..<count).map { $0 - count })
    }
    output = labels
    let known = Set(inputs.joined())
    guard labels.allSatisfy({ known.contains($0) }) else { throw fail("An output label is in no input") }
  }

  init(inputs: [[Label]], output: [Label]) {
    self.inputs = inputs
    self.output = output
  }

  /// Sizes by label; labels of an ellipsis are broadcast.
  /// **Errors**: `InvalidArgument` for sizes that differ.
  func sizes(_ shapes: [[Int?]]) throws -> [Label: Int?] {
    var result: [Label: Int?] = [:]
    for (labels, shape) in zip(inputs, shapes) {
      for (label, size) in zip(labels, shape) {
        guard let before = result[label] else {
          result[label] = .some(size)
          continue
        }
        guard let before, let size else {
          result[label] = .some(label < 0 ? nil : before ?? size)
          continue
        }
        if label < 0, before == 1 || size == 1 {
          result[label] = before == 1 ? size : before
        } else if before != size {
          throw EngineError.invalidArgument("Dimensions must be equal, but are \(before) and \(size)")
        }
      }
    }
    return result
  }
}

extension StringProtocol {
  /// The first place of a short text: the standard library has none without Foundation.
  func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
