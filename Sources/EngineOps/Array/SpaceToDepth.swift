import EngineCore
import EngineGraph

extension OpDefinition {
  /// Each block of pixels becomes one pixel with as many times the channels.
  static let spaceToDepth = depthSpace(
    "SpaceToDepth", toDepth: true, inverse: "DepthToSpace", sampleShape: [2, 4, 6, 3])
}
