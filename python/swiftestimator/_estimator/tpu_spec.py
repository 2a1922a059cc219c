"""The spec that heads hand on, from which an ``EstimatorSpec`` can be made."""

from collections import namedtuple

from swiftestimator._estimator.spec import EstimatorSpec

__all__ = ["_TPUEstimatorSpec"]

_FIELDS = (
    "mode", "predictions", "loss", "train_op", "eval_metrics", "export_outputs", "scaffold_fn", "host_call",
    "training_hooks", "evaluation_hooks", "prediction_hooks",
)  # fmt: skip


class _TPUEstimatorSpec(namedtuple("TPUEstimatorSpec", _FIELDS)):
    """As ``EstimatorSpec``, with metrics as a pair of a function and its tensors: ``eval_metrics``.

    Raises what ``EstimatorSpec`` raises for the fields that both have.
    """

    def __new__(
        cls, mode, predictions=None, loss=None, train_op=None, eval_metrics=None, export_outputs=None,
        scaffold_fn=None, host_call=None, training_hooks=None, evaluation_hooks=None, prediction_hooks=None,
    ):  # fmt: skip
        # The fields that both have are checked by making the other.
        checked = EstimatorSpec(
            mode, predictions, loss, train_op, None, export_outputs, None, training_hooks, None, evaluation_hooks,
            prediction_hooks,
        )  # fmt: skip
        return super().__new__(
            cls, mode=mode, predictions=checked.predictions, loss=checked.loss, train_op=checked.train_op,
            eval_metrics=eval_metrics, export_outputs=checked.export_outputs, scaffold_fn=scaffold_fn,
            host_call=host_call, training_hooks=checked.training_hooks, evaluation_hooks=checked.evaluation_hooks,
            prediction_hooks=checked.prediction_hooks,
        )  # fmt: skip

    def as_estimator_spec(self):
        """The ``EstimatorSpec`` with the metrics that ``eval_metrics`` makes; the scaffold is left out."""
        metrics = None
        if self.eval_metrics:
            metric_fn, tensors = self.eval_metrics
            metrics = metric_fn(**tensors)
        return EstimatorSpec(
            mode=self.mode, predictions=self.predictions, loss=self.loss, train_op=self.train_op,
            eval_metric_ops=metrics, export_outputs=self.export_outputs, training_hooks=self.training_hooks,
            evaluation_hooks=self.evaluation_hooks, prediction_hooks=self.prediction_hooks,
        )  # fmt: skip
