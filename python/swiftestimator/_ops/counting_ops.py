"""Counts, running sums, and facts about sequences."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops.cast_ops import cast
from swiftestimator._ops.math_ops import less, less_equal, lgamma, maximum, minimum, subtract
from swiftestimator._ops.support import (
    apply,
    constant_value,
    convert_to_tensor,
    is_number_type,
    name_scope,
)


def is_non_decreasing(x, name=None):
    """Whether each element is at least as large as the one before it."""
    from swiftestimator._ops.check_ops import _differences

    with name_scope(name, "is_non_decreasing", [x]):
        difference = _differences(x)
        zero = convert_to_tensor(0, dtype=difference.dtype)
        from swiftestimator._ops.reduce_ops import reduce_all

        return reduce_all(less_equal(zero, difference))


def is_strictly_increasing(x, name=None):
    """Whether each element is larger than the one before it."""
    from swiftestimator._ops.check_ops import _differences
    from swiftestimator._ops.reduce_ops import reduce_all

    with name_scope(name, "is_strictly_increasing", [x]):
        difference = _differences(x)
        zero = convert_to_tensor(0, dtype=difference.dtype)
        return reduce_all(less(zero, difference))


def is_numeric_tensor(tensor):
    """Whether it is a tensor of numbers."""
    return isinstance(tensor, Tensor) and (is_number_type(tensor.dtype))


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32):
    """How often (or with what total weight) each non-negative int occurs."""
    return bincount_v2(arr, weights, minlength, maxlength, dtype)


def bincount_v2(
    arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32, name=None, axis=None, binary_output=False
):
    """How often (or with what total weight) each non-negative int occurs."""
    if axis is not None or binary_output:
        raise NotImplementedError("tf.math.bincount with axis or binary_output is not implemented in swiftestimator")
    from swiftestimator._ops import array_ops, gather_ops, mask_ops, reduce_ops

    with name_scope(name, "bincount"):
        arr = convert_to_tensor(arr, name="arr", dtype_hint=dtypes.int32)
        if arr.dtype is not dtypes.int32:
            arr = cast(arr, dtypes.int32)
        is_filled = reduce_ops.reduce_prod(array_ops.shape(arr)) > 0
        size = cast(is_filled, dtypes.int32) * (reduce_ops.reduce_max(arr) + 1)
        if minlength is not None:
            size = maximum(convert_to_tensor(minlength, dtypes.int32, name="minlength"), size)
        if maxlength is not None:
            size = minimum(convert_to_tensor(maxlength, dtypes.int32, name="maxlength"), size)
        flat = array_ops.reshape(arr, [-1])
        if weights is not None:
            weights = array_ops.reshape(convert_to_tensor(weights, name="weights"), [-1])
        else:
            weights = array_ops.ones_like(flat, dtype=dtypes.as_dtype(dtype))
        if maxlength is not None:
            inside = array_ops.reshape(mask_ops.where(flat < size), [-1])
            flat, weights = gather_ops.gather(flat, inside), gather_ops.gather(weights, inside)
        return apply("UnsortedSegmentSum", [weights, flat, size])


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running sums along an axis."""
    with name_scope(name, "Cumsum", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return apply("Cumsum", [x, axis], {"exclusive": exclusive, "reverse": reverse}, name=name)


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running products along an axis."""
    with name_scope(name, "Cumprod", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return apply("Cumprod", [x, axis], {"exclusive": exclusive, "reverse": reverse}, name=name)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running log(sum(exp)) along an axis."""
    with name_scope(name, "CumulativeLogsumexp", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return apply("CumulativeLogsumexp", [x, axis], {"exclusive": exclusive, "reverse": reverse}, name=name)


def nextafter(x1, x2, name=None):
    """The next representable number after x1 towards x2."""
    return apply("NextAfter", [x1, x2], name=name)


def lbeta(x, name=None):
    """The logarithm of the multivariate beta function along the last axis."""
    from swiftestimator._ops.reduce_ops import reduce_sum

    with name_scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        return subtract(reduce_sum(lgamma(x), axis=[-1]), lgamma(reduce_sum(x, axis=[-1])))


def bucketize(input, boundaries, name=None):  # noqa: A002 (the public name)
    """The number of boundaries that are not larger than each element."""
    return apply("Bucketize", [input], {"boundaries": [float(b) for b in boundaries]}, name=name)


def confusion_matrix_v2(labels, predictions, num_classes=None, weights=None, dtype=dtypes.int32, name=None):
    """Counts of (label, prediction) pairs as a matrix."""
    from swiftestimator._ops import array_ops, check_ops, control_flow_ops, gather_ops, reduce_ops

    with name_scope(name, "confusion_matrix", [predictions, labels, num_classes, weights]):
        labels, predictions = remove_squeezable_dimensions(
            convert_to_tensor(labels, name="labels"), convert_to_tensor(predictions, name="predictions")
        )
        predictions, labels = cast(predictions, dtypes.int64), cast(labels, dtypes.int64)
        labels = control_flow_ops.with_dependencies(
            [check_ops.assert_non_negative(labels, message="`labels` contains negative values")], labels
        )
        predictions = control_flow_ops.with_dependencies(
            [check_ops.assert_non_negative(predictions, message="`predictions` contains negative values")], predictions
        )
        if num_classes is None:
            num_classes = maximum(reduce_ops.reduce_max(predictions), reduce_ops.reduce_max(labels)) + 1
        else:
            num_classes = cast(num_classes, dtypes.int64)
            labels = control_flow_ops.with_dependencies(
                [check_ops.assert_less(labels, num_classes, message="`labels` out of bound")], labels
            )
            predictions = control_flow_ops.with_dependencies(
                [check_ops.assert_less(predictions, num_classes, message="`predictions` out of bound")], predictions
            )
        if weights is not None:
            weights = cast(convert_to_tensor(weights), dtype)
        shape = array_ops.stack([num_classes, num_classes])
        indices = array_ops.stack([labels, predictions], axis=1)
        values = array_ops.ones_like(predictions, dtype) if weights is None else weights
        return gather_ops.scatter_nd(indices, values, cast(shape, dtypes.int64))


def confusion_matrix(labels, predictions, num_classes=None, dtype=dtypes.int32, name=None, weights=None):
    """Counts of (label, prediction) pairs as a matrix."""
    return confusion_matrix_v2(labels, predictions, num_classes, weights, dtype, name)


def remove_squeezable_dimensions(labels, predictions, expected_rank_diff=0, name=None):
    """Drops a last dimension of size 1 from the one of the two that has a dimension too many."""
    from swiftestimator._ops import array_ops

    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        labels, predictions = convert_to_tensor(labels), convert_to_tensor(predictions)
        label_rank, prediction_rank = labels._rank, predictions._rank
        if label_rank is not None and prediction_rank is not None:
            difference = prediction_rank - label_rank
            if difference == expected_rank_diff + 1 and predictions._shape_as_list()[-1] in (1, None):
                predictions = array_ops.squeeze(predictions, [-1])
            elif difference == expected_rank_diff - 1 and labels._shape_as_list()[-1] in (1, None):
                labels = array_ops.squeeze(labels, [-1])
        return labels, predictions


def tensor_equals(x, y):
    """Whether both have the same elements, as a static fact: only for constants."""
    return np.array_equal(constant_value(x), constant_value(y))
