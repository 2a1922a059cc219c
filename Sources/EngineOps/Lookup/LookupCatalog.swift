import EngineGraph

extension OpCatalog {
  static let lookupOps: [OpDefinition] = [
    .hashTableV2,
    .initializeTableFromTextFileV2,
    .initializeTableV2,
    .lookupTableExportV2,
    .lookupTableFindV2,
    .lookupTableImportV2,
    .lookupTableInsertV2,
    .lookupTableRemoveV2,
    .lookupTableSizeV2,
    .mutableHashTableV2,
  ]
}
