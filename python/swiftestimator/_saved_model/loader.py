"""Loads SavedModels into sessions."""

import os

from swiftestimator._logging import get_logger, install
from swiftestimator._protos import messages
from swiftestimator._saved_model import constants

__all__ = ["contains_saved_model", "load", "maybe_saved_model_directory", "meta_graph", "read"]


def _path(export_dir):
    export_dir = os.fspath(export_dir)
    return export_dir.decode() if isinstance(export_dir, bytes) else export_dir


def maybe_saved_model_directory(export_dir):
    """Whether the directory holds a SavedModel's main file."""
    folder = _path(export_dir)
    names = (constants.SAVED_MODEL_FILENAME_PB, constants.SAVED_MODEL_FILENAME_PBTXT)
    return any(os.path.exists(os.path.join(folder, name)) for name in names)


contains_saved_model = maybe_saved_model_directory


def read(export_dir):
    """The ``SavedModel`` message of a directory; ``OSError`` without one that can be read."""
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    folder = _path(export_dir)
    binary = os.path.join(folder, constants.SAVED_MODEL_FILENAME_PB)
    if os.path.exists(binary):
        with open(binary, "rb") as file:
            try:
                return messages.SavedModel.FromString(file.read())
            except DecodeError as error:
                raise OSError(f"Cannot parse file {binary}: {error}.") from error
    text = os.path.join(folder, constants.SAVED_MODEL_FILENAME_PBTXT)
    if os.path.exists(text):
        with open(text, encoding="utf-8") as file:
            try:
                return text_format.Parse(file.read(), messages.SavedModel())
            except (text_format.ParseError, UnicodeDecodeError) as error:
                raise OSError(f"Cannot parse file {text}: {error}.") from error
    names = f"{constants.SAVED_MODEL_FILENAME_PBTXT}|{constants.SAVED_MODEL_FILENAME_PB}"
    raise OSError(f"SavedModel file does not exist at: {folder}{os.path.sep}{{{names}}}")


def meta_graph(export_dir, tags):
    """The ``MetaGraphDef`` message with exactly these tags; ``RuntimeError`` when there is none."""
    model = read(export_dir)
    for graph in model.meta_graphs:
        if set(graph.meta_info_def.tags) == set(tags):
            return graph
    shown = tags if isinstance(tags, str) else str(list(tags))[1:-1]
    available = [set(graph.meta_info_def.tags) for graph in model.meta_graphs]
    raise RuntimeError(
        f"MetaGraphDef associated with tags {shown} could not be found in SavedModel, with available tags "
        f"'{available}'. To inspect available tag-sets in the SavedModel, please use the SavedModel CLI: "
        "`saved_model_cli`."
    )


def load(sess, tags, export_dir, import_scope=None, **saver_kwargs):
    """Adds the graph with these tags to the session's, and gives its variables their values.

    Returns the ``MetaGraphDef`` message. Raises ``OSError`` without a SavedModel, ``RuntimeError`` without such a graph.
    """
    from swiftestimator._estimator.meta_graph import import_with_elements

    install()
    folder = _path(export_dir)
    message = meta_graph(folder, tags)
    with sess.graph.as_default():
        saver, _ = import_with_elements(message, import_scope=import_scope, **saver_kwargs)
    variables = os.path.join(folder, constants.VARIABLES_DIRECTORY, constants.VARIABLES_FILENAME)
    if saver is None:
        get_logger().info("The specified SavedModel has no variables; no checkpoints were restored.")
    else:
        saver.restore(sess, variables)
    _initialize(sess, folder, message, import_scope)
    return message


def _initialize(session, folder, message, scope):
    """Runs what the model wants to have run when it has been loaded."""
    prefix = f"{scope}/" if scope else ""
    names = []
    signature = message.signature_def.get("__saved_model_init_op")
    if signature is not None:
        names.append(signature.outputs["__saved_model_init_op"].name)
    for key in (constants.MAIN_OP_KEY, constants.LEGACY_INIT_OP_KEY):
        if not names and key in message.collection_def:
            found = list(message.collection_def[key].node_list.value)
            if len(found) != 1:
                raise RuntimeError(f"Expected exactly one SavedModel init op. Found: {found}.")
            names = found
    if names:
        operation = session.graph.as_graph_element(prefix + names[0])
        session.run(operation, _assets(session, folder, message, prefix))


def _assets(session, folder, message, prefix):
    """Where the assets are now, by the tensors that hold their paths."""
    feeds = {}
    if constants.ASSETS_KEY in message.collection_def:
        definitions = [
            messages.AssetFileDef.FromString(item.value)
            for item in message.collection_def[constants.ASSETS_KEY].any_list.value
        ]
    else:
        definitions = list(message.asset_file_def)
    for definition in definitions:
        tensor = session.graph.get_tensor_by_name(prefix + definition.tensor_info.name)
        feeds[tensor] = os.path.join(folder, constants.ASSETS_DIRECTORY, definition.filename)
    return feeds
