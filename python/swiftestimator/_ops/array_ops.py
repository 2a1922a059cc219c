"""Shapes, slices, joins, gathers: rearranging elements."""

import builtins

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import Dimension, TensorShape
from swiftestimator._ops.support import (
    apply,
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
            from swiftestimator._ops import cast_ops

            return cast_ops.cast(input.dense_shape, out_type)
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
            from swiftestimator._ops import cast_ops, reduce_ops

            return reduce_ops.reduce_prod(cast_ops.cast(input.dense_shape, out_type), 0, name=name)
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
    from swiftestimator._ops import cast_ops

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
        parts = [cast_ops.cast(part, given) for part in (start, limit, delta)]
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
