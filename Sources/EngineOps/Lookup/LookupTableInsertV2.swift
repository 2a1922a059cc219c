import EngineGraph

extension OpDefinition {
  /// Changes or adds entries.
  static let lookupTableInsertV2 = tableEntries("LookupTableInsertV2", types: ("Tin", "Tout")) {
    try $0.table().insert($0.inputs[1], $0.inputs[2], replacing: false)
  }
}
