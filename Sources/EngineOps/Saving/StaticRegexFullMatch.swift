import EngineCore
import EngineGraph
import Glibc

extension OpDefinition {
  /// Whether whole strings match a regular expression.
  ///
  /// The expression is one of POSIX' extended ones, which TensorFlow's are as far as file names need them.
  /// **Errors**: `InvalidArgument` for a malformed expression.
  static let staticRegexFullMatch = OpDefinition(
    "StaticRegexFullMatch", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .bool)],
    attributes: [.string("pattern")], shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    let pattern = context.node.string("pattern")
    var expression = regex_t()
    guard regcomp(&expression, "^(\(pattern))$", REG_EXTENDED | REG_NOSUB) == 0 else {
      throw EngineError.invalidArgument("Invalid pattern: \(pattern)")
    }
    defer { regfree(&expression) }
    let matches = try context.texts(0).map { regexec(&expression, $0, 0, nil, 0) == 0 }
    context.setOutput(0, try Tensor(matches, shape: context.inputs[0].shape))
  }
}
