import EngineCore
import EngineGraph
import EngineKernels

/// Some diagonals of matrices and where their elements stand when they are kept as rows.
struct DiagonalBand {
  let rows: Int
  let columns: Int
  /// The lowest and the highest diagonal; 0 is the main one, positive ones lie above it.
  let lower: Int
  let upper: Int
  let alignsUpperLeft: Bool
  let alignsLowerLeft: Bool

  /// **Errors**: `InvalidArgument` for diagonals that the matrix has not.
  init(rows: Int, columns: Int, _ k: [Int], align: String) throws {
    guard k.count == 1 || k.count == 2 else {
      throw EngineError.invalidArgument("diag_index must have only one or two elements, received \(k.count) elements.")
    }
    (self.rows, self.columns, lower, upper) = (rows, columns, k[0], k[k.count - 1])
    let parts = align.split(separator: "_")
    alignsUpperLeft = parts.first == "LEFT"
    alignsLowerLeft = parts.last == "LEFT"
    for index in [lower, upper] {
      guard (-rows < index && index < columns) || index == 0 else {
        throw EngineError.invalidArgument(
          "diag_index is out of bound: \(index). It must be between \(-rows) and \(columns)")
      }
    }
    guard lower <= upper else {
      throw EngineError.invalidArgument(
        "lower_diag_index must not be larger than upper_diag_index: \(lower) > \(upper)")
    }
  }

  var count: Int { upper - lower + 1 }
  /// The length of the rows: that of the longest diagonal.
  var width: Int { Swift.min(rows + Swift.min(upper, 0), columns - Swift.max(lower, 0)) }

  /// The shape of the diagonals of a batch: without an axis for their number when there is one.
  func shape(batch: [Int]) -> [Int] { lower == upper ? batch + [width] : batch + [count, width] }

  /// Calls `body` with each diagonal's length, the offset of its first element in the matrix and in the rows.
  func forEach(_ body: (_ length: Int, _ matrixOffset: Int, _ rowOffset: Int) throws -> Void) rethrows {
    for (row, index) in stride(from: upper, through: lower, by: -1).enumerated() {
      let length = Swift.min(rows + Swift.min(index, 0), columns - Swift.max(index, 0))
      guard length > 0 else { continue }
      let isLeft = (index >= 0 && alignsUpperLeft) || (index <= 0 && alignsLowerLeft)
      let start = Swift.max(-index, 0) * columns + Swift.max(index, 0)
      try body(length, start, row * width + (isLeft ? 0 : width - length))
    }
  }

  /// Copies between matrices and rows of diagonals. `matrices: [batch, rows, columns]`, `diagonals: [batch, count, width]`.
  func copy(batch: Int, from source: Tensor, into target: Tensor, fromMatrices: Bool) throws {
    let (matrix, band) = (rows * columns, count * width)
    try forEach { length, matrixOffset, rowOffset in
      try Kernels.copy(
        source, into: target,
        StridedWalk(
          shape: [batch, length], sourceStrides: fromMatrices ? [matrix, columns + 1] : [band, 1],
          destinationStrides: fromMatrices ? [band, 1] : [matrix, columns + 1],
          sourceOffset: fromMatrices ? matrixOffset : rowOffset,
          destinationOffset: fromMatrices ? rowOffset : matrixOffset))
    }
  }
}

extension OpDefinition {
  static let diagonalAlignment = AttributeDefinition.string(
    "align", "RIGHT_LEFT", oneOf: ["LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"])

  /// The diagonals that a matrix of shape `[..., rows, columns]` has between those of `k`, if all is known.
  static func diagonalShape(_ matrix: Shape, _ k: [Int]?, _ align: String) throws -> Shape {
    guard let dimensions = matrix.dimensions else { return .unknown }
    guard dimensions.count >= 2 else {
      throw EngineError.value("Shape must be at least rank 2 but is rank \(dimensions.count)")
    }
    let batch = Array(dimensions.dropLast(2))
    guard let k else { return .unknown }
    guard let rows = matrix[-2], let columns = matrix[-1] else {
      return Shape(k.first == k.last ? batch + [nil] : batch + [(k.last ?? 0) - (k.first ?? 0) + 1, nil])
    }
    let band = try DiagonalBand(rows: rows, columns: columns, k, align: align)
    return Shape(batch + band.shape(batch: []).map(Optional.some))
  }
}
