"""Python functions in graphs."""

import numpy as np

from swiftestimator._border import function
from swiftestimator._errors import InvalidArgumentError
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

    label = getattr(func, "__name__", type(func).__name__)

    def call(*arrays):
        result = func(*arrays)
        if result is None:
            values = []
        else:
            values = list(result) if isinstance(result, list | tuple) else [result]
        if len(values) != len(types):
            raise InvalidArgumentError(
                None, None, f"{label} returns {len(values)} values, but expects to see {len(types)} values."
            )
        return [_result(v, t, i, label) for i, (v, t) in enumerate(zip(values, types))]

    inputs = [convert_to_tensor(x) for x in inp] if isinstance(inp, list | tuple) else [convert_to_tensor(inp)]
    token = function("callback.register")(get_default_graph(), lambda arrays: call(*arrays))
    attributes = {"token": token, "Tin": [x.dtype for x in inputs], "Tout": types}
    result = apply("PyFunc" if stateful else "PyFuncStateless", [inputs], attributes, name=name)
    if not is_list:
        return result[0] if isinstance(result, list) else result
    return result if isinstance(result, list) or not types else [result]


def _result(value, dtype, index, label):
    """What a function returned as an array; ``InvalidArgumentError`` when it has not the promised type."""
    array = np.asarray(value)
    if array.dtype.kind in "SUO":
        array, found = make_array(array, dtypes.string), dtypes.string
    else:
        found = dtypes.as_dtype(array.dtype)
    if found is not dtype and not (dtype is dtypes.bfloat16 and found is dtypes.float32):
        raise InvalidArgumentError(
            None, None,
            f"{index}-th value returned by {label} is {_short_name(found)}, but expects {_short_name(dtype)}",
        )  # fmt: skip
    return array


def _short_name(dtype):
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):  # noqa: N803 (the public name)
    """What ``func`` returns for the values of ``inp`` (as arrays) in each run, as tensors of the types ``Tout``."""
    return py_func(func, inp, Tout, stateful, name)


def py_function(func=None, inp=None, Tout=None, name=None):  # noqa: N803 (the public name)
    """As :func:`py_func`, with the values as arrays that have a method ``numpy``."""

    class _Value(np.ndarray):
        def numpy(self):
            return np.asarray(self)

    types = [dtypes.as_dtype(t) for t in (Tout if isinstance(Tout, list | tuple) else [Tout])]

    def call(*arrays):
        values = [np.asarray(a).view(_Value) for a in arrays]
        result = func(*values)
        results = list(result) if isinstance(result, list | tuple) and len(types) != 1 else [result]
        return [
            make_array(np.asarray(r) if isinstance(r, _Value) else r, t) for r, t in zip(results, types, strict=True)
        ]

    return py_func(call, inp, Tout, True, name)
