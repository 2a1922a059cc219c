"""Clipping, and norms of lists of tensors."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._ops import array_ops, math_ops, nn_ops, reduce_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """Elements moved into the interval."""
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as name:
        slices = getattr(t, "_is_indexed_slices", False)
        values = t.values if slices else convert_to_tensor(t, name="t")
        upper = math_ops.minimum(values, clip_value_max)
        upper.shape.assert_is_compatible_with(values.shape)
        result = math_ops.maximum(upper, clip_value_min, name=name)
        result.shape.assert_is_compatible_with(values.shape)
        return type(t)(result, t.indices, t.dense_shape) if slices else result


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """The tensor scaled down to a norm (along axes), if its norm is larger."""
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as name:
        slices = getattr(t, "_is_indexed_slices", False)
        values = convert_to_tensor(t.values if slices else t, name="t")
        total = reduce_ops.reduce_sum(values * values, axes, keepdims=True)
        positive = total > 0
        safe = array_ops.where(positive, total, array_ops.ones_like(total))
        norm = array_ops.where(positive, math_ops.sqrt(safe), total)
        scaled = values * clip_norm
        scaled.shape.assert_is_compatible_with(values.shape)
        result = array_ops.identity(scaled / math_ops.maximum(norm, clip_norm), name=name)
        return type(t)(result, t.indices, t.dense_shape) if slices else result


def _check_list(t_list):
    if isinstance(t_list, str | bytes) or not hasattr(t_list, "__iter__") or hasattr(t_list, "op"):
        raise TypeError(f"`t_list` must be a sequence of tensors, got {type(t_list).__name__}")
    return list(t_list)


def _values(t_list):
    return [
        convert_to_tensor(t.values if getattr(t, "_is_indexed_slices", False) else t, name=f"t_{i}")
        if t is not None
        else None
        for i, t in enumerate(t_list)
    ]


def global_norm(t_list, name=None):
    """The root of the sum of squares of all elements of a list of tensors; ``None`` items are left out."""
    t_list = _check_list(t_list)
    with name_scope(name, "global_norm", t_list):
        halves = [nn_ops.l2_loss(v) for v in _values(t_list) if v is not None]
        half = reduce_ops.reduce_sum(array_ops.stack(halves))
        return math_ops.sqrt(half * constant(2.0, dtype=half.dtype), name="global_norm")


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """The tensors of a list scaled down together to a norm, if theirs is larger; and the norm before."""
    t_list = _check_list(t_list)
    if use_norm is None:
        use_norm = global_norm(t_list, name)
    with name_scope(name, "clip_by_global_norm", [*t_list, clip_norm]) as name:
        scale_for_finite = clip_norm * math_ops.minimum(1.0 / use_norm, constant(1.0, dtype=use_norm.dtype) / clip_norm)
        # Infinity minus itself is NaN: a norm that is not finite makes every element NaN.
        scale = scale_for_finite + (use_norm - use_norm)
        values = _values(t_list)
        clipped = []
        for i, v in enumerate(values):
            if v is None:
                clipped.append(None)
            else:
                clipped.append(array_ops.identity(v * math_ops.cast(scale, v.dtype), name=f"{name}_{i}"))
        return [
            type(t)(c, t.indices, t.dense_shape) if getattr(t, "_is_indexed_slices", False) else c
            for c, t in zip(clipped, t_list)
        ], use_norm


def clip_by_average_norm(t, clip_norm, name=None):
    """The tensor scaled down to an average norm (the norm over the number of elements), if its own is larger."""
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as name:
        t = convert_to_tensor(t, name="t")
        count = math_ops.cast(array_ops.size(t), dtypes.float32)
        inverse = math_ops.rsqrt(reduce_ops.reduce_sum(t * t, array_ops.range(array_ops.rank(t))))
        return array_ops.identity(
            t * clip_norm * math_ops.minimum(inverse * count, constant(1.0, dtype=t.dtype) / clip_norm), name=name
        )


def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """The value; a run in which an element is infinite or NaN fails with the message."""
    x = t if x is None else x
    message = msg if message is None else message
    with name_scope(name, "VerifyFinite", [x]):
        x = convert_to_tensor(x, name="x")
        from swiftestimator._ops import control_flow_ops

        check = apply("CheckNumerics", [x], {"message": message})
        return control_flow_ops.with_dependencies([check], x)


def verify_tensor_all_finite_v2(x, message, name=None):
    """The value; a run in which an element is infinite or NaN fails with the message."""
    return verify_tensor_all_finite(x, message, name)
