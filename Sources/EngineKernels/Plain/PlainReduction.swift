import EngineCore

extension PlainKernels {
  package static func reduce(_ operation: ReductionOperation, _ x: Tensor, axes: [Int], into y: Tensor) throws {
    switch operation {
    case .any, .all:
      guard x.dtype == .bool else { throw Kernels.unsupported("\(operation)", x.dtype) }
      let (source, target) = (x.elements(UInt8.self), y.elements(UInt8.self))
      for i in 0..<y.elementCount { target[i] = operation == .all ? 1 : 0 }
      ReductionWalk(x.shape, axes).forEach { from, to in
        if operation == .all { target[to] &= source[from] } else { target[to] |= source[from] }
      }
    case _ where x.dtype == .complex64: try ComplexLoops<Float>().reduce(operation, x, axes, y)
    case _ where x.dtype == .complex128: try ComplexLoops<Double>().reduce(operation, x, axes, y)
    default:
      try dispatch(real: x.dtype, "\(operation)", RealReduction(operation: operation, x: x, axes: axes, y: y))
    }
  }

  package static func argReduce(_ x: Tensor, axis: Int, largest: Bool, into y: Tensor) throws {
    guard y.dtype == .int32 || y.dtype == .int64 else { throw Kernels.unsupported("argReduce into", y.dtype) }
    if x.dtype == .bool {
      try ArgReduction(x: x, axis: axis, largest: largest, y: y).run(UInt8.self)
    } else {
      try dispatch(real: x.dtype, "argReduce", ArgReduction(x: x, axis: axis, largest: largest, y: y))
    }
  }

  package static func cumulate(
    _ operation: ReductionOperation, _ x: Tensor, axis: Int, exclusive: Bool, reverse: Bool, into y: Tensor
  ) throws {
    if x.dtype == .complex64 {
      return try ComplexLoops<Float>().cumulate(operation, x, axis: axis, exclusive: exclusive, reverse: reverse, y)
    }
    if x.dtype == .complex128 {
      return try ComplexLoops<Double>().cumulate(operation, x, axis: axis, exclusive: exclusive, reverse: reverse, y)
    }
    try dispatch(
      real: x.dtype, "cumulative \(operation)",
      Cumulation(operation: operation, x: x, axis: axis, exclusive: exclusive, reverse: reverse, y: y))
  }

  package static func l2Loss(_ x: Tensor, into y: Tensor) throws {
    try dispatch(floating: x.dtype, "l2Loss", L2Loss(x: x, y: y))
  }
}

/// The elements of an array in order, each with the position that it is reduced to.
struct ReductionWalk {
  private let shape: [Int]
  private let strides: [Int]

  init(_ shape: [Int], _ axes: [Int]) {
    self.shape = shape
    var strides = [Int](repeating: 0, count: shape.count)
    var step = 1
    for axis in shape.indices.reversed() where !axes.contains(axis) {
      strides[axis] = step
      step *= shape[axis]
    }
    self.strides = strides
  }

  @inline(__always)
  func forEach(_ body: (_ from: Int, _ to: Int) -> Void) {
    if shape.contains(0) { return }
    let length = shape.last ?? 1
    let step = strides.last ?? 0
    let rows = shape.dropLast().reduce(1, *)
    for row in 0..<rows {
      var rest = row
      var base = 0
      var axis = shape.count - 2
      while axis >= 0 {
        base += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
        axis -= 1
      }
      for i in 0..<length { body(row * length + i, base + i * step) }
    }
  }
}

