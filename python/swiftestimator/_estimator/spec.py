"""``EstimatorSpec``: what a model function hands to its Estimator."""

from collections import namedtuple

from swiftestimator import _native
from swiftestimator._border import function
from swiftestimator._estimator.export_output import ExportOutput, PredictOutput, check_keys
from swiftestimator._estimator.hooks import SessionRunHook, engine_hook
from swiftestimator._estimator.mode_keys import ModeKeys
from swiftestimator._estimator.scaffold import Scaffold
from swiftestimator._framework import nest
from swiftestimator._framework.graph import Operation, Tensor, get_default_graph
from swiftestimator._model.variables import AssignedVariable, Variable

__all__ = ["EstimatorSpec"]

LOSS_METRIC_KEY = "loss"
AVERAGE_LOSS_METRIC_KEY = "average_loss"

_FIELDS = (
    "mode", "predictions", "loss", "train_op", "eval_metric_ops", "export_outputs", "training_chief_hooks",
    "training_hooks", "scaffold", "evaluation_hooks", "prediction_hooks",
)  # fmt: skip


def spec_value(value):
    """A field's value for the engine; what it has no form for goes as text, for the message."""
    if value is None or isinstance(value, Tensor | Operation | Variable):
        return value
    if isinstance(value, AssignedVariable):
        return value.op
    if isinstance(value, dict):
        return [(_key(k), spec_value(v)) for k, v in value.items()]
    return repr(value)


def _key(key):
    if isinstance(key, str) or (isinstance(key, tuple) and all(isinstance(k, str) for k in key)):
        return key
    return str(key).encode()


def _metrics(eval_metric_ops):
    if eval_metric_ops is None:
        return None
    if not isinstance(eval_metric_ops, dict):
        return repr(eval_metric_ops)
    entries = []
    for name, metric in eval_metric_ops.items():
        if hasattr(metric, "update_state") and hasattr(metric, "result"):
            updates = list(metric.updates or [])
            result = metric.result() if updates else None
            entries.append((str(name), "keras", repr(metric), spec_value(result), updates, list(metric.variables)))
            if updates:
                eval_metric_ops[name] = (result, updates[0])
        elif isinstance(metric, tuple) and len(metric) == 2:
            values, updates = nest.flatten(metric[0]), nest.flatten(metric[1])
            for leaf in values + updates:
                leaf.graph  # noqa: B018 (TensorFlow raises AttributeError for a leaf that is no tensor)
            entries.append((str(name), "pair", [_leaf(v) for v in values], [_leaf(u) for u in updates]))
        else:
            entries.append((str(name), "other", repr(metric)))
    return entries


def _leaf(value):
    """A part of a metric; sparse ones are known by their values."""
    values = getattr(value, "values", None)
    return spec_value(values if isinstance(values, Tensor) else value)


def _exports(export_outputs):
    if export_outputs is None:
        return None
    if not isinstance(export_outputs, dict):
        return repr(export_outputs)
    return [
        (str(name), output._engine if isinstance(output, ExportOutput) else repr(output))
        for name, output in export_outputs.items()
    ]


def _hooks(hooks):
    return [engine_hook(h) if isinstance(h, SessionRunHook) else repr(h) for h in hooks]


class EstimatorSpec(namedtuple("EstimatorSpec", _FIELDS)):
    """The operations and objects that a model function returns, checked when it is made.

    ``mode`` is one of ``ModeKeys``. Training needs ``loss`` and ``train_op``, evaluation ``loss``, prediction
    ``predictions``. ``eval_metric_ops`` maps names to pairs of a value and an update.
    """

    def __new__(
        cls, mode, predictions=None, loss=None, train_op=None, eval_metric_ops=None, export_outputs=None,
        training_chief_hooks=None, training_hooks=None, scaffold=None, evaluation_hooks=None, prediction_hooks=None,
    ):  # fmt: skip
        given = {
            "training_chief_hooks": tuple(training_chief_hooks or []), "training_hooks": tuple(training_hooks or []),
            "evaluation_hooks": tuple(evaluation_hooks or []), "prediction_hooks": tuple(prediction_hooks or []),
        }  # fmt: skip
        if isinstance(train_op, Variable):
            train_op = train_op.op
        fields = {
            "predictions": spec_value(predictions), "loss": spec_value(loss), "train_op": spec_value(train_op),
            "eval_metric_ops": _metrics(eval_metric_ops),
            "export_outputs": _exports(export_outputs) if mode == ModeKeys.PREDICT else None,
            "scaffold": scaffold if scaffold is None or isinstance(scaffold, Scaffold) else repr(scaffold),
        }  # fmt: skip
        fields.update({name: _hooks(hooks) for name, hooks in given.items()})
        if not scaffold:
            fields["scaffold"] = None
        if mode == ModeKeys.PREDICT and export_outputs is None and isinstance(predictions, dict):
            check_keys(predictions)
        native = function("spec.new")(get_default_graph(), str(mode), fields)
        checked = function("spec.fields")(native)
        loss = checked["loss"] if loss is not None else None
        if isinstance(predictions, dict):
            predictions = dict(predictions)
        if mode == ModeKeys.PREDICT:
            if export_outputs is None:
                export_outputs = {"serving_default": PredictOutput(predictions)}
            elif len(export_outputs) == 1 and "serving_default" not in export_outputs:
                export_outputs["serving_default"] = next(iter(export_outputs.values()))
        spec = super().__new__(
            cls, mode=mode, predictions={} if predictions is None else predictions, loss=loss,
            train_op=train_op.op if isinstance(train_op, AssignedVariable) else train_op,
            eval_metric_ops={} if eval_metric_ops is None else eval_metric_ops, export_outputs=export_outputs,
            scaffold=scaffold or checked["scaffold"], **given,
        )  # fmt: skip
        spec._native_spec = native
        return spec

    def _replace(self, **kwds):
        """A copy with other fields, checked again; ``ValueError`` when ``mode`` would change."""
        if "mode" in kwds and kwds.pop("mode") != self.mode:
            raise ValueError(f"mode of EstimatorSpec cannot be changed. from {self.mode}")
        values = {name: kwds.get(name, getattr(self, name)) for name in _FIELDS if name != "mode"}
        return EstimatorSpec(self.mode, **values)


def is_spec(value):
    """Whether a model function returned what it should."""
    return isinstance(value, EstimatorSpec) and isinstance(value._native_spec, _native.Object)
