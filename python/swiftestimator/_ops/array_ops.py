"""Shapes, slices, joins, gathers: rearranging elements."""

import builtins

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import Dimension, TensorShape
from swiftestimator._ops.support import (
    apply,
    constant_value,
    convert_to_tensor,
    name_scope,
    renamed_argument,
)

newaxis = None

# -- What is known of a tensor


def shape(input, name=None, out_type=dtypes.int32):  # noqa: A002 (the public name)
    """The shape as a vector; a constant when it is known while the graph is built."""
    return shape_internal(input, name, optimize=True, out_type=out_type)


def shape_v2(input, out_type=dtypes.int32, name=None):  # noqa: A002 (the public name)
    """The shape as a vector; a constant when it is known while the graph is built."""
    return shape_internal(input, name, optimize=True, out_type=out_type)


def shape_internal(input, name=None, optimize=True, out_type=None):  # noqa: A002 (the public name)
    """As :func:`shape`; without ``optimize`` always a ``Shape`` node."""
    out_type = dtypes.int32 if out_type is None else dtypes.as_dtype(out_type)
    with name_scope(name, "Shape", [input]) as name:
        if getattr(input, "_is_sparse_tensor", False):
            from swiftestimator._ops import math_ops

            return math_ops.cast(input.dense_shape, out_type)
        input = convert_to_tensor(input)
        if optimize:
            known = input.shape
            if known.is_fully_defined():
                return constant(np.array(known.as_list(), out_type.as_numpy_dtype), out_type, name=name)
        return apply("Shape", [input], {"out_type": out_type}, name=name)


def plain_shape(tensor):
    """The shape of a tensor, with the names that TensorFlow's wrapped functions give it."""
    with name_scope("Shape") as inner:
        known = tensor.shape
        if known.is_fully_defined():
            return constant(np.array(known.as_list(), np.int32), dtypes.int32, name="shape_as_tensor")
        return apply("Shape", [tensor], name=inner)


def shape_n(input, out_type=dtypes.int32, name=None):  # noqa: A002 (the public name)
    """The shapes of several tensors."""
    return apply("ShapeN", [input], {"out_type": dtypes.as_dtype(out_type)}, name=name)


def size_v2(input, out_type=dtypes.int32, name=None):  # noqa: A002 (the public name)
    """The number of elements; a constant when it is known while the graph is built."""
    return size(input, name, out_type)


def size(input, name=None, out_type=dtypes.int32):  # noqa: A002 (the public name)
    """The number of elements; a constant when it is known while the graph is built."""
    out_type = dtypes.as_dtype(out_type)
    with name_scope(name, "Size", [input]) as name:
        if getattr(input, "_is_sparse_tensor", False):
            from swiftestimator._ops import math_ops, reduce_ops

            return reduce_ops.reduce_prod(math_ops.cast(input.dense_shape, out_type), 0, name=name)
        input = convert_to_tensor(input)
        known = input.shape.num_elements()
        if known is not None:
            return constant(known, out_type, name=name)
        return apply("Size", [input], {"out_type": out_type}, name=name)


def rank(input, name=None):  # noqa: A002 (the public name)
    """The number of dimensions; a constant when it is known while the graph is built."""
    with name_scope(name, "Rank", [input]) as name:
        if getattr(input, "_is_sparse_tensor", False):
            return size(input.dense_shape, name=name)
        input = convert_to_tensor(input)
        if input._rank is not None:
            return constant(input._rank, dtypes.int32, name=name)
        return apply("Rank", [input], name=name)


