import EngineCore
import EngineGraph

/// Dense square systems in double precision, row-major.
enum MatrixWork {
  /// `p·a = l·u` by columns with partial pivoting, in place; the sign of the permutation, and zero pivots as `nil`.
  struct Factors {
    var lu: [Double]
    var order: [Int]
    var sign: Double
    let n: Int

    init(_ a: [Double], _ n: Int) {
      (lu, order, sign, self.n) = (a, Array(0..<n), 1, n)
      for k in 0..<n {
        var best = k
        for i in (k + 1)..<Swift.max(n, k + 1) where abs(lu[i * n + k]) > abs(lu[best * n + k]) { best = i }
        if best != k {
          for j in 0..<n { lu.swapAt(k * n + j, best * n + j) }
          order.swapAt(k, best)
          sign = -sign
        }
        let pivot = lu[k * n + k]
        if pivot == 0 { continue }
        for i in (k + 1)..<Swift.max(n, k + 1) {
          let factor = lu[i * n + k] / pivot
          lu[i * n + k] = factor
          if factor == 0 { continue }
          for j in (k + 1)..<n { lu[i * n + j] -= factor * lu[k * n + j] }
        }
      }
    }

    var determinant: Double { (0..<n).reduce(sign) { $0 * lu[$1 * n + $1] } }
    var isSingular: Bool { (0..<n).contains { lu[$0 * n + $0] == 0 } }

    /// The solution x of `a·x = b`, `b: [n, columns]`.
    func solve(_ b: [Double], _ columns: Int) -> [Double] {
      var x = [Double](repeating: 0, count: n * columns)
      for i in 0..<n { for j in 0..<columns { x[i * columns + j] = b[order[i] * columns + j] } }
      for i in 0..<n {
        for k in 0..<i where lu[i * n + k] != 0 {
          for j in 0..<columns { x[i * columns + j] -= lu[i * n + k] * x[k * columns + j] }
        }
      }
      for i in (0..<n).reversed() {
        for k in (i + 1)..<Swift.max(n, i + 1) where lu[i * n + k] != 0 {
          for j in 0..<columns { x[i * columns + j] -= lu[i * n + k] * x[k * columns + j] }
        }
        for j in 0..<columns { x[i * columns + j] /= lu[i * n + i] }
      }
      return x
    }
  }

  static func transposed(_ a: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    var result = [Double](repeating: 0, count: a.count)
    for i in 0..<rows { for j in 0..<columns { result[j * rows + i] = a[i * columns + j] } }
    return result
  }

  /// Matrix number `index` of a batch as doubles.
  static func matrix(_ tensor: Tensor, _ index: Int) throws -> [Double] {
    let count = tensor.shape.suffix(2).reduce(1, *)
    switch tensor.dtype {
    case .float32:
      return withExtendedLifetime(tensor) {
        (0..<count).map { Double(tensor.elements(Float.self)[index * count + $0]) }
      }
    case .float64:
      return withExtendedLifetime(tensor) { (0..<count).map { tensor.elements(Double.self)[index * count + $0] } }
    default: throw EngineError.unimplemented("matrices of \(tensor.dtype) cannot be factored")
    }
  }

  /// Doubles as a tensor of a type.
  static func tensor(_ values: [Double], _ dtype: DType, shape: [Int]) throws -> Tensor {
    dtype == .float32 ? try Tensor(values.map { Float($0) }, shape: shape) : try Tensor(values, shape: shape)
  }

  /// The number of matrices and the order of square ones.
  static func requireSquare(_ tensor: Tensor) throws -> (batch: Int, n: Int) {
    guard tensor.rank >= 2 else {
      throw EngineError.invalidArgument("Input tensor 0 must have rank >= 2, got \(tensor.rank)")
    }
    let n = tensor.shape[tensor.rank - 1]
    guard tensor.shape[tensor.rank - 2] == n else {
      throw EngineError.invalidArgument("Input matrices must be squares, got \(tensor.shape[tensor.rank - 2]) != \(n)")
    }
    return (tensor.shape.dropLast(2).reduce(1, *), n)
  }
}

extension ShapeContext {
  /// The shape of a batch of square matrices.
  func squares(_ index: Int) throws -> Shape {
    let x = input(index)
    guard let dimensions = x.dimensions else { return x }
    guard dimensions.count >= 2 else {
      throw EngineError.value("Shape must be at least rank 2 but is rank \(dimensions.count)")
    }
    if let rows = x[-2], let columns = x[-1], rows != columns {
      throw EngineError.value("Dimensions must be equal, but are \(rows) and \(columns)")
    }
    let side = x[-2] ?? x[-1]
    return Shape(dimensions.dropLast(2) + [side, side])
  }
}

extension Graph {
  /// The product of batches of matrices, each transposed first where asked for.
  func matrixProduct(_ a: Output, _ b: Output, adjointA: Bool = false, adjointB: Bool = false) throws -> Output {
    try op("BatchMatMulV2", a, b, attributes: ["adj_x": .bool(adjointA), "adj_y": .bool(adjointB)])
  }
}
