/// A static shape: a known rank with dimensions that may each be unknown (`nil`), or an unknown rank.
///
/// The shapes of tensors that exist are plain `[Int]`; a `Shape` is what is known while a graph is built.
public struct Shape: Sendable, Hashable {
  /// `nil` when the rank is unknown.
  public var dimensions: [Int?]?

  public init(_ dimensions: [Int?]?) { self.dimensions = dimensions }
  public init(known dimensions: [Int]) { self.dimensions = dimensions.map { $0 } }

  public static let unknown = Shape(nil)
  public static let scalar = Shape([])
  public static func vector(_ count: Int?) -> Shape { Shape([count]) }
  /// Dimensions of a tensor at most, as in TensorFlow.
  public static let rankLimit = 254
  /// A shape of unknown dimensions. The rank may be a number of a program's: one that no tensor has says nothing.
  public static func unknown(rank: Int) -> Shape {
    (0...rankLimit).contains(rank) ? Shape([Int?](repeating: nil, count: rank)) : .unknown
  }

  public var rank: Int? { dimensions?.count }

  /// The dimensions when all are known.
  public var known: [Int]? {
    guard let dimensions else { return nil }
    var result: [Int] = []
    result.reserveCapacity(dimensions.count)
    for dimension in dimensions {
      guard let dimension else { return nil }
      result.append(dimension)
    }
    return result
  }

  public var isFullyDefined: Bool { known != nil }

  /// The number of elements, when known and representable.
  public var elementCount: Int? {
    guard let known else { return nil }
    return Shape.elementCount(known)
  }

  /// Product of dimensions; `nil` on overflow or a negative dimension.
  ///
  /// Zeros do not hide an overflow of the others, so that no product of some dimensions of a tensor overflows.
  public static func elementCount(_ dimensions: [Int]) -> Int? {
    var product = 1
    var isEmpty = false
    for dimension in dimensions {
      guard dimension >= 0 else { return nil }
      if dimension == 0 { isEmpty = true }
      let (value, overflow) = product.multipliedReportingOverflow(by: max(dimension, 1))
      if overflow { return nil }
      product = value
    }
    return isEmpty ? 0 : product
  }

  /// The dimension at `axis` (negative counts from the end); `nil` when unknown or out of range.
  public subscript(axis: Int) -> Int? {
    guard let dimensions else { return nil }
    let index = axis < 0 ? axis + dimensions.count : axis
    guard dimensions.indices.contains(index) else { return nil }
    return dimensions[index]
  }

  public func isCompatible(with other: Shape) -> Bool {
    guard let a = dimensions, let b = other.dimensions else { return true }
    guard a.count == b.count else { return false }
    return zip(a, b).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
  }

  public func isCompatible(with other: [Int]) -> Bool {
    guard let dimensions else { return true }
    guard dimensions.count == other.count else { return false }
    for (index, dimension) in dimensions.enumerated() {
      if let dimension, dimension != other[index] { return false }
    }
    return true
  }

  /// Combines what two shapes know.
  /// **Errors**: `ValueError` when they contradict each other.
  public func merged(with other: Shape) throws -> Shape {
    guard let a = dimensions else { return other }
    guard let b = other.dimensions else { return self }
    guard isCompatible(with: other) else { throw EngineError.value("Shapes \(self) and \(other) are not compatible") }
    return Shape(zip(a, b).map { $0 ?? $1 })
  }

  public func concatenated(with other: Shape) -> Shape {
    guard let a = dimensions, let b = other.dimensions else { return .unknown }
    return Shape(a + b)
  }

  /// The shape with one axis removed; unknown when the rank is.
  public func removing(axis: Int) -> Shape {
    guard var dims = dimensions else { return .unknown }
    let index = axis < 0 ? axis + dims.count : axis
    guard dims.indices.contains(index) else { return .unknown }
    dims.remove(at: index)
    return Shape(dims)
  }

  /// **Errors**: `ValueError` naming the shape when the rank is known and differs.
  public func requireRank(_ rank: Int) throws {
    if let dimensions, dimensions.count != rank {
      throw EngineError.value("Shape must be rank \(rank) but is rank \(dimensions.count)")
    }
  }

  /// NumPy's broadcasting of two partial shapes.
  /// **Errors**: `ValueError` when two known dimensions differ and neither is 1.
  public static func broadcast(_ a: Shape, _ b: Shape) throws -> Shape {
    guard let x = a.dimensions, let y = b.dimensions else { return .unknown }
    let rank = max(x.count, y.count)
    var result = [Int?](repeating: nil, count: rank)
    for axis in 0..<rank {
      let p: Int? = axis < rank - x.count ? 1 : x[axis - (rank - x.count)]
      let q: Int? = axis < rank - y.count ? 1 : y[axis - (rank - y.count)]
      switch (p, q) {
      case (let p?, let q?) where p == q: result[axis] = p
      case (1?, _): result[axis] = q
      case (_, 1?): result[axis] = p
      case (let p?, nil): result[axis] = p
      case (nil, let q?): result[axis] = q
      case (nil, nil): result[axis] = nil
      default: throw EngineError.value("Dimensions must be equal, but are \(p!) and \(q!)")
      }
    }
    return Shape(result)
  }

  /// NumPy's broadcasting of two known shapes; `nil` when they do not fit.
  public static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let p = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
      let q = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
      guard p == q || p == 1 || q == 1 else { return nil }
      result[axis] = p == 1 ? q : p
    }
    return result
  }
}

extension Shape: CustomStringConvertible {
  /// As TensorFlow prints it: `(?, 3)`, `(2,)`, `<unknown>`.
  public var description: String {
    guard let dimensions else { return "<unknown>" }
    let parts = dimensions.map { $0.map(String.init) ?? "?" }
    return parts.count == 1 ? "(\(parts[0]),)" : "(" + parts.joined(separator: ", ") + ")"
  }

  /// The form of run-time messages: `[?,3]`.
  public var bracketed: String {
    guard let dimensions else { return "<unknown>" }
    return "[" + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ",") + "]"
  }
}

extension Shape: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int?...) { self.init(elements) }
}
