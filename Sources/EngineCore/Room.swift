import Glibc

/// Whether an array of `count` elements can be had. Swift's arrays end the process when there is no memory for them, so
/// those whose size a program or a file sets are asked for here beforehand.
/// **Errors**: `ResourceExhausted`.
public func checkRoom<Element>(for count: Int, of type: Element.Type = Element.self) throws {
  guard count > 1 << 16 else { return }
  let block = count < 1 << 40 ? malloc(count * MemoryLayout<Element>.stride) : nil
  guard let block else {
    throw EngineError.resourceExhausted("out of memory: \(count) elements cannot be held")
  }
  free(block)
}
