"""Savers and checkpoints."""

import os
import time

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper
from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import get_default_graph
from swiftestimator._model.variables import PartitionedVariable, Variable

__all__ = [
    "Saver",
    "checkpoint_exists",
    "get_checkpoint_state",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
]


class _Handle(_native.Object):
    """A saver of the engine."""


for _name in ("Saver", "HostSaver"):
    register_wrapper(_name, _Handle)


def _pairs(var_list):
    """(key, variable) for each variable to save; ``None`` for all."""
    if var_list is None:
        return None
    if isinstance(var_list, dict):
        pairs = []
        for key, value in var_list.items():
            if isinstance(value, PartitionedVariable):
                pairs.extend((key, part) for part in value)
            elif isinstance(value, list | tuple):
                pairs.extend((key, part) for part in value)
            else:
                pairs.append((key, value))
    else:
        flat = []
        for item in var_list:
            flat.extend(item if isinstance(item, PartitionedVariable) else [item])
        pairs = [(v._save_slice_info.full_name if v._save_slice_info else v.op.name, v) for v in flat]
    for key, value in pairs:
        if not isinstance(value, Variable):
            raise TypeError(f"Variable to save is not a Variable: {value!r}")
        if not isinstance(key, str):
            raise TypeError(f"the name of a variable to save must be a string, got {key!r}")
    return pairs


class Saver:
    """Saves variables to checkpoints and restores them."""

    def __init__(
        self, var_list=None, reshape=False, sharded=False, max_to_keep=5, keep_checkpoint_every_n_hours=10000.0,
        name=None, restore_sequentially=False, saver_def=None, builder=None, defer_build=False, allow_empty=False,
        write_version=2, pad_step_number=False, save_relative_paths=False, filename=None,
    ):  # fmt: skip
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set defer_build=False or var_list=None."
            )
        self._graph = None
        self._is_built = False
        self._max_to_keep = max_to_keep
        pairs = _pairs(var_list)
        if pairs is not None and not pairs and not allow_empty:
            raise ValueError("No variables to save")
        self._handle = function("saver.new")(
            {
                "variables": pairs, "max_to_keep": max_to_keep,
                "keep_checkpoint_every_n_hours": float(keep_checkpoint_every_n_hours), "allow_empty": allow_empty,
                "pad_step_number": pad_step_number, "save_relative_paths": save_relative_paths,
            }
        )  # fmt: skip
        if not defer_build:
            self.build()

    @classmethod
    def _from_engine(cls, handle):
        saver = cls.__new__(cls)
        saver._handle, saver._graph, saver._is_built, saver._max_to_keep = handle, None, True, None
        return saver

    def build(self):
        """Fixes the variables; done by the constructor unless it was deferred."""
        if not self._is_built:
            function("saver.build")(self._handle, get_default_graph())
            self._is_built = True

    def save(
        self, sess, save_path, global_step=None, latest_filename=None, meta_graph_suffix="meta", write_meta_graph=True,
        write_state=True, strip_default_attrs=False, save_debug_info=False,
    ):  # fmt: skip
        """Writes a checkpoint and returns its prefix: ``save_path``, with ``-global_step`` if that is given."""
        if not self._is_built:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        if latest_filename is not None and os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        session = _raw(sess)
        if global_step is not None and not isinstance(global_step, int):
            import numpy as np

            if isinstance(global_step, np.integer):
                global_step = int(global_step)
            else:
                global_step = int(session.run(global_step))
        return function("saver.save")(
            self._handle, session._handle, str(save_path),
            {
                "global_step": global_step, "latest_filename": latest_filename, "meta_graph_suffix": meta_graph_suffix,
                "write_meta_graph": write_meta_graph, "write_state": write_state,
            },
        )  # fmt: skip

    def restore(self, sess, save_path):
        """Reads the variables from a checkpoint."""
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        function("saver.restore")(self._handle, _raw(sess)._handle, str(save_path))

    @property
    def last_checkpoints(self):
        """Prefixes of the checkpoints that are kept, the oldest first."""
        return [path for path, _ in function("saver.last_checkpoints")(self._handle)]

    def set_last_checkpoints(self, last_checkpoints):
        """Sets the list of checkpoints that are kept."""
        self.set_last_checkpoints_with_time([(p, time.time()) for p in last_checkpoints])

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time):
        """Sets the list of (prefix, time) of the checkpoints that are kept."""
        pairs = [(str(p), float(t)) for p, t in last_checkpoints_with_time]
        function("saver.set_last_checkpoints")(self._handle, pairs)

    def recover_last_checkpoints(self, checkpoint_paths):
        """Sets that list from files that exist."""
        function("saver.recover_last_checkpoints")(self._handle, [str(p) for p in checkpoint_paths])

    def as_saver_def(self):
        """Not offered: raises ``NotImplementedError``."""
        raise NotImplementedError("Saver.as_saver_def is not implemented in swiftestimator")

    def export_meta_graph(self, *args, **kwargs):
        """Not offered: raises ``NotImplementedError``."""
        raise NotImplementedError("Saver.export_meta_graph is not implemented in swiftestimator")


