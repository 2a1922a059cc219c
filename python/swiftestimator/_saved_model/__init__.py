"""SavedModels: writing and loading models without an Estimator."""
