"""Graphs with their collections and savers as ``MetaGraphDef`` messages."""

import os

from swiftestimator._border import function, user_origin
from swiftestimator._framework.graph import Tensor, get_default_graph, name_scope
from swiftestimator._framework.graph_def import is_message

__all__ = ["export_meta_graph", "import_meta_graph"]


def export(graph, saver, filename=None, as_text=False, **options):
    """The message; ``filename`` is where it is also written to."""
    from swiftestimator._protos import messages

    given = {key: value for key, value in options.items() if value is not None}
    data = function("meta.export")(graph, saver, given)
    message = messages.MetaGraphDef.FromString(data)
    if filename is not None:
        if as_text:
            from google.protobuf import text_format

            data = text_format.MessageToString(message).encode()
        function("file.write")(os.fspath(filename), data)
    return message


def _bytes(message, name, argument):
    if message is None:
        return None
    if not is_message(message, name):
        raise TypeError(f"{argument} must be a {name} message, got {type(message).__name__}")
    return message.SerializeToString()


def export_meta_graph(
    filename=None, meta_info_def=None, graph_def=None, saver_def=None, collection_list=None, as_text=False, graph=None,
    export_scope=None, clear_devices=False, clear_extraneous_savers=False, strip_default_attrs=False,
    save_debug_info=False,
):  # fmt: skip
    """A graph (the default one) with its collections as a ``MetaGraphDef`` message; also writes it to ``filename``."""
    return export(
        graph or get_default_graph(), None, filename, as_text,
        meta_info=_bytes(meta_info_def, "MetaGraphDef.MetaInfoDef", "meta_info_def"),
        graph_def=_bytes(graph_def, "GraphDef", "graph_def"), saver_def=_bytes(saver_def, "SaverDef", "saver_def"),
        collections=collection_list, scope=export_scope, clear_devices=clear_devices,
        clear_other_savers=clear_extraneous_savers, strip_default_attrs=strip_default_attrs,
    )  # fmt: skip


def read_meta_graph_file(filename):
    """The message in a file, in its binary or its text form; ``OSError`` when there is none."""
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    from swiftestimator._protos import messages

    path = os.fspath(filename)
    if not os.path.exists(path):
        raise OSError(f"File does not exist. Received: {path}.")
    with open(path, "rb") as file:
        data = file.read()
    try:
        return messages.MetaGraphDef.FromString(data)
    except DecodeError:
        pass
    try:
        return text_format.Parse(data.decode(), messages.MetaGraphDef())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise OSError(f"Cannot parse file {path}: {error}.") from error


def import_meta_graph(meta_graph_or_file, clear_devices=False, import_scope=None, **kwargs):
    """Adds the graph and the collections of a file or a message to the default graph.

    Returns a saver for its variables, or ``None`` when it has none.
    """
    return import_with_elements(meta_graph_or_file, clear_devices, import_scope, **kwargs)[0]


def import_with_elements(
    meta_graph_or_file, clear_devices=False, import_scope=None, return_elements=None, input_map=None,
    unbound_inputs_col_name="unbound_inputs", restore_collections_predicate=None,
):  # fmt: skip
    """As ``import_meta_graph``; also gives the operations and tensors that ``return_elements`` names."""
    message = meta_graph_or_file
    if not is_message(message, "MetaGraphDef"):
        message = read_meta_graph_file(message)
    graph = get_default_graph()
    function("graph.set_origin")(graph, user_origin())
    options = {"scope": "", "clear_devices": bool(clear_devices), "unbound_inputs": unbound_inputs_col_name or ""}
    replaced = dict(input_map or {})

    def add():
        if any(not isinstance(v, Tensor) for v in replaced.values()):
            from swiftestimator._framework.convert import convert_to_tensor

            for key, value in replaced.items():
                replaced[key] = convert_to_tensor(value)
        return function("meta.import")(
            graph, _filtered(message, restore_collections_predicate).SerializeToString(), options,
            list(replaced.items()), list(return_elements or []),
        )  # fmt: skip

    if import_scope:
        with name_scope(import_scope) as scope:
            options["scope"] = scope[:-1]
            saver, elements = add()
    else:
        saver, elements = add()
    if saver is not None:
        saver._name = options["scope"] or None
    return saver, elements


def _filtered(message, predicate):
    if predicate is None:
        return message
    result = type(message).FromString(message.SerializeToString())
    for key in list(result.collection_def):
        if not predicate(key):
            del result.collection_def[key]
    return result
