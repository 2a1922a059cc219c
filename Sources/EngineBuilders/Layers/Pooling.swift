import EngineCore
import EngineGraph

/// Maximum or mean of windows, with one, two or three spatial dimensions.
public final class Pooling: Layer {
  public enum Kind: String, Sendable { case maximum = "max", average }

  let kind: Kind
  let rank: Int
  let window: [Int]
  let strides: [Int]
  let padding: String
  let isChannelsFirst: Bool

  /// **Errors**: `ValueError` for sizes that are not positive or an unknown padding.
  public init(
    in graph: Graph, _ kind: Kind, window: [Int], strides: [Int], padding: String = "valid",
    isChannelsFirst: Bool = false, name: String? = nil
  ) throws {
    guard (1...3).contains(window.count), strides.count == window.count, (window + strides).allSatisfy({ $0 > 0 })
    else {
      throw EngineError.value(
        "pool_size and strides must be 1 to 3 integers > 0 each. Received: \(window) and \(strides)")
    }
    guard ["valid", "same"].contains(padding.lowercased()) else {
      throw EngineError.value(
        "The `padding` argument must be a list/tuple or one of {\"valid\", \"same\"}. Received: \(padding)")
    }
    self.kind = kind
    rank = window.count
    self.window = window
    self.strides = strides
    self.padding = padding.uppercased()
    self.isChannelsFirst = isChannelsFirst
    try super.init(in: graph, kind: "\(kind.rawValue)_pooling\(window.count)d", name: name)
  }

  public override func build(_ input: Output) throws { try requireRank(input, rank + 2) }

  public override func compute(_ input: Output) throws -> Output {
    var op = kind == .maximum ? "MaxPool" : "AvgPool"
    if rank == 3 { op += "3D" }
    let format =
      rank == 3 ? (isChannelsFirst ? "NCDHW" : "NDHWC") : (isChannelsFirst ? "NCHW" : "NHWC")
    func extended(_ sizes: [Int]) -> AttributeValue { .ints(isChannelsFirst ? [1, 1] + sizes : [1] + sizes + [1]) }
    let padded = rank == 1 ? [1] : []
    let attributes: [String: AttributeValue] = [
      "ksize": extended(window + padded), "strides": extended(strides + padded), "padding": .string(padding),
      "data_format": .string(format),
    ]
    guard rank == 1 else { return try graph.addNode(op, [input], attributes: attributes).output() }
    let axis = isChannelsFirst ? 3 : 2
    let wide = try graph.expandDimensions(.tensor(input), axis: axis)
    let pooled = try graph.addNode(op, [wide], attributes: attributes).output()
    return try graph.squeeze(pooled, axes: [axis])
  }
}
