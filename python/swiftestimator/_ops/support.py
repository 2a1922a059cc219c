"""What the op modules share: factories for plain ops, static values, checks of arguments."""

import numpy as np

from swiftestimator._border import function
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor, name_scope
from swiftestimator._framework.op_call import apply

__all__ = [
    "apply",
    "binary",
    "constant_value",
    "constant_value_as_shape",
    "convert_to_tensor",
    "name_scope",
    "renamed_argument",
    "static_rank",
    "unary",
]

_constant_value = function("output.constant_value")


def unary(op_type, summary, function_name=None):
    """A public function ``f(x, name=None)`` that adds one node of ``op_type``."""

    def operation(x, name=None):
        return apply(op_type, [x], name=name)

    operation.__name__ = operation.__qualname__ = function_name or op_type.lower()
    operation.__doc__ = summary
    return operation


def binary(op_type, summary, function_name=None, arguments=("x", "y")):
    """A public function ``f(x, y, name=None)`` that adds one node of ``op_type``."""
    if arguments == ("x", "y"):

        def operation(x, y, name=None):
            return apply(op_type, [x, y], name=name)

    elif arguments == ("y", "x"):

        def operation(y, x, name=None):
            return apply(op_type, [y, x], name=name)

    elif arguments == ("a", "x"):

        def operation(a, x, name=None):
            return apply(op_type, [a, x], name=name)

    else:

        def operation(x, q, name=None):
            return apply(op_type, [x, q], name=name)

    operation.__name__ = operation.__qualname__ = function_name or op_type.lower()
    operation.__doc__ = summary
    return operation


def on_sparse_values(operation):
    """Lets a function of one tensor take a ``SparseTensor`` too, of which it changes the values."""

    def extended(x, name=None):
        if getattr(x, "_is_sparse_tensor", False):
            return x.with_values(operation(x.values, name=name))
        return operation(x, name=name)

    extended.__name__ = extended.__qualname__ = operation.__name__
    extended.__doc__ = operation.__doc__
    return extended


def constant_value(tensor):
    """The value of ``tensor`` as an array when the graph determines it, else ``None``."""
    if not isinstance(tensor, Tensor):
        return None if hasattr(tensor, "_as_tensor") else np.asarray(tensor)
    return _constant_value(tensor)


def constant_value_as_shape(tensor):
    """The dimensions that a shape tensor gives, ``None`` for unknown ones; ``None`` when even their number is."""
    value = constant_value(tensor)
    if value is not None:
        return [None if v < 0 else int(v) for v in np.asarray(value).reshape(-1)]
    if not isinstance(tensor, Tensor):
        return None
    op = tensor.op
    if op.type in ("Shape", "Cast", "Identity"):
        found = op.inputs[0]._shape_as_list() if op.type == "Shape" else constant_value_as_shape(op.inputs[0])
        if found is not None or op.type == "Shape":
            return found
    elif op.type == "Pack":
        items = [_scalar_value(item) for item in op.inputs]
        return [None if v is None or v < 0 else int(v) for v in items]
    elif op.type == "ConcatV2":
        parts = [constant_value_as_shape(part) for part in op.inputs[:-1]]
        return None if None in parts else [size for part in parts for size in part]
    elif op.type == "StridedSlice":
        found = _sliced_shape(op)
        if found is not None:
            return found
    shape = tensor._shape_as_list()
    return None if shape is None or shape[0] is None else [None] * shape[0]


def _scalar_value(tensor):
    """The value of a scalar, looked for behind casts too."""
    value = constant_value(tensor)
    while value is None and tensor.op.type == "Cast":
        tensor = tensor.op.inputs[0]
        value = constant_value(tensor)
    return value


def _sliced_shape(op):
    """What a plain slice of a shape vector gives."""
    masks = [op.get_attr(f"{name}_mask") for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")]
    bounds = [constant_value(part) for part in op.inputs[1:4]]
    whole = constant_value_as_shape(op.inputs[0])
    if any(masks[2:]) or whole is None or any(b is None or len(b) != 1 for b in bounds):
        return None
    begin = None if masks[0] & 1 else int(bounds[0][0])
    end = None if masks[1] & 1 else int(bounds[1][0])
    return whole[slice(begin, end, int(bounds[2][0]))]


def static_rank(x):
    """The rank of a tensor, or ``None``."""
    return x._rank if isinstance(x, Tensor) else x.shape.rank


def renamed_argument(new_name, new_value, old_name, old_value):
    """The value of an argument that has an older name too; ``ValueError`` when both are given."""
    if old_value is not None:
        if new_value is not None:
            raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'.")
        return old_value
    return new_value


def is_number_type(dtype):
    """Whether the type is a number's, bool excluded."""
    return dtype.is_floating or dtype.is_integer or dtype.is_complex


def as_int(value):
    """An int from what indexes like one: ints, NumPy integers, ``Dimension``."""
    return value.__index__()


def default_dtype(dtype, fallback=dtypes.float32):
    """``dtype`` as a ``DType``, or ``fallback`` for ``None``."""
    return fallback if dtype is None else dtypes.as_dtype(dtype)
