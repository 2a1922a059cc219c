import EngineCore
import EngineGraph

extension OpDefinition {
  /// The conjugates of complex numbers with their axes in another order: see ``transpose``.
  static let conjugateTranspose = transposition(
    "ConjugateTranspose", types: [.complex64, .complex128], conjugates: true)
}
