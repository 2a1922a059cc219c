import EngineCore
import EngineGraph

extension OpDefinition {
  /// A placeholder for the seed generator of a shuffle, which makes its own.
  static let dummySeedGenerator = dummyResource("DummySeedGenerator")

  static func dummyResource(_ name: String) -> OpDefinition {
    OpDefinition(
      name, outputs: [.tensor("handle", .resource)], isStateful: true, shape: ShapeContext.scalar, gradient: .none
    ) { $0.setOutput(0, Tensor(resource: DummyResource())) }
  }
}

private final class DummyResource: Sendable {}
