"""swiftestimator: TensorFlow Estimator programs without TensorFlow."""
