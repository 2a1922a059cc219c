import EngineGraph

extension OpDefinition {
  /// Takes entries out; keys that are not there are passed over.
  static let lookupTableRemoveV2 = OpDefinition(
    "LookupTableRemoveV2", inputs: [tableHandle, .tensor("keys", "Tin")],
    attributes: [.type("Tin")],
    isStateful: true, shape: ShapeContext.none, gradient: .none
  ) { try $0.table().remove($0.inputs[1]) }
}
