/// Says which form of a buffer's contents a derived buffer holds: a kind, and the numbers that its layout depends on.
public struct DerivedKey: Equatable, Sendable {
  let kind: Int
  let numbers: (Int, Int, Int, Int)

  public init(kind: Int, _ first: Int, _ second: Int, _ third: Int, _ fourth: Int) {
    self.kind = kind
    numbers = (first, second, third, fourth)
  }

  public static func == (a: DerivedKey, b: DerivedKey) -> Bool { a.kind == b.kind && a.numbers == b.numbers }
}

/// A form that somebody has asked for, and, once it has been worth keeping, the form.
struct DerivedForm {
  let key: DerivedKey
  var buffer: Buffer?
}

/// What was found out about a form that was asked for.
public enum DerivedFormState {
  /// Nobody has asked for it since the contents changed last: work it out for this use only.
  case unknown
  /// It is asked for again: work it out and give it to ``Buffer/keepDerivedForm(_:_:)``.
  case wanted
  case ready(Buffer)
}

extension Buffer {
  /// Guards the forms of all buffers. Those who write to a buffer hold its only reference and need no lock.
  private static let derivedLock = Lock()
  /// Forms of one buffer: a matrix is used as it stands and transposed, seldom in more ways.
  private static let derivedLimit = 2

  /// Another form of the contents, such as a packed copy of a matrix, that was kept by an earlier use.
  ///
  /// Contents that change between any two uses are never worth keeping a form of: only the second use without a write in
  /// between is told to. Forms go when the contents are about to be written (``Tensor/isUniquelyReferenced()``).
  ///
  /// **Threading**: any thread that holds a reference to the buffer.
  public func derivedForm(_ key: DerivedKey) -> DerivedFormState {
    guard isEngineOwned else { return .unknown }
    return Buffer.derivedLock.withLock {
      for form in derivedForms where form.key == key {
        if let known = form.buffer { return .ready(known) }
        return .wanted
      }
      if derivedForms.count < Buffer.derivedLimit { derivedForms.append(DerivedForm(key: key, buffer: nil)) }
      return .unknown
    }
  }

  /// Keeps a form that ``derivedForm(_:)`` said is wanted.
  public func keepDerivedForm(_ key: DerivedKey, _ form: Buffer) {
    Buffer.derivedLock.withLock {
      for index in derivedForms.indices where derivedForms[index].key == key { derivedForms[index].buffer = form }
    }
  }

  /// For the holder of the only reference.
  @inline(__always)
  func dropDerivedForms() { if !derivedForms.isEmpty { derivedForms = [] } }
}
