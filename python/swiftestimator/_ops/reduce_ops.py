"""Reductions over axes, and segments."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops import array_ops, cast_ops, math_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope, renamed_argument

_SUMMARIES = {
    "Sum": "The sum over ``axis`` (all axes by default).",
    "Mean": "The mean over ``axis`` (all axes by default).",
    "Prod": "The product over ``axis`` (all axes by default).",
    "Max": "The largest element over ``axis`` (all axes by default).",
    "Min": "The smallest element over ``axis`` (all axes by default).",
    "All": "Whether every element over ``axis`` (all axes by default) is true.",
    "Any": "Whether some element over ``axis`` (all axes by default) is true.",
}


def _axes(x, axis):
    """The axes to reduce: as given, or every one."""
    if axis is not None:
        return axis
    if getattr(x, "_is_sparse_tensor", False):
        rank = x.dense_shape.shape[0]
        rank = getattr(rank, "value", rank)
        return None if rank is None else constant(np.arange(rank), dtype=dtypes.int32)
    if isinstance(x, Tensor) and x._rank is not None:
        return constant(np.arange(x._rank), dtype=dtypes.int32)
    if not isinstance(x, Tensor) and hasattr(x, "_as_tensor") and x.shape.rank is not None:
        return constant(np.arange(x.shape.rank), dtype=dtypes.int32)
    return array_ops.range(0, array_ops.rank(x))


def _reduce(op_type, x, axis, keepdims, name):
    keepdims = False if keepdims is None else bool(keepdims)
    result = apply(op_type, [x, _axes(x, axis)], {"keep_dims": keepdims}, name=name)
    if axis is None and not keepdims:
        result.set_shape(())
    return result


def _pair(op_type, function_name):
    """The function in TensorFlow 1's form, with the older names of the arguments, and in TensorFlow 2's."""

    def version1(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
        axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
        keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
        return _reduce(op_type, input_tensor, axis, keepdims, name)

    def version2(input_tensor, axis=None, keepdims=False, name=None):
        return _reduce(op_type, input_tensor, axis, keepdims, name)

    for function in (version1, version2):
        function.__name__ = function.__qualname__ = function_name
        function.__doc__ = _SUMMARIES[op_type]
    return version1, version2


reduce_sum, reduce_sum_v2 = _pair("Sum", "reduce_sum")
reduce_mean, reduce_mean_v2 = _pair("Mean", "reduce_mean")
reduce_prod, reduce_prod_v2 = _pair("Prod", "reduce_prod")
reduce_max, reduce_max_v2 = _pair("Max", "reduce_max")
reduce_min, reduce_min_v2 = _pair("Min", "reduce_min")
reduce_all, reduce_all_v2 = _pair("All", "reduce_all")
reduce_any, reduce_any_v2 = _pair("Any", "reduce_any")


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    """The root of the sum of squares over ``axis`` (all axes by default)."""
    with name_scope(name, "EuclideanNorm", [input_tensor]) as name:
        x = convert_to_tensor(input_tensor, name="input_tensor")
        total = reduce_sum_v2(apply("Square", [x]), axis, keepdims)
        if total.dtype.is_integer:
            from swiftestimator._ops.cast_ops import cast

            return cast(apply("Sqrt", [cast(total, "float64")]), x.dtype, name=name)
        return apply("Sqrt", [total], name=name)


def reduce_logsumexp_v2(input_tensor, axis=None, keepdims=False, name=None):
    """log(sum(exp(x))) over ``axis`` (all axes by default), without overflow."""
    with name_scope(name, "ReduceLogSumExp", [input_tensor]) as name:
        highest = reduce_max(input_tensor, axis=axis, keepdims=True)
        shift = apply(
            "StopGradient",
            [apply("Select", [math_ops.is_finite(highest), highest, apply("ZerosLike", [highest])])],
        )
        total = reduce_sum(math_ops.exp(math_ops.subtract(input_tensor, shift)), axis=axis, keepdims=keepdims)
        result = math_ops.log(total)
        if not keepdims:
            shift = array_ops.reshape(shift, apply("Shape", [result], {"out_type": dtypes.int32}))
        return math_ops.add(result, shift, name=name)


def reduce_logsumexp(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
    """log(sum(exp(x))) over ``axis`` (all axes by default), without overflow."""
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    return reduce_logsumexp_v2(input_tensor, axis, bool(keepdims), name)


def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """The variance over ``axis`` (all axes by default)."""
    with name_scope(name or "reduce_variance"):
        input_tensor = convert_to_tensor(input_tensor)
        means = reduce_mean(input_tensor, axis=axis, keepdims=True)
        if means.dtype.is_integer:
            raise TypeError(f"Input must be either real or complex. Received integer type {means.dtype}.")
        difference = input_tensor - means
        if difference.dtype.is_complex:
            squared = cast_ops.real(difference * cast_ops.conj(difference))
        else:
            squared = math_ops.square(difference)
        return reduce_mean(squared, axis=axis, keepdims=keepdims)


def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The standard deviation over ``axis`` (all axes by default)."""
    with name_scope(name or "reduce_std"):
        input_tensor = convert_to_tensor(input_tensor)
        return math_ops.sqrt(reduce_variance(input_tensor, axis=axis, keepdims=keepdims))


