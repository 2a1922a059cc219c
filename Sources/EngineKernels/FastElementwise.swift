import EngineCore
import KernelTable

extension Kernels {
  /// Elements that one task of an elementwise loop handles.
  static let elementBlock = 16_384

  /// Calls `body` for blocks of `count` elements, in parallel when that pays.
  static func blocks(
    _ count: Int, _ picosecondsEach: Int, _ body: (_ start: Int, _ count: Int) -> Void
  ) {
    let block = elementBlock
    if count <= block { return body(0, count) }
    ThreadPool.shared.parallelFor(
      (count + block - 1) / block, nanosecondsEach: block * picosecondsEach / 1000
    ) { body($0 * block, min(block, count - $0 * block)) }
  }

  /// False when there is no vectorised form for the type or function.
  static func vectorUnary(_ operation: UnaryOperation, _ x: Tensor, _ y: Tensor) throws -> Bool {
    let table = table
    switch x.dtype {
    case .float32:
      guard table.float.unary(operation, 0, x.elements(), y.elements()) else { return false }
      let (source, target) = (x.elements(Float.self), y.elements(Float.self))
      blocks(x.elementCount, 500) { _ = table.float.unary(operation, $1, source + $0, target + $0) }
    case .float64:
      guard table.double.unary(operation, 0, x.elements(), y.elements()) else { return false }
      let (source, target) = (x.elements(Double.self), y.elements(Double.self))
      blocks(x.elementCount, 1500) { _ = table.double.unary(operation, $1, source + $0, target + $0) }
    case .float16, .bfloat16:
      guard table.float.unary(operation, 0, UnsafePointer(zeroFloat), zeroFloat) else { return false }
      try throughFloat([x], y) { _ = try vectorUnary(operation, $0[0], $1) }
    default: return false
    }
    return true
  }

  /// False when there is no vectorised form for the type or function. The shapes are those of the tensors unless given.
  static func vectorBinary(
    _ operation: BinaryOperation, _ a: Tensor, _ b: Tensor, _ z: Tensor, shapes: (a: [Int], b: [Int], z: [Int])? = nil
  ) throws -> Bool {
    let table = table
    let shapes = shapes ?? (a.shape, b.shape, z.shape)
    switch z.dtype {
    case .float32:
      guard table.float.binary(operation, 0, a.elements(), 0, b.elements(), 0, z.elements()) else { return false }
      let (left, right, target) = (a.elements(Float.self), b.elements(Float.self), z.elements(Float.self))
      broadcastRows(shapes, z.elementCount, 250) { count, l, lStep, r, rStep, start in
        _ = table.float.binary(operation, count, left + l, lStep, right + r, rStep, target + start)
      }
    case .float64:
      guard table.double.binary(operation, 0, a.elements(), 0, b.elements(), 0, z.elements()) else { return false }
      let (left, right, target) = (a.elements(Double.self), b.elements(Double.self), z.elements(Double.self))
      broadcastRows(shapes, z.elementCount, 500) { count, l, lStep, r, rStep, start in
        _ = table.double.binary(operation, count, left + l, lStep, right + r, rStep, target + start)
      }
    case .float16, .bfloat16:
      guard
        table.float.binary(operation, 0, UnsafePointer(zeroFloat), 0, UnsafePointer(zeroFloat), 0, zeroFloat)
      else { return false }
      try throughFloat([a, b], z) { _ = try vectorBinary(operation, $0[0], $0[1], $1, shapes: shapes) }
    default: return false
    }
    return true
  }

  /// One float for questions that touch no element.
  nonisolated(unsafe) private static let zeroFloat: UnsafeMutablePointer<Float> = {
    let pointer = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    pointer.initialize(to: 0)
    return pointer
  }()

  /// Calls `body` for runs of a broadcast pair in which each input is contiguous or one element.
  private static func broadcastRows(
    _ shapes: (a: [Int], b: [Int], z: [Int]), _ count: Int, _ picosecondsEach: Int,
    _ body: (_ count: Int, _ a: Int, _ aStep: Int, _ b: Int, _ bStep: Int, _ start: Int) -> Void
  ) {
    if count == 0 { return }
    if shapes.a == shapes.b {
      blocks(count, picosecondsEach) { start, length in body(length, start, 1, start, 1, start) }
      return
    }
    if shapes.b == shapes.z, shapes.a.allSatisfy({ $0 == 1 }) {
      blocks(count, picosecondsEach) { start, length in body(length, 0, 0, start, 1, start) }
      return
    }
    if shapes.a == shapes.z, shapes.b.allSatisfy({ $0 == 1 }) {
      blocks(count, picosecondsEach) { start, length in body(length, start, 1, 0, 0, start) }
      return
    }
    if count <= elementBlock, shapes.z.count == 2, shapes.a.count == 2, shapes.b.count == 2, shapes.z[1] > 1 {
      let (rows, columns) = (shapes.z[0], shapes.z[1])
      // A column along the rows of a small matrix.
      if shapes.a == shapes.z, shapes.b[0] == rows, shapes.b[1] == 1 {
        for row in 0..<rows { body(columns, row * columns, 1, row, 0, row * columns) }
        return
      }
      if shapes.b == shapes.z, shapes.a[0] == rows, shapes.a[1] == 1 {
        for row in 0..<rows { body(columns, row, 0, row * columns, 1, row * columns) }
        return
      }
    }
    let plan = BroadcastPlan(output: shapes.z, inputs: [shapes.a, shapes.b])
    let (aStep, bStep, length) = (plan.step(0), plan.step(1), plan.rowLength)
    if plan.rowCount == 1 {
      blocks(count, picosecondsEach) { start, part in body(part, start * aStep, aStep, start * bStep, bStep, start) }
      return
    }
    let rowsEach = max(1, elementBlock / length)
    let jobs = (plan.rowCount + rowsEach - 1) / rowsEach
    let cost = rowsEach * (20 + length * picosecondsEach / 1000)
    ThreadPool.shared.parallelFor(jobs, nanosecondsEach: cost) { job in
      for row in job * rowsEach..<min(plan.rowCount, (job + 1) * rowsEach) {
        body(length, plan.offset(0, row: row), aStep, plan.offset(1, row: row), bStep, row * length)
      }
    }
  }

  static func vectorAddN(_ xs: [Tensor], _ z: Tensor) throws -> Bool {
    guard z.dtype == .float32 || z.dtype == .float64, let first = xs.first else { return false }
    if xs.count == 1 {
      if first.pointer != z.pointer { z.pointer.copyMemory(from: first.pointer, byteCount: z.byteCount) }
      return true
    }
    let table = table
    if z.dtype == .float32 {
      let target = z.elements(Float.self)
      let sources = xs.map { $0.elements(Float.self) }
      blocks(z.elementCount, 150 * xs.count) { start, count in
        _ = table.float.binary(.add, count, sources[0] + start, 1, sources[1] + start, 1, target + start)
        for source in sources.dropFirst(2) {
          _ = table.float.binary(.add, count, target + start, 1, source + start, 1, target + start)
        }
      }
    } else {
      let target = z.elements(Double.self)
      let sources = xs.map { $0.elements(Double.self) }
      blocks(z.elementCount, 300 * xs.count) { start, count in
        _ = table.double.binary(.add, count, sources[0] + start, 1, sources[1] + start, 1, target + start)
        for source in sources.dropFirst(2) {
          _ = table.double.binary(.add, count, target + start, 1, source + start, 1, target + start)
        }
      }
    }
    return true
  }
}
