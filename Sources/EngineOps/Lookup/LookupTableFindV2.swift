import EngineGraph

extension OpDefinition {
  /// The values of keys; a default value for those that the table does not have.
  static let lookupTableFindV2 = OpDefinition(
    "LookupTableFindV2",
    inputs: [tableHandle, .tensor("keys", "Tin"), .tensor("default_value", "Tout")],
    outputs: [.tensor("values", "Tout")], attributes: [.type("Tin"), .type("Tout")],
    isStateful: true,
    shape: { context in
      _ = try context.input(0, rank: 0)
      return [context.input(1)]
    }, gradient: .none
  ) { $0.setOutput(0, try $0.table().find($0.inputs[1], default: $0.inputs[2])) }
}
