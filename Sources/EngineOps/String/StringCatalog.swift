import EngineGraph

extension OpCatalog {
  static let stringOps: [OpDefinition] = [
    .asString,
    .decodeBase64,
    .decodeCSV,
    .decodeRaw,
    .encodeBase64,
    .reduceJoin,
    .regexFullMatch,
    .regexReplace,
    .staticRegexReplace,
    .stringFormat,
    .stringJoin,
    .stringLength,
    .stringLower,
    .stringSplit,
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
