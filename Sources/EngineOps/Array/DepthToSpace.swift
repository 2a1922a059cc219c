import EngineCore
import EngineGraph

extension OpDefinition {
  /// Each pixel becomes a block of pixels with so many fewer channels.
  static let depthToSpace = depthSpace(
    "DepthToSpace", toDepth: false, inverse: "SpaceToDepth", sampleShape: [2, 2, 3, 12])
}