def count_nonzero_v2(input, axis=None, keepdims=None, dtype=dtypes.int64, name=None):  # noqa: A002 (the public name)
    """The number of elements other than zero over ``axis`` (all axes by default)."""
    keepdims = bool(keepdims)
    with name_scope(name, "count_nonzero", [input]):
        input = convert_to_tensor(input, name="input")
        zero = array_ops.zeros([], dtype=input.dtype)
        return cast_ops.cast(
            reduce_sum(cast_ops.cast(math_ops.not_equal(input, zero), dtypes.int64), axis=axis, keepdims=keepdims),
            dtype=dtype,
        )


def count_nonzero(
    input_tensor=None, axis=None, keepdims=None, dtype=dtypes.int64, name=None, reduction_indices=None, keep_dims=None,
    input=None,  # noqa: A002 (the public name)
):  # fmt: skip
    """The number of elements other than zero over ``axis`` (all axes by default)."""
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    return count_nonzero_v2(renamed_argument("input", input, "input_tensor", input_tensor), axis, keepdims, dtype, name)


# -- Positions of extremes


def argmax(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):  # noqa: A002 (the public name)
    """The index of the largest element along an axis (the first one by default)."""
    axis = renamed_argument("axis", axis, "dimension", dimension)
    return argmax_v2(input, axis, output_type, name)


def argmax_v2(input, axis=None, output_type=dtypes.int64, name=None):  # noqa: A002 (the public name)
    """The index of the largest element along an axis (the first one by default)."""
    axis = 0 if axis is None else axis
    return apply("ArgMax", [input, axis], {"output_type": dtypes.as_dtype(output_type)}, name=name)


def argmin(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):  # noqa: A002 (the public name)
    """The index of the smallest element along an axis (the first one by default)."""
    axis = renamed_argument("axis", axis, "dimension", dimension)
    return argmin_v2(input, axis, output_type, name)


def argmin_v2(input, axis=None, output_type=dtypes.int64, name=None):  # noqa: A002 (the public name)
    """The index of the smallest element along an axis (the first one by default)."""
    axis = 0 if axis is None else axis
    return apply("ArgMin", [input, axis], {"output_type": dtypes.as_dtype(output_type)}, name=name)


def arg_max(input, dimension, output_type=dtypes.int64, name=None):  # noqa: A002 (the public name)
    """The index of the largest element along an axis."""
    return argmax_v2(input, dimension, output_type, name)


def arg_min(input, dimension, output_type=dtypes.int64, name=None):  # noqa: A002 (the public name)
    """The index of the smallest element along an axis."""
    return argmin_v2(input, dimension, output_type, name)


# -- Segments


def _segment(op_type, function_name, summary):
    def operation(data, segment_ids, name=None):
        return apply(op_type, [data, segment_ids], name=name)

    operation.__name__ = operation.__qualname__ = function_name
    operation.__doc__ = summary
    return operation


