import EngineCore
import EngineGraph
import EngineKernels

/// A band of diagonals of matrices, and how a tensor holds them: one row for each, from the highest down, all as long as
/// the longest; shorter ones lie at the left or the right end of their row. A single diagonal needs no axis of rows.
struct MatrixDiagonals {
  /// Numbers of the lowest and highest diagonal: 0 is the main one, positive ones lie above it.
  let lower: Int
  let upper: Int
  /// Whether shorter diagonals start at the left: those above the main one, and those below.
  let leftAbove: Bool
  let leftBelow: Bool

  static let alignments = ["LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"]
  static let alignmentAttribute = AttributeDefinition.string("align", "RIGHT_LEFT", oneOf: alignments)

  /// - Parameter bounds: one number, or the lowest and the highest.
  /// **Errors**: `InvalidArgument` for more numbers, or bounds in the wrong order.
  init(_ bounds: [Int], alignment: String) throws {
    guard bounds.count == 1 || bounds.count == 2 else {
      throw EngineError.invalidArgument(
        "diag_index must have only one or two elements, received \(bounds.count) elements.")
    }
    (lower, upper) = (bounds[0], bounds[bounds.count - 1])
    guard lower <= upper else {
      throw EngineError.invalidArgument(
        "lower_diag_index must not be larger than upper_diag_index: \(lower) > \(upper)")
    }
    leftAbove = alignment.hasPrefix("LEFT")
    leftBelow = alignment.hasSuffix("LEFT")
  }

  /// The one of a kernel: the bounds are an input of its own.
  init(_ context: KernelContext, _ input: Int) throws {
    guard context.inputs[input].rank <= 1 else {
      throw EngineError.invalidArgument(
        "diag_index must be a scalar or vector, received shape: \(context.inputs[input].bracketedShape)")
    }
    try self.init(try context.integers(input), alignment: context.node.string("align"))
  }

  var isSingle: Bool { lower == upper }
  var count: Int { upper - lower + 1 }

  /// The diagonal's length in a matrix of this size.
  func length(_ diagonal: Int, _ rows: Int, _ columns: Int) -> Int {
    max(0, min(rows + min(diagonal, 0), columns - max(diagonal, 0)))
  }

  func longest(_ rows: Int, _ columns: Int) -> Int {
    max(0, min(rows + min(upper, 0), columns - max(lower, 0)))
  }

  /// **Errors**: `InvalidArgument` for diagonals that the matrix does not have.
  func check(_ rows: Int, _ columns: Int, isStatic: Bool = false) throws {
    for (name, value) in [("lower", lower), ("upper", upper)] {
      guard value == 0 || (-rows < value && value < columns) else {
        if isStatic { throw EngineError.value("\(name)_diag_index is out of bound.") }
        throw EngineError.invalidArgument(
          "\(name)_diag_index is out of bound: \(value). It must be between \(-rows) and \(columns)")
      }
    }
  }

  /// The shape that holds the diagonals of matrices.
  func shape(_ matrix: [Int]) -> [Int] {
    let longest = longest(matrix[matrix.count - 2], matrix[matrix.count - 1])
    return matrix.dropLast(2) + (isSingle ? [longest] : [count, longest])
  }

  /// Where each diagonal lies: in the matrix, and in the tensor of diagonals.
  ///
  /// - Parameter matrix: the matrices' shape; ``check(_:_:)`` has passed.
  func walks(_ matrix: [Int], intoMatrix: Bool) -> [StridedWalk] {
    let (rows, columns) = (matrix[matrix.count - 2], matrix[matrix.count - 1])
    let batch = matrix.dropLast(2).reduce(1, &*)
    let longest = longest(rows, columns)
    return (lower...upper).map { diagonal in
      let length = length(diagonal, rows, columns)
      let isLeft = (diagonal >= 0 && leftAbove) || (diagonal <= 0 && leftBelow)
      let inMatrix = max(-diagonal, 0) &* columns &+ max(diagonal, 0)
      let inRows = (upper - diagonal) &* longest &+ (isLeft ? 0 : longest - length)
      let (matrixStrides, rowStrides) = ([rows &* columns, columns + 1], [count &* longest, 1])
      return StridedWalk(
        shape: [batch, length], sourceStrides: intoMatrix ? rowStrides : matrixStrides,
        destinationStrides: intoMatrix ? matrixStrides : rowStrides, sourceOffset: intoMatrix ? inRows : inMatrix,
        destinationOffset: intoMatrix ? inMatrix : inRows)
    }
  }
}

extension ShapeContext {
  /// The diagonals that a constant input and the alignment name; `nil` while they are unknown.
  func diagonals(_ input: Int) throws -> MatrixDiagonals? {
    guard let bounds = try constantInts(input) else { return nil }
    if let first = bounds.first, let last = bounds.last, first > last {
      throw EngineError.value("lower_diag_index is greater than upper_diag_index")
    }
    return try MatrixDiagonals(bounds, alignment: node.string("align"))
  }
}

extension KernelContext {
  /// A scalar that fills what no diagonal covers.
  func paddingValue(_ index: Int) throws -> Tensor {
    guard inputs[index].elementCount == 1 else {
      throw EngineError.invalidArgument(
        "padding_value must have only one element, received shape: \(inputs[index].bracketedShape)")
    }
    return try inputs[index].reshaped([])
  }
}
