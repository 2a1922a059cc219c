"""Graphs and their nodes as protocol buffer messages, and graphs from messages."""

import os

from swiftestimator._border import function, user_origin
from swiftestimator._framework.graph import Tensor, get_default_graph, name_scope

__all__ = ["graph_def", "import_graph_def", "node_def", "write_graph"]


def graph_def(graph, add_shapes=False):
    """A graph as a ``GraphDef`` message."""
    from swiftestimator._protos import messages

    return messages.GraphDef.FromString(function("graph.definition")(graph, bool(add_shapes)))


def node_def(op):
    """An operation as a ``NodeDef`` message."""
    from swiftestimator._protos import messages

    return messages.NodeDef.FromString(function("node.definition")(op))


def op_def(op_type):
    """The signature of an op as an ``OpDef`` message."""
    from swiftestimator._protos import messages

    return messages.OpDef.FromString(function("op.definition")(op_type))


def is_message(value, name):
    """Whether ``value`` is a message ``tensorflow.<name>``, of this package's classes or of TensorFlow's own."""
    descriptor = getattr(value, "DESCRIPTOR", None)
    return descriptor is not None and descriptor.full_name == f"tensorflow.{name}" and hasattr(value, "FromString")


def _input_map(input_map):
    if input_map is None:
        return {}
    if not isinstance(input_map, dict):
        raise TypeError(f"Argument `input_map` must be a dictionary. Obtained {type(input_map).__name__}")
    if any(not isinstance(k, str | bytes) for k in input_map):
        raise TypeError(f"All keys for argument `input_map` must be strings. Obtained keys: {list(input_map)}")
    return {(k.decode() if isinstance(k, bytes) else k): v for k, v in input_map.items()}


def _return_elements(return_elements):
    if return_elements is None:
        return None
    elements = tuple(return_elements)
    if any(not isinstance(e, str | bytes) for e in elements):
        raise TypeError(f"Argument `return_elements` must be a list of strings. Obtained {return_elements}.")
    names = []
    for element in elements:
        name = element.decode() if isinstance(element, bytes) else element
        if ":" in name:
            head, _, index = name.partition(":")
            if not index.isdigit():
                raise ValueError(
                    f"Cannot convert '{name}' to a tensor name. Second component of the name following the `:` should be "
                    f"an int. Got {index}."
                )
        names.append(name)
    return names


def import_graph_def(
    graph_def, input_map=None, return_elements=None, name=None, op_dict=None, producer_op_list=None
):  # fmt: skip
    """Adds the nodes of a ``GraphDef`` message to the default graph, under the scope ``name`` (``import``).

    ``input_map`` replaces outputs of the message's nodes by tensors of the graph. Returns the operations and tensors
    that ``return_elements`` names, or ``None``. Raises ``ValueError`` for a graph that is not consistent, and
    ``NotFoundError`` for an op that does not exist here; the default graph is unchanged then.
    """
    if not is_message(graph_def, "GraphDef"):
        raise TypeError("Argument `graph_def` must be a GraphDef proto.")
    replaced = _input_map(input_map)
    names = _return_elements(return_elements)
    graph = get_default_graph()
    with name_scope(name, "import", [v for v in replaced.values() if isinstance(v, Tensor)]) as scope:
        prefix = scope[:-1] if scope else ""
        if any(not isinstance(v, Tensor) for v in replaced.values()):
            if not prefix:
                raise ValueError(
                    "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor values. Try "
                    "calling tf.convert_to_tensor() on `input_map` values before calling tf.import_graph_def()."
                )
            from swiftestimator._framework.convert import convert_to_tensor

            with name_scope("_inputs"):
                replaced = {k: convert_to_tensor(v) for k, v in replaced.items()}
        function("graph.set_origin")(graph, user_origin())
        return function("graph.import")(graph, graph_def.SerializeToString(), prefix, list(replaced.items()), names)


def write_graph(graph_or_graph_def, logdir, name, as_text=True):
    """Writes a graph or a ``GraphDef`` message to the file ``name`` of a folder, and returns its path."""
    from swiftestimator._io import file_io

    message = graph_or_graph_def
    if hasattr(message, "as_graph_def"):
        message = message.as_graph_def()
    folder, path = os.fspath(logdir), os.path.join(os.fspath(logdir), name)
    file_io.makedirs(folder)
    if as_text:
        from google.protobuf import text_format

        content = text_format.MessageToString(message).encode()
    else:
        content = message.SerializeToString(deterministic=True)
    function("file.write")(path, content)
    return path