def broadcast_static_shape(shape_x, shape_y):
    """The ``TensorShape`` that two shapes broadcast to; ``ValueError`` when they don't."""
    shape_x, shape_y = TensorShape(shape_x), TensorShape(shape_y)
    if shape_x.rank is None or shape_y.rank is None:
        return TensorShape(None)
    count = max(shape_x.rank, shape_y.rank)
    left = [1] * (count - shape_x.rank) + shape_x.as_list()
    right = [1] * (count - shape_y.rank) + shape_y.as_list()
    result = []
    for a, b in zip(left, right):
        if a == 1 or b == 1:
            result.append(b if a == 1 else a)
        elif a is None or b is None:
            result.append(a if b is None else b)
        elif a == b:
            result.append(a)
        else:
            raise ValueError(f"Incompatible shapes for broadcasting: {shape_x} and {shape_y}")
    return TensorShape(result)


def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape that two shapes (vectors) broadcast to."""
    return apply("BroadcastArgs", [shape_x, shape_y])


def broadcast_to(input, shape, name=None):  # noqa: A002 (the public name)
    """The elements repeated to fill a larger shape."""
    return apply("BroadcastTo", [input, _shape_argument(shape)], name=name)


def _shape_argument(value):
    """A shape given as ``TensorShape`` or with ``Dimension`` items in a form that converts to a tensor."""
    if isinstance(value, TensorShape):
        return value.as_list() if value.is_fully_defined() else value
    if isinstance(value, list | tuple) and any(isinstance(v, Dimension) for v in value):
        return [v.value if isinstance(v, Dimension) else v for v in value]
    return value


# -- Tensors of one value


def _filled(default_name, fill_value):
    def create(shape, dtype=dtypes.float32, name=None, layout=None):
        dtype = dtypes.as_dtype(dtype)
        with name_scope(name, default_name, [shape]) as name:
            value = fill_value(dtype)
            if not isinstance(shape, Tensor):
                dims = _static_dims(shape)
                if dims is not None:
                    if int(np.prod(dims, dtype=np.int64)) < 1000:
                        return constant(value, dtype, shape=dims, name=name)
                    shape = constant(np.array(dims, np.int32), dtypes.int32, name="shape_as_tensor")
                else:
                    shape = convert_to_tensor(shape, dtype=_packed_type(shape))
            if shape._rank != 1 and shape._rank is not None:
                shape = reshape(shape, [-1])
            return apply("Fill", [shape, constant(value, dtype)], name=name)

    create.__name__ = create.__qualname__ = default_name
    return create


def _packed_type(shape):
    """int64 when a shape's list of parts has an int64 tensor, else int32."""
    if isinstance(shape, list | tuple):
        for item in shape:
            if isinstance(item, Tensor) and item.dtype is dtypes.int64:
                return dtypes.int64
    return dtypes.int32 if isinstance(shape, list | tuple) else None


def _static_dims(shape):
    """The dimensions when they are plain numbers; ``None`` when a tensor is among them."""
    if isinstance(shape, TensorShape):
        return shape.as_list() if shape.is_fully_defined() else None
    if isinstance(shape, np.ndarray):
        return [int(d) for d in shape.reshape(-1)]
    if hasattr(shape, "__index__") and not isinstance(shape, Tensor):
        return [int(shape)]
    if isinstance(shape, Dimension):
        return [shape.value]
    if isinstance(shape, list | tuple):
        dims = [d.value if isinstance(d, Dimension) else d for d in shape]
        if all(hasattr(d, "__index__") and not isinstance(d, Tensor) for d in dims):
            return [int(d) for d in dims]
    return None


def _zero(dtype):
    return False if dtype is dtypes.bool_ else "" if dtype is dtypes.string else 0


def _one(dtype):
    return True if dtype is dtypes.bool_ else 1


zeros = _filled("zeros", _zero)
zeros.__doc__ = "A tensor of zeros (``False``, empty strings)."
ones = _filled("ones", _one)
ones.__doc__ = "A tensor of ones (``True``)."


def zeros_like(tensor, dtype=None, name=None, optimize=True):
    """Zeros in a tensor's shape, of its type unless ``dtype`` says another."""
    return _zeros_like(tensor, dtype, name, optimize)


