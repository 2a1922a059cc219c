"""Moments and normalisation."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops import (
    array_ops,
    cast_ops,
    gather_ops,
    math_ops,
    placeholder_ops,
    reduce_ops,
)
from swiftestimator._ops.support import (
    apply,
    convert_to_tensor,
    name_scope,
    renamed_argument,
)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """x over the root of its sum of squares along axes (of all elements by default)."""
    axis = renamed_argument("axis", axis, "dim", dim)
    return l2_normalize_v2(x, axis, epsilon, name)


def l2_normalize_v2(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """x over the root of its sum of squares along axes (of all elements by default)."""
    axis = renamed_argument("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as name:
        x = convert_to_tensor(x, name="x")
        total = reduce_ops.reduce_sum(math_ops.square(x), axis, keepdims=True)
        return math_ops.multiply(x, math_ops.rsqrt(math_ops.maximum(total, epsilon)), name=name)


def local_response_normalization(
    input,
    depth_radius=5,
    bias=1,
    alpha=1,
    beta=0.5,
    name=None,  # noqa: A002 (the public name)
):
    """Each channel over a power of the sum of squares of the channels around it."""
    attributes = {"depth_radius": int(depth_radius), "bias": float(bias), "alpha": float(alpha), "beta": float(beta)}
    return apply("LRN", [input], attributes, name=name)


lrn = local_response_normalization


def moments(x, axes, shift=None, name=None, keep_dims=None, keepdims=None):
    """The mean and the variance over axes."""
    keep_dims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims) or False
    with name_scope(name, "moments", [x, axes]):
        x = convert_to_tensor(x, name="x") if not isinstance(x, Tensor) else x
        y = cast_ops.cast(x, dtypes.float32) if x.dtype in (dtypes.float16, dtypes.bfloat16) else x
        mean = reduce_ops.reduce_mean(y, axes, keepdims=True, name="mean")
        squared = math_ops.squared_difference(y, placeholder_ops.stop_gradient(mean))
        variance = reduce_ops.reduce_mean(squared, axes, keepdims=True, name="variance")
        if not keep_dims:
            mean, variance = array_ops.squeeze(mean, axes), array_ops.squeeze(variance, axes)
        if x.dtype in (dtypes.float16, dtypes.bfloat16):
            return cast_ops.cast(mean, x.dtype), cast_ops.cast(variance, x.dtype)
        return mean, variance


def moments_v2(x, axes, shift=None, keepdims=False, name=None):
    """The mean and the variance over axes."""
    return moments(x, axes, shift, name, keepdims)


def sufficient_statistics(x, axes, shift=None, keep_dims=None, name=None, keepdims=None):
    """The count, sum and sum of squares over axes, and the shift that was subtracted."""
    axes = [axes] if isinstance(axes, int) else list(dict.fromkeys(axes))
    keep_dims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims) or False
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        dims = x._shape_as_list()
        if dims is not None and all(dims[d] is not None for d in axes):
            counts = constant(float(np.prod([dims[d] for d in axes])), dtype=x.dtype)
        else:
            sizes = gather_ops.gather(cast_ops.cast(array_ops.shape(x), x.dtype), axes)
            counts = reduce_ops.reduce_prod(sizes, name="count")
        if shift is not None:
            shift = convert_to_tensor(shift, name="shift")
            first, second = math_ops.subtract(x, shift), math_ops.squared_difference(x, shift)
        else:
            first, second = x, math_ops.square(x)
        first = reduce_ops.reduce_sum(first, axes, keepdims=keep_dims, name="mean_ss")
        second = reduce_ops.reduce_sum(second, axes, keepdims=keep_dims, name="var_ss")
    return counts, first, second, shift


def sufficient_statistics_v2(x, axes, shift=None, keepdims=False, name=None):
    """The count, sum and sum of squares over axes, and the shift that was subtracted."""
    return sufficient_statistics(x, axes, shift, keepdims, name)


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """The mean and variance from what :func:`sufficient_statistics` gives."""
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = math_ops.reciprocal(counts, name="divisor")
        if shift is not None:
            shifted = math_ops.multiply(mean_ss, divisor, name="shifted_mean")
            mean = math_ops.add(shifted, shift, name="mean")
        else:
            shifted = mean = math_ops.multiply(mean_ss, divisor, name="mean")
        variance = math_ops.subtract(math_ops.multiply(variance_ss, divisor), math_ops.square(shifted), name="variance")
    return mean, variance


def weighted_moments(x, axes, frequency_weights, name=None, keep_dims=None, keepdims=None):
    """The mean and variance over axes of elements that count by their weights."""
    keep_dims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims) or False
    with name_scope(name, "weighted_moments", [x, frequency_weights, axes]):
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        narrow = x.dtype in (dtypes.float16, dtypes.bfloat16)
        values = cast_ops.cast(x, dtypes.float32) if narrow else x
        if weights.dtype is not values.dtype:
            weights = cast_ops.cast(weights, values.dtype)
        weighted_sum = reduce_ops.reduce_sum(weights * values, axes, name="weighted_input_sum", keepdims=True)
        broadcast = weights + array_ops.zeros_like(values)
        total = reduce_ops.reduce_sum(broadcast, axes, name="sum_of_weights", keepdims=True)
        mean = math_ops.div_no_nan(weighted_sum, total)
        squares = reduce_ops.reduce_sum(
            weights * math_ops.squared_difference(values, mean), axes, name="weighted_distsq", keepdims=True
        )
        variance = math_ops.div_no_nan(squares, total)
        if not keep_dims:
            mean, variance = array_ops.squeeze(mean, axis=axes), array_ops.squeeze(variance, axis=axes)
        if narrow:
            mean, variance = cast_ops.cast(mean, x.dtype), cast_ops.cast(variance, x.dtype)
        return mean, variance


def weighted_moments_v2(x, axes, frequency_weights, keepdims=False, name=None):
    """The mean and variance over axes of elements that count by their weights."""
    return weighted_moments(x, axes, frequency_weights, name, keepdims)


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """(x - mean) · scale / sqrt(variance + epsilon) + offset."""
    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        factor = math_ops.rsqrt(variance + variance_epsilon)
        if scale is not None:
            factor *= scale
        scaled = x * cast_ops.cast(factor, x.dtype)
        shift = offset - mean * factor if offset is not None else -mean * factor
        return scaled + cast_ops.cast(shift, x.dtype)


def fused_batch_norm(
    x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC", is_training=True, name=None,
    exponential_avg_factor=1.0,
):  # fmt: skip
    """Batch normalisation over the channels of images; gives the result, the batch's mean and its variance."""
    if (not is_training or exponential_avg_factor != 1.0) and (mean is None or variance is None):
        raise ValueError(
            "Both `mean` and `variance` must be a 1D tensor when `is_training` is False or `exponential_avg_factor` != "
            f"1.0. Received: `mean` {mean!r} and `variance` {variance!r}"
        )
    x = convert_to_tensor(x, name="input")
    scale, offset = convert_to_tensor(scale, name="scale"), convert_to_tensor(offset, name="offset")
    mean = constant([]) if mean is None else mean
    variance = constant([]) if variance is None else variance
    epsilon = max(epsilon, 1.001e-5)
    attributes = {
        "epsilon": epsilon, "exponential_avg_factor": exponential_avg_factor, "data_format": data_format,
        "is_training": is_training,
    }  # fmt: skip
    outputs = apply("FusedBatchNormV3", [x, scale, offset, mean, variance], attributes, name=name)
    return outputs[0], outputs[1], outputs[2]


def normalize(tensor, ord="euclidean", axis=None, name=None):  # noqa: A002 (the public name)
    """The tensor over its norm, and the norm."""
    from swiftestimator._ops.linalg_ops import norm as norm_of

    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        size = norm_of(tensor, ord, axis, keepdims=True)
        size = cast_ops.cast(size, tensor.dtype)
        return tensor / size, size
