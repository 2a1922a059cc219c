import EngineCore

extension PlainKernels {
  package static func matmul(
    _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, into c: Tensor
  ) throws {
    if c.dtype == .complex64 { return ComplexLoops<Float>().matmul(a, b, transposeA, transposeB, c) }
    if c.dtype == .complex128 { return ComplexLoops<Double>().matmul(a, b, transposeA, transposeB, c) }
    try dispatch(real: c.dtype, "matmul", MatMul(a: a, b: b, transposeA: transposeA, transposeB: transposeB, c: c))
  }

  package static func biasAdd(_ x: Tensor, _ bias: Tensor, channelAxis: Int, into y: Tensor) throws {
    try dispatch(real: x.dtype, "biasAdd", BiasAdd(x: x, bias: bias, channelAxis: channelAxis, y: y))
  }

  package static func biasAddGrad(_ dy: Tensor, channelAxis: Int, into db: Tensor) throws {
    let axes = dy.shape.indices.filter { $0 != channelAxis }
    try reduce(.sum, dy, axes: axes, into: db)
  }
}

/// One product of a batch of matrices: where its operands start and how they are laid out.
struct MatrixBatch {
  let rows: Int
  let columns: Int
  let inner: Int
  let batchCount: Int
  private let plan: BroadcastPlan

  init(_ a: Tensor, _ b: Tensor, transposeA: Bool, _ c: Tensor) {
    rows = c.shape[c.rank - 2]
    columns = c.shape[c.rank - 1]
    inner = a.shape[a.rank - (transposeA ? 2 : 1)]
    let batch = Array(c.shape.dropLast(2))
    batchCount = batch.reduce(1, *)
    // A trailing axis of its own keeps the plan's rows at one product each.
    plan = BroadcastPlan(
      output: batch + [1], inputs: [Array(a.shape.dropLast(2)) + [1], Array(b.shape.dropLast(2)) + [1]])
  }

  func offsetA(_ batch: Int) -> Int { matrix(0, batch) * rows * inner }
  func offsetB(_ batch: Int) -> Int { matrix(1, batch) * inner * columns }
  func offsetC(_ batch: Int) -> Int { batch * rows * columns }

  private func matrix(_ input: Int, _ batch: Int) -> Int {
    let length = plan.rowLength
    return plan.offset(input, row: batch / length) + batch % length * plan.step(input)
  }
}

private struct MatMul: RealLoop {
  let a: Tensor
  let b: Tensor
  let transposeA: Bool
  let transposeB: Bool
  let c: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    typealias Accumulator = Element.Value.Accumulator
    if c.elementCount == 0 { return }
    let batch = MatrixBatch(a, b, transposeA: transposeA, c)
    let (m, n, k) = (batch.rows, batch.columns, batch.inner)
    let (rowA, stepA) = transposeA ? (1, m) : (k, 1)
    let (columnB, stepB) = transposeB ? (k, 1) : (1, n)
    for index in 0..<batch.batchCount {
      let left = a.elements(type) + batch.offsetA(index)
      let right = b.elements(type) + batch.offsetB(index)
      let target = c.elements(type) + batch.offsetC(index)
      for i in 0..<m {
        for j in 0..<n {
          var sum = Accumulator.zero
          for p in 0..<k {
            sum = sum.plus(
              left[i * rowA + p * stepA].value.accumulator.times(right[j * columnB + p * stepB].value.accumulator))
          }
          target[i * n + j] = Element(value: Element.Value(accumulator: sum))
        }
      }
    }
  }
}

private struct BiasAdd: RealLoop {
  let x: Tensor
  let bias: Tensor
  let channelAxis: Int
  let y: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    let (source, addend, target) = (x.elements(type), bias.elements(type), y.elements(type))
    let channels = x.shape[channelAxis]
    let inner = x.shape[(channelAxis + 1)...].reduce(1, *)
    if x.elementCount == 0 { return }
    for i in 0..<x.elementCount {
      target[i] = Element(value: source[i].value.plus(addend[i / inner % channels].value))
    }
  }
}
