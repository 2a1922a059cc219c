"""Training with evaluation and exports in between."""

import collections
import os

import numpy as np

from swiftestimator._border import function
from swiftestimator._estimator.estimator import Estimator
from swiftestimator._estimator.exporter import Exporter
from swiftestimator._estimator.hooks import CheckpointSaverListener, SessionRunHook

__all__ = ["EvalSpec", "TrainSpec", "train_and_evaluate"]


def _input_fn(input_fn):
    if not callable(input_fn):
        raise TypeError(f"`input_fn` must be callable, given: {input_fn}")


def _hooks(hooks):
    hooks = tuple(hooks or [])
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be `SessionRunHook` instances, given: {hook}")
    return hooks


def _listeners(listeners):
    listeners = tuple(listeners or [])
    for listener in listeners:
        if not isinstance(listener, CheckpointSaverListener):
            raise TypeError(f"All saving_listeners must be `CheckpointSaverListener` instances, given: {listener}")
    return listeners


def _exporters(exporters):
    if not exporters:
        return ()
    if isinstance(exporters, Exporter):
        exporters = [exporters]
    try:
        exporters = tuple(exporters)
    except TypeError:
        raise TypeError(
            f"`exporters` must be an Exporter, an iterable of Exporter, or `None`, found {exporters}."
        ) from None
    for exporter in exporters:
        if not isinstance(exporter, Exporter):
            raise TypeError(f"`exporters` must be an Exporter, an iterable of Exporter, or `None`, found {exporters}.")
        if exporter.name and not isinstance(exporter.name, str):
            raise ValueError(f"An Exporter must have a string name. Given: {type(exporter.name)}")
    return exporters


class TrainSpec(collections.namedtuple("TrainSpec", ["input_fn", "max_steps", "hooks", "saving_listeners"])):
    """What training is to do: its input, the global step to end at, hooks and checkpoint listeners."""

    def __new__(cls, input_fn, max_steps=None, hooks=None, saving_listeners=None):
        _input_fn(input_fn)
        function("driver.check_train_spec")(None if max_steps is None else int(max_steps))
        return super().__new__(
            cls, input_fn=input_fn, max_steps=max_steps, hooks=_hooks(hooks),
            saving_listeners=_listeners(saving_listeners),
        )  # fmt: skip


_EVAL_FIELDS = ["input_fn", "steps", "name", "hooks", "exporters", "start_delay_secs", "throttle_secs"]


class EvalSpec(collections.namedtuple("EvalSpec", _EVAL_FIELDS)):
    """What evaluation is to do: its input, the number of batches, and who exports afterwards.

    An evaluation starts at the earliest ``throttle_secs`` after the one before; ``start_delay_secs`` concerns a process
    that only evaluates.
    """

    def __new__(
        cls, input_fn, steps=100, name=None, hooks=None, exporters=None, start_delay_secs=120, throttle_secs=600
    ):
        _input_fn(input_fn)
        if name is not None and not isinstance(name, str):
            raise TypeError(f"`name` must be string, given: {name}")
        hooks = _hooks(hooks)
        exporters = _exporters(exporters)
        function("driver.check_eval_spec")(
            None if steps is None else int(steps), float(start_delay_secs), float(throttle_secs),
            [e.name for e in exporters],
        )  # fmt: skip
        return super().__new__(
            cls, input_fn=input_fn, steps=steps, name=name, hooks=hooks, exporters=exporters,
            start_delay_secs=start_delay_secs, throttle_secs=throttle_secs,
        )  # fmt: skip


class _Evaluation:
    """Evaluates and exports for the engine, which decides when."""

    def __init__(self, estimator, train_spec, eval_spec):
        self._estimator, self._spec = estimator, eval_spec
        self.metrics, self.exports = None, None
        self.engine = function("driver.evaluator")(
            {
                "max_steps": train_spec.max_steps, "latest_checkpoint": estimator.latest_checkpoint,
                "evaluate": self._evaluate, "export": self._export,
            }
        )  # fmt: skip

    def _evaluate(self, checkpoint):
        spec = self._spec
        metrics = self._estimator.evaluate(
            input_fn=spec.input_fn, steps=spec.steps, name=spec.name, checkpoint_path=checkpoint, hooks=spec.hooks
        )
        if not metrics:
            raise ValueError("Internal error: `Estimator.evaluate` should never return empty metrics.")
        if not isinstance(metrics, dict):
            raise TypeError(f"`Estimator.evaluate` should return dict. Given {type(metrics)}.")
        if "global_step" not in metrics:
            raise ValueError("Internal error: `Estimator.evaluate` result should have `global_step` in result.")
        self.metrics = metrics
        return int(np.asarray(metrics["global_step"])), None

    def _export(self, checkpoint, metrics, is_final):
        self.exports = [
            exporter.export(
                estimator=self._estimator,
                export_path=os.path.join(self._estimator.model_dir, "export", exporter.name),
                checkpoint_path=checkpoint, eval_result=self.metrics, is_the_final_export=is_final,
            )
            for exporter in self._spec.exporters
        ]  # fmt: skip


class _EngineListener(CheckpointSaverListener):
    """A listener of the engine among a program's own."""

    def __init__(self, engine):
        self.__dict__["_engine_proxy"] = engine


def train_and_evaluate(estimator, train_spec, eval_spec):
    """Trains; evaluates and exports whenever there is a new checkpoint, and at the end.

    Returns the metrics of the last evaluation and what the exporters returned. In a process that the environment
    variable ``TF_CONFIG`` makes an evaluator, only evaluates.
    """
    if not isinstance(eval_spec, EvalSpec):
        raise TypeError(f"`eval_spec` must have type `tf.estimator.EvalSpec`. Got: {type(eval_spec)}")
    if not isinstance(train_spec, TrainSpec):
        raise TypeError(f"`train_spec` must have type `tf.estimator.TrainSpec`. Got: {type(train_spec)}")
    if not isinstance(estimator, Estimator):
        raise TypeError(f"`estimator` must have type `tf.estimator.Estimator`, given {type(estimator)}")
    config = estimator.config
    evaluation = _Evaluation(estimator, train_spec, eval_spec)
    role = {
        "task_type": config.task_type, "task_id": config.task_id, "is_clustered": bool(config.cluster_spec),
        "num_ps": config.num_ps_replicas, "num_workers": config.num_worker_replicas,
        "max_worker_delay_secs": config.experimental_max_worker_delay_secs,
        "save_checkpoints_steps": config.save_checkpoints_steps,
        "save_checkpoints_secs": config.save_checkpoints_secs, "start_delay_secs": float(eval_spec.start_delay_secs),
        "throttle_secs": float(eval_spec.throttle_secs),
    }  # fmt: skip

    def train(listeners):
        estimator.train(
            input_fn=train_spec.input_fn, max_steps=train_spec.max_steps, hooks=train_spec.hooks,
            saving_listeners=[*train_spec.saving_listeners, *map(_EngineListener, listeners)],
        )  # fmt: skip

    if not function("driver.train_and_evaluate")(evaluation.engine, role, train):
        return None
    return evaluation.metrics, evaluation.exports
