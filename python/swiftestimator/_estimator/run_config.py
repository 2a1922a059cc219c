"""Settings of an Estimator's runs."""

import copy as copying
import json
import math
import os

import numpy as np

from swiftestimator import _native
from swiftestimator._border import function
from swiftestimator._estimator.arguments import fn_args
from swiftestimator._estimator.cluster_spec import ClusterSpec
from swiftestimator._logging import get_logger

__all__ = ["RunConfig", "TaskType"]

_USE_DEFAULT = object()
_FIELDS = (
    "model_dir", "tf_random_seed", "save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs",
    "session_config", "keep_checkpoint_max", "keep_checkpoint_every_n_hours", "log_step_count_steps",
    "train_distribute", "device_fn", "protocol", "eval_distribute", "experimental_distribute",
    "experimental_max_worker_delay_secs", "session_creation_timeout_secs", "checkpoint_save_graph_def",
)  # fmt: skip
_DERIVED = (
    "service", "cluster_spec", "task_type", "task_id", "global_id_in_cluster", "master", "evaluation_master",
    "is_chief", "num_ps_replicas", "num_worker_replicas",
)  # fmt: skip
# Counts that the engine wants whole: steps every half step are steps every step.
_COUNTS = ("save_summary_steps", "save_checkpoints_steps", "keep_checkpoint_max", "log_step_count_steps")
_TOGETHER = {"save_checkpoints_steps", "save_checkpoints_secs"}  # giving one of them changes the other


class TaskType:
    """Names of the kinds of tasks in a cluster."""

    MASTER = "master"
    PS = "ps"
    WORKER = "worker"
    CHIEF = "chief"
    EVALUATOR = "evaluator"


class RunConfig:
    """Where an Estimator keeps its files, how often it saves and logs, its random seed; and its place in a cluster,
    which the environment variable ``TF_CONFIG`` tells."""

    # Not in ``vars``, which programs print and which "Using config:" shows.
    __slots__ = ("__dict__", "__weakref__", "_engine")

    def __init__(
        self, model_dir=None, tf_random_seed=None, save_summary_steps=100, save_checkpoints_steps=_USE_DEFAULT,
        save_checkpoints_secs=_USE_DEFAULT, session_config=None, keep_checkpoint_max=5,
        keep_checkpoint_every_n_hours=10000, log_step_count_steps=100, train_distribute=None, device_fn=None,
        protocol=None, eval_distribute=None, experimental_distribute=None, experimental_max_worker_delay_secs=None,
        session_creation_timeout_secs=7200, checkpoint_save_graph_def=True, exact_resume=False,
    ):  # fmt: skip
        given = {
            "model_dir": None if model_dir is None else os.fspath(model_dir), "tf_random_seed": tf_random_seed,
            "save_summary_steps": save_summary_steps, "save_checkpoints_steps": save_checkpoints_steps,
            "save_checkpoints_secs": save_checkpoints_secs, "session_config": session_config,
            "keep_checkpoint_max": keep_checkpoint_max, "keep_checkpoint_every_n_hours": keep_checkpoint_every_n_hours,
            "log_step_count_steps": log_step_count_steps, "train_distribute": train_distribute, "device_fn": device_fn,
            "protocol": protocol, "eval_distribute": eval_distribute,
            "experimental_distribute": experimental_distribute,
            "experimental_max_worker_delay_secs": experimental_max_worker_delay_secs,
            "session_creation_timeout_secs": session_creation_timeout_secs,
            "checkpoint_save_graph_def": checkpoint_save_graph_def,
        }  # fmt: skip
        given = {name: value for name, value in given.items() if value is not _USE_DEFAULT}
        if exact_resume:
            given["exact_resume"] = True
        _log_environment()
        service = _environment_service()
        self._set(function("run_config.new")(_engine_values(given)), given)
        if service is not None:
            self.__dict__["_service"] = service

    def _set(self, engine, given):
        """Takes over the engine's fields; what the program gave stays as it gave it."""
        fields = function("run_config.fields")(engine)
        if given.get("exact_resume") and not fields.get("exact_resume"):
            raise NotImplementedError("RunConfig(exact_resume=True) is not implemented in swiftestimator")
        self.__dict__.pop("_exact_resume", None)
        if fields.get("exact_resume"):
            self.__dict__["_exact_resume"] = True
        fields["cluster_spec"] = ClusterSpec(fields["cluster_spec"])
        for name in ("model_dir", "session_config"):  # the engine fills them from TF_CONFIG
            if given.get(name) is None:
                given.pop(name, None)
        fields.update(given)
        for name in _FIELDS + _DERIVED:
            self.__dict__[f"_{name}"] = fields[name]
        if fields["session_config"] is None and fields["device_filters"]:
            self.__dict__["_session_config"] = default_session_config(fields["device_filters"])
        self._engine = engine

    @property
    def exact_resume(self):
        """Whether a training that was killed goes on as an unbroken one would have.

        With each checkpoint, the position of the input, the state of random operations and the counters of hooks are
        saved too. TensorFlow has no such option.
        """
        return self.__dict__.get("_exact_resume", False)

    def __getattr__(self, name):
        if name in _FIELDS + _DERIVED and name != "experimental_distribute" and f"_{name}" in self.__dict__:
            return self.__dict__[f"_{name}"]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        if name in _FIELDS + _DERIVED and name != "experimental_distribute":
            raise AttributeError(
                f"'{name}' of a RunConfig can't be set; RunConfig.replace makes a copy with other values"
            )
        super().__setattr__(name, value)

    def __dir__(self):
        return sorted(set(super().__dir__()) | (set(_FIELDS + _DERIVED) - {"experimental_distribute"}))

    @classmethod
    def _from_engine(cls, engine):
        config = cls.__new__(cls)
        config._set(engine, {})
        return config

    def replace(self, **kwargs):
        """A copy with other values; ``ValueError`` for fields that can't be replaced."""
        given = dict(kwargs)
        if isinstance(given.get("model_dir"), os.PathLike):
            given["model_dir"] = os.fspath(given["model_dir"])
        engine = function("run_config.replace")(self._engine, _engine_values(given))
        return self._with(engine, given)

    def _with(self, engine, given):
        """A copy with the fields of another engine configuration."""
        result = copying.copy(self)
        kept = {n: self.__dict__[f"_{n}"] for n in _FIELDS if n not in given and n not in _TOGETHER}
        if not _TOGETHER & given.keys():
            kept.update({n: self.__dict__[f"_{n}"] for n in _TOGETHER})
        result._set(engine, {**kept, **given})
        result.__dict__["_service"] = self._service
        return result

    def __copy__(self):
        result = type(self).__new__(type(self))
        result.__dict__.update(self.__dict__)
        result._engine = self._engine
        return result

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        return _restored, (type(self), dict(self.__dict__))


