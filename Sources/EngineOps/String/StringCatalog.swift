import EngineGraph

extension OpCatalog {
  static let stringOps: [OpDefinition] = [
    .asString,
    .decodeBase64,
    .decodeCSV,
    .decodeRaw,
    .encodeBase64,
    .stringJoin,
    .stringLength,
    .stringLower,
    .stringSplitV2,
    .stringStrip,
    .stringToHashBucket,
    .stringToHashBucketFast,
    .stringToHashBucketStrong,
    .stringToNumber,
    .stringUpper,
    .substr,
  ]
}
