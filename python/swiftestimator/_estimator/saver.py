"""Savers."""

import os

import numpy as np

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper
from swiftestimator._framework.graph import get_default_graph
from swiftestimator._framework.graph_def import is_message
from swiftestimator._model.variables import PartitionedVariable, Variable

__all__ = ["Saver", "engine_saver"]

_NOT_A_VARIABLE = "names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a variable: "


def _key(variable):
    info = variable._save_slice_info
    return info.full_name if info else variable.op.name


def _pairs(var_list):
    """(key, variable) for each variable to save; ``None`` for all."""
    if var_list is None:
        return None
    if not isinstance(var_list, list | tuple | set | dict):
        raise TypeError(f"Variables to save should be passed in a dict or a list. Got {var_list}")
    if isinstance(var_list, dict):
        return _named_pairs(var_list)
    pairs = []
    seen = set()
    for item in var_list:
        for variable in item if isinstance(item, PartitionedVariable | list | tuple) else [item]:
            if not isinstance(variable, Variable):
                variable.name  # noqa: B018 (raises AttributeError for what is no tensor either, as TensorFlow does)
                raise TypeError(f"Variable to save is not a Variable: {variable}")
            key = _key(variable)
            if id(variable) in seen or (variable._save_slice_info is None and any(k == key for k, _ in pairs)):
                raise ValueError(f"At least two variables have the same name: {key}")
            seen.add(id(variable))
            pairs.append((key, variable))
    return pairs


def _named_pairs(var_list):
    pairs = []
    names = {}
    for key, value in sorted(var_list.items(), key=lambda item: str(item[0])):
        if not isinstance(key, str):
            raise TypeError(
                "names_to_saveables must be a dict mapping string names to trackable operations. Name is not a string: "
                f"{key}"
            )
        is_group = isinstance(value, PartitionedVariable | list | tuple)
        for variable in value if is_group else [value]:
            if not isinstance(variable, Variable):
                raise TypeError(f"{_NOT_A_VARIABLE}{variable}")
            if is_group and variable._save_slice_info is None:
                raise ValueError(f"Slices must all be slices: {variable}")
            if id(variable) in names:
                raise ValueError(f"The same saveable will be restored with two names: {key}")
            names[id(variable)] = key
            pairs.append((key, variable))
    return pairs


