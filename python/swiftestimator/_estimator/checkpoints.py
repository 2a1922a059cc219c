"""Checkpoints on disk: which there are, what they hold."""

import os
import re
import time

from swiftestimator._border import function
from swiftestimator._framework import dtypes
from swiftestimator._logging import get_logger

__all__ = ["checkpoint_exists", "get_checkpoint_state", "latest_checkpoint", "list_variables", "load_checkpoint"]


def _text(path):
    path = os.fspath(path)
    return path.decode() if isinstance(path, bytes) else path


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The prefix of the newest checkpoint of a folder, or ``None``."""
    return function("checkpoint.latest")(_text(checkpoint_dir), latest_filename)


def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """The folder's ``checkpoint`` file as a ``CheckpointState`` message, or ``None``."""
    data = function("checkpoint.state")(_text(checkpoint_dir), latest_filename)
    if data is None:
        return None
    from swiftestimator._protos import messages

    return messages.CheckpointState.FromString(data)


def _all_paths(model_checkpoint_path, paths, times):
    paths = [_text(p) for p in paths or []]
    if not paths or paths[-1] != model_checkpoint_path:
        get_logger().info("%s is not in all_model_checkpoint_paths. Manually adding it.", model_checkpoint_path)
        paths.append(model_checkpoint_path)
    if times and len(times) != len(paths):
        raise ValueError(
            f"Checkpoint timestamps, if provided, must match checkpoint paths (got paths {paths} and timestamps {times})"
        )
    return paths


def generate_checkpoint_state_proto(
    save_dir, model_checkpoint_path, all_model_checkpoint_paths=None, all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):  # fmt: skip
    """What a folder's ``checkpoint`` file would say; relative paths are made to start at a relative folder."""
    from swiftestimator._protos import messages

    folder, latest = _text(save_dir), _text(model_checkpoint_path)
    paths = _all_paths(latest, all_model_checkpoint_paths, all_model_checkpoint_timestamps)
    if not os.path.isabs(folder):
        paths = [p if os.path.isabs(p) else os.path.relpath(p, folder) for p in paths]
        latest = latest if os.path.isabs(latest) else os.path.relpath(latest, folder)
    return messages.CheckpointState(
        model_checkpoint_path=latest, all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=all_model_checkpoint_timestamps, last_preserved_timestamp=last_preserved_timestamp,
    )  # fmt: skip


def update_checkpoint_state(
    save_dir, model_checkpoint_path, all_model_checkpoint_paths=None, latest_filename=None,
    all_model_checkpoint_timestamps=None, last_preserved_timestamp=None,
):  # fmt: skip
    """Replaces a folder's ``checkpoint`` file."""
    latest = _text(model_checkpoint_path)
    paths = _all_paths(latest, all_model_checkpoint_paths, all_model_checkpoint_timestamps)
    function("checkpoint.update_state")(
        _text(save_dir), latest, paths, latest_filename or "checkpoint",
        [float(t) for t in all_model_checkpoint_timestamps or []], last_preserved_timestamp,
    )  # fmt: skip


def checkpoint_exists(checkpoint_prefix):
    """Whether there is a checkpoint of that prefix, which may have wildcards."""
    prefix = _text(checkpoint_prefix)
    if function("checkpoint.exists")(prefix):
        return True
    from swiftestimator._io.file_io import glob

    return bool(glob(prefix + ".index") or glob(prefix))


def get_checkpoint_mtimes(checkpoint_prefixes):
    """The times of the last change, of those checkpoints that exist."""
    times = (function("checkpoint.time")(_text(prefix)) for prefix in checkpoint_prefixes)
    return [t for t in times if t is not None]


def meta_graph_filename(checkpoint_filename, meta_graph_suffix="meta"):
    """The name of the file with the graph that belongs to a checkpoint."""
    return f"{re.sub(r'-[0-9?]+-of-[0-9]+$', '', _text(checkpoint_filename))}.{meta_graph_suffix}"


def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=2, meta_graph_suffix="meta"):
    """Deletes a checkpoint's files, those that there are."""
    prefix = _text(checkpoint_prefix)
    if os.path.exists(meta := meta_graph_filename(prefix, meta_graph_suffix)):
        os.remove(meta)
    if function("checkpoint.exists")(prefix):
        function("checkpoint.remove")(prefix)


def _prefix(ckpt_dir_or_file):
    path = _text(ckpt_dir_or_file)
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
        """The tensor as an array; ``NotFoundError`` when there is none of that name."""
        name = tensor_str.decode() if isinstance(tensor_str, bytes) else tensor_str
        return function("checkpoint.value")(self._prefix, name)

    def debug_string(self):
        """A line for each tensor: name, type and shape."""
        from swiftestimator._protos.messages import enum_name

        lines = [
            f"{name} ({enum_name('DataType', int(dtype))}) [{','.join(map(str, shape))}]\n"
            for name, (dtype, shape) in sorted(self._entries.items())
        ]
        return "".join(lines).encode()


def load_checkpoint(ckpt_dir_or_file):
    """A reader of a checkpoint, given by its prefix or its folder."""
    return CheckpointReader(_prefix(ckpt_dir_or_file))


def NewCheckpointReader(filepattern):  # noqa: N802 (the public name)
    """A reader of a checkpoint."""
    return CheckpointReader(_text(filepattern))


def list_variables(ckpt_dir_or_file):
    """Sorted (name, shape) of a checkpoint's tensors."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file, name):
    """One tensor of a checkpoint."""
    if name.endswith(":0"):
        name = name[:-2]
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name)


def checkpoints_iterator(checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None):
    """Yields each new checkpoint of a folder as it appears.

    After ``timeout`` seconds without one, ends if there is no ``timeout_fn`` or that returns true, and else goes on.
    """
    last = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, last, timeout=timeout)
        if found is None:
            if not timeout_fn:
                get_logger().info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        start = time.time()
        last = found
        yield found
        rest = start + min_interval_secs - time.time()
        if rest > 0:
            time.sleep(rest)


def wait_for_new_checkpoint(checkpoint_dir, last_checkpoint=None, seconds_to_sleep=1, timeout=None):
    """Waits for a checkpoint other than ``last_checkpoint``; ``None`` after ``timeout`` seconds."""
    get_logger().info("Waiting for new checkpoint at %s", checkpoint_dir)
    stop = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            get_logger().info("Found new checkpoint at %s", path)
            return path
        if stop is not None and time.time() + seconds_to_sleep > stop:
            return None
        time.sleep(seconds_to_sleep)