def zeros_like_v2(input, dtype=None, name=None, layout=None):  # noqa: A002 (the public name)
    """Zeros in a tensor's shape, of its type unless ``dtype`` says another."""
    return _zeros_like(input, dtype, name, True)


def _zeros_like(tensor, dtype, name, optimize):
    with name_scope(name, "zeros_like", [tensor]) as name:
        if not isinstance(tensor, Tensor):
            tensor = convert_to_tensor(tensor, name="tensor")
        target = tensor.dtype if dtype is None else dtypes.as_dtype(dtype)
        known = tensor.shape
        if optimize and known.is_fully_defined() and tensor.dtype is not dtypes.variant:
            return zeros(known, dtype=target, name=name)
        if target is not tensor.dtype and target is not dtypes.variant:
            return zeros(shape_internal(tensor, optimize=optimize), dtype=target, name=name)
        return apply("ZerosLike", [tensor], name=name)


def ones_like(tensor, dtype=None, name=None, optimize=True):
    """Ones in a tensor's shape, of its type unless ``dtype`` says another."""
    return _ones_like(tensor, dtype, name, optimize)


def ones_like_v2(input, dtype=None, name=None, layout=None):  # noqa: A002 (the public name)
    """Ones in a tensor's shape, of its type unless ``dtype`` says another."""
    return _ones_like(input, dtype, name, True)


def _ones_like(tensor, dtype, name, optimize):
    with name_scope(name, "ones_like", [tensor]) as name:
        tensor = convert_to_tensor(tensor, name="tensor")
        target = tensor.dtype if dtype is None else dtypes.as_dtype(dtype)
        shape_tensor = plain_shape(tensor) if optimize else apply("Shape", [tensor])
        result = apply("Fill", [shape_tensor, constant(_one(target), target)], name=name)
        result.set_shape(tensor.shape)
        return result


def fill(dims, value, name=None, layout=None):
    """A tensor in which every element is ``value``."""
    return apply("Fill", [_shape_argument(dims), value], name=name)


def range(start, limit=None, delta=1, dtype=None, name="range"):  # noqa: A001 (the public name)
    """The numbers from ``start`` (0) up to but without ``limit`` in steps of ``delta``."""
    from swiftestimator._ops import math_ops

    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as name:
        given = None if dtype is None else dtypes.as_dtype(dtype)

        def part(value, label):
            if isinstance(value, Tensor):
                return value
            return convert_to_tensor(value, dtype=given, name=label)

        start, limit, delta = part(start, "start"), part(limit, "limit"), part(delta, "delta")
        if dtype is None:
            order = [dtypes.int32, dtypes.int64, dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64]
            kinds = [part.dtype for part in (start, limit, delta)]
            for kind in kinds:
                if kind not in order:
                    raise AssertionError(f"tf.range takes numbers, got {kind!r}")
            given = max(kinds, key=order.index)
        parts = [math_ops.cast(part, given) for part in (start, limit, delta)]
        return apply("Range", parts, name=name)


def linspace(start, stop, num, name=None, axis=0):
    """``num`` evenly spaced numbers from ``start`` to ``stop``, both included."""
    from swiftestimator._ops import linspace_ops

    return linspace_ops.linspace(start, stop, num, name, axis)


# -- Rearranging


def identity(input, name=None):  # noqa: A002 (the public name)
    """The same value as a new tensor."""
    if hasattr(input, "_map_parts"):
        return input._map_parts(lambda part: apply("Identity", [part], name=name))
    return apply("Identity", [input], name=name)


def identity_n(input, name=None):  # noqa: A002 (the public name)
    """The same values as new tensors."""
    return apply("IdentityN", [input], name=name)


def reshape(tensor, shape, name=None):
    """The elements in another shape; one dimension may be -1."""
    return apply("Reshape", [tensor, _shape_argument(shape)], name=name)


