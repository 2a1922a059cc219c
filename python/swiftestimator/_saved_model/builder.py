"""Writes SavedModels."""

import os

from swiftestimator._border import function
from swiftestimator._framework.graph import GraphKeys, Operation, Tensor, control_dependencies, get_default_graph
from swiftestimator._logging import install
from swiftestimator._model.variables import (
    AssignedVariable,
    global_variables_initializer,
    local_variables_initializer,
    tables_initializer,
)
from swiftestimator._ops.control_flow_ops import group
from swiftestimator._saved_model import constants
from swiftestimator._saved_model.signatures import predict_signature_def

__all__ = ["SavedModelBuilder", "main_op", "main_op_with_restore", "simple_save"]


class SavedModelBuilder:
    """Writes graphs, and the values of their variables, as a SavedModel in a new directory.

    The first graph is added with ``add_meta_graph_and_variables``, others with ``add_meta_graph``; ``save`` writes the
    main file.
    """

    def __init__(self, export_dir):
        install()
        self._export_dir = os.fspath(export_dir)
        if isinstance(self._export_dir, bytes):
            self._export_dir = self._export_dir.decode()
        self._engine = function("saved_model.builder")(self._export_dir)

    def add_meta_graph_and_variables(
        self, sess, tags, signature_def_map=None, assets_collection=None, legacy_init_op=None, clear_devices=False,
        main_op=None, strip_default_attrs=False, saver=None,
    ):  # fmt: skip
        """Adds the session's graph, and the values that its variables have.

        ``signature_def_map`` holds ``SignatureDef`` messages by name, ``assets_collection`` constants with paths of
        files to copy; ``main_op`` is run when the model is loaded.
        """
        self._add(
            sess.graph, sess, tags, signature_def_map, assets_collection, legacy_init_op, clear_devices, main_op,
            strip_default_attrs, saver,
        )  # fmt: skip

    def add_meta_graph(
        self, tags, signature_def_map=None, assets_collection=None, legacy_init_op=None, clear_devices=False,
        main_op=None, strip_default_attrs=False, saver=None,
    ):  # fmt: skip
        """Adds the default graph; its variables share the values of the graph that was added first."""
        self._add(
            get_default_graph(), None, tags, signature_def_map, assets_collection, legacy_init_op, clear_devices,
            main_op, strip_default_attrs, saver,
        )  # fmt: skip

    def _add(self, graph, session, tags, signatures, assets, legacy_init_op, clear_devices, main_op, strip, saver):
        for signature in (signatures or {}).values():
            signature.inputs, signature.outputs  # noqa: B018 (AttributeError for what is no signature)
        for asset in assets or []:
            if not isinstance(asset, Tensor):
                raise TypeError(f"Asset path tensor {asset} must be a Tensor.")
        if saver is not None:
            saver.save, saver.restore  # noqa: B018 (AttributeError for what is no saver)
            saver = getattr(saver, "_handle", saver)
        function("saved_model.add")(
            self._engine, graph, session, {
                "tags": [str(tag) for tag in tags],
                "signatures": [(n, s.SerializeToString(deterministic=True)) for n, s in (signatures or {}).items()],
                "assets": None if assets is None else list(assets), "main_op": _operation(main_op),
                "legacy_init_op": _operation(legacy_init_op), "saver": saver, "clear_devices": bool(clear_devices),
                "strip_default_attrs": bool(strip),
            },
        )  # fmt: skip

    def save(self, as_text=False):
        """Writes the main file, and returns its path as bytes."""
        return function("saved_model.save")(self._engine, bool(as_text)).encode()


def _operation(value):
    if value is None or isinstance(value, Operation):
        return value
    if isinstance(value, AssignedVariable | Tensor):
        return value.op
    raise TypeError(f"Expected {value} to be an Operation but got type {type(value)} instead.")


def simple_save(session, export_dir, inputs, outputs, legacy_init_op=None):
    """Writes the session's graph and variables as a SavedModel for serving, with one signature."""
    signatures = {constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY: predict_signature_def(inputs, outputs)}
    builder = SavedModelBuilder(export_dir)
    builder.add_meta_graph_and_variables(
        session, [constants.SERVING], signature_def_map=signatures,
        assets_collection=session.graph.get_collection(GraphKeys.ASSET_FILEPATHS), main_op=legacy_init_op,
        clear_devices=True,
    )  # fmt: skip
    builder.save()


def main_op():
    """An operation that gives global and local variables their initial values and fills lookup tables."""
    return group(global_variables_initializer(), local_variables_initializer(), tables_initializer())


def main_op_with_restore(restore_op_name):
    """``restore_op_name``, after what ``main_op`` does."""
    with control_dependencies([main_op()]):
        return group(restore_op_name)