def _restored(cls, state):
    """A configuration from its attributes: what pickles hold."""
    place = {"task": {"type": state["_task_type"], "index": state["_task_id"]}}
    cluster = state["_cluster_spec"]
    if state["_task_type"] == TaskType.EVALUATOR:
        cluster = {"chief": ["none:0"]}  # an evaluator is in no cluster, but must come from one
    if cluster:
        place["cluster"] = cluster if isinstance(cluster, dict) else cluster.as_dict()
    given = {name: state[f"_{name}"] for name in _FIELDS}
    result = cls.__new__(cls)
    result._engine = function("run_config.new")({**_engine_values(given), "TF_CONFIG": json.dumps(place)})
    result.__dict__.update(state)
    return result


def _environment_service():
    """The ``service`` of ``TF_CONFIG`` as it is written there.

    Raises what Python says of a text that is no JSON, and ``TypeError`` for a cluster that is none.
    """
    if "TF_CONFIG" in os.environ:
        document = json.loads(os.environ["TF_CONFIG"])
        if isinstance(document, dict) and "cluster" in document:
            ClusterSpec(document["cluster"])
        return document.get("service") if isinstance(document, dict) else None
    return None


def _engine_values(given):
    """The fields as the engine takes them; ``ValueError`` for objects that are not what they should be."""
    from swiftestimator._protos.messages import ConfigProto

    values = {}
    for name, value in given.items():
        if isinstance(value, np.generic) and name not in ("tf_random_seed", "experimental_max_worker_delay_secs"):
            value = value.item()
        if name in _COUNTS and isinstance(value, float) and math.isfinite(value):
            value = math.ceil(value) if value > 0 else math.floor(value)
        elif name == "checkpoint_save_graph_def":
            value = bool(value)
        elif name == "protocol" and value is not None and not isinstance(value, str):
            value = repr(value)
        elif name == "session_config" and value is not None and not isinstance(value, ConfigProto):
            raise ValueError(f"session_config must be instance of ConfigProto, but got: {value}")
        elif name == "device_fn" and value is not None and not (callable(value) and set(fn_args(value)) == {"op"}):
            raise ValueError('device_fn must be callable with exactly one argument "op".')
        is_number = isinstance(value, bool) and name not in ("checkpoint_save_graph_def", "exact_resume")
        values[name] = int(value) if is_number else value
    return values


def default_session_config(device_filters=()):
    """What sessions are configured with when the program says nothing."""
    from swiftestimator._protos.messages import ConfigProto

    config = ConfigProto(allow_soft_placement=True, device_filters=list(device_filters))
    config.graph_options.rewrite_options.meta_optimizer_iterations = 1  # ONE
    return config


def engine_config(config):
    """The engine's side of a configuration."""
    return config if config is None or isinstance(config, _native.Object) else config._engine


def _log_environment():
    """Says what ``TF_CONFIG`` holds. Text that is not JSON is the engine's to refuse."""
    try:
        setting = json.loads(os.environ.get("TF_CONFIG") or "{}")
    except ValueError:
        return
    if setting:
        get_logger().info("TF_CONFIG environment variable: %s", setting)
