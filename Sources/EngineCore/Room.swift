import Glibc

/// Whether an array of `count` elements can be had. Swift's arrays end the process when there is no memory for them, so
/// those whose size a program or a file sets are asked for here beforehand.
///
/// Asked of the system itself: the compiler removes a `malloc` whose block is not used.
/// **Errors**: `ResourceExhausted`.
public func checkRoom<Element>(for count: Int, of type: Element.Type = Element.self) throws {
  guard count > 1 << 16 else { return }
  let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  let block = overflow ? nil : mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  guard let block, block != MAP_FAILED else {
    throw EngineError.resourceExhausted("out of memory: \(count) elements cannot be held")
  }
  munmap(block, size)
}
