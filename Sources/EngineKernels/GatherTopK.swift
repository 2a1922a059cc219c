import EngineCore

extension Kernels {
  /// The k largest elements of each row of `x: [rows, columns]` in falling order, the first of equals first.
  ///
  /// - Returns: their columns; the elements go to `values: [rows, k]`.
  /// **Types**: real numbers.
  public static func topK(_ x: Tensor, rows: Int, k: Int, values: Tensor) throws -> [Int] {
    func run<T: TensorElement>(_ type: T.Type, _ isLess: (T, T) -> Bool) -> [Int] {
      let columns = rows == 0 ? 0 : x.elementCount / rows
      let (from, to) = (x.elements(type), values.elements(type))
      var positions: [Int] = []
      positions.reserveCapacity(rows * k)
      for row in 0..<rows {
        let data = from + row * columns
        let chosen = largest(columns, k) { a, b in
          isLess(data[b], data[a]) || (!isLess(data[a], data[b]) && a < b)
        }
        for (n, column) in chosen.enumerated() { to[row * k + n] = data[column] }
        positions += chosen
      }
      return positions
    }
    switch x.dtype {
    case .float32: return run(Float.self, <)
    case .float64: return run(Double.self, <)
    case .float16: return run(Half.self) { $0.float < $1.float }
    case .bfloat16: return run(BFloat16.self) { $0.float < $1.float }
    case .int8: return run(Int8.self, <)
    case .int16: return run(Int16.self, <)
    case .int32: return run(Int32.self, <)
    case .int64: return run(Int64.self, <)
    case .uint8: return run(UInt8.self, <)
    case .uint16: return run(UInt16.self, <)
    case .uint32: return run(UInt32.self, <)
    case .uint64: return run(UInt64.self, <)
    default: throw unsupported("topK", x.dtype)
    }
  }

  /// The first k of `0..<count` in the given order.
  private static func largest(_ count: Int, _ k: Int, _ isBefore: (Int, Int) -> Bool) -> [Int] {
    if k * 8 > count { return Array((0..<count).sorted(by: isBefore).prefix(k)) }
    if k == 0 { return [] }
    // Few of many: keep the best so far in order, and insert.
    var best: [Int] = []
    for index in 0..<count {
      if best.count == k {
        if !isBefore(index, best[k - 1]) { continue }
        best.removeLast()
      }
      var (low, high) = (0, best.count)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(index, best[middle]) { high = middle } else { low = middle + 1 }
      }
      best.insert(index, at: low)
    }
    return best
  }
}