private struct RealReduction: RealLoop {
  let operation: ReductionOperation
  let x: Tensor
  let axes: [Int]
  let y: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    typealias Accumulator = Value.Accumulator
    let (source, target) = (x.elements(type), y.elements(type))
    let walk = ReductionWalk(x.shape, axes)
    let count = y.elementCount
    switch operation {
    case .sum, .mean:
      var sums = [Accumulator](repeating: .zero, count: count)
      walk.forEach { from, to in sums[to] = sums[to].plus(source[from].value.accumulator) }
      if operation == .mean {
        let size = Accumulator(count: axes.reduce(1) { $0 * x.shape[$1] })
        for i in 0..<count { sums[i] = sums[i].over(size) }
      }
      for i in 0..<count { target[i] = Element(value: Value(accumulator: sums[i])) }
    case .product:
      var products = [Accumulator](repeating: .one, count: count)
      walk.forEach { from, to in products[to] = products[to].times(source[from].value.accumulator) }
      for i in 0..<count { target[i] = Element(value: Value(accumulator: products[i])) }
    case .maximum:
      var best = [Value](repeating: .lowest, count: count)
      walk.forEach { from, to in
        let value = source[from].value
        if value > best[to] || value.isNotANumber { best[to] = value }
      }
      for i in 0..<count { target[i] = Element(value: best[i]) }
    case .minimum:
      var best = [Value](repeating: .highest, count: count)
      walk.forEach { from, to in
        let value = source[from].value
        if value < best[to] || value.isNotANumber { best[to] = value }
      }
      for i in 0..<count { target[i] = Element(value: best[i]) }
    case .any, .all: throw Kernels.unsupported("\(operation)", x.dtype)
    }
  }
}

private struct ArgReduction: RealLoop {
  let x: Tensor
  let axis: Int
  let largest: Bool
  let y: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    let source = x.elements(type)
    let length = x.shape[axis]
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    let outer = x.shape[..<axis].reduce(1, *)
    let isLong = y.dtype == .int64
    let (long, short) = (y.pointer.assumingMemoryBound(to: Int64.self), y.pointer.assumingMemoryBound(to: Int32.self))
    let start = largest ? Element.Value.lowest : Element.Value.highest
    ThreadPool.shared.parallelFor(outer, nanosecondsEach: 10 + length * inner) { o in
      // Along the memory, so that all columns of a row are looked at together.
      withUnsafeTemporaryAllocation(of: Element.Value.self, capacity: max(1, inner)) { best in
        for i in 0..<inner {
          best[i] = start
          if isLong { long[o * inner + i] = 0 } else { short[o * inner + i] = 0 }
        }
        for k in 0..<length {
          let row = source + (o * length + k) * inner
          for i in 0..<inner {
            let value = row[i].value
            if largest ? value > best[i] : value < best[i] {
              best[i] = value
              if isLong {
                long[o * inner + i] = Int64(k)
              } else {
                short[o * inner + i] = Int32(truncatingIfNeeded: k)
              }
            }
          }
        }
      }
    }
    withExtendedLifetime((x, y)) {}
  }
}

private struct Cumulation: RealLoop {
  let operation: ReductionOperation
  let x: Tensor
  let axis: Int
  let exclusive: Bool
  let reverse: Bool
  let y: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    switch operation {
    case .sum: scan(type, .zero) { $0.plus($1) }
    case .product: scan(type, .one) { $0.times($1) }
    case .maximum: scan(type, .lowest) { $1 > $0 || $1.isNotANumber ? $1 : $0 }
    case .minimum: scan(type, .highest) { $1 < $0 || $1.isNotANumber ? $1 : $0 }
    default: throw Kernels.unsupported("cumulative \(operation)", x.dtype)
    }
  }

  @inline(__always)
  private func scan<Element: RealElement>(
    _ type: Element.Type, _ start: Element.Value, _ combine: (Element.Value, Element.Value) -> Element.Value
  ) {
    let (source, target) = (x.elements(type), y.elements(type))
    let length = x.shape[axis]
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    let outer = x.shape[..<axis].reduce(1, *)
    for o in 0..<outer {
      for i in 0..<inner {
        let base = o * length * inner + i
        var running = start
        for step in 0..<length {
          let index = base + (reverse ? length - 1 - step : step) * inner
          let next = combine(running, source[index].value)
          target[index] = Element(value: exclusive ? running : next)
          running = next
        }
      }
    }
  }
}

private struct L2Loss: FloatLoop {
  let x: Tensor
  let y: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    let source = x.elements(type)
    var sum = 0.0
    for i in 0..<x.elementCount {
      let value = Double(source[i].value)
      sum += value * value
    }
    y.elements(type)[0] = Element(value: Element.Value(sum / 2))
  }
}
