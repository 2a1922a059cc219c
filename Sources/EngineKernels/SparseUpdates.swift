import EngineCore
import Glibc

/// What happens to a row of a variable in a scatter.
public enum RowUpdateOperation: UInt8, CaseIterable, Sendable {
  case add, subtract, multiply, divide, minimum, maximum, update
}

extension Kernels {
  /// `y[i] = params[indices[i]]`, whole rows of the first axis. `indices`: int32 or int64; `y: indices.shape + row`.
  /// **Types**: all. **Errors**: `InvalidArgument` naming the first index out of range.
  public static func gatherRows(_ params: Tensor, _ indices: Tensor, into y: Tensor) throws {
    guard let rows = params.shape.first else {
      throw EngineError.invalidArgument("params must be at least 1 dimensional")
    }
    let positions = try checkedRows(indices, count: rows)
    let width = rowSize(params)
    if params.dtype == .string {
      let source = params.strings
      var target: [ByteString] = []
      target.reserveCapacity(positions.count * width)
      for position in positions { target.append(contentsOf: source[(position * width)..<((position + 1) * width)]) }
      y.buffer.strings = target
      return
    }
    let bytes = width * params.dtype.itemSize
    guard bytes > 0 else { return }
    let (source, target) = (params.pointer, y.pointer)
    let chunk = max(1, 65_536 / bytes)
    let tasks = (positions.count + chunk - 1) / chunk
    positions.withUnsafeBufferPointer { positions in
      ThreadPool.shared.parallelFor(tasks, nanosecondsEach: 10_000) { task in
        for index in (task * chunk)..<min((task + 1) * chunk, positions.count) {
          (target + index * bytes).copyMemory(from: source + positions[index] * bytes, byteCount: bytes)
        }
      }
    }
  }

  /// Combines rows of `w` with rows of `updates`, one after the other; a scalar update goes to every element.
  /// `updates: indices.shape + w.shape[1...]` or scalar.
  /// **Types**: numbers; `update` takes all. **Errors**: `InvalidArgument` for an index out of range.
  public static func scatterRows(
    _ operation: RowUpdateOperation, _ w: Tensor, _ indices: Tensor, _ updates: Tensor
  ) throws {
    guard let rows = w.shape.first else {
      throw EngineError.invalidArgument("a scatter needs a variable of rank 1 at least, got a scalar")
    }
    let positions = try checkedRows(indices, count: rows)
    let width = rowSize(w)
    let isScalar = updates.rank == 0
    if operation == .update {
      if w.dtype == .string {
        let source = updates.strings
        for (index, position) in positions.enumerated() {
          for column in 0..<width {
            w.buffer.strings[position * width + column] = isScalar ? source[0] : source[index * width + column]
          }
        }
        return
      }
      let size = w.dtype.itemSize
      for (index, position) in positions.enumerated() {
        if isScalar {
          for column in 0..<width {
            (w.pointer + (position * width + column) * size).copyMemory(from: updates.pointer, byteCount: size)
          }
        } else {
          (w.pointer + position * width * size)
            .copyMemory(from: updates.pointer + index * width * size, byteCount: width * size)
        }
      }
      return
    }
    switch w.dtype {
    case .float32: scatter(operation, w.elements(Float.self), updates.elements(), positions, width, isScalar)
    case .float64: scatter(operation, w.elements(Double.self), updates.elements(), positions, width, isScalar)
    case .int8: try scatterIntegers(operation, w.elements(Int8.self), updates.elements(), positions, width, isScalar)
    case .int16: try scatterIntegers(operation, w.elements(Int16.self), updates.elements(), positions, width, isScalar)
    case .int32: try scatterIntegers(operation, w.elements(Int32.self), updates.elements(), positions, width, isScalar)
    case .int64: try scatterIntegers(operation, w.elements(Int64.self), updates.elements(), positions, width, isScalar)
    case .uint8: try scatterIntegers(operation, w.elements(UInt8.self), updates.elements(), positions, width, isScalar)
    case .uint16:
      try scatterIntegers(operation, w.elements(UInt16.self), updates.elements(), positions, width, isScalar)
    case .uint32:
      try scatterIntegers(operation, w.elements(UInt32.self), updates.elements(), positions, width, isScalar)
    case .uint64:
      try scatterIntegers(operation, w.elements(UInt64.self), updates.elements(), positions, width, isScalar)
    case .float16: scatterStored(operation, w.elements(Half.self), updates.elements(), positions, width, isScalar)
    case .bfloat16: scatterStored(operation, w.elements(BFloat16.self), updates.elements(), positions, width, isScalar)
    default: throw unsupported("scatter \(operation)", w.dtype)
    }
  }

