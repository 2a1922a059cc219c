"""The Python side of the border to the engine: functions by name, and how engine values become Python objects."""

import os
import sys
import weakref

from swiftestimator import _native
from swiftestimator._errors import make_error

__all__ = ["function", "here", "register_wrapper", "user_origin"]

function = _native.function

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_wrappers = {}
_made = weakref.WeakValueDictionary()


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

    The wrapper keeps the handle as ``_handle``; one wrapper exists for one engine object at a time.
    """
    _wrappers[type_name] = make


def wrap(type_name, handle):
    """The Python object of an engine object: its wrapper, or the handle itself."""
    wrapper = _made.get(handle)
    if wrapper is None:
        make = _wrappers.get(type_name)
        if make is None:
            return handle
        wrapper = make(handle)
        _made[handle] = wrapper
    return wrapper


def remember(handle, wrapper):
    """Makes ``wrapper`` the Python object of ``handle``."""
    _made[handle] = wrapper


def _make_output(graph_handle, node_id, index):
    return wrap("Graph", graph_handle)._operation(node_id).outputs[index]


def _make_node(graph_handle, node_id):
    return wrap("Graph", graph_handle)._operation(node_id)


_native.register(make_object=wrap, make_output=_make_output, make_node=_make_node, make_error=make_error)
