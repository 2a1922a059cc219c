import EngineGraph

extension OpCatalog {
  static let ioOps: [OpDefinition] = [
    .decodePaddedRaw,
    .matchingFiles,
    .parseExample,
    .parseExampleV2,
    .parseSequenceExampleV2,
    .parseSingleExample,
    .parseSingleSequenceExample,
    .parseTensor,
    .readFile,
    .serializeTensor,
    .writeFile,
  ]
}