def expand_dims(input, axis=None, name=None, dim=None):  # noqa: A002 (the public name)
    """The tensor with a dimension of size 1 put in."""
    axis = renamed_argument("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return expand_dims_v2(input, axis, name)


def expand_dims_v2(input, axis, name=None):  # noqa: A002 (the public name)
    """The tensor with a dimension of size 1 put in."""
    return apply("ExpandDims", [input, axis], name=name)


def squeeze(input, axis=None, name=None, squeeze_dims=None):  # noqa: A002 (the public name)
    """The tensor without its dimensions of size 1, or without those of ``axis``."""
    return squeeze_v2(input, renamed_argument("axis", axis, "squeeze_dims", squeeze_dims), name)


def squeeze_v2(input, axis=None, name=None):  # noqa: A002 (the public name)
    """The tensor without its dimensions of size 1, or without those of ``axis``."""
    if axis is None:
        axes = []
    elif np.isscalar(axis) or isinstance(axis, Dimension):
        axes = [int(axis)]
    else:
        axes = [int(a) for a in axis]
    return apply("Squeeze", [input], {"squeeze_dims": axes}, name=name)


def transpose(a, perm=None, name="transpose", conjugate=False):
    """The tensor with its dimensions in another order (reversed by default)."""
    with name_scope(name, "transpose", [a]) as name:
        a = convert_to_tensor(a, name="a")
        op_type = "ConjugateTranspose" if conjugate and a.dtype.is_complex else "Transpose"
        if perm is not None:
            return apply(op_type, [a, perm], name=name)
        if a._rank is not None:
            return apply(op_type, [a, np.arange(a._rank - 1, -1, -1, dtype=np.int32)], name=name)
        count = apply("Rank", [a])
        last = count - 1
        order = apply("Range", [last, -1, -1])
        return apply(op_type, [a, order], name=name)


def transpose_v2(a, perm=None, conjugate=False, name="transpose"):
    """The tensor with its dimensions in another order (reversed by default)."""
    return transpose(a, perm, name, conjugate)


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The tensor with its last two dimensions exchanged."""
    with name_scope(name, values=[a]):
        a = convert_to_tensor(a, name="a")
        known = a._rank
        if known is not None:
            if known < 2:
                raise ValueError(
                    f"Argument `a` should be a (batch) matrix with rank >= 2.  Received `a` = {a} with shape: {a.shape}"
                )
            perm = [*_builtin_range(known - 2), known - 1, known - 2]
        else:
            count = rank(a)
            perm = concat((apply("Range", [0, count - 2, 1]), [count - 1, count - 2]), 0)
        return transpose(a, perm=perm, conjugate=conjugate)


def _builtin_range(*args):
    return builtins.range(*args)


def concat(values, axis, name="concat"):
    """The tensors one after the other along an existing axis."""
    if not isinstance(values, list | tuple):
        values = [values]
    if len(values) == 1:
        with name_scope(name):
            convert_to_tensor(axis, name="concat_dim", dtype=dtypes.int32).shape.assert_has_rank(0)
            return identity(values[0], name="concat")
    return apply("ConcatV2", [list(values), axis], name=name)


def stack(values, axis=0, name="stack"):
    """The tensors one after the other along a new axis."""
    if axis == 0:
        try:
            return convert_to_tensor(values if isinstance(values, np.ndarray) else list(values), name=name)
        except (TypeError, ValueError):
            pass
    first = convert_to_tensor(values[0]) if not isinstance(values[0], Tensor) else values[0]
    known = first._rank if isinstance(values[0], Tensor) else _plain_rank(values)
    if known is not None and not -(known + 1) <= axis < known + 1:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-(known + 1)}, {known + 1})")
    return apply("Pack", [list(values)], {"axis": axis}, name=name)


def _plain_rank(values):
    try:
        return np.ndim(values[0]) if not isinstance(values[0], Tensor) else None
    except Exception:
        return None


def parallel_stack(values, name="parallel_stack"):
    """As :func:`stack` along the first axis, for shapes that are known."""
    with name_scope(name):
        first = convert_to_tensor(values[0])
        parts = [expand_dims(value, 0) for value in values]
        shape = [len(values), *first.shape.as_list()]
        return apply("ParallelConcat", [parts], {"shape": TensorShape(shape)})


def unstack(value, num=None, axis=0, name="unstack"):
    """The slices along an axis as a list; ``num`` is needed when their number is unknown."""
    if num is None:
        value = convert_to_tensor(value)
        dims = value._shape_as_list()
        if dims is not None:
            if not -len(dims) <= axis < len(dims):
                raise ValueError(f"Argument `axis` = {axis} not in range [{-len(dims)}, {len(dims)})")
            num = dims[axis]
    if num is None:
        raise ValueError(f"Cannot infer argument `num` from shape {convert_to_tensor(value).shape}")
    return apply("Unpack", [value], {"num": num, "axis": axis}, name=name)


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """Pieces along an axis: a number of equal ones, or of the given sizes (one may be -1)."""
    if isinstance(num_or_size_splits, int | np.integer | Dimension):
        return apply("Split", [axis, value], {"num_split": int(num_or_size_splits)}, name=name)
    sizes = convert_to_tensor(num_or_size_splits)
    if sizes._rank == 0:
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. Argument provided: "
            f"{num_or_size_splits}"
        )
    if num is None:
        dims = sizes._shape_as_list()
        num = None if dims is None else dims[0]
        if num is None:
            raise ValueError(f"Cannot infer argument `num` from shape {num_or_size_splits}")
    return apply("SplitV", [value, sizes, axis], {"num_split": num}, name=name)


def tile(input, multiples, name=None):  # noqa: A002 (the public name)
    """The tensor repeated along its dimensions."""
    return apply("Tile", [input, multiples], name=name)


def repeat(input, repeats, axis=None, name=None):  # noqa: A002 (the public name)
    """Each element repeated a number of times along an axis (flattened by default)."""
    from swiftestimator._ops import math_ops, reduce_ops

    with name_scope(name, "Repeat", [input, repeats]):
        input = convert_to_tensor(input)
        if axis is None:
            input, axis = reshape(input, [-1]), 0
        repeats = math_ops.cast(convert_to_tensor(repeats, name="repeats"), dtypes.int32)
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


def pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0):
    """The tensor with elements added before and after along each dimension."""
    mode = mode.upper()
    if mode == "CONSTANT":
        if isinstance(constant_values, Tensor) or not _is_zero(constant_values):
            result = apply("PadV2", [tensor, paddings, constant_values], name=name)
        else:
            result = apply("Pad", [tensor, paddings], name=name)
    elif mode in ("REFLECT", "SYMMETRIC"):
        result = apply("MirrorPad", [tensor, paddings], {"mode": mode}, name=name)
    else:
        raise ValueError(
            f"Value of argument `mode` expected to be one of 'CONSTANT', 'REFLECT', or 'SYMMETRIC'. Received `mode` = {mode}"
        )
    return result


def _is_zero(value):
    return not isinstance(value, str | bytes) and np.isscalar(value) and value == 0


def pad_v2(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """The tensor with elements added before and after along each dimension."""
    return pad(tensor, paddings, mode, name, constant_values)


def reverse(tensor, axis, name=None):
    """The tensor with the order of its elements turned around along some axes."""
    return apply("ReverseV2", [tensor, axis], name=name)


def reverse_sequence(
    input,
    seq_lengths,
    seq_axis=None,
    batch_axis=None,
    name=None,
    seq_dim=None,
    batch_dim=None,  # noqa: A002
):
    """The first ``seq_lengths[i]`` elements of each row i in the opposite order."""
    seq_axis = renamed_argument("seq_axis", seq_axis, "seq_dim", seq_dim)
    batch_axis = renamed_argument("batch_axis", batch_axis, "batch_dim", batch_dim)
    attributes = {"seq_dim": seq_axis, "batch_dim": 0 if batch_axis is None else batch_axis}
    return apply("ReverseSequence", [input, seq_lengths], attributes, name=name)


def reverse_sequence_v2(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):  # noqa: A002
    """The first ``seq_lengths[i]`` elements of each row i in the opposite order."""
    return reverse_sequence(input, seq_lengths, seq_axis, batch_axis, name)


def roll(input, shift, axis, name=None):  # noqa: A002 (the public name)
    """The elements moved along axes, those that leave coming in at the other end."""
    return apply("Roll", [input, shift, axis], name=name)


# -- Slices


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
                from swiftestimator._ops import math_ops

                packed = [math_ops.cast(p, dtypes.int64) for p in packed]
        else:
            empty = constant([], dtype=dtypes.int32)
            packed = [empty, empty, empty]
        return strided_slice(tensor, *packed, **masks, name=name)


_SLICE = builtins.slice


# -- Gathers and scatters


def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    """The slices of ``params`` at ``indices`` along an axis (``batch_dims``, the first one by default)."""
    if axis is None:
        axis = batch_dims
    return apply("GatherV2", [params, indices, axis], {"batch_dims": int(batch_dims)}, name=name)


def gather_v2(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """The slices of ``params`` at ``indices`` along an axis (``batch_dims``, the first one by default)."""
    return gather(params, indices, validate_indices, name, axis, batch_dims)


def batch_gather(params, indices, name=None):
    """Gathers along the last axis of ``indices``, row by row."""
    indices = convert_to_tensor(indices)
    count = indices._rank
    if count is None:
        raise ValueError("batch_gather does not allow indices with unknown shape.")
    return gather(params, indices, batch_dims=count - 1, axis=count - 1, name=name)


def gather_nd(params, indices, name=None, batch_dims=0):
    """The slices of ``params`` at the positions that the last axis of ``indices`` holds."""
    known = batch_dims if isinstance(batch_dims, int) else constant_value(batch_dims)
    if known == 0:
        return apply("GatherNd", [params, indices], name=name)
    return _batch_gather_nd(params, indices, int(known), name)


def _batch_gather_nd(params, indices, batch_dims, name):
    from swiftestimator._ops import math_ops

    with name_scope(name, "BatchGatherND"):
        indices, params = convert_to_tensor(indices, name="indices"), convert_to_tensor(params, name="params")
        count = indices._rank
        if not isinstance(batch_dims, int) or not 0 <= batch_dims < count or batch_dims >= params._rank:
            raise ValueError(f"batch_dims = {batch_dims} must be less than rank(indices) = {count} and rank(params)")
        indices_shape = shape(indices)
        batch_shape = indices_shape[:batch_dims]
        grids = meshgrid(*[range(batch_shape[i]) for i in _builtin_range(batch_dims)], indexing="ij")
        positions = stack(grids, axis=-1)
        inner = count - batch_dims - 1
        for _ in _builtin_range(inner):
            positions = expand_dims(positions, batch_dims)
        multiples = concat([ones([batch_dims], dtypes.int32), indices_shape[batch_dims:-1], [1]], 0)
        positions = math_ops.cast(tile(positions, multiples), indices.dtype)
        return apply("GatherNd", [params, concat([positions, indices], -1)])


def gather_nd_v2(params, indices, batch_dims=0, name=None):
    """The slices of ``params`` at the positions that the last axis of ``indices`` holds."""
    return gather_nd(params, indices, name, batch_dims)


def scatter_nd(indices, updates, shape, name=None):
    """Zeros of a shape, with updates added at positions."""
    return apply("ScatterNd", [indices, updates, _shape_argument(shape)], name=name)


def _scatter_update(op_type, function_name, summary):
    def operation(tensor, indices, updates, name=None):
        return apply(op_type, [tensor, indices, updates], name=name)

    operation.__name__ = operation.__qualname__ = function_name
    operation.__doc__ = summary
    return operation


tensor_scatter_nd_update = _scatter_update(
    "TensorScatterUpdate", "tensor_scatter_nd_update", "A copy with the elements at positions replaced."
)
tensor_scatter_nd_add = _scatter_update(
    "TensorScatterAdd", "tensor_scatter_nd_add", "A copy with updates added at positions."
)
tensor_scatter_nd_sub = _scatter_update(
    "TensorScatterSub", "tensor_scatter_nd_sub", "A copy with updates subtracted at positions."
)
tensor_scatter_nd_max = _scatter_update(
    "TensorScatterMax", "tensor_scatter_nd_max", "A copy with the larger of old and new at positions."
)
tensor_scatter_nd_min = _scatter_update(
    "TensorScatterMin", "tensor_scatter_nd_min", "A copy with the smaller of old and new at positions."
)


def invert_permutation(x, name=None):
    """The permutation that undoes another."""
    return apply("InvertPermutation", [x], name=name)


def dynamic_partition(data, partitions, num_partitions, name=None):
    """The rows of ``data`` sorted into lists by ``partitions``."""
    return apply("DynamicPartition", [data, partitions], {"num_partitions": num_partitions}, name=name)


def dynamic_stitch(indices, data, name=None):
    """Rows of several tensors put together at their indices."""
    return apply("DynamicStitch", [indices, data], name=name)


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """For each index a vector with ``on_value`` (1) at it and ``off_value`` (0) elsewhere."""
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as name:
        axis = -1 if axis is None else axis
        target = None if dtype is None else dtypes.as_dtype(dtype)
        given = [convert_to_tensor(v, dtype_hint=target) if v is not None else None for v in (on_value, off_value)]
        on_type = None if given[0] is None else given[0].dtype
        off_type = None if given[1] is None else given[1].dtype
        if on_type is not None or off_type is not None:
            if target is not None:
                for label, kind in (("on_value", on_type), ("off_value", off_type)):
                    if kind is not None and kind is not target:
                        raise TypeError(f"dtype {kind!r} of {label} does not match dtype parameter {target!r}")
            target = target or on_type or off_type
        else:
            target = target or dtypes.float32
        on = given[0] if given[0] is not None else convert_to_tensor(_one(target), target, name="on_value")
        off = given[1] if given[1] is not None else convert_to_tensor(_zero(target), target, name="off_value")
        if on.dtype is not off.dtype:
            raise TypeError(f"dtype {on.dtype!r} of on_value does not match dtype {off.dtype!r} of off_value")
        return apply("OneHot", [indices, depth, on, off], {"axis": axis}, name=name)


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
    from swiftestimator._ops import math_ops, reduce_ops

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
        return result if target is dtypes.bool_ else math_ops.cast(result, target)


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


# -- Matrices' diagonals


def matrix_diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with the given diagonals."""
    if hasattr(diagonal, "dtype") and diagonal.dtype is dtypes.bool_:
        padding_value = bool(padding_value)
    return apply("MatrixDiagV3", [diagonal, k, num_rows, num_cols, padding_value], {"align": align}, name=name)


def matrix_diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):  # noqa: A002
    """The diagonals of matrices."""
    if hasattr(input, "dtype") and input.dtype is dtypes.bool_:
        padding_value = bool(padding_value)
    return apply("MatrixDiagPartV3", [input, k, padding_value], {"align": align}, name=name)


