"""Hooks that end training early."""

import collections
import os

from swiftestimator._border import function
from swiftestimator._estimator.estimator import Estimator
from swiftestimator._estimator.hooks import StopAtStepHook, _BuiltInHook

__all__ = [
    "make_early_stopping_hook", "make_stop_at_checkpoint_step_hook", "read_eval_metrics", "stop_if_higher_hook",
    "stop_if_lower_hook", "stop_if_no_decrease_hook", "stop_if_no_increase_hook",
]  # fmt: skip


class _EarlyStoppingHook(_BuiltInHook):
    def __init__(self, *arguments):
        self._set(function("hook.early_stopping")(*arguments))


class _StopAtCheckpointStepHook(_BuiltInHook):
    def __init__(self, *arguments):
        self._set(function("hook.stop_at_checkpoint")(*arguments))


def make_early_stopping_hook(estimator, should_stop_fn, run_every_secs=60, run_every_steps=None):
    """A hook that stops training when ``should_stop_fn()`` is true; it is asked every so many seconds or steps."""
    if not isinstance(estimator, Estimator):
        raise TypeError(f"`estimator` must have type `tf.estimator.Estimator`. Got: {type(estimator)}")
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError("Only one of `run_every_secs` and `run_every_steps` must be set.")
    return _EarlyStoppingHook(
        estimator.config.is_chief, None if run_every_secs is None else float(run_every_secs), run_every_steps,
        lambda: bool(should_stop_fn()),
    )  # fmt: skip


def _rule_hook(rule, estimator, metric_name, limit, eval_dir, min_steps, run_every_secs, run_every_steps):
    if not isinstance(estimator, Estimator):
        raise TypeError(f"`estimator` must have type `tf.estimator.Estimator`. Got: {type(estimator)}")
    folder = os.fspath(eval_dir) if eval_dir is not None else estimator.eval_dir()

    def should_stop():
        return function("driver.should_stop")(rule, metric_name, limit, int(min_steps), folder)

    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_higher_hook(
    estimator, metric_name, threshold, eval_dir=None, min_steps=0, run_every_secs=60, run_every_steps=None
):
    """A hook that stops training when a metric of evaluations is above ``threshold``."""
    return _rule_hook(
        "higher", estimator, metric_name, float(threshold), eval_dir, min_steps, run_every_secs, run_every_steps
    )


def stop_if_lower_hook(
    estimator, metric_name, threshold, eval_dir=None, min_steps=0, run_every_secs=60, run_every_steps=None
):
    """A hook that stops training when a metric of evaluations is below ``threshold``."""
    return _rule_hook(
        "lower", estimator, metric_name, float(threshold), eval_dir, min_steps, run_every_secs, run_every_steps
    )


def stop_if_no_increase_hook(
    estimator, metric_name, max_steps_without_increase, eval_dir=None, min_steps=0, run_every_secs=60,
    run_every_steps=None,
):  # fmt: skip
    """A hook that stops training when a metric of evaluations has not increased for so many steps."""
    return _rule_hook(
        "no_increase", estimator, metric_name, int(max_steps_without_increase), eval_dir, min_steps, run_every_secs,
        run_every_steps,
    )  # fmt: skip


def stop_if_no_decrease_hook(
    estimator, metric_name, max_steps_without_decrease, eval_dir=None, min_steps=0, run_every_secs=60,
    run_every_steps=None,
):  # fmt: skip
    """A hook that stops training when a metric of evaluations has not decreased for so many steps."""
    return _rule_hook(
        "no_decrease", estimator, metric_name, int(max_steps_without_decrease), eval_dir, min_steps, run_every_secs,
        run_every_steps,
    )  # fmt: skip


def read_eval_metrics(eval_dir):
    """The metrics that evaluations have written to a folder: an ordered dict of step -> {name: number}."""
    return collections.OrderedDict(function("driver.history")(os.fspath(eval_dir)))


def make_stop_at_checkpoint_step_hook(estimator, last_step, wait_after_file_check_secs=30):
    """A hook that stops at a global step; workers wait until the chief has saved it."""
    if estimator.config.is_chief:
        return StopAtStepHook(last_step=last_step)
    return _StopAtCheckpointStepHook(estimator.model_dir, int(last_step), float(wait_after_file_check_secs))
