import EngineCore
import EngineGraph

extension OpDefinition {
  /// `input = q·r` with orthonormal columns in q and an upper triangle r, by Householder reflections.
  /// `input: [..., m, n]`; with p = min(m, n), `q: [..., m, p]` and `r: [..., p, n]`, or m instead of p for full matrices.
  static let qr = OpDefinition(
    "Qr", inputs: [.tensor("input", "T")], outputs: [.tensor("q", "T"), .tensor("r", "T")],
    attributes: [.bool("full_matrices", false), .type("T", [.float64, .float32, .float16, .complex64, .complex128])],
    shape: { context in
      let x = context.input(0)
      guard let dimensions = x.dimensions else { return [.unknown, .unknown] }
      guard dimensions.count >= 2 else {
        throw EngineError.value("Shape must be at least rank 2 but is rank \(dimensions.count)")
      }
      let (m, n) = (x[-2], x[-1])
      let p = context.node.bool("full_matrices") ? m : m.flatMap { rows in n.map { Swift.min(rows, $0) } }
      let batch = dimensions.dropLast(2)
      return [Shape(batch + [m, p]), Shape(batch + [p, n])]
    }, gradient: .undefined, sample: OpSample([.init([2, 4, 3], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("Input must have rank >= 2, got shape \(x.bracketedShape)")
    }
    let (m, n) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let p = context.node.bool("full_matrices") ? m : Swift.min(m, n)
    let batch = Array(x.shape.dropLast(2))
    let q = try Tensor(uninitialized: x.dtype, shape: batch + [m, p])
    let r = try Tensor(uninitialized: x.dtype, shape: batch + [p, n])
    func run<T: TensorElement & BinaryFloatingPoint>(_ type: T.Type) {
      for matrix in 0..<batch.reduce(1, &*) {
        householder(
          x.elements(type) + matrix * m * n, m, n, q: q.elements(type) + matrix * m * p,
          r: r.elements(type) + matrix * p * n, p)
      }
    }
    switch x.dtype {
    case .float32: run(Float.self)
    case .float64: run(Double.self)
    default: throw EngineError.unimplemented("no Qr kernel for \(x.dtype)")
    }
    context.setOutput(0, q)
    context.setOutput(1, r)
  }

  /// `a: [m, n]`, `q: [m, p]`, `r: [p, n]`, all row-major.
  private static func householder<T: BinaryFloatingPoint>(
    _ a: UnsafePointer<T>, _ m: Int, _ n: Int, q: UnsafeMutablePointer<T>, r: UnsafeMutablePointer<T>, _ p: Int
  ) {
    var work = Array(UnsafeBufferPointer(start: a, count: m * n))
    let steps = Swift.min(m, n)
    // Reflection k is I − tau·v·vᵀ, with v zero above k and 1 there; its tail is kept below the diagonal.
    var taus = [T](repeating: 0, count: steps)
    for k in 0..<steps {
      let head = work[k * n + k]
      var tail: T = 0
      for i in (k + 1)..<Swift.max(m, k + 1) { tail += work[i * n + k] * work[i * n + k] }
      if tail == 0 { continue }
      let norm = (head * head + tail).squareRoot()
      let diagonal = head >= 0 ? -norm : norm
      taus[k] = (diagonal - head) / diagonal
      for i in (k + 1)..<m { work[i * n + k] /= head - diagonal }
      work[k * n + k] = diagonal
      for j in (k + 1)..<Swift.max(n, k + 1) {
        var dot = work[k * n + j]
        for i in (k + 1)..<m { dot += work[i * n + k] * work[i * n + j] }
        dot *= taus[k]
        work[k * n + j] -= dot
        for i in (k + 1)..<m { work[i * n + j] -= dot * work[i * n + k] }
      }
    }
    for i in 0..<p { for j in 0..<n { r[i * n + j] = i <= j && i < m ? work[i * n + j] : 0 } }
    for i in 0..<m { for j in 0..<p { q[i * p + j] = i == j ? 1 : 0 } }
    for k in (0..<steps).reversed() where taus[k] != 0 {
      for j in 0..<p {
        var dot = q[k * p + j]
        for i in (k + 1)..<m { dot += work[i * n + k] * q[i * p + j] }
        dot *= taus[k]
        q[k * p + j] -= dot
        for i in (k + 1)..<m { q[i * p + j] -= dot * work[i * n + k] }
      }
    }
  }
}
