import EngineGraph

extension OpDefinition {
  /// Fills a static table.
  static let initializeTableV2 = tableEntries("InitializeTableV2", types: ("Tkey", "Tval")) {
    try $0.table().insert($0.inputs[1], $0.inputs[2], replacing: true)
  }
}
