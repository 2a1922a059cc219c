"""Variables, layers, losses, metrics, optimizers: thin faces of the engine's graph builders."""
