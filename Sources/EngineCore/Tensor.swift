/// A dense array of one dtype: row-major, contiguous, sharing its memory with its copies.
///
/// A tensor's elements never change while anybody else can see them: an op that wants to write in place first makes
/// sure that it holds the only reference (``isUniquelyReferenced()``).
public struct Tensor: @unchecked Sendable {
  public let dtype: DType
  public let shape: [Int]
  public private(set) var buffer: Buffer

  /// Wraps a buffer.
  /// **Errors**: `InvalidArgument` when the buffer is smaller than the shape asks for.
  public init(dtype: DType, shape: [Int], buffer: Buffer) throws {
    guard let count = Shape.elementCount(shape) else {
      throw EngineError.invalidArgument("a tensor cannot have shape \(Shape(known: shape).bracketed)")
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.itemSize)
    guard !overflow, buffer.byteCount >= bytes, dtype != .string || buffer.strings.count == count else {
      throw EngineError.invalidArgument(
        "a buffer of \(buffer.byteCount) bytes is too small for a \(dtype) tensor of shape \(Shape(known: shape).bracketed)"
      )
    }
    self.dtype = dtype
    self.shape = shape
    self.buffer = buffer
  }

  /// Allocates without initialising (numeric types), or with empty strings.
  /// **Errors**: `ResourceExhausted` when the size overflows or memory runs out.
  public init(uninitialized dtype: DType, shape: [Int]) throws {
    guard let count = Shape.elementCount(shape) else {
      throw EngineError.invalidArgument("a tensor cannot have shape \(Shape(known: shape).bracketed)")
    }
    if dtype == .string {
      try checkRoom(for: count, of: ByteString.self)
      buffer = Buffer(strings: [ByteString](repeating: [], count: count))
    } else {
      let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.itemSize)
      guard !overflow else {
        throw EngineError.resourceExhausted("a \(dtype) tensor of shape \(Shape(known: shape).bracketed) is too large")
      }
      buffer = try Buffer(byteCount: bytes)
    }
    self.dtype = dtype
    self.shape = shape
  }

  public init(zeros dtype: DType, shape: [Int]) throws {
    try self.init(uninitialized: dtype, shape: shape)
    if dtype.isPlainData { buffer.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
  }

  /// Copies `values` into a new tensor of the given shape.
  public init<Element: TensorElement>(_ values: [Element], shape: [Int]) throws {
    try self.init(uninitialized: Element.dtype, shape: shape)
    guard values.count == elementCount else {
      throw EngineError.invalidArgument(
        "\(values.count) values do not fill a tensor of shape \(Shape(known: shape).bracketed)")
    }
    values.withUnsafeBytes { source in
      if let base = source.baseAddress { buffer.pointer.copyMemory(from: base, byteCount: source.count) }
    }
  }

  public init<Element: TensorElement>(scalar value: Element) {
    let bytes = MemoryLayout<Element>.size
    // 64 bytes cannot fail in a process that still runs; fall back to an owned heap block rather than trap.
    if let pooled = try? Buffer(byteCount: bytes) {
      buffer = pooled
    } else {
      let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
      buffer = Buffer(borrowing: raw, byteCount: bytes) { raw.deallocate() }
    }
    buffer.pointer.storeBytes(of: value, as: Element.self)
    dtype = Element.dtype
    shape = []
  }

  /// A scalar of any numeric type.
  /// **Errors**: `InvalidArgument` for types without numbers (string, resource, variant).
  public init(scalar value: Double, dtype: DType) throws {
    func whole<T: TensorElement & FixedWidthInteger>(_ type: T.Type) -> Tensor {
      Tensor(scalar: value.isNaN ? 0 : T(clamping: Int64(min(max(value, -9.2e18), 9.2e18))))
    }
    switch dtype {
    case .float32: self.init(scalar: Float(value))
    case .float64: self.init(scalar: value)
    case .float16: self.init(scalar: Half(Float(value)))
    case .bfloat16: self.init(scalar: BFloat16(Float(value)))
    case .bool: self.init(scalar: value != 0)
    case .int8: self = whole(Int8.self)
    case .int16: self = whole(Int16.self)
    case .int32: self = whole(Int32.self)
    case .int64: self = whole(Int64.self)
    case .uint8: self = whole(UInt8.self)
    case .uint16: self = whole(UInt16.self)
    case .uint32: self = whole(UInt32.self)
    case .uint64: self = whole(UInt64.self)
    case .complex64, .complex128:
      try self.init(zeros: dtype, shape: [])
      if dtype == .complex64 {
        pointer.storeBytes(of: Float(value), as: Float.self)
      } else {
        pointer.storeBytes(of: value, as: Double.self)
      }
    default: throw EngineError.invalidArgument("a \(dtype) tensor cannot hold the number \(value)")
    }
  }

  public init(strings: [ByteString], shape: [Int]) throws {
    try self.init(dtype: .string, shape: shape, buffer: Buffer(strings: strings))
  }

  public init(string: String) {
    dtype = .string
    shape = []
    buffer = Buffer(strings: [ByteString(string.utf8)])
  }

  /// A scalar handle on an object of the session, such as a variable.
  public init(resource: AnyObject) {
    dtype = .resource
    shape = []
    buffer = Buffer(resource: resource)
  }

  public var rank: Int { shape.count }
  public var elementCount: Int { shape.reduce(1, &*) }  // the initialiser has ruled out overflow
  public var byteCount: Int { elementCount &* dtype.itemSize }
  public var pointer: UnsafeMutableRawPointer { buffer.pointer }

  /// The elements as memory of `Element`, which must be this tensor's type (the caller has checked `dtype`).
  @inlinable
  public func elements<Element: TensorElement>(_ type: Element.Type = Element.self) -> UnsafeMutablePointer<Element> {
    assert(Element.dtype.itemSize == dtype.itemSize)
    return buffer.pointer.assumingMemoryBound(to: Element.self)
  }

  /// One element. Unlike a read through ``elements(_:)``, it keeps the memory until it is read: the optimiser may end the
  /// life of a tensor that nothing else holds right after its last mention, which is before its pointer is read.
  @inlinable
  public func element<Element: TensorElement>(_ index: Int, as type: Element.Type) -> Element {
    withExtendedLifetime(self) { elements(type)[index] }
  }

  /// A copy of all elements.
  public func scalars<Element: TensorElement>(_ type: Element.Type = Element.self) throws -> [Element] {
    guard Element.dtype == dtype else {
      throw EngineError.invalidArgument("expected a \(Element.dtype) tensor, got \(dtype)")
    }
    return withExtendedLifetime(self) { Array(UnsafeBufferPointer(start: elements(type), count: elementCount)) }
  }

  public var strings: [ByteString] { buffer.strings }

  /// Real and imaginary parts of complex numbers, in turn.
  /// **Errors**: `InvalidArgument` for other types than the complex one of this precision.
  public func parts<Part: TensorElement & BinaryFloatingPoint>(_ type: Part.Type = Part.self) throws -> [Part] {
    guard dtype.isComplex, dtype.itemSize == 2 * MemoryLayout<Part>.size else {
      throw EngineError.invalidArgument("expected complex numbers made of \(Part.dtype), got \(dtype)")
    }
    return withExtendedLifetime(self) {
      Array(UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: Part.self), count: elementCount * 2))
    }
  }

  /// Complex numbers of two parts each.
  /// **Errors**: `InvalidArgument` when the numbers of parts differ, or do not fill the shape.
  public init<Part: TensorElement & BinaryFloatingPoint>(real: [Part], imaginary: [Part], shape: [Int]) throws {
    try self.init(uninitialized: Part.dtype == .float64 ? .complex128 : .complex64, shape: shape)
    guard real.count == imaginary.count, real.count == elementCount, itemSizeIsTwice(Part.self) else {
      throw EngineError.invalidArgument(
        "\(real.count) real and \(imaginary.count) imaginary parts of type \(Part.dtype) do not fill a \(dtype) tensor "
          + "of shape \(Shape(known: shape).bracketed)")
    }
    let target = pointer.assumingMemoryBound(to: Part.self)
    for index in real.indices {
      target[2 * index] = real[index]
      target[2 * index + 1] = imaginary[index]
    }
  }

  private func itemSizeIsTwice<Part>(_ type: Part.Type) -> Bool { dtype.itemSize == 2 * MemoryLayout<Part>.size }

  /// All elements of an integer tensor, widened.
  /// **Errors**: `InvalidArgument` for other types.
  public func integers() throws -> [Int] {
    func widen<T: TensorElement & BinaryInteger>(_ type: T.Type) -> [Int] {
      withExtendedLifetime(self) {
        UnsafeBufferPointer(start: elements(type), count: elementCount).map { Int(truncatingIfNeeded: $0) }
      }
    }
    switch dtype {
    case .int32: return widen(Int32.self)
    case .int64: return widen(Int64.self)
    case .int8: return widen(Int8.self)
    case .int16: return widen(Int16.self)
    case .uint8: return widen(UInt8.self)
    case .uint16: return widen(UInt16.self)
    case .uint32: return widen(UInt32.self)
    case .uint64: return widen(UInt64.self)
    default: throw EngineError.invalidArgument("expected an integer tensor, got \(dtype)")
    }
  }

  /// The same elements under another shape.
  /// **Errors**: `InvalidArgument` when the element counts differ.
  public func reshaped(_ newShape: [Int]) throws -> Tensor {
    guard Shape.elementCount(newShape) == elementCount else {
      throw EngineError.invalidArgument(
        "Input to reshape is a tensor with \(elementCount) values, but the requested shape has "
          + "\(Shape.elementCount(newShape) ?? 0)")
    }
    return try Tensor(dtype: dtype, shape: newShape, buffer: buffer)
  }

  /// The same bytes seen as another type of the same width.
  public func bitcast(_ newType: DType) throws -> Tensor {
    guard newType.itemSize == dtype.itemSize else {
      throw EngineError.invalidArgument("cannot view \(dtype) as \(newType)")
    }
    return try Tensor(dtype: newType, shape: shape, buffer: buffer)
  }

  /// A deep copy that shares nothing.
  public func copied() throws -> Tensor {
    if dtype == .string { return try Tensor(strings: buffer.strings, shape: shape) }
    if !dtype.isPlainData { return self }
    let copy = try Tensor(uninitialized: dtype, shape: shape)
    copy.pointer.copyMemory(from: pointer, byteCount: byteCount)
    return copy
  }

  /// Whether this value holds the only reference to memory that the engine may write to.
  public mutating func isUniquelyReferenced() -> Bool {
    isKnownUniquelyReferenced(&buffer) && buffer.isEngineOwned
  }
}
