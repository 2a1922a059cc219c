/// The kernels of one CPU level, as plain functions on memory.
public struct KernelTable: Sendable {
  /// `baseline`, `v3` or `v4`.
  public let levelName: String
  public init(levelName: String) { self.levelName = levelName }
}
