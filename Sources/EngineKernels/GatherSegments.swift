import EngineCore

extension Kernels {
  /// `y[ids[n], i] = f(..., data[n, i])` over all n with that id, in the order of n; negative ids are left out. Segments
  /// without rows hold the neutral value: 0, 1, the lowest or the highest number. y's first axis counts segments.
  /// **Types**: real numbers. **Numerics**: float16 and bfloat16 sums are carried in Float.
  public static func unsortedSegment(_ operation: ScatterOperation, _ data: Tensor, _ ids: [Int], into y: Tensor) throws
  {
    let segments = y.shape.first ?? 1
    let inner = segments == 0 ? 0 : y.elementCount / segments
    if data.dtype == .float16 || data.dtype == .bfloat16 {
      let wideData = try Tensor(uninitialized: .float32, shape: data.shape)
      let wide = try Tensor(uninitialized: .float32, shape: y.shape)
      widen(data, wideData)
      try unsortedSegment(operation, wideData, ids, into: wide)
      narrow(wide, y)
      return
    }
    try fillNeutral(operation, y)
    if ids.contains(where: { $0 < 0 }) {
      // Runs of kept rows, so that the order of additions stays the same.
      let kept = ids.indices.filter { ids[$0] >= 0 }
      let rows = try Tensor(uninitialized: data.dtype, shape: [kept.count, inner])
      try gather(data, kept, batch: 1, outer: 1, axisSize: ids.count, inner: inner, into: rows)
      try scatter(operation, y, rows: kept.map { ids[$0] }, inner: inner, rows)
    } else {
      try scatter(operation, y, rows: ids, inner: inner, data)
    }
  }

  /// `y[segment] = Σ data[rows[n]]·weights[segment]` over all n with `ids[n] == segment`, all in range.
  /// **Types**: real numbers; weights apply to floating ones.
  public static func sparseSegmentSum(
    _ data: Tensor, rows: [Int], ids: [Int], inner: Int, weights: [Double]?, into y: Tensor
  ) throws {
    let picked = try Tensor(uninitialized: data.dtype, shape: [rows.count, inner])
    let axisSize = data.shape.first ?? 1
    try gather(data, rows, batch: 1, outer: 1, axisSize: axisSize, inner: inner, into: picked)
    guard let weights else {
      try unsortedSegment(.add, picked, ids, into: y)
      return
    }
    if data.dtype == .float16 || data.dtype == .bfloat16 {
      let widePicked = try Tensor(uninitialized: .float32, shape: picked.shape)
      let wide = try Tensor(uninitialized: .float32, shape: y.shape)
      widen(picked, widePicked)
      try unsortedSegment(.add, widePicked, ids, into: wide)
      scaleRows(wide, inner, weights, Float.self)
      narrow(wide, y)
      return
    }
    try unsortedSegment(.add, picked, ids, into: y)
    switch y.dtype {
    case .float32: scaleRows(y, inner, weights, Float.self)
    case .float64: scaleRows(y, inner, weights, Double.self)
    default: throw unsupported("weighted segment sum", y.dtype)
    }
  }

  /// `y[n, i] *= weights[n]` **Types**: float32, float64.
  public static func scaleRows(_ y: Tensor, inner: Int, _ weights: [Double]) throws {
    switch y.dtype {
    case .float32: scaleRows(y, inner, weights, Float.self)
    case .float64: scaleRows(y, inner, weights, Double.self)
    case .float16, .bfloat16:
      let wide = try Tensor(uninitialized: .float32, shape: y.shape)
      widen(y, wide)
      scaleRows(wide, inner, weights, Float.self)
      narrow(wide, y)
    default: throw unsupported("scaleRows", y.dtype)
    }
  }

  private static func scaleRows<T: TensorElement & BinaryFloatingPoint>(
    _ y: Tensor, _ inner: Int, _ weights: [Double], _ type: T.Type
  ) {
    let target = y.elements(type)
    for (row, weight) in weights.enumerated() where weight != 1 {
      let factor = T(weight)
      for i in 0..<inner { target[row * inner + i] *= factor }
    }
  }

  private static func widen(_ x: Tensor, _ y: Tensor) {
    let (count, target) = (x.elementCount, y.elements(Float.self))
    if x.dtype == .float16 {
      for i in 0..<count { target[i] = x.elements(Half.self)[i].float }
    } else {
      for i in 0..<count { target[i] = x.elements(BFloat16.self)[i].float }
    }
  }

  private static func narrow(_ x: Tensor, _ y: Tensor) {
    let (count, source) = (x.elementCount, x.elements(Float.self))
    if y.dtype == .float16 {
      for i in 0..<count { y.elements(Half.self)[i] = Half(source[i]) }
    } else {
      for i in 0..<count { y.elements(BFloat16.self)[i] = BFloat16(source[i]) }
    }
  }

  private static func fillNeutral(_ operation: ScatterOperation, _ y: Tensor) throws {
    func floating<T: TensorElement & BinaryFloatingPoint>(_ type: T.Type) {
      let value: T =
        switch operation {
        case .multiply, .divide: 1
        case .minimum: T.greatestFiniteMagnitude
        case .maximum: -T.greatestFiniteMagnitude
        default: 0
        }
      y.elements(type).update(repeating: value, count: y.elementCount)
    }
    func whole<T: TensorElement & FixedWidthInteger>(_ type: T.Type) {
      let value: T =
        switch operation {
        case .multiply, .divide: 1
        case .minimum: T.max
        case .maximum: T.min
        default: 0
        }
      y.elements(type).update(repeating: value, count: y.elementCount)
    }
    switch y.dtype {
    case .float32: floating(Float.self)
    case .float64: floating(Double.self)
    case .int8: whole(Int8.self)
    case .int16: whole(Int16.self)
    case .int32: whole(Int32.self)
    case .int64: whole(Int64.self)
    case .uint8: whole(UInt8.self)
    case .uint16: whole(UInt16.self)
    case .uint32: whole(UInt32.self)
    case .uint64: whole(UInt64.self)
    default: throw unsupported("segment", y.dtype)
    }
  }
}