def _raw(session):
    from swiftestimator._framework.session import BaseSession

    if isinstance(session, BaseSession):
        return session
    raw = getattr(session, "raw_session", None) or getattr(session, "_raw_session", None)
    if raw is None:
        raise TypeError(f"'sess' must be a Session; {session}")
    return raw()


def engine_saver(saver):
    """The engine's side of a saver; a program's own class is called back."""
    if isinstance(saver, _native.Object):
        return saver
    handle = getattr(saver, "_handle", None)
    cls = type(saver)
    own = not isinstance(saver, Saver) or cls.save is not Saver.save or cls.restore is not Saver.restore
    if handle is not None and not own:
        return handle
    known = getattr(saver, "_engine_proxy", None)
    if known is not None:
        return known
    methods = {}
    for name in ("build", "save", "restore", "recover_last_checkpoints"):
        method = getattr(saver, name, None)
        if method is not None:
            methods[name] = _saver_call(saver, name)
    proxy = function("saver.host")(methods)
    saver._engine_proxy = proxy
    return proxy


def _saver_call(saver, name):
    def call(*args):
        if name == "build":
            with args[0].as_default():
                return saver.build()
        if name == "save":
            session, path, step, write_meta = args
            return saver.save(session, path, global_step=step, write_meta_graph=write_meta)
        return getattr(saver, name)(*args)

    return call


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The prefix of the newest checkpoint of a folder, or ``None``."""
    return function("checkpoint.latest")(os.fspath(checkpoint_dir), latest_filename)


def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """The folder's ``checkpoint`` file as a ``CheckpointState`` message, or ``None``."""
    state = function("checkpoint.state")(os.fspath(checkpoint_dir), latest_filename)
    if state is None:
        return None
    from swiftestimator._protos import messages

    return messages.CheckpointState(
        model_checkpoint_path=state["model_checkpoint_path"],
        all_model_checkpoint_paths=state["all_model_checkpoint_paths"],
    )


def checkpoint_exists(checkpoint_prefix):
    """Whether a checkpoint of that prefix exists."""
    return function("checkpoint.exists")(os.fspath(checkpoint_prefix))


def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=2, meta_graph_suffix="meta"):
    """Deletes a checkpoint's files."""
    function("checkpoint.remove")(os.fspath(checkpoint_prefix))


def _prefix(ckpt_dir_or_file):
    path = os.fspath(ckpt_dir_or_file)
    if os.path.isdir(path):
        found = latest_checkpoint(path)
        if found is None:
            raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}")
        return found
    return path


class CheckpointReader:
    """Reads tensors out of a checkpoint."""

    def __init__(self, prefix):
        self._prefix = prefix
        self._entries = {name: (dtype, shape) for name, dtype, shape in function("checkpoint.variables")(prefix)}

    def get_variable_to_shape_map(self):
        """Name -> shape."""
        return {name: list(shape) for name, (_, shape) in self._entries.items()}

    def get_variable_to_dtype_map(self):
        """Name -> dtype."""
        return {name: dtypes.as_dtype(dtype) for name, (dtype, _) in self._entries.items()}

    def has_tensor(self, tensor_str):
        """Whether there is a tensor of that name."""
        return tensor_str in self._entries

    def get_tensor(self, tensor_str):
        """The tensor as an array."""
        return function("checkpoint.value")(self._prefix, tensor_str)

    def debug_string(self):
        """A line for each tensor."""
        lines = [f"{n} ({dtypes.as_dtype(d).name}) {list(s)}" for n, (d, s) in sorted(self._entries.items())]
        return "\n".join(lines).encode()


def load_checkpoint(ckpt_dir_or_file):
    """A reader of a checkpoint, given by its prefix or its folder."""
    return CheckpointReader(_prefix(ckpt_dir_or_file))


def NewCheckpointReader(filepattern):  # noqa: N802 (the public name)
    """A reader of a checkpoint."""
    return CheckpointReader(os.fspath(filepattern))


def list_variables(ckpt_dir_or_file):
    """Sorted (name, shape) of a checkpoint's tensors."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file, name):
    """One tensor of a checkpoint."""
    if name.endswith(":0"):
        name = name[:-2]
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name)


def checkpoints_iterator(checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None):
    """Yields each new checkpoint of a folder as it appears."""
    last = None
    while True:
        start = time.time()
        found = wait_for_new_checkpoint(checkpoint_dir, last, timeout=timeout)
        if found is None:
            if not timeout_fn or timeout_fn():
                return
            continue
        last = found
        yield found
        rest = min_interval_secs - (time.time() - start)
        if rest > 0:
            time.sleep(rest)


def wait_for_new_checkpoint(checkpoint_dir, last_checkpoint=None, seconds_to_sleep=1, timeout=None):
    """Waits for a checkpoint other than ``last_checkpoint``; ``None`` after ``timeout`` seconds."""
    stop = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            return path
        if stop is not None and time.time() + seconds_to_sleep > stop:
            return None
        time.sleep(seconds_to_sleep)
