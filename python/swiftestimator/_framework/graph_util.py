"""Changes of graphs as messages, and what their nodes tell."""

from swiftestimator._border import function
from swiftestimator._framework.graph_def import is_message
from swiftestimator._logging import get_logger

__all__ = [
    "convert_variables_to_constants",
    "extract_sub_graph",
    "must_run_on_cpu",
    "remove_training_nodes",
    "tensor_shape_from_node_def_name",
]


def _check_graph_def(graph_def):
    if not is_message(graph_def, "GraphDef"):
        raise TypeError(f"graph_def must be a graph_pb2.GraphDef proto, but got type {type(graph_def)}.")


def _names(values, what):
    if isinstance(values, str | bytes):
        raise TypeError(f"{what} must be an iterable of strings, but got type {type(values)}.")
    return [v.decode() if isinstance(v, bytes) else str(v) for v in values]


def extract_sub_graph(graph_def, dest_nodes):
    """The nodes that some nodes depend on, as a new message; ``AssertionError`` for a name that is not there."""
    _check_graph_def(graph_def)
    names = _names(dest_nodes, "dest_nodes")
    return type(graph_def).FromString(function("graph.subgraph")(graph_def.SerializeToString(), names))


def remove_training_nodes(input_graph, protected_nodes=None):
    """A graph without the nodes that matter in training only: checks of numbers, and identities."""
    _check_graph_def(input_graph)
    kept = _names(protected_nodes or [], "protected_nodes")
    return type(input_graph).FromString(function("graph.without_training_nodes")(input_graph.SerializeToString(), kept))


def convert_variables_to_constants(
    sess, input_graph_def, output_node_names, variable_names_whitelist=None, variable_names_blacklist=None
):
    """The part of a graph that gives some outputs, with variables replaced by the values that a session holds."""
    from swiftestimator._estimator.saver import _raw

    _check_graph_def(input_graph_def)
    frozen, count = function("graph.frozen")(
        _raw(sess)._handle, input_graph_def.SerializeToString(), _names(output_node_names, "output_node_names"),
        None if variable_names_whitelist is None else _names(variable_names_whitelist, "variable_names_whitelist"),
        None if variable_names_blacklist is None else _names(variable_names_blacklist, "variable_names_blacklist"),
    )  # fmt: skip
    get_logger().info("Froze %d variables.", count)
    get_logger().info("Converted %d variables to const ops.", count)
    return type(input_graph_def).FromString(frozen)


def tensor_shape_from_node_def_name(graph, input_name):
    """The static shape of a tensor that a node's definition names."""
    name = input_name if ":" in input_name else input_name + ":0"
    return graph.get_tensor_by_name(name).get_shape()


def must_run_on_cpu(node, pin_variables_on_cpu=False):
    """Whether a node (an operation or a ``NodeDef`` message) works on the CPU only."""
    definition = getattr(node, "node_def", node)
    if not is_message(definition, "NodeDef"):
        raise TypeError(f"node must be an Operation or a NodeDef proto, got {type(node)}")
    if pin_variables_on_cpu and definition.op in ("Variable", "VariableV2", "VarHandleOp"):
        return True
    string = 7
    if definition.op == "Const":
        return definition.attr["dtype"].type in (string, 3)
    return definition.op in ("DynamicStitch", "ParallelDynamicStitch") and definition.attr["T"].type == 3
