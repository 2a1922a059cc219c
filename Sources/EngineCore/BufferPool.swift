import Glibc

/// Recycles tensor memory, so that a training step asks the system for nothing once it has run once.
///
/// Sizes are rounded up to classes (four per power of two, at least 64 bytes); each class keeps a list of free blocks.
/// All blocks are aligned to 64 bytes. Past `cacheLimit` bytes, freed blocks go back to the system.
enum BufferPool {
  static let alignment = 64
  /// Free bytes kept at most.
  static let cacheLimit = 256 << 20
  nonisolated(unsafe) static let emptyPointer: UnsafeMutableRawPointer = {
    // Never freed; a valid address for tensors without bytes.
    UnsafeMutableRawPointer.allocate(byteCount: alignment, alignment: alignment)
  }()

  /// Blocks of this size and more get large pages: a new block of small ones costs more time than what is put into it.
  static let largePage = 2 << 20

  private static let classCount = 4 * 64
  private static let lock = Lock()
  /// Free blocks per size class, as linked lists threaded through the blocks themselves; guarded by `lock`.
  nonisolated(unsafe) private static let heads: UnsafeMutablePointer<UnsafeMutableRawPointer?> = {
    let heads = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: classCount)
    heads.initialize(repeating: nil, count: classCount)
    pthread_atfork(
      { BufferPool.lock.lock() }, { BufferPool.lock.unlock() }, { BufferPool.lock.reinitializeAfterFork() })
    return heads
  }()
  nonisolated(unsafe) private static var cachedBytes = 0

  /// The class index and the rounded size of a request.
  private static func sizeClass(_ byteCount: Int) -> (index: Int, size: Int) {
    let wanted = max(byteCount, alignment)
    let exponent = Int.bitWidth - 1 - (wanted - 1).leadingZeroBitCount  // 2^exponent < wanted <= 2^(exponent+1)
    let quarter = 1 << (exponent - 2)
    let step = (wanted - 1 - (1 << exponent)) / quarter  // 0...3
    return (exponent * 4 + step, (1 << exponent) + (step + 1) * quarter)
  }

  static func allocate(_ byteCount: Int) throws -> UnsafeMutableRawPointer {
    if byteCount == 0 { return emptyPointer }
    guard byteCount > 0, byteCount < 1 << 46 else {
      throw EngineError.resourceExhausted("cannot allocate a tensor of \(byteCount) bytes")
    }
    let (index, size) = sizeClass(byteCount)
    lock.lock()
    if let block = heads[index] {
      heads[index] = block.load(as: UnsafeMutableRawPointer?.self)
      cachedBytes -= size
      lock.unlock()
      return block
    }
    lock.unlock()
    var fresh: UnsafeMutableRawPointer?
    let rounded = (size + alignment - 1) & ~(alignment - 1)
    let isLarge = byteCount >= 2 * largePage
    guard posix_memalign(&fresh, isLarge ? largePage : alignment, rounded) == 0, let fresh else {
      throw EngineError.resourceExhausted("out of memory: a tensor of \(byteCount) bytes cannot be allocated")
    }
    // Only whole pages, so that the rounding up of sizes takes no memory. A system without large pages refuses.
    if isLarge { _ = madvise(fresh, byteCount & ~(largePage - 1), MADV_HUGEPAGE) }
    return fresh
  }

  static func free(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
    if byteCount == 0 { return }
    let (index, size) = sizeClass(byteCount)
    lock.lock()
    let kept = cachedBytes + size <= cacheLimit
    if kept {
      pointer.storeBytes(of: heads[index], as: UnsafeMutableRawPointer?.self)
      heads[index] = pointer
      cachedBytes += size
    }
    lock.unlock()
    if !kept { Glibc.free(pointer) }
  }
}
