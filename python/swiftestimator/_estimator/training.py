"""Training with evaluation and exports in between."""

import collections
import os
import time

import numpy as np

from swiftestimator._border import function
from swiftestimator._estimator.estimator import Estimator
from swiftestimator._estimator.exporter import Exporter
from swiftestimator._estimator.hooks import CheckpointSaverListener, SessionRunHook
from swiftestimator._logging import get_logger

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

    def listener(self):
        """Evaluates and exports whenever the training has saved a checkpoint."""
        return _EngineListener(function("driver.listener")(self.engine, float(self._spec.throttle_secs)))

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
        raise TypeError(f"`estimator` must have type `tf.estimator.Estimator`. Got: {type(estimator)}")
    get_logger().info("Not using Distribute Coordinator.")
    config = estimator.config
    if config.task_type == "evaluator" and config.task_id > 0:
        raise ValueError(
            "For distributed training, there can only be one `evaluator` task (with task id 0). "
            f"Given task id {config.task_id}"
        )
    evaluation = _Evaluation(estimator, train_spec, eval_spec)
    if config.task_type == "evaluator":
        function("driver.run_evaluator")(
            evaluation.engine, float(eval_spec.start_delay_secs), float(eval_spec.throttle_secs)
        )
        return None
    if config.cluster_spec:
        return _run_in_cluster(estimator, config, train_spec, evaluation)
    get_logger().info("Running training and evaluation locally (non-distributed).")
    get_logger().info(
        "Start train and evaluate loop. The evaluate will happen after every checkpoint. Checkpoint frequency is determined "
        "based on RunConfig arguments: save_checkpoints_steps %s or save_checkpoints_secs %s.",
        config.save_checkpoints_steps, config.save_checkpoints_secs,
    )  # fmt: skip
    _train(estimator, train_spec, [evaluation.listener()])
    return evaluation.metrics, evaluation.exports


def _train(estimator, train_spec, listeners):
    estimator.train(
        input_fn=train_spec.input_fn, max_steps=train_spec.max_steps, hooks=train_spec.hooks,
        saving_listeners=[*train_spec.saving_listeners, *listeners],
    )  # fmt: skip


def _run_in_cluster(estimator, config, train_spec, evaluation):
    """This process' part of a cluster. There are no servers that exchange gradients, so only one process may train."""
    if not config.task_type:
        raise ValueError(
            "`estimator.config` must have task_type set. This usually means TF_CONFIG is not set correctly."
        )
    if config.task_type == "local":
        raise ValueError(
            "`task.type` in TF_CONFIG cannot be `local`. Leaving `cluster` and `task` properties in TF_CONFIG absent "
            "triggers train and evaluate `Estimator` locally (non-distributed)."
        )
    if config.task_type not in ("chief", "worker", "master", "ps"):
        raise ValueError(
            f"Task type {config.task_type} is not supported. Supported task types are chief, evaluator, master, ps and "
            "worker"
        )
    if config.task_id is None:
        raise RuntimeError(
            "Could not start server; be sure to specify cluster_spec, task_type, master, and task in RunConfig or set the "
            "TF_CONFIG environment variable."
        )
    if config.num_ps_replicas or config.num_worker_replicas > 1:
        raise NotImplementedError(
            "train_and_evaluate in a cluster of several training processes is not implemented in swiftestimator"
        )
    get_logger().info("Skip starting Tensorflow server as there is only one node in the cluster.")
    if config.task_type == "worker":
        limit = config.experimental_max_worker_delay_secs
        time.sleep(min(60 if limit is None else limit, 5 * (config.task_id + 1)))
    _train(estimator, train_spec, [evaluation.listener()] if config.task_type == "master" else [])
    return None
