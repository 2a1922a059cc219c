"""Masks, choices between elements, order and uniqueness."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops.array_ops import (
    _builtin_range,
    concat,
    expand_dims,
    ones,
    plain_shape,
    rank,
    reshape,
    shape,
    size,
    squeeze,
    stack,
    tile,
    transpose,
)
from swiftestimator._ops.gather_ops import gather
from swiftestimator._ops.support import (
    apply,
    constant_value,
    convert_to_tensor,
    name_scope,
)

# -- Rearranging


def repeat(input, repeats, axis=None, name=None):  # noqa: A002 (the public name)
    """Each element repeated a number of times along an axis (flattened by default)."""
    from swiftestimator._ops import cast_ops, reduce_ops

    with name_scope(name, "Repeat", [input, repeats]):
        input = convert_to_tensor(input)
        if axis is None:
            input, axis = reshape(input, [-1]), 0
        repeats = cast_ops.cast(convert_to_tensor(repeats, name="repeats"), dtypes.int32)
        if axis < 0:
            axis += input._rank
        count = shape(input)[axis]
        if repeats._rank == 0:
            repeats = tile(reshape(repeats, [1]), [count])
        longest = maximum_of(repeats)
        mask = sequence_mask(repeats, longest)
        expanded = expand_dims(input, axis + 1)
        multiples = [1] * (input._rank + 1)
        multiples[axis + 1] = longest
        tiled = tile(expanded, stack(multiples))
        dims = shape(input)
        merged = concat([dims[:axis], [-1], dims[axis + 1 :]], 0)
        keep = reshape(mask, [-1])
        result = boolean_mask(reshape(tiled, merged), keep, axis=axis)
        known = input._shape_as_list()
        known[axis] = None
        result.set_shape(known)
        del reduce_ops
        return result


def maximum_of(tensor):
    """The largest element of a vector, at least 0."""
    from swiftestimator._ops import math_ops, reduce_ops

    return math_ops.maximum(0, reduce_ops.reduce_max(tensor))


# -- Masks and choices


def where(condition, x=None, y=None, name=None):
    """Positions of true elements; with x and y, elements of x where ``condition`` is true and of y elsewhere.

    x, y and the condition have one shape, or the condition is a vector that picks rows.
    """
    if x is None and y is None:
        return _positions(condition, name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return apply("Select", [condition, x, y], name=name)


def where_v2(condition, x=None, y=None, name=None):
    """Positions of true elements; with x and y, elements of x where ``condition`` is true and of y elsewhere.

    All three are broadcast against each other.
    """
    if x is None and y is None:
        return _positions(condition, name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return apply("SelectV2", [condition, x, y], name=name)


def _positions(condition, name):
    with name_scope(name, "Where", [condition]) as name:
        condition = convert_to_tensor(condition, dtype_hint=dtypes.bool_, name="condition")
        return apply("Where", [condition], name=name)


def boolean_mask(tensor, mask, name="boolean_mask", axis=None):
    """The slices where the mask is true, as one new dimension in the place of the mask's."""
    from swiftestimator._ops import reduce_ops

    with name_scope(name, values=[tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        mask_shape, tensor_shape = mask.shape, tensor.shape
        count = mask_shape.rank
        if count is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None.  E.g. shape=[None] is "
                "ok, but shape=None is not."
            )
        if count == 0:
            raise ValueError("mask cannot be scalar.")
        axis = 0 if axis is None else axis
        known = constant_value(axis)
        if known is not None:
            axis = int(known)
            tensor_shape[axis : axis + count].assert_is_compatible_with(mask_shape)
        leading = reduce_ops.reduce_prod(shape(tensor)[axis : axis + count], [0])
        merged = reshape(tensor, concat([shape(tensor)[:axis], [leading], shape(tensor)[axis + count :]], 0))
        if known is not None:
            first = tensor_shape[axis : axis + count].num_elements()
            merged.set_shape(
                TensorShape(tensor_shape[:axis]).concatenate([first]).concatenate(tensor_shape[axis + count :])
            )
        flat = reshape(mask, [-1])
        indices = squeeze(where(flat), axis=[1])
        return gather(merged, indices, axis=axis)


def boolean_mask_v2(tensor, mask, axis=None, name="boolean_mask"):
    """The slices where the mask is true, as one new dimension in the place of the mask's."""
    return boolean_mask(tensor, mask, name, axis)


def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool_, name=None):
    """Rows whose first ``lengths[i]`` elements are true."""
    from swiftestimator._ops import cast_ops, math_ops, reduce_ops

    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            highest = reduce_ops.reduce_max(lengths)
            maxlen = math_ops.maximum(constant(0, highest.dtype), highest)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen._rank not in (None, 0):
            raise ValueError(f"Argument `maxlen` must be scalar for sequence_mask, received `maxlen` = {maxlen}")
        row = apply("Range", [constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype)])
        matrix = apply("Cast", [expand_dims(lengths, -1)], {"DstT": maxlen.dtype})
        result = math_ops.less(row, matrix)
        target = dtypes.as_dtype(dtype)
        return result if target is dtypes.bool_ else cast_ops.cast(result, target)