  /// The row numbers in `indices`, all of them inside `0..<count`.
  /// **Errors**: `InvalidArgument` naming the first one outside.
  public static func checkedRows(_ indices: Tensor, count: Int) throws -> [Int] {
    let positions = try indices.integers()
    for (index, position) in positions.enumerated() where position < 0 || position >= count {
      var place: [String] = []
      var rest = index
      for dimension in indices.shape.reversed() {
        place.insert(String(rest % dimension), at: 0)
        rest /= dimension
      }
      let suffix = place.isEmpty ? "" : "[" + place.joined(separator: ",") + "]"
      throw EngineError.invalidArgument("indices\(suffix) = \(position) is not in [0, \(count))")
    }
    return positions
  }

  static func rowSize(_ tensor: Tensor) -> Int { tensor.shape.dropFirst().reduce(1, &*) }

  @inline(__always)
  private static func scatter<T: BinaryFloatingPoint>(
    _ operation: RowUpdateOperation, _ w: UnsafeMutablePointer<T>, _ updates: UnsafeMutablePointer<T>,
    _ positions: [Int], _ width: Int, _ isScalar: Bool
  ) {
    for (index, position) in positions.enumerated() {
      let row = w + position * width
      let source = isScalar ? updates : updates + index * width
      let step = isScalar ? 0 : 1
      switch operation {
      case .add: for j in 0..<width { row[j] += source[j * step] }
      case .subtract: for j in 0..<width { row[j] -= source[j * step] }
      case .multiply: for j in 0..<width { row[j] *= source[j * step] }
      case .divide: for j in 0..<width { row[j] /= source[j * step] }
      case .minimum: for j in 0..<width { row[j] = min(row[j], source[j * step]) }
      case .maximum: for j in 0..<width { row[j] = max(row[j], source[j * step]) }
      case .update: for j in 0..<width { row[j] = source[j * step] }
      }
    }
  }

  @inline(__always)
  private static func scatterIntegers<T: FixedWidthInteger>(
    _ operation: RowUpdateOperation, _ w: UnsafeMutablePointer<T>, _ updates: UnsafeMutablePointer<T>,
    _ positions: [Int], _ width: Int, _ isScalar: Bool
  ) throws {
    for (index, position) in positions.enumerated() {
      let row = w + position * width
      let source = isScalar ? updates : updates + index * width
      let step = isScalar ? 0 : 1
      switch operation {
      case .add: for j in 0..<width { row[j] &+= source[j * step] }
      case .subtract: for j in 0..<width { row[j] &-= source[j * step] }
      case .multiply: for j in 0..<width { row[j] = row[j] &* source[j * step] }
      case .divide:
        for j in 0..<width {
          guard source[j * step] != 0 else { throw EngineError.invalidArgument("Integer division by zero") }
          row[j] = row[j].dividedReportingOverflow(by: source[j * step]).partialValue
        }
      case .minimum: for j in 0..<width { row[j] = min(row[j], source[j * step]) }
      case .maximum: for j in 0..<width { row[j] = max(row[j], source[j * step]) }
      case .update: for j in 0..<width { row[j] = source[j * step] }
      }
    }
  }

  @inline(__always)
  private static func scatterStored<T: StoredReal>(
    _ operation: RowUpdateOperation, _ w: UnsafeMutablePointer<T>, _ updates: UnsafeMutablePointer<T>,
    _ positions: [Int], _ width: Int, _ isScalar: Bool
  ) {
    for (index, position) in positions.enumerated() {
      for j in 0..<width {
        let a = w[position * width + j].real
        let b = updates[isScalar ? 0 : index * width + j].real
        let result: T.Real
        switch operation {
        case .add: result = a + b
        case .subtract: result = a - b
        case .multiply: result = a * b
        case .divide: result = a / b
        case .minimum: result = min(a, b)
        case .maximum: result = max(a, b)
        case .update: result = b
        }
        w[position * width + j] = T(real: result)
      }
    }
  }
}

/// An element type of which some are storage only: arithmetic happens in `Real`.
protocol StoredReal: TensorElement {
  associatedtype Real: UpdateReal
  var real: Real { get }
  init(real: Real)
}

/// Floating point numbers with what updates need beyond the operators.
protocol UpdateReal: BinaryFloatingPoint {
  func raised(to exponent: Self) -> Self
}

extension Float: StoredReal, UpdateReal {
  @inline(__always) var real: Float { self }
  @inline(__always) init(real: Float) { self = real }
  @inline(__always) func raised(to exponent: Float) -> Float { powf(self, exponent) }
}
extension Double: StoredReal, UpdateReal {
  @inline(__always) var real: Double { self }
  @inline(__always) init(real: Double) { self = real }
  @inline(__always) func raised(to exponent: Double) -> Double { pow(self, exponent) }
}
extension Half: StoredReal {
  @inline(__always) var real: Float { float }
  @inline(__always) init(real: Float) { self.init(real) }
}
extension BFloat16: StoredReal {
  @inline(__always) var real: Float { float }
  @inline(__always) init(real: Float) { self.init(real) }
}
