"""Changes of type, and complex numbers."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops.support import (
    apply,
    convert_to_tensor,
    is_number_type,
    name_scope,
)

# -- Casts


def cast(x, dtype, name=None):
    """The elements as another type; a tensor of that type already is returned as it is."""
    target = dtypes.as_dtype(dtype)
    if x.__class__ is Tensor and x.dtype is target:
        return x
    with name_scope(name, "Cast", [x]) as name:
        if getattr(x, "_is_sparse_tensor", False):
            return type(x)(x.indices, cast(x.values, target, name=name), x.dense_shape)
        if getattr(x, "_is_indexed_slices", False):
            return type(x)(cast(x.values, target, name=name), x.indices, x.dense_shape)
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex and target.is_floating:
            _log_warning(
                f"You are casting an input of type {x.dtype.name} to an incompatible dtype {target.name}. "
                "This will discard the imaginary part and may not be what you intended."
            )
        if x.dtype is not target:
            x = apply("Cast", [x], {"DstT": target}, name=name)
        return x


def _log_warning(text):
    import logging

    logging.getLogger("tensorflow").warning(text)


def saturate_cast(value, dtype, name=None):
    """As :func:`cast`, with values that the new type can't hold moved to its limits."""
    from swiftestimator._ops.math_ops import maximum, minimum

    with name_scope(name, "saturate_cast", [value]) as name:
        value = convert_to_tensor(value, name="value")
        target = dtypes.as_dtype(dtype)
        low, high = _representable(value.dtype, target)
        if low is not None and high is not None:
            limits = [convert_to_tensor(limit, dtype=value.dtype) for limit in (low, high)]
            value = apply("ClipByValue", [value, *limits], name="clamp")
        elif low is not None:
            value = maximum(value, low)
        elif high is not None:
            value = minimum(value, high)
        return cast(value, target, name=name)


def _representable(source, target):
    """The limits of ``target`` inside those of ``source``, where they are narrower."""
    low = high = None
    if source.min < target.min:
        low = _limit(source, target.min, up=True)
    if source.max > target.max:
        high = _limit(source, target.max, up=False)
    return low, high


def _limit(source, value, up):
    """``value`` as a number of type ``source`` that is still within the limit."""
    number = source.as_numpy_dtype(value)
    if source.is_floating and int(number) != int(value):
        if (up and int(number) < int(value)) or (not up and int(number) > int(value)):
            number = np.nextafter(number, source.as_numpy_dtype(0))
    return number


def _to(target, label):
    def convert(x, name=label):
        return cast(x, target, name=name)

    convert.__name__ = convert.__qualname__ = f"to_{target.name}"
    convert.__doc__ = f"The elements as {target.name}."
    return convert


to_float = _to(dtypes.float32, "ToFloat")


to_double = _to(dtypes.float64, "ToDouble")


to_int32 = _to(dtypes.int32, "ToInt32")


to_int64 = _to(dtypes.int64, "ToInt64")


to_bfloat16 = _to(dtypes.bfloat16, "ToBFloat16")


to_complex64 = _to(dtypes.complex64, "ToComplex64")


to_complex128 = _to(dtypes.complex128, "ToComplex128")


def bitcast(input, type, name=None):  # noqa: A002 (the public names)
    """The same bytes read as another type."""
    return apply("Bitcast", [input], {"type": dtypes.as_dtype(type)}, name=name)


# -- Complex numbers


def complex(real, imag, name=None):  # noqa: A001 (the public name)
    """Complex numbers from their parts."""
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as name:
        pair = (real.dtype, imag.dtype)
        if pair == (dtypes.float64, dtypes.float64):
            target = dtypes.complex128
        elif pair == (dtypes.float32, dtypes.float32):
            target = dtypes.complex64
        else:
            raise TypeError(
                f"The `real` and `imag` components have incorrect types: {real.dtype.name} {imag.dtype.name}. They "
                "must be consistent, and one of [float32, float64]"
            )
        return apply("Complex", [real, imag], {"Tout": target}, name=name)


def _part_type(dtype):
    return dtypes.float64 if dtype is dtypes.complex128 else dtypes.float32


def real(input, name=None):  # noqa: A002 (the public name)
    """The real part."""
    with name_scope(name, "Real", [input]) as name:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return input
        return apply("Real", [input], {"Tout": _part_type(input.dtype)}, name=name)


def imag(input, name=None):  # noqa: A002 (the public name)
    """The imaginary part; zeros for real numbers."""
    with name_scope(name, "Imag", [input]) as name:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return apply("ZerosLike", [input])
        return apply("Imag", [input], {"Tout": _part_type(input.dtype)}, name=name)


def angle(input, name=None):  # noqa: A002 (the public name)
    """The argument of complex numbers."""
    with name_scope(name, "Angle", [input]) as name:
        input = convert_to_tensor(input, name="input")
        if input.dtype.is_complex:
            return apply("Angle", [input], {"Tout": _part_type(input.dtype)}, name=name)
        from swiftestimator._ops import array_ops, mask_ops

        return mask_ops.where_v2(input < 0, np.pi * array_ops.ones_like(input), array_ops.zeros_like(input))


def conj(x, name=None):
    """The complex conjugate; real tensors as they are."""
    if isinstance(x, Tensor) and not x.dtype.is_complex:
        return x
    with name_scope(name, "Conj", [x]) as name:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return apply("Conj", [x], name=name)
        if is_number_type(x.dtype):
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")
