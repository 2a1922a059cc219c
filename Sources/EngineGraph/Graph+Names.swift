import EngineCore

extension Graph {
  /// A name nobody uses yet, in the current scope; counts as used from now on.
  ///
  /// Uniquing ignores case, because names end up as file names. `Ab, ab, Ab_1` become `Ab, ab_1, Ab_1_1`.
  public func uniqueName(_ name: String, markAsUsed: Bool = true) -> String {
    let scoped = nameScope.isEmpty ? name : nameScope + "/" + name
    return uniqueFullName(scoped, markAsUsed: markAsUsed)
  }

  func uniqueFullName(_ scoped: String, markAsUsed: Bool) -> String {
    // Most names have no capital letters; looking is cheaper than making a new text.
    let key = scoped.utf8.contains { $0 >= 0x80 || (0x41...0x5a).contains($0) } ? scoped.lowercased() : scoped
    var count: Int
    if markAsUsed {
      count = nameCounts[key, default: 0]
      if count == 0 {
        nameCounts[key] = 1
        return scoped
      }
    } else {
      count = nameCounts[key] ?? 0
      guard count > 0 else { return scoped }
    }
    var candidate = ""
    var candidateKey = ""
    repeat {
      let suffix = "_" + String(count)
      candidate = scoped + suffix
      candidateKey = key + suffix
      count += 1
    } while nameCounts[candidateKey] != nil
    if markAsUsed {
      nameCounts[key] = count
      nameCounts[candidateKey] = 1
    }
    return candidate
  }

  /// Enters a scope and returns its name with a closing slash (`""` at the root). Pair with ``leaveNameScope(_:)``.
  ///
  /// A name that ends in a slash re-enters exactly that scope; `nil` or `""` goes to the root.
  /// **Errors**: `ValueError` when the name is not a valid scope name.
  public func enterNameScope(_ name: String?) throws -> (scope: String, previous: String) {
    let previous = nameScope
    guard let name, !name.isEmpty else {
      nameScope = ""
      return ("", previous)
    }
    if name.hasSuffix("/") {
      nameScope = String(name.dropLast())
    } else {
      guard Graph.isValidName(name, inScope: !nameScope.isEmpty) else {
        throw EngineError.value("'\(name)' is not a valid scope name.")
      }
      nameScope = uniqueName(name)
    }
    return (nameScope + "/", previous)
  }

  public func leaveNameScope(_ previous: String) { nameScope = previous }

  /// Runs `body` inside a name scope; the argument is the scope's name with its closing slash.
  public func withNameScope<Result>(_ name: String?, _ body: (String) throws -> Result) throws -> Result {
    let (scope, previous) = try enterNameScope(name)
    defer { leaveNameScope(previous) }
    return try body(scope)
  }

  /// The grammar of node names: a letter, digit or dot first (inside a scope also `_ \ - /`), then `[A-Za-z0-9_.\/>-]`.
  public static func isValidName(_ name: String, inScope: Bool = false) -> Bool {
    var first = true
    for byte in name.utf8 {
      let alphanumeric =
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
        || byte == 0x2e
      let other = byte == 0x5f || byte == 0x5c || byte == 0x2f || byte == 0x3e || byte == 0x2d
      guard alphanumeric || (other && (!first || inScope)) else { return false }
      first = false
    }
    return !first
  }
}
