@_exported import EngineBuilders
@_exported import EngineCore
@_exported import EngineEstimator
@_exported import EngineFormats
@_exported import EngineGraph
@_exported import EngineOps
@_exported import EngineRuntime