class Saver(_native.Object):
    """Saves variables to checkpoints and restores them.

    ``var_list``: variables to save, or a dict of them by the names that checkpoints have for them; all variables of the
    graph by default.
    """

    def __new__(cls, *args, **kwargs):
        if args and isinstance(args[0], _native.Object) and not isinstance(args[0], Variable | PartitionedVariable):
            return super().__new__(cls, args[0])
        handle = function("saver.new")()
        return handle if type(handle) is cls else super().__new__(cls, handle)

    def __init__(
        self, var_list=None, reshape=False, sharded=False, max_to_keep=5, keep_checkpoint_every_n_hours=10000.0,
        name=None, restore_sequentially=False, saver_def=None, builder=None, defer_build=False, allow_empty=False,
        write_version=2, pad_step_number=False, save_relative_paths=False, filename=None,
    ):  # fmt: skip
        if isinstance(var_list, _native.Object) and not isinstance(var_list, Variable | PartitionedVariable):
            return  # the engine's own saver
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set defer_build=False or var_list=None."
            )
        if builder is not None:
            raise NotImplementedError("Saver(builder=...) is not implemented in swiftestimator")
        self._name = name
        options = {
            "max_to_keep": max_to_keep, "keep_checkpoint_every_n_hours": float(keep_checkpoint_every_n_hours),
            "allow_empty": bool(allow_empty), "pad_step_number": bool(pad_step_number),
            "save_relative_paths": bool(save_relative_paths), "sharded": bool(sharded), "reshape": bool(reshape),
        }  # fmt: skip
        if saver_def is not None:
            if not is_message(saver_def, "SaverDef"):
                raise ValueError(f"saver_def must be a saver_pb2.SaverDef: {saver_def}")
            options["definition"] = _scoped(saver_def, name).SerializeToString()
            function("saver.configure")(self, options)
            return
        pairs = _pairs(var_list)
        if pairs is not None and not pairs and not allow_empty:
            raise ValueError("No variables to save")
        options["variables"] = pairs
        if isinstance(var_list, dict):  # a part that is named on its own is saved as a variable of its own
            options["wholes"] = [k for k, v in var_list.items() if isinstance(v, Variable) and v._save_slice_info]
        function("saver.configure")(self, options)
        if not defer_build:
            Saver.build(self)

    @property
    def _handle(self):
        return self

    @property
    def _is_built(self):
        return function("saver.facts")(self)["is_built"]

    @property
    def _is_empty(self):
        return function("saver.facts")(self)["is_empty"]

    @property
    def _max_to_keep(self):
        return function("saver.facts")(self)["max_to_keep"]

    @property
    def _sharded(self):
        return function("saver.facts")(self)["sharded"]

    @property
    def _last_checkpoints(self):
        return list(function("saver.last_checkpoints")(self))

    def build(self):
        """Fixes the variables; done by the constructor unless it was deferred."""
        if not self._is_built:
            function("saver.build")(self, get_default_graph())

    def save(
        self, sess, save_path, global_step=None, latest_filename=None, meta_graph_suffix="meta", write_meta_graph=True,
        write_state=True, strip_default_attrs=False, save_debug_info=False,
    ):  # fmt: skip
        """Writes a checkpoint and returns its prefix: ``save_path``, with ``-global_step`` if that is given."""
        if not self._is_built:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        session = _raw(sess)
        if global_step is not None and not (isinstance(global_step, int) and not isinstance(global_step, bool)):
            global_step = int(global_step if isinstance(global_step, np.integer) else session.run(global_step))
        strips = bool(write_meta_graph and strip_default_attrs)
        prefix = function("saver.save")(
            self, session._handle, _path(save_path),
            {
                "global_step": global_step, "latest_filename": latest_filename, "meta_graph_suffix": meta_graph_suffix,
                "write_meta_graph": bool(write_meta_graph) and not strips, "write_state": write_state,
            },
        )  # fmt: skip
        if strips and prefix is not None:
            with session.graph.as_default():
                Saver.export_meta_graph(self, f"{prefix}.{meta_graph_suffix}", strip_default_attrs=True)
        return prefix

    def restore(self, sess, save_path):
        """Reads the variables from a checkpoint."""
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        function("saver.restore")(self, _raw(sess)._handle, _path(save_path))

    @property
    def last_checkpoints(self):
        """Prefixes of the checkpoints that are kept, the oldest first."""
        return [path for path, _ in function("saver.last_checkpoints")(self)]

    def set_last_checkpoints(self, last_checkpoints):
        """Sets the list of checkpoints that are kept; those in it count as new when old ones are deleted."""
        assert isinstance(last_checkpoints, list)
        self.set_last_checkpoints_with_time([(path, float("inf")) for path in last_checkpoints])

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time):
        """Sets the list of (prefix, time) of the checkpoints that are kept."""
        assert isinstance(last_checkpoints_with_time, list)
        pairs = [(_path(p), float(t)) for p, t in last_checkpoints_with_time]
        function("saver.set_last_checkpoints")(self, pairs)

    def recover_last_checkpoints(self, checkpoint_paths):
        """Sets that list from files that exist."""
        function("saver.recover_last_checkpoints")(self, [_path(p) for p in checkpoint_paths])

    @property
    def saver_def(self):
        """Which nodes of the graph save and restore, as a ``SaverDef`` message; adds them when they are missing."""
        return self.as_saver_def()

    def as_saver_def(self):
        """Which nodes of the graph save and restore, as a ``SaverDef`` message; adds them when they are missing."""
        from swiftestimator._protos import messages

        if not self._is_built:
            return None
        graph = get_default_graph()
        for _, variable in function("saver.variables")(self):
            graph = variable.graph
            break
        data = function("saver.definition")(self, graph)
        return messages.SaverDef() if data is None else messages.SaverDef.FromString(data)

    def to_proto(self, export_scope=None):
        """As ``as_saver_def``, with names relative to a scope; ``None`` when the nodes lie outside of it."""
        message = self.as_saver_def()
        if export_scope is None or message is None:
            return message
        if not (self._name or "").startswith(export_scope):
            return None
        for field in _NAME_FIELDS:
            value = getattr(message, field)
            if value.startswith(f"{export_scope}/"):
                setattr(message, field, value[len(export_scope) + 1 :])
        return message

    @staticmethod
    def from_proto(saver_def, import_scope=None):
        """A saver that runs the nodes that a ``SaverDef`` message names."""
        return Saver(saver_def=saver_def, name=import_scope)

    def export_meta_graph(
        self, filename=None, collection_list=None, as_text=False, export_scope=None, clear_devices=False,
        clear_extraneous_savers=False, strip_default_attrs=False, save_debug_info=False,
    ):  # fmt: skip
        """The default graph with its collections and this saver as a ``MetaGraphDef`` message; also writes a file."""
        from swiftestimator._estimator.meta_graph import export

        return export(
            get_default_graph(), self, filename, as_text, scope=export_scope, collections=collection_list,
            clear_devices=clear_devices, clear_other_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs,
        )  # fmt: skip


register_wrapper("Saver", Saver)

_NAME_FIELDS = ("filename_tensor_name", "save_tensor_name", "restore_op_name")


class _HostHandle(_native.Object):
    """A saver of the engine that calls the program's own."""


register_wrapper("HostSaver", _HostHandle)


def _scoped(saver_def, scope):
    if not scope:
        return saver_def
    result = type(saver_def).FromString(saver_def.SerializeToString())
    for field in _NAME_FIELDS:
        setattr(result, field, f"{scope}/{getattr(result, field)}")
    return result


def _path(path):
    path = os.fspath(path)
    return path.decode() if isinstance(path, bytes) else path


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
    cls = type(saver)
    if isinstance(saver, _native.Object) and not isinstance(saver, Saver):
        return saver
    if isinstance(saver, Saver) and cls.save is Saver.save and cls.restore is Saver.restore:
        return saver
    known = getattr(saver, "_engine_proxy", None)
    if known is not None:
        return known
    methods = {}
    for name in ("build", "save", "restore", "recover_last_checkpoints"):
        if getattr(saver, name, None) is not None:
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
