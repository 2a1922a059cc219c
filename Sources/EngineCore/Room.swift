import CEngineShims

/// Whether an array of `count` elements can be had. Swift's arrays end the process when there is no memory for them, so
/// those whose size a program or a file sets are asked for here beforehand.
/// **Errors**: `ResourceExhausted`.
public func checkRoom<Element>(for count: Int, of type: Element.Type = Element.self) throws {
  guard count > 1 << 16 else { return }
  guard count < 1 << 40, engine_has_room(count * MemoryLayout<Element>.stride) != 0 else {
    throw EngineError.resourceExhausted("out of memory: \(count) elements cannot be held")
  }
}
