"""Values that programs feed, and gates for values and gradients."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops.support import (
    apply,
    constant_value,
    convert_to_tensor,
)


def placeholder(dtype, shape=None, name=None):
    """A value that the program feeds in each run."""
    return apply("Placeholder", [], {"dtype": dtypes.as_dtype(dtype), "shape": TensorShape(shape)}, name=name)


def placeholder_with_default(input, shape, name=None):  # noqa: A002 (the public name)
    """A value that the program may feed; ``input`` otherwise."""
    return apply("PlaceholderWithDefault", [input], {"shape": TensorShape(shape)}, name=name)


def sparse_placeholder(dtype, shape=None, name=None):
    """A ``SparseTensor`` that the program feeds in each run."""
    from swiftestimator._framework.composite import SparseTensor

    def label(part):
        return None if name is None else f"{name}/{part}"

    known = None
    if shape is None:
        count = None
        dense_shape = placeholder(dtypes.int64, [None], name=label("shape"))
    else:
        if isinstance(shape, Tensor):
            count = shape._shape_as_list()[0]
            default = shape
        else:
            dims = (
                TensorShape(shape).as_list()
                if isinstance(shape, TensorShape)
                else [None if d is None or d == -1 else int(d) for d in shape]
            )
            known, count = TensorShape(dims), len(dims)
            default = convert_to_tensor(
                [-1 if d is None else d for d in dims], dtypes.int64, name=label("shape_default")
            )
        dense_shape = placeholder_with_default(default, default.shape, name=label("shape"))
    values = placeholder(dtype, [None], name=label("values"))
    indices = placeholder(dtypes.int64, [None, count], name=label("indices"))
    result = SparseTensor(indices, values, dense_shape)
    if known is not None:
        result._static_shape = known
    return result


def stop_gradient(input, name=None):  # noqa: A002 (the public name)
    """The value, through which no gradient flows back."""
    return apply("StopGradient", [input], name=name)


def prevent_gradient(input, message="", name=None):  # noqa: A002 (the public name)
    """The value; asking for a gradient through it is an error."""
    return apply("PreventGradient", [input], {"message": message}, name=name)


def quantize_and_dequantize(input, *args, **kwargs):  # noqa: A002 (the public name)
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("tf.quantization is not implemented in swiftestimator")


def check_numerics(tensor, message, name=None):
    """The value; a run in which an element is infinite or NaN fails with ``message``."""
    return apply("CheckNumerics", [tensor], {"message": message}, name=name)


def guarantee_const(input, name=None):  # noqa: A002 (the public name)
    """The value as it is."""
    return apply("Identity", [input], name=name)


def unravel_index(indices, dims, name=None):
    """Positions in a tensor from positions in its flattened form."""
    return apply("UnravelIndex", [indices, dims], name=name)


def histogram_fixed_width(values, value_range, nbins=100, dtype=dtypes.int32, name=None):
    """How many values lie in each of ``nbins`` equal parts of a range."""
    inputs = [values, value_range, nbins]
    return apply("HistogramFixedWidth", inputs, {"dtype": dtypes.as_dtype(dtype)}, name=name or "histogram_fixed_width")


def get_static_value(tensor, partial=False):
    """The value of a tensor as an array when the graph determines it, else ``None``."""
    return constant_value(tensor)
