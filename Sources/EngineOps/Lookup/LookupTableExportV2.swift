import EngineGraph

extension OpDefinition {
  /// All keys and values.
  static let lookupTableExportV2 = OpDefinition(
    "LookupTableExportV2", inputs: [tableHandle],
    outputs: [.tensor("keys", "Tkeys"), .tensor("values", "Tvalues")],
    attributes: [.type("Tkeys"), .type("Tvalues")], isStateful: true,
    shape: { _ in [.vector(nil), .unknown] },
    gradient: .none
  ) { context in
    let (keys, values) = try context.table().export()
    context.setOutput(0, keys)
    context.setOutput(1, values)
  }
}
