"""Elements picked by index, and put at indices."""

from swiftestimator._framework import dtypes
from swiftestimator._ops.array_ops import (
    _builtin_range,
    _one,
    _shape_argument,
    _zero,
    concat,
    expand_dims,
    ones,
    range,
    shape,
    stack,
    tile,
)
from swiftestimator._ops.support import (
    apply,
    constant_value,
    convert_to_tensor,
    name_scope,
)


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
    from swiftestimator._ops import cast_ops
    from swiftestimator._ops.mask_ops import meshgrid

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
        positions = cast_ops.cast(tile(positions, multiples), indices.dtype)
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
