"""More metrics for an Estimator that exists."""

from swiftestimator._estimator.arguments import fn_args
from swiftestimator._estimator.estimator import Estimator
from swiftestimator._estimator.mode_keys import ModeKeys

__all__ = ["add_metrics"]


def add_metrics(estimator, metric_fn):
    """A new Estimator of the same folder whose evaluations have the metrics of ``metric_fn``, too.

    ``metric_fn`` takes any of ``features``, ``labels``, ``predictions`` and ``config``; a metric of a name that there is
    already replaces it.
    """
    names = set(fn_args(metric_fn))
    unknown = sorted(names - {"features", "labels", "predictions", "config"})
    if unknown:
        raise ValueError(f"metric_fn ({metric_fn}) has following not expected args: {unknown}")

    def model_fn(features, labels, mode, config):
        spec = estimator.model_fn(features, labels, mode, config)
        if mode != ModeKeys.EVAL:
            return spec
        given = {"features": features, "labels": labels, "predictions": spec.predictions, "config": config}
        metrics = metric_fn(**{name: value for name, value in given.items() if name in names}) or {}
        return spec._replace(eval_metric_ops={**(spec.eval_metric_ops or {}), **metrics})

    kind = next(cls for cls in type(estimator).__mro__ if cls.__module__ == Estimator.__module__)
    return kind(
        model_fn=model_fn, model_dir=estimator.model_dir, config=estimator.config,
        warm_start_from=estimator._warm_start_settings,
    )  # fmt: skip
