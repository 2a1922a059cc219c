import EngineGraph

extension OpCatalog {
  static let controlOps: [OpDefinition] = [
    .assert,
    .audioSummary,
    .audioSummaryV2,
    .caseOp,
    .controlTrigger,
    .eagerPyFunc,
    .histogramSummary,
    .ifOp,
    .imageSummary,
    .mergeSummary,
    .noOp,
    .partitionedCall,
    .print,
    .printV2,
    .pyFunc,
    .pyFuncStateless,
    .scalarSummary,
    .statefulPartitionedCall,
    .statelessCase,
    .statelessIf,
    .statelessWhile,
    .tensorSummary,
    .tensorSummaryV2,
    .whileGradient,
    .whileOp,
  ]
}
