"""The Python side of the border to the engine: functions by name, and how engine values become Python objects."""

import importlib
import os
import sys

from swiftestimator import _native
from swiftestimator._errors import make_error

__all__ = ["builder", "function", "options", "register_wrapper", "user_origin"]

function = _native.function

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_wrappers = {}
# Modules that register a wrapper, imported when the first object of the type comes.
_MODULES = {
    "Graph": "_framework.graph",
    "Coordinator": "_estimator.coordinator",
    "PartitionedVariable": "_model.variables",
    "HostSaver": "_estimator.saver",
    "Saver": "_estimator.saver",
    "Scaffold": "_estimator.scaffold",
    "Session": "_framework.session",
    "Variable": "_model.variables",
    "VariableScope": "_model.scopes",
}


def user_origin():
    """``file:line`` of the innermost frame outside this package, or ``None``."""
    frame = sys._getframe(1)
    while frame is not None:
        filename = frame.f_code.co_filename
        if not filename.startswith(_PACKAGE):
            return f"{filename}:{frame.f_lineno}"
        frame = frame.f_back
    return None


def register_wrapper(type_name, make):
    """Says how an engine object of a type becomes a Python object: ``make(handle)``.

    ``make`` is a subclass of ``_native.Object``, or makes an instance of one from the handle; that instance is from then
    on the one Python object of the engine object, while anybody refers to it.
    """
    _wrappers[type_name] = make


def _wrap(type_name, handle):
    make = _wrappers.get(type_name)
    if make is None:
        module = _MODULES.get(type_name)
        if module is None:
            return None
        importlib.import_module(f"swiftestimator.{module}")
        make = _wrappers[type_name]
    return make(handle)


def _make_output(graph, node_id, index):
    return graph._operation(node_id).outputs[index]


def _make_node(graph, node_id):
    return graph._operation(node_id)


_native.register(make_object=_wrap, make_output=_make_output, make_node=_make_node, make_error=make_error)


def builder(name):
    """The engine's function ``name``, which adds nodes: tells the graph first which line of the program asks."""
    call = function(name)
    from swiftestimator._framework.graph import get_default_graph

    def build(*args):
        get_default_graph()._mark_origin()
        return call(*args)

    build.__name__ = name
    return build


def options(**values):
    """Keyword arguments for the engine: what is ``None`` is left out, dtypes become numbers, shapes lists."""
    result = {}
    for key, value in values.items():
        if value is None:
            continue
        number = getattr(value, "_type_enum", None)
        if number is not None:
            value = number
        elif hasattr(value, "_dims"):
            value = None if value._dims is None else list(value._dims)
        result[key] = value
    return result
