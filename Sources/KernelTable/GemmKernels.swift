/// Matrix products of one element type, in pieces: drivers choose blocks and split them among threads.
///
/// Matrices are given by a pointer and two strides, counted in elements. A class, because copies of so many functions
/// cost.
public final class GemmKernels<Scalar: Sendable>: Sendable {
  /// Columns of a panel of b: packed panels are `[depth, columnTile]`, filled up with zeros.
  public let columnTile: Int
  /// Rows that are computed together; blocks should be multiples of it.
  public let rowTile: Int

  /// `c (+)= a·b` where b comes in panels of `columnTile` columns.
  ///
  /// - Parameters: `(m, n, k, a, aRow, aColumn, b, bRow, bPanel, c, cRow, accumulate)`; b's element (p, j) is at
  ///   `j / columnTile * bPanel + p * bRow + j % columnTile`. Unless b is packed (`bRow` = `columnTile`), `n` is a
  ///   multiple of `columnTile`.
  public let block:
    @Sendable (
      Int, Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafeMutablePointer<Scalar>,
      Int, Bool
    ) -> Void

  /// Packs `columns` (at most `columnTile`) columns of b: `(depth, columns, b, bRow, bColumn, panel)`.
  public let packPanel: @Sendable (Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafeMutablePointer<Scalar>) -> Void

  /// Packs rows of a for `block` with an `aColumn` of `rowTile` and an `aRow` of 1 inside each tile of rows:
  /// `(rows, depth, a, aRow, aColumn, packed)`; the tiles follow one another.
  public let packRows: @Sendable (Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafeMutablePointer<Scalar>) -> Void

  /// `c[j] (+)= Σ a[p]·b[j·bColumn + p]`: one row times columns that are contiguous along the depth:
  /// `(n, k, a, b, bColumn, c, cColumn, accumulate)`.
  public let dots:
    @Sendable (
      Int, Int, UnsafePointer<Scalar>, UnsafePointer<Scalar>, Int, UnsafeMutablePointer<Scalar>, Int, Bool
    ) -> Void

  /// `c[j] (+)= Σ a[p·aColumn]·b[p·bRow + j]`: one row times rows that are contiguous:
  /// `(n, k, a, aColumn, b, bRow, c, accumulate)`.
  public let rowTimes:
    @Sendable (
      Int, Int, UnsafePointer<Scalar>, Int, UnsafePointer<Scalar>, Int, UnsafeMutablePointer<Scalar>, Bool
    ) -> Void

  /// `y[j] = Σ a[t][j]·b[t][j]` over some rows, given by their addresses: `(n, terms, a, b, y)`.
  public let products:
    @Sendable (
      Int, Int, UnsafePointer<UnsafePointer<Scalar>>, UnsafePointer<UnsafePointer<Scalar>>,
      UnsafeMutablePointer<Scalar>
    ) -> Void

  public init(
    columnTile: Int, rowTile: Int,
    block:
      @escaping @Sendable (
        Int, Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafeMutablePointer<Scalar>,
        Int, Bool
      ) -> Void,
    packPanel:
      @escaping @Sendable (
        Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafeMutablePointer<Scalar>
      ) -> Void,
    packRows:
      @escaping @Sendable (
        Int, Int, UnsafePointer<Scalar>, Int, Int, UnsafeMutablePointer<Scalar>
      ) -> Void,
    dots:
      @escaping @Sendable (
        Int, Int, UnsafePointer<Scalar>, UnsafePointer<Scalar>, Int, UnsafeMutablePointer<Scalar>, Int, Bool
      ) -> Void,
    rowTimes:
      @escaping @Sendable (
        Int, Int, UnsafePointer<Scalar>, Int, UnsafePointer<Scalar>, Int, UnsafeMutablePointer<Scalar>, Bool
      ) -> Void,
    products:
      @escaping @Sendable (
        Int, Int, UnsafePointer<UnsafePointer<Scalar>>, UnsafePointer<UnsafePointer<Scalar>>,
        UnsafeMutablePointer<Scalar>
      ) -> Void
  ) {
    self.columnTile = columnTile
    self.rowTile = rowTile
    self.block = block
    self.packPanel = packPanel
    self.packRows = packRows
    self.dots = dots
    self.rowTimes = rowTimes
    self.products = products
  }
}
