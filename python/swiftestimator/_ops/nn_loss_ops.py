"""Losses on logits."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, cast_ops, mask_ops, math_ops, slice_ops
from swiftestimator._ops.nn_ops import relu
from swiftestimator._ops.support import (
    apply,
    convert_to_tensor,
    name_scope,
    renamed_argument,
)


def _ensure_xent_args(function_name, labels, logits):
    if labels is None or logits is None:
        raise ValueError(
            f"Both `labels` and `logits` must be provided for {function_name}. "
            f"Received: labels={labels} and logits={logits}"
        )


def softmax_cross_entropy_with_logits_v2(labels, logits, axis=None, name=None, dim=None):
    """The cross entropy of the softmax of logits with distributions ``labels``; gradients flow to both."""
    axis = renamed_argument("axis", axis, "dim", dim)
    return _softmax_cross_entropy(labels, logits, -1 if axis is None else axis, name)


def softmax_cross_entropy_with_logits_v2_only(labels, logits, axis=-1, name=None):
    """The cross entropy of the softmax of logits with distributions ``labels``; gradients flow to both."""
    return _softmax_cross_entropy(labels, logits, axis, name)


def softmax_cross_entropy_with_logits(labels=None, logits=None, dim=-1, name=None, axis=None):
    """The cross entropy of the softmax of logits with distributions ``labels``; no gradient flows to the labels."""
    dim = axis if axis is not None else dim
    _ensure_xent_args("softmax_cross_entropy_with_logits", labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as name:
        labels = apply("StopGradient", [labels], name="labels_stop_gradient")
    return _softmax_cross_entropy(labels, logits, dim, name)


def _softmax_cross_entropy(labels, logits, axis, name):
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as name:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        narrow = logits.dtype in (dtypes.float16, dtypes.bfloat16)
        precise = cast_ops.cast(logits, dtypes.float32) if narrow else logits
        labels = cast_ops.cast(labels, precise.dtype)
        rank = array_ops.rank(precise)
        known = logits.shape
        if axis != -1:

            def swapped(last):
                return array_ops.concat([array_ops.range(axis), [last], array_ops.range(axis + 1, last), [axis]], 0)

            order = swapped(math_ops.subtract(rank, 1))
            precise, labels = array_ops.transpose(precise, order), array_ops.transpose(labels, order)
        input_shape = array_ops.shape(precise)
        precise = _flatten_outer(precise)
        labels = _flatten_outer(labels)
        cost = apply("SoftmaxCrossEntropyWithLogits", [precise, labels], name=name)[0]
        outer = slice_ops.slice(input_shape, [0], [math_ops.subtract(rank, 1)])
        cost = array_ops.reshape(cost, outer)
        if known.rank is not None:
            dims = known.as_list()
            del dims[axis]
            cost.set_shape(dims)
        return cast_ops.cast(cost, logits.dtype) if narrow else cost


def _flatten_outer(logits):
    """A matrix with the last dimension of ``logits`` as its second one."""
    rank = array_ops.rank(logits)
    last = slice_ops.slice(array_ops.shape(logits), [math_ops.subtract(rank, 1)], [1])
    result = array_ops.reshape(logits, array_ops.concat([[-1], last], 0))
    known = logits.shape
    if known.rank is not None:
        dims = known.as_list()
        product = 1
        for size in dims[:-1]:
            product = None if size is None or product is None else product * size
        result.set_shape([product, dims[-1]])
    return result


def sparse_softmax_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """The cross entropy of the softmax of logits with the classes ``labels``."""
    _ensure_xent_args("sparse_softmax_cross_entropy_with_logits", labels, logits)
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        narrow = logits.dtype in (dtypes.float16, dtypes.bfloat16)
        precise = cast_ops.cast(logits, dtypes.float32) if narrow else logits
        known = labels.shape
        shape = array_ops.shape(labels)
        if logits._rank == 0:
            raise ValueError(f"`logits` cannot be a scalar. Received logits={logits}`")
        if logits._rank is not None and known.rank is not None and known.rank != logits._rank - 1:
            raise ValueError(
                "`labels.shape.rank` must equal `logits.shape.rank - 1`. "
                f"Received: labels.shape={known} of rank {known.rank} and logits.shape={logits.shape} of rank "
                f"{logits._rank}"
            )
        if known.rank is not None and not known.is_compatible_with(TensorShape(logits.shape[:-1])):
            raise ValueError(
                "`labels.shape` must be compatible with `logits.shape` without its last dimension. Received: "
                f"labels.shape={known} and logits.shape={logits.shape}"
            )
        if logits._rank == 2:
            cost = apply(
                "SparseSoftmaxCrossEntropyWithLogits", [precise, labels], name="SparseSoftmaxCrossEntropyWithLogits"
            )[0]
            return cast_ops.cast(cost, dtypes.float16) if logits.dtype is dtypes.float16 else cost
        classes = array_ops.shape(logits)[array_ops.rank(logits) - 1]
        precise = array_ops.reshape(precise, [-1, classes])
        labels = array_ops.reshape(labels, [-1])
        cost = apply(
            "SparseSoftmaxCrossEntropyWithLogits", [precise, labels], name="SparseSoftmaxCrossEntropyWithLogits"
        )[0]
        cost = array_ops.reshape(cost, shape)
        cost.set_shape(known)
        return cast_ops.cast(cost, logits.dtype) if narrow else cost


def sparse_softmax_cross_entropy_with_logits_v2(labels, logits, name=None):
    """The cross entropy of the softmax of logits with the classes ``labels``."""
    return sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """The cross entropy of the sigmoid of logits with probabilities ``labels``, element by element."""
    _ensure_xent_args("sigmoid_cross_entropy_with_logits", labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as name:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shapes(labels, logits, "logits", "labels")
        zeros = array_ops.zeros_like(logits, dtype=logits.dtype)
        positive = math_ops.greater_equal(logits, zeros)
        relu_logits = mask_ops.where(positive, logits, zeros)
        negative_magnitude = mask_ops.where(positive, -logits, logits)
        return math_ops.add(relu_logits - logits * labels, math_ops.log1p(math_ops.exp(negative_magnitude)), name=name)


def sigmoid_cross_entropy_with_logits_v2(labels=None, logits=None, name=None):
    """The cross entropy of the sigmoid of logits with probabilities ``labels``, element by element."""
    return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def _same_shapes(labels, logits, first, second):
    try:
        labels.shape.assert_is_compatible_with(logits.shape)
    except ValueError:
        raise ValueError(
            f"`{first}` and `{second}` must have the same shape, received ({logits.shape} vs {labels.shape})."
        ) from None


def weighted_cross_entropy_with_logits(labels=None, logits=None, pos_weight=None, name=None, targets=None):
    """As :func:`sigmoid_cross_entropy_with_logits`, with the part of the true labels times ``pos_weight``."""
    labels = renamed_argument("labels", labels, "targets", targets)
    return weighted_cross_entropy_with_logits_v2(labels, logits, pos_weight, name)


def weighted_cross_entropy_with_logits_v2(labels, logits, pos_weight, name=None):
    """As :func:`sigmoid_cross_entropy_with_logits`, with the part of the true labels times ``pos_weight``."""
    with name_scope(name, "logistic_loss", [logits, labels]) as name:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shapes(labels, logits, "logits", "labels")
        weight = 1 + (pos_weight - 1) * labels
        return math_ops.add(
            (1 - labels) * logits,
            weight * (math_ops.log1p(math_ops.exp(-math_ops.abs(logits))) + relu(-logits)),
            name=name,
        )


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """exp(c) - z·c for the logarithm c of the rate; with the full loss Stirling's term of z! too."""
    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        _same_shapes(targets, log_input, "log_input", "targets")
        result = math_ops.exp(log_input) - log_input * targets
        if compute_full_loss:
            half, two_pi = constant(0.5, targets.dtype), constant(2 * np.pi, targets.dtype)
            stirling = targets * math_ops.log(targets) - targets + half * math_ops.log(two_pi * targets)
            zeros = array_ops.zeros_like(targets, dtype=targets.dtype)
            ones = array_ops.ones_like(targets, dtype=targets.dtype)
            small = math_ops.logical_and(targets >= zeros, targets <= ones)
            result += mask_ops.where(small, zeros, stirling)
        return result


def l2_loss(t, name=None):
    """Half of the sum of squares."""
    return apply("L2Loss", [t], name=name)
