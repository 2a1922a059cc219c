"""Evenly spaced numbers."""

from swiftestimator._framework import dtypes
from swiftestimator._ops import array_ops, math_ops
from swiftestimator._ops.support import convert_to_tensor, name_scope


def linspace(start, stop, num, name=None, axis=0):
    """``num`` evenly spaced numbers from ``start`` to ``stop``, both included, along a new axis."""
    with name_scope(name, "linspace", [start, stop]):
        start = convert_to_tensor(start, name="start")
        stop = convert_to_tensor(stop, name="stop", dtype=start.dtype)
        count = convert_to_tensor(num, name="num")
        if start.dtype.is_integer:
            start, stop = math_ops.cast(start, dtypes.float64), math_ops.cast(stop, dtypes.float64)
        integer = math_ops.cast(count, dtypes.int32)
        shape = array_ops.broadcast_dynamic_shape(array_ops.shape(start), array_ops.shape(stop))
        start, stop = array_ops.broadcast_to(start, shape), array_ops.broadcast_to(stop, shape)
        first, last = array_ops.expand_dims(start, axis), array_ops.expand_dims(stop, axis)
        steps = math_ops.maximum(integer - 1, 1)
        delta = (last - first) / math_ops.cast(steps, first.dtype)
        inner = math_ops.cast(array_ops.range(1, math_ops.maximum(integer - 1, 1)), first.dtype)
        if start._rank is None:
            raise ValueError("tf.linspace needs a start of known rank")
        dims = [1] * (start._rank + 1)
        dims[axis] = -1
        middle = first + delta * array_ops.reshape(inner, dims)
        everything = array_ops.concat([first, middle, last], axis=axis)
        begin = [0] * (start._rank + 1)
        size = [-1] * (start._rank + 1)
        size[axis] = integer
        return array_ops.slice(everything, begin, size)
