"""Parts of tensors: slices, strides, Python's indexing."""

import builtins

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import Dimension
from swiftestimator._ops.array_ops import ones_like, stack
from swiftestimator._ops.mask_ops import boolean_mask
from swiftestimator._ops.support import (
    apply,
    name_scope,
)


def slice(input_, begin, size, name=None):  # noqa: A001 (the public name)
    """The part that starts at ``begin`` and has ``size`` (-1: to the end)."""
    return apply("Slice", [input_, begin, size], name=name)


def strided_slice(
    input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0,
    var=None, name=None,
):  # fmt: skip
    """The part from ``begin`` to ``end`` in steps of ``strides``; the masks mark positions with another meaning."""
    if strides is None:
        strides = ones_like(begin)
    attributes = {
        "begin_mask": begin_mask, "end_mask": end_mask, "ellipsis_mask": ellipsis_mask, "new_axis_mask": new_axis_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }  # fmt: skip
    return apply("StridedSlice", [input_, begin, end, strides], attributes, name=name or "StridedSlice")


def _check_index(index):
    if isinstance(index, bool | np.bool_):
        pass
    elif isinstance(index, int | np.integer | Dimension) or (isinstance(index, Tensor) and index.dtype.is_integer):
        if not isinstance(index, Tensor) or index._rank in (0, None):
            return
    elif hasattr(index, "_as_tensor"):
        return
    elif hasattr(index, "__index__"):
        return
    shown = f"{index!r}"
    raise TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are "
        f"valid indices, got {shown}"
    )


def slice_item(tensor, key):
    """``tensor[key]``: indices, slices, ``...``, ``None`` and boolean masks."""
    if isinstance(key, Tensor) and key.dtype is dtypes.bool_ or (isinstance(key, np.ndarray) and key.dtype == np.bool_):
        return boolean_mask(tensor=tensor, mask=key)
    key = list(key) if isinstance(key, list | tuple) else [key]
    begin, end, strides = [], [], []
    masks = {"begin_mask": 0, "end_mask": 0, "ellipsis_mask": 0, "new_axis_mask": 0, "shrink_axis_mask": 0}
    for position, item in enumerate(key):
        bit = 1 << position
        if item.__class__ is _SLICE:
            kinds = [b.dtype for b in (item.start, item.stop, item.step) if isinstance(b, Tensor)]
            for bound, values, mask in ((item.start, begin, "begin_mask"), (item.stop, end, "end_mask")):
                if bound is not None and not (isinstance(bound, Dimension) and bound.value is None):
                    _check_index(bound)
                    values.append(bound)
                else:
                    values.append(constant(0, kinds[0]) if kinds else 0)
                    masks[mask] |= bit
            if item.step is not None and not (isinstance(item.step, Dimension) and item.step.value is None):
                _check_index(item.step)
                strides.append(item.step)
            else:
                strides.append(constant(1, kinds[0]) if kinds else 1)
        elif item is Ellipsis:
            begin.append(0)
            end.append(0)
            strides.append(1)
            if masks["ellipsis_mask"]:
                raise ValueError("Multiple ellipses are not allowed in an index")
            masks["ellipsis_mask"] |= bit
        elif item is None:
            begin.append(0)
            end.append(0)
            strides.append(1)
            masks["new_axis_mask"] |= bit
        else:
            _check_index(item)
            begin.append(item)
            end.append(item + 1)
            strides.append(1)
            masks["shrink_axis_mask"] |= bit
    with name_scope(None, "strided_slice", [tensor, *begin, *end, *strides]) as name:
        if begin:
            packed = [stack(begin), stack(end), stack(strides)]
            if any(p.dtype is dtypes.int64 for p in packed):
                from swiftestimator._ops import cast_ops

                packed = [cast_ops.cast(p, dtypes.int64) for p in packed]
        else:
            empty = constant([], dtype=dtypes.int32)
            packed = [empty, empty, empty]
        return strided_slice(tensor, *packed, **masks, name=name)


_SLICE = builtins.slice
