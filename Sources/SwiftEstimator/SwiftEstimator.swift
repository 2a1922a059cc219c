@_exported import EngineEstimator
