"""Sessions with hooks, checkpoints, summaries and Estimators: Python faces of the engine's."""
