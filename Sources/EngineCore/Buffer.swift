/// A block of memory that one or more tensors share; freed, or handed back to its owner, with the last reference.
///
/// Numeric data starts at a 64-byte boundary when the engine allocated it. Strings and resources live in their own
/// fields, because their elements are not plain bytes.
public final class Buffer: @unchecked Sendable {
  /// The first byte; valid also when `byteCount` is 0.
  public let pointer: UnsafeMutableRawPointer
  public let byteCount: Int
  /// Elements of a string tensor.
  public var strings: [ByteString]
  /// Elements of a resource tensor.
  public let resource: AnyObject?
  private let release: Release
  /// See ``derivedForm(_:)``.
  var derivedForms: [DerivedForm] = []

  private enum Release {
    case pool
    case nothing
    case owner(() -> Void)
  }

  /// Allocates `byteCount` uninitialised bytes from the pool.
  /// **Errors**: `ResourceExhausted` when the memory cannot be had.
  public init(byteCount: Int) throws {
    pointer = try BufferPool.allocate(byteCount)
    self.byteCount = byteCount
    strings = []
    resource = nil
    release = .pool
  }

  public init(strings: [ByteString]) {
    pointer = BufferPool.emptyPointer
    byteCount = 0
    self.strings = strings
    resource = nil
    release = .nothing
  }

  public init(resource: AnyObject) {
    pointer = BufferPool.emptyPointer
    byteCount = 0
    strings = []
    self.resource = resource
    release = .nothing
  }

  /// Wraps memory that somebody else owns; `release` runs once, on whichever thread drops the last reference.
  public init(borrowing pointer: UnsafeMutableRawPointer, byteCount: Int, release: @escaping () -> Void) {
    self.pointer = pointer
    self.byteCount = byteCount
    strings = []
    resource = nil
    self.release = .owner(release)
  }

  /// Whether the engine allocated the memory, so that it may be written to when uniquely referenced.
  public var isEngineOwned: Bool {
    if case .pool = release { return true }
    return false
  }

  deinit {
    switch release {
    case .pool: BufferPool.free(pointer, byteCount)
    case .nothing: break
    case .owner(let body): body()
    }
  }
}

/// A string element: bytes of any encoding.
public typealias ByteString = [UInt8]