def meshgrid(*args, **kwargs):
    """Coordinates of a grid from the coordinates along each axis; ``indexing`` is 'xy' or 'ij'."""
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        key = list(kwargs)[0]
        raise TypeError(f"'{key}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'")
    with name_scope(name, "meshgrid", args):
        count = len(args)
        vectors = []
        for i, x in enumerate(args):
            dims = [1] * count
            dims[i] = -1
            vectors.append(reshape(stack(x), dims) if not isinstance(x, Tensor) else reshape(x, dims))
        sizes = [size(x) for x in args]
        dtype = convert_to_tensor(args[0]).dtype if args else None
        if indexing == "xy" and count > 1:
            vectors[0] = reshape(vectors[0], [1, -1] + [1] * (count - 2))
            vectors[1] = reshape(vectors[1], [-1, 1] + [1] * (count - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        if not args:
            return []
        factor = ones(sizes, dtype)
        return [x * factor for x in vectors]


def unique(x, out_idx=dtypes.int32, name=None):
    """The distinct elements of a vector in order of appearance, and for each element the index of its own."""
    return _named_outputs("Unique", ["y", "idx"], [x], {"out_idx": dtypes.as_dtype(out_idx)}, name)


def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """As :func:`unique`, with the number of times that each element appears."""
    return _named_outputs("UniqueWithCounts", ["y", "idx", "count"], [x], {"out_idx": dtypes.as_dtype(out_idx)}, name)


def setdiff1d(x, y, index_dtype=dtypes.int32, name=None):
    """The elements of x that y does not have, and their positions."""
    return _named_outputs("ListDiff", ["out", "idx"], [x, y], {"out_idx": dtypes.as_dtype(index_dtype)}, name)


_TUPLES = {}


def _named_outputs(op_type, fields, inputs, attributes, name):
    """The outputs of a node as a named tuple."""
    from collections import namedtuple

    kind = _TUPLES.get(op_type)
    if kind is None:
        kind = _TUPLES[op_type] = namedtuple(op_type, fields)
    return kind(*apply(op_type, inputs, attributes, name=name))


def searchsorted(sorted_sequence, values, side="left", out_type=dtypes.int32, name=None):
    """Where values would have to be put into sorted rows."""
    out_type = dtypes.as_dtype(out_type)
    sequence = convert_to_tensor(sorted_sequence, name="sorted_sequence")
    values = convert_to_tensor(values, name="values", dtype=sequence.dtype)
    sequence_size, values_size = plain_shape(sequence)[-1], plain_shape(values)[-1]
    sequence_2d = reshape(sequence, [-1, sequence_size])
    values_2d = reshape(values, [-1, values_size])
    if side not in ("left", "right"):
        raise ValueError(f"Argument `side` must be either 'right' or 'left'. Received: `side` = '{side}'.")
    op_type = "UpperBound" if side == "right" else "LowerBound"
    return reshape(apply(op_type, [sequence_2d, values_2d], {"out_type": out_type}, name=name), plain_shape(values))


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The elements in order along an axis."""
    with name_scope(name, "sort"):
        return _ordered(values, axis, direction, gather_values=True)


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The positions of the elements in order along an axis."""
    with name_scope(name, "argsort"):
        return _ordered(values, axis, direction, gather_values=False)


def _ordered(values, axis, direction, gather_values):
    from swiftestimator._ops import math_ops, nn_ops

    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            f"Argument `direction` should be one of 'ASCENDING' or 'DESCENDING'. Received: direction={direction}"
        )
    convert_to_tensor(axis, name="axis")
    values = convert_to_tensor(values)
    ascending = direction == "ASCENDING"
    count = values._rank
    if count is None or count == 0:
        raise ValueError("values must have a known rank of at least 1 to be sorted")
    axis = axis + count if axis < 0 else axis
    perm = None
    if axis != count - 1:
        perm = [*_builtin_range(axis), *_builtin_range(axis + 1, count), axis]
        values = transpose(values, perm)
    keys = values
    if ascending:
        keys = -1 - values if values.dtype.is_integer else math_ops.negative(values)
    row = shape(keys)[-1]
    rank(keys)
    found, indices = nn_ops.top_k(keys, row)
    result = indices
    if gather_values:
        result = found if not ascending else (-1 - found if values.dtype.is_integer else math_ops.negative(found))
    if perm is not None:
        result = transpose(result, np.argsort(perm).tolist())
    return result
