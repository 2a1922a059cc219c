"""What TensorFlow keeps in the module ``model_fn`` of its Estimators."""

from swiftestimator._estimator.call_logit_fn import call_logit_fn
from swiftestimator._estimator.estimator import _verify_model_fn_args as verify_model_fn_args
from swiftestimator._estimator.mode_keys import ModeKeys
from swiftestimator._estimator.spec import AVERAGE_LOSS_METRIC_KEY, LOSS_METRIC_KEY, EstimatorSpec
from swiftestimator._estimator.tpu_spec import _TPUEstimatorSpec

__all__ = [
    "AVERAGE_LOSS_METRIC_KEY", "LOSS_METRIC_KEY", "EstimatorSpec", "ModeKeys", "_TPUEstimatorSpec", "call_logit_fn",
    "verify_model_fn_args",
]  # fmt: skip
