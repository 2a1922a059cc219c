"""Settings for starting from the variables of another model."""

import os
from collections import namedtuple

from swiftestimator._border import function, user_origin
from swiftestimator._framework.graph import GraphKeys, get_default_graph
from swiftestimator._logging import get_logger
from swiftestimator._model.initializers import engine_initializer
from swiftestimator._model.variables import PartitionedVariable, Variable

__all__ = ["VocabInfo", "WarmStartSettings", "init_from_checkpoint", "settings_from", "warm_start"]


class VocabInfo(
    namedtuple(
        "VocabInfo",
        ["new_vocab", "new_vocab_size", "num_oov_buckets", "old_vocab", "old_vocab_size", "backup_initializer", "axis"],
    )
):
    """How the rows (or columns) of a variable go over from one vocabulary to another."""

    def __new__(
        cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size=-1, backup_initializer=None, axis=0
    ):
        if axis not in (0, 1):
            raise ValueError(f"The only supported values for the axis argument are 0 and 1.  Provided axis: {axis}")
        return super().__new__(
            cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size, backup_initializer, axis
        )


class WarmStartSettings(
    namedtuple(
        "WarmStartSettings",
        ["ckpt_to_initialize_from", "vars_to_warm_start", "var_name_to_vocab_info", "var_name_to_prev_var_name"],
    )
):
    """Which variables start from which checkpoint."""

    def __new__(
        cls,
        ckpt_to_initialize_from,
        vars_to_warm_start=".*",
        var_name_to_vocab_info=None,
        var_name_to_prev_var_name=None,
    ):
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(
            cls,
            ckpt_to_initialize_from,
            vars_to_warm_start,
            var_name_to_vocab_info or {},
            var_name_to_prev_var_name or {},
        )


def settings_from(value):
    """The settings that an Estimator was given, or a path stands for; ``ValueError`` for anything else."""
    if isinstance(value, str | bytes):
        path = value.decode() if isinstance(value, bytes) else value
        return WarmStartSettings(ckpt_to_initialize_from=function("warm_start.checkpoint")(path))
    if isinstance(value, WarmStartSettings):
        return value
    raise ValueError(f"warm_start_from must be a string or a WarmStartSettings, instead got {type(value)}")


def _selected(vars_to_warm_start):
    """The variables that take part; ``None`` stands for all trainable ones."""
    if vars_to_warm_start is None:
        return None
    if isinstance(vars_to_warm_start, str):
        get_logger().info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        return get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=vars_to_warm_start)
    if not isinstance(vars_to_warm_start, list):
        raise ValueError(f"`vars_to_warm_start must be a `list` or `str`.  Given type is {type(vars_to_warm_start)}")
    if all(isinstance(v, str) for v in vars_to_warm_start):
        graph = get_default_graph()
        return [v for s in vars_to_warm_start for v in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=s)]
    if all(isinstance(v, Variable | PartitionedVariable) for v in vars_to_warm_start):
        return [
            part
            for v in vars_to_warm_start
            for part in (v._get_variable_list() if isinstance(v, PartitionedVariable) else [v])
        ]
    raise ValueError(
        "If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`.  Given types are "
        f"{[type(v) for v in vars_to_warm_start]}"
    )


def _vocabulary(info):
    initializer = info.backup_initializer
    return {
        "new_vocab": os.fspath(info.new_vocab), "new_vocab_size": int(info.new_vocab_size),
        "num_oov_buckets": int(info.num_oov_buckets), "old_vocab": os.fspath(info.old_vocab),
        "old_vocab_size": int(info.old_vocab_size), "axis": info.axis,
        "backup_initializer": None if initializer is None else engine_initializer(initializer),
    }  # fmt: skip


def warm_start(
    ckpt_to_initialize_from, vars_to_warm_start=".*", var_name_to_vocab_info=None, var_name_to_prev_var_name=None
):
    """Makes variables of the default graph start from the values of a checkpoint.

    ``vars_to_warm_start``: a pattern for names of trainable variables, a list of patterns for names of all variables, a
    list of variables, or ``None`` for those in ``var_name_to_vocab_info`` only. Raises ``ValueError`` for names in the
    two dicts that no variable has.
    """
    path = os.fspath(ckpt_to_initialize_from)
    get_logger().info("Warm-starting from: %s", path)
    selected = _selected(vars_to_warm_start)
    if selected is None:
        get_logger().info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        selected = get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES)
    function("graph.set_origin")(get_default_graph(), user_origin())
    function("warm_start.apply")(
        get_default_graph(),
        {
            "checkpoint": path, "variables": selected, "only_vocabularies": vars_to_warm_start is None,
            "previous": list((var_name_to_prev_var_name or {}).items()),
            "vocabularies": [(name, _vocabulary(info)) for name, info in (var_name_to_vocab_info or {}).items()],
        },
    )  # fmt: skip


def estimator_warm_start(settings):
    """What an Estimator does to a new graph when it has no checkpoint yet."""

    def apply(graph):
        with graph.as_default():
            get_logger().info("Warm-starting with WarmStartSettings: %s", settings)
            warm_start(*settings)

    return apply


def init_from_checkpoint(ckpt_dir_or_file, assignment_map):
    """Makes variables of the default graph start from tensors of a checkpoint.

    ``assignment_map``: names of the checkpoint and the variables (or their names) that start from them; names that end
    in a slash are scopes, whose variables all do.
    """
    pairs = []
    for key, value in assignment_map.items() if hasattr(assignment_map, "items") else assignment_map:
        if isinstance(value, str):
            pairs.append((key, value))
            continue
        parts = value._get_variable_list() if isinstance(value, PartitionedVariable) else value
        parts = list(parts) if isinstance(parts, list | tuple) else [parts]
        if not all(isinstance(part, Variable) for part in parts):
            raise TypeError(f"assignment_map must map names to variables or to their names, got {value!r} for {key!r}")
        pairs.append((key, parts))
    graph = get_default_graph()
    function("graph.set_origin")(graph, user_origin())
    function("checkpoint.initialize")(graph, os.fspath(ckpt_dir_or_file), pairs)