def matrix_set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):  # noqa: A002 (the public name)
    """Matrices with their diagonals replaced."""
    return apply("MatrixSetDiagV3", [input, diagonal, k], {"align": align}, name=name)


def matrix_band_part(input, num_lower, num_upper, name=None):  # noqa: A002 (the public name)
    """Matrices with everything but a central band set to zero."""
    return apply("MatrixBandPart", [input, num_lower, num_upper], name=name)


def diag(diagonal, name=None):
    """A tensor of twice the rank with the given diagonal."""
    return apply("Diag", [diagonal], name=name)


def diag_part(input, name=None):  # noqa: A002 (the public name)
    """The diagonal of a tensor of even rank."""
    return apply("DiagPart", [input], name=name)


def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None):
    """Identity matrices."""
    from swiftestimator._ops import math_ops

    with name_scope(name, default_name="eye", values=[num_rows, num_columns, batch_shape]):
        batch = [] if batch_shape is None else batch_shape
        columns = num_rows if num_columns is None else num_columns
        plain = all(not isinstance(v, Tensor) for v in (num_rows, columns)) and not isinstance(batch, Tensor)
        if plain:
            diagonal_size = min(int(num_rows), int(columns))
        else:
            diagonal_size = num_rows if num_columns is None else math_ops.minimum(num_rows, columns)
        if isinstance(batch, Tensor) or isinstance(diagonal_size, Tensor):
            size = convert_to_tensor(diagonal_size)
            batch_tensor = convert_to_tensor(batch, dtypes.int32)
            dims = concat([batch_tensor, expand_dims(size, 0)], 0) if batch_shape is not None else expand_dims(size, 0)
            ones_vector = ones(dims, dtype=dtype)
        else:
            ones_vector = ones([*batch, diagonal_size], dtype=dtype)
        if num_columns is None:
            return matrix_diag(ones_vector)
        return matrix_set_diag(zeros([*batch, num_rows, columns], dtype=dtype), ones_vector)


