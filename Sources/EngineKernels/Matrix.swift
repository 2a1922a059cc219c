import EngineCore
import Synchronization

extension Kernels {
  /// `c = op(a)·op(b)` over the last two axes; leading axes are batch axes, broadcast against each other.
  /// `a: [..., m, k]`, or `[..., k, m]` when transposed; `b: [..., k, n]`, or `[..., n, k]`; `c: [..., m, n]`.
  /// A `k` of 0 gives zeros. Not in place. **Types**: floating, int32, int64.
  /// **Numerics**: sums of products in the operands' type (half precision in `Float`), in blocks of depth 256 that are
  /// added in order: off by at most 2 + √min(k, 256) units in the last place of √k times the largest term.
  public static func matmul(_ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, into c: Tensor) throws {
    switch c.dtype {
    case .float32, .float64: try products(a, b, transposeA, transposeB, c)
    case .float16, .bfloat16: try throughFloat([a, b], c) { try products($0[0], $0[1], transposeA, transposeB, $1) }
    default: try PlainKernels.matmul(a, b, transposeA: transposeA, transposeB: transposeB, into: c)
    }
  }

  /// `y[..., j] = x[..., j] + bias[j]`; with `channelAxis` 1 (NCHW) the bias goes along axis 1.
  public static func biasAdd(_ x: Tensor, _ bias: Tensor, channelAxis: Int, into y: Tensor) throws {
    if channelAxis == x.rank - 1, smallBiasAdd(x, bias, y) { return }
    let shape = channelShape(x, channelAxis)
    if try !vectorBinary(.add, x, bias, y, shapes: (shape, [shape[1], 1], shape)) {
      try PlainKernels.biasAdd(x, bias, channelAxis: channelAxis, into: y)
    }
  }

  /// The sum of `dy` over all axes but `channelAxis`.
  public static func biasAddGrad(_ dy: Tensor, channelAxis: Int, into db: Tensor) throws {
    if channelAxis == dy.rank - 1, smallBiasAddGrad(dy, db) { return }
    try reduce(.sum, try dy.reshaped(channelShape(dy, channelAxis)), axes: [0, 2], into: db)
  }

  /// Without working out how the shapes broadcast, which takes longer than adding a few numbers.
  private static func smallBiasAdd(_ x: Tensor, _ bias: Tensor, _ y: Tensor) -> Bool {
    let (total, columns) = (x.elementCount, bias.elementCount)
    guard x.dtype == .float32, total > 0, total <= elementBlock else { return false }
    let add = table.float.binary
    let (source, target, row) = (x.elements(Float.self), y.elements(Float.self), bias.elements(Float.self))
    defer { withExtendedLifetime((x, bias, y)) {} }
    if columns >= 64 {
      for start in stride(from: 0, to: total, by: columns) {
        _ = add(.add, columns, source + start, 1, row, 1, target + start)
      }
      return true
    }
    // Several short rows at a time.
    let together = min(total / columns, 128 / columns)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 128) { repeated in
      guard let rows = repeated.baseAddress else { return }
      for index in 0..<together { (rows + index * columns).update(from: row, count: columns) }
      for start in stride(from: 0, to: total, by: together * columns) {
        let count = min(together * columns, total - start)
        _ = add(.add, count, source + start, 1, rows, 1, target + start)
      }
    }
    return true
  }

  /// The sum of few rows, as one tile of a reduction computes it.
  private static func smallBiasAddGrad(_ dy: Tensor, _ db: Tensor) -> Bool {
    let (total, columns) = (dy.elementCount, db.elementCount)
    guard dy.dtype == .float32, total > 0, columns > 1, total / columns > 1,
      total / columns <= VectorReduction<Float>.rowsEach(columns)
    else { return false }
    table.float.sumRows(total / columns, columns, dy.elements(), db.elements())
    return withExtendedLifetime((dy, db)) { true }
  }

  /// What is before the channels, the channels, and what is after them.
  private static func channelShape(_ x: Tensor, _ axis: Int) -> [Int] {
    [x.shape[..<axis].reduce(1, *), x.shape[axis], x.shape[(axis + 1)...].reduce(1, *)]
  }

  private static func products(
    _ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool, _ c: Tensor
  ) throws {
    if c.elementCount == 0 { return }
    if a.rank == 2, b.rank == 2, c.dtype == .float32 {
      let (m, n, k) = (c.shape[0], c.shape[1], a.shape[transposeA ? 0 : 1])
      try Gemm.multiply(
        table.floatGemm, m, n, k,
        MatrixView(pointer: UnsafePointer(a.elements(Float.self)), row: transposeA ? 1 : k, column: transposeA ? m : 1),
        MatrixView(pointer: UnsafePointer(b.elements(Float.self)), row: transposeB ? 1 : n, column: transposeB ? k : 1),
        c.elements(Float.self), cRow: n, owner: b.buffer)
      return withExtendedLifetime((a, b, c)) {}
    }
    let batch = MatrixBatch(a, b, transposeA: transposeA, c)
    let (m, n, k) = (batch.rows, batch.columns, batch.inner)
    let (aRow, aColumn) = transposeA ? (1, m) : (k, 1)
    let (bRow, bColumn) = transposeB ? (1, k) : (n, 1)
    let table = Kernels.table
    func one(_ index: Int) throws {
      if c.dtype == .float32 {
        try Gemm.multiply(
          table.floatGemm, m, n, k,
          MatrixView(pointer: UnsafePointer(a.elements(Float.self)) + batch.offsetA(index), row: aRow, column: aColumn),
          MatrixView(pointer: UnsafePointer(b.elements(Float.self)) + batch.offsetB(index), row: bRow, column: bColumn),
          c.elements(Float.self) + batch.offsetC(index), cRow: n)
      } else {
        try Gemm.multiply(
          table.doubleGemm, m, n, k,
          MatrixView(
            pointer: UnsafePointer(a.elements(Double.self)) + batch.offsetA(index), row: aRow, column: aColumn),
          MatrixView(
            pointer: UnsafePointer(b.elements(Double.self)) + batch.offsetB(index), row: bRow, column: bColumn),
          c.elements(Double.self) + batch.offsetC(index), cRow: n)
      }
    }
    if batch.batchCount == 1 { return try one(0) }
    // Whole products are shared among threads; inside of one, calls nest and so stay on their thread.
    let failure = Mutex<EngineError?>(nil)
    ThreadPool.shared.parallelFor(batch.batchCount, nanosecondsEach: Gemm.nanoseconds(m, n, k) + 50, mayStop: true) {
      index in
      do { try one(index) } catch {
        failure.withLock { $0 = $0 ?? (error as? EngineError) ?? .internal("\(error)") }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
