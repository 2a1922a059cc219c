import EngineCore

/// How an update meets the value that is there.
public enum ScatterOperation: UInt8, CaseIterable, Sendable {
  case assign, add, subtract, multiply, divide, minimum, maximum
}

extension Kernels {
  /// `y[b, o, n, i] = x[b, o, indices[b, n], i]`, all indices in range. `x: [batch, outer, axisSize, inner]`,
  /// `indices: [batch, count]`. Not in place. **Types**: plain data and strings.
  public static func gather(
    _ x: Tensor, _ indices: [Int], batch: Int, outer: Int, axisSize: Int, inner: Int, into y: Tensor
  ) throws {
    let count = batch == 0 ? 0 : indices.count / batch
    if x.dtype == .string {
      let strings = x.strings
      var position = 0
      for b in 0..<batch {
        for o in 0..<outer {
          for n in 0..<count {
            let row = ((b * outer + o) * axisSize + indices[b * count + n]) * inner
            for i in 0..<inner { y.buffer.strings[position + i] = strings[row + i] }
            position += inner
          }
        }
      }
      return
    }
    guard x.dtype.isPlainData else { throw unsupported("gather", x.dtype) }
    let bytes = inner * x.dtype.itemSize
    if bytes == 0 || count == 0 { return }
    let (from, to) = (x.pointer, y.pointer)
    indices.withUnsafeBufferPointer { indices in
      nonisolated(unsafe) let indices = indices
      let rows = batch * outer * count
      let rowsPerPiece = max(1, (1 << 16) / bytes)
      let pieces = (rows + rowsPerPiece - 1) / rowsPerPiece
      ThreadPool.shared.parallelFor(pieces, nanosecondsEach: 10_000) { piece in
        let first = piece * rowsPerPiece
        let last = min(first + rowsPerPiece, rows)
        for row in first..<last {
          let (plane, n) = row.quotientAndRemainder(dividingBy: count)
          let source = from + (plane * axisSize + indices[plane / outer * count + n]) * bytes
          let destination = to + row * bytes
          switch bytes {
          case 4: destination.storeBytes(of: source.load(as: UInt32.self), as: UInt32.self)
          case 8: destination.storeBytes(of: source.load(as: UInt64.self), as: UInt64.self)
          default: destination.copyMemory(from: source, byteCount: bytes)
          }
        }
      }
    }
  }

  /// `y[rows[n], i] = f(y[rows[n], i], updates[n, i])` in the order of n, all rows in range; `inner` elements a row.
  /// **Types**: all plain data and strings for `assign`; real numbers for the rest.
  public static func scatter(
    _ operation: ScatterOperation, _ y: Tensor, rows: [Int], inner: Int, _ updates: Tensor
  ) throws {
    if operation == .assign {
      if y.dtype == .string {
        let strings = updates.strings
        for (n, row) in rows.enumerated() {
          for i in 0..<inner { y.buffer.strings[row * inner + i] = strings[n * inner + i] }
        }
        return
      }
      guard y.dtype.isPlainData else { throw unsupported("scatter", y.dtype) }
      let bytes = inner * y.dtype.itemSize
      for (n, row) in rows.enumerated() {
        (y.pointer + row * bytes).copyMemory(from: updates.pointer + n * bytes, byteCount: bytes)
      }
      return
    }
    switch y.dtype {
    case .float32: scatterNumbers(operation, y, rows, inner, updates, Float.self)
    case .float64: scatterNumbers(operation, y, rows, inner, updates, Double.self)
    case .int8: try scatterIntegers(operation, y, rows, inner, updates, Int8.self)
    case .int16: try scatterIntegers(operation, y, rows, inner, updates, Int16.self)
    case .int32: try scatterIntegers(operation, y, rows, inner, updates, Int32.self)
    case .int64: try scatterIntegers(operation, y, rows, inner, updates, Int64.self)
    case .uint8: try scatterIntegers(operation, y, rows, inner, updates, UInt8.self)
    case .uint16: try scatterIntegers(operation, y, rows, inner, updates, UInt16.self)
    case .uint32: try scatterIntegers(operation, y, rows, inner, updates, UInt32.self)
    case .uint64: try scatterIntegers(operation, y, rows, inner, updates, UInt64.self)
    case .float16: scatterHalves(operation, y, rows, inner, updates, Half.self, { $0.float }, { Half($0) })
    case .bfloat16: scatterHalves(operation, y, rows, inner, updates, BFloat16.self, { $0.float }, { BFloat16($0) })
    default: throw unsupported("scatter", y.dtype)
    }
  }