# -- Space and depth, patches


def space_to_depth(input, block_size, name=None, data_format="NHWC"):  # noqa: A002 (the public name)
    """Blocks of pixels moved into channels."""
    return apply("SpaceToDepth", [input], {"block_size": block_size, "data_format": data_format}, name=name)


def depth_to_space(input, block_size, name=None, data_format="NHWC"):  # noqa: A002 (the public name)
    """Channels moved into blocks of pixels."""
    return apply("DepthToSpace", [input], {"block_size": block_size, "data_format": data_format}, name=name)


def space_to_depth_v2(input, block_size, data_format="NHWC", name=None):  # noqa: A002 (the public name)
    """Blocks of pixels moved into channels."""
    return space_to_depth(input, block_size, name, data_format)


def depth_to_space_v2(input, block_size, data_format="NHWC", name=None):  # noqa: A002 (the public name)
    """Channels moved into blocks of pixels."""
    return depth_to_space(input, block_size, name, data_format)


def space_to_batch_nd(input, block_shape, paddings, name=None):  # noqa: A002 (the public name)
    """Blocks of positions moved into the batch."""
    return apply("SpaceToBatchND", [input, block_shape, paddings], name=name)


def batch_to_space_nd(input, block_shape, crops, name=None):  # noqa: A002 (the public name)
    """What :func:`space_to_batch_nd` did, undone."""
    return apply("BatchToSpaceND", [input, block_shape, crops], name=name)


def extract_image_patches(images, ksizes=None, strides=None, rates=None, padding=None, name=None, sizes=None):
    """Patches of images, each flattened into the last dimension."""
    ksizes = renamed_argument("sizes", sizes, "ksizes", ksizes)
    attributes = {"ksizes": list(ksizes), "strides": list(strides), "rates": list(rates), "padding": padding}
    return apply("ExtractImagePatches", [images], attributes, name=name)


def edit_distance(hypothesis, truth, normalize=True, name="edit_distance"):
    """The Levenshtein distances between sequences in two sparse tensors."""
    inputs = [
        hypothesis.indices, hypothesis.values, hypothesis.dense_shape, truth.indices, truth.values, truth.dense_shape,
    ]  # fmt: skip
    return apply("EditDistance", inputs, {"normalize": normalize}, name=name)


# -- Placeholders


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
