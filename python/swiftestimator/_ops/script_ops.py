"""Python functions in graphs."""

import numpy as np

from swiftestimator._border import function
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import make_array
from swiftestimator._framework.graph import get_default_graph
from swiftestimator._ops.support import apply, convert_to_tensor

__all__ = ["numpy_function", "py_func", "py_function"]


def py_func(func, inp, Tout, stateful=True, name=None):  # noqa: N803 (the public name)
    """What ``func`` returns for the values of ``inp`` (as arrays) in each run, as tensors of the types ``Tout``."""
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func} of type {type(func)}.")
    is_list = isinstance(Tout, list | tuple)
    types = [dtypes.as_dtype(t) for t in (Tout if is_list else [Tout])]

    def call(*arrays):
        result = func(*arrays)
        if not types:
            return []
        values = list(result) if isinstance(result, list | tuple) and (is_list or len(types) != 1) else [result]
        if len(values) != len(types):
            raise ValueError(f"{func.__name__} returned {len(values)} values, but Tout names {len(types)}")
        return [_result(v, t, i) for i, (v, t) in enumerate(zip(values, types))]

    inputs = [convert_to_tensor(x) for x in inp] if isinstance(inp, list | tuple) else [convert_to_tensor(inp)]
    token = function("callback.register")(get_default_graph(), lambda arrays: call(*arrays))
    attributes = {"token": token, "Tin": [x.dtype for x in inputs], "Tout": types}
    result = apply("PyFunc" if stateful else "PyFuncStateless", [inputs], attributes, name=name)
    if not is_list:
        return result[0] if isinstance(result, list) else result
    return result if isinstance(result, list) or not types else [result]


def _result(value, dtype, index):
    """What a function returned as an array of the promised type; ``TypeError`` when it has another."""
    array = make_array(
        value, dtype if dtype is dtypes.string or not isinstance(value, np.ndarray | np.generic) else None
    )
    if dtype is not dtypes.string and array.dtype != np.dtype(dtype.as_numpy_dtype):
        raise TypeError(f"{index}-th value returned by the function is {array.dtype}, but expects {dtype.name}")
    return array


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):  # noqa: N803 (the public name)
    """What ``func`` returns for the values of ``inp`` (as arrays) in each run, as tensors of the types ``Tout``."""
    return py_func(func, inp, Tout, stateful, name)


def py_function(func=None, inp=None, Tout=None, name=None):  # noqa: N803 (the public name)
    """As :func:`py_func`, with the values as arrays that have a method ``numpy``."""

    class _Value(np.ndarray):
        def numpy(self):
            return np.asarray(self)

    def call(*arrays):
        values = [np.asarray(a).view(_Value) for a in arrays]
        result = func(*values)
        if isinstance(result, list | tuple):
            return [np.asarray(r) if isinstance(r, _Value) else r for r in result]
        return np.asarray(result) if isinstance(result, _Value) else result

    return py_func(call, inp, Tout, True, name)