def _unsorted_segment(op_type, function_name, summary):
    def operation(data, segment_ids, num_segments, name=None):
        return apply(op_type, [data, segment_ids, num_segments], name=name)

    operation.__name__ = operation.__qualname__ = function_name
    operation.__doc__ = summary
    return operation


segment_sum = _segment("SegmentSum", "segment_sum", "The sum of the rows with the same (sorted) id.")
segment_mean = _segment("SegmentMean", "segment_mean", "The mean of the rows with the same (sorted) id.")
segment_prod = _segment("SegmentProd", "segment_prod", "The product of the rows with the same (sorted) id.")
segment_max = _segment("SegmentMax", "segment_max", "The largest elements of the rows with the same (sorted) id.")
segment_min = _segment("SegmentMin", "segment_min", "The smallest elements of the rows with the same (sorted) id.")
unsorted_segment_sum = _unsorted_segment(
    "UnsortedSegmentSum", "unsorted_segment_sum", "The sum of the rows with the same id."
)
unsorted_segment_prod = _unsorted_segment(
    "UnsortedSegmentProd", "unsorted_segment_prod", "The product of the rows with the same id."
)
unsorted_segment_max = _unsorted_segment(
    "UnsortedSegmentMax", "unsorted_segment_max", "The largest elements of the rows with the same id."
)
unsorted_segment_min = _unsorted_segment(
    "UnsortedSegmentMin", "unsorted_segment_min", "The smallest elements of the rows with the same id."
)


def _unsorted_counts(data, segment_ids, num_segments):
    """How many rows each segment has (at least 1), in the shape that divides the segments' sums."""
    num_segments = convert_to_tensor(num_segments)
    ones = array_ops.ones(array_ops.plain_shape(segment_ids), dtype=data.dtype)
    counts = unsorted_segment_sum(ones, segment_ids, num_segments)
    number = num_segments[array_ops.newaxis]
    inner = array_ops.rank(data) - array_ops.rank(segment_ids)
    shape = array_ops.concat([number, array_ops.ones([inner], dtype=num_segments.dtype)], axis=0)
    return math_ops.maximum(array_ops.reshape(counts, shape), 1)


def unsorted_segment_mean(data, segment_ids, num_segments, name=None):
    """The mean of the rows with the same id."""
    with name_scope(name, "UnsortedSegmentMean"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _unsorted_counts(data, segment_ids, num_segments)
        return unsorted_segment_sum(data, segment_ids, num_segments) / counts


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """The sum of the rows with the same id over the root of their number."""
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _unsorted_counts(data, segment_ids, num_segments)
        return unsorted_segment_sum(data, segment_ids, num_segments) / math_ops.sqrt(counts)


def _sparse_segment(op_type, function_name, summary):
    def version1(data, indices, segment_ids, name=None, num_segments=None, sparse_gradient=False):
        if num_segments is not None:
            return apply(f"{op_type}WithNumSegments", [data, indices, segment_ids, num_segments], name=name)
        return apply(op_type, [data, indices, segment_ids], name=name)

    def version2(data, indices, segment_ids, num_segments=None, name=None, sparse_gradient=False):
        return version1(data, indices, segment_ids, name, num_segments)

    for function in (version1, version2):
        function.__name__ = function.__qualname__ = function_name
        function.__doc__ = summary
    return version1, version2


sparse_segment_sum, sparse_segment_sum_v2 = _sparse_segment(
    "SparseSegmentSum", "sparse_segment_sum", "The sum of chosen rows with the same (sorted) id."
)
sparse_segment_mean, sparse_segment_mean_v2 = _sparse_segment(
    "SparseSegmentMean", "sparse_segment_mean", "The mean of chosen rows with the same (sorted) id."
)
sparse_segment_sqrt_n, sparse_segment_sqrt_n_v2 = _sparse_segment(
    "SparseSegmentSqrtN",
    "sparse_segment_sqrt_n",
    "The sum of chosen rows with the same id over the root of their number.",
)