  private static func scatterNumbers<T: TensorElement & BinaryFloatingPoint>(
    _ operation: ScatterOperation, _ y: Tensor, _ rows: [Int], _ inner: Int, _ updates: Tensor, _ type: T.Type
  ) {
    if operation == .add, inner >= 8, y.dtype == .float32 {
      let (to, from) = (y.elements(Float.self), updates.elements(Float.self))
      let add = table.float.binary
      for (index, row) in rows.enumerated() {
        let target = to + row * inner
        _ = add(.add, inner, target, 1, from + index * inner, 1, target)
      }
      return
    }
    let (to, from) = (y.elements(type), updates.elements(type))
    switch operation {
    case .assign: break
    case .add: eachRow(rows, inner) { to[$0] += from[$1] }
    case .subtract: eachRow(rows, inner) { to[$0] -= from[$1] }
    case .multiply: eachRow(rows, inner) { to[$0] *= from[$1] }
    case .divide: eachRow(rows, inner) { to[$0] /= from[$1] }
    case .minimum: eachRow(rows, inner) { to[$0] = from[$1] < to[$0] ? from[$1] : to[$0] }
    case .maximum: eachRow(rows, inner) { to[$0] = from[$1] > to[$0] ? from[$1] : to[$0] }
    }
  }

  private static func scatterIntegers<T: TensorElement & FixedWidthInteger>(
    _ operation: ScatterOperation, _ y: Tensor, _ rows: [Int], _ inner: Int, _ updates: Tensor, _ type: T.Type
  ) throws {
    let (to, from) = (y.elements(type), updates.elements(type))
    switch operation {
    case .assign: break
    case .add: eachRow(rows, inner) { to[$0] &+= from[$1] }
    case .subtract: eachRow(rows, inner) { to[$0] &-= from[$1] }
    case .multiply: eachRow(rows, inner) { to[$0] &*= from[$1] }
    case .divide:
      if UnsafeBufferPointer(start: from, count: updates.elementCount).contains(0) {
        throw EngineError.invalidArgument("Integer division by zero")
      }
      eachRow(rows, inner) { to[$0] = to[$0].dividedReportingOverflow(by: from[$1]).partialValue }
    case .minimum: eachRow(rows, inner) { to[$0] = min(to[$0], from[$1]) }
    case .maximum: eachRow(rows, inner) { to[$0] = max(to[$0], from[$1]) }
    }
  }

  private static func scatterHalves<T: TensorElement>(
    _ operation: ScatterOperation, _ y: Tensor, _ rows: [Int], _ inner: Int, _ updates: Tensor, _ type: T.Type,
    _ wide: (T) -> Float, _ narrow: (Float) -> T
  ) {
    let (to, from) = (y.elements(type), updates.elements(type))
    eachRow(rows, inner) { target, source in
      let (a, b) = (wide(to[target]), wide(from[source]))
      let result: Float
      switch operation {
      case .assign: result = b
      case .add: result = a + b
      case .subtract: result = a - b
      case .multiply: result = a * b
      case .divide: result = a / b
      case .minimum: result = b < a ? b : a
      case .maximum: result = b > a ? b : a
      }
      to[target] = narrow(result)
    }
  }

  @inline(__always)
  private static func eachRow(_ rows: [Int], _ inner: Int, _ body: (_ target: Int, _ source: Int) -> Void) {
    for (n, row) in rows.enumerated() {
      let (target, source) = (row * inner, n * inner)
      for i in 0..<inner { body(target + i, source + i) }
    }
  }
}
