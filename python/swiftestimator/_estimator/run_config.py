"""Settings of an Estimator's runs."""

import os

from swiftestimator import _native
from swiftestimator._border import function

__all__ = ["RunConfig"]

_USE_DEFAULT = object()
_FIELDS = (
    "model_dir", "tf_random_seed", "save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs",
    "session_config", "keep_checkpoint_max", "keep_checkpoint_every_n_hours", "log_step_count_steps",
    "train_distribute", "device_fn", "protocol", "eval_distribute", "experimental_distribute",
    "experimental_max_worker_delay_secs", "session_creation_timeout_secs", "checkpoint_save_graph_def",
)  # fmt: skip


class RunConfig:
    """Where an Estimator keeps its files, how often it saves and logs, its random seed; and its place in a cluster,
    which the environment variable ``TF_CONFIG`` tells."""

    def __init__(
        self, model_dir=None, tf_random_seed=None, save_summary_steps=100, save_checkpoints_steps=_USE_DEFAULT,
        save_checkpoints_secs=_USE_DEFAULT, session_config=None, keep_checkpoint_max=5,
        keep_checkpoint_every_n_hours=10000, log_step_count_steps=100, train_distribute=None, device_fn=None,
        protocol=None, eval_distribute=None, experimental_distribute=None, experimental_max_worker_delay_secs=None,
        session_creation_timeout_secs=7200, checkpoint_save_graph_def=True,
        exact_resume=False,
    ):  # fmt: skip
        asked = {
            "model_dir": None if model_dir is None else os.fspath(model_dir), "tf_random_seed": tf_random_seed,
            "save_summary_steps": save_summary_steps, "session_config": session_config,
            "keep_checkpoint_max": keep_checkpoint_max, "keep_checkpoint_every_n_hours": keep_checkpoint_every_n_hours,
            "log_step_count_steps": log_step_count_steps, "train_distribute": train_distribute, "device_fn": device_fn,
            "protocol": protocol, "eval_distribute": eval_distribute,
            "experimental_distribute": experimental_distribute,
            "experimental_max_worker_delay_secs": experimental_max_worker_delay_secs,
            "session_creation_timeout_secs": session_creation_timeout_secs,
            "checkpoint_save_graph_def": checkpoint_save_graph_def,
        }  # fmt: skip
        if exact_resume:
            asked["exact_resume"] = bool(exact_resume)
        if session_config is not None and not hasattr(session_config, "SerializeToString"):
            raise ValueError(f"session_config must be instance of ConfigProto, but got: {session_config}")
        if device_fn is not None:
            _check_device_fn(device_fn)
        for name, value in (
            ("save_checkpoints_steps", save_checkpoints_steps), ("save_checkpoints_secs", save_checkpoints_secs),
        ):  # fmt: skip
            if value is not _USE_DEFAULT:
                asked[name] = value
        self._set(function("run_config.new")(asked))

    def _set(self, engine):
        self._engine = engine
        self.__dict__.pop("_exact_resume", None)
        for name, value in function("run_config.fields")(engine).items():
            setattr(self, f"_{name}", value)

    @property
    def exact_resume(self):
        """Whether a training that was killed goes on as an unbroken one would have.

        With each checkpoint, the position of the input, the state of random operations and the counters of hooks are
        saved too, in ``<checkpoint>.resume``. TensorFlow has no such option.
        """
        return self.__dict__.get("_exact_resume", False)

    def __getattr__(self, name):
        if not name.startswith("_") and f"_{name}" in self.__dict__:
            return self.__dict__[f"_{name}"]
        raise AttributeError(f"'RunConfig' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        if not name.startswith("_") and f"_{name}" in self.__dict__:
            raise AttributeError(
                f"'{name}' of a RunConfig can't be set; RunConfig.replace makes a copy with other values"
            )
        super().__setattr__(name, value)

    def __dir__(self):
        return sorted(set(super().__dir__()) | {n[1:] for n in self.__dict__ if n != "_engine"})

    @classmethod
    def _from_engine(cls, engine):
        config = cls.__new__(cls)
        config._set(engine)
        return config

    def replace(self, **kwargs):
        """A copy with other values; ``ValueError`` for fields that can't be replaced."""
        if kwargs.get("model_dir") is not None:
            kwargs["model_dir"] = os.fspath(kwargs["model_dir"])
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._set(function("run_config.replace")(self._engine, kwargs))
        return copy

    def __deepcopy__(self, memo):
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__)
        return copy


def _check_device_fn(device_fn):
    import inspect

    if not callable(device_fn) or list(inspect.signature(device_fn).parameters) != ["op"]:
        raise ValueError('device_fn must be callable with exactly one argument "op".')


def engine_config(config):
    """The engine's side of a configuration."""
    return config if config is None or isinstance(config, _native.Object) else config._engine
