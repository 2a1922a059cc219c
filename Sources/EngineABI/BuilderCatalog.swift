/// All functions of the builders.
let builderFunctions: [HostFunction] =
  builderVariableFunctions + builderScopeFunctions + builderInitializerFunctions + builderLossFunctions
  + builderMetricFunctions + builderLayerFunctions + builderOptimizerFunctions + builderNNFunctions
  + builderSummaryFunctions + builderDecayFunctions
