import EngineOps
