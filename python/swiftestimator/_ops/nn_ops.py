"""Activations, losses on logits, dropout, top-k: what networks are made of."""

import numbers

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, math_ops, random_ops, reduce_ops
from swiftestimator._ops.support import (
    apply,
    constant_value,
    convert_to_tensor,
    name_scope,
    renamed_argument,
)

# -- Activations


def _activation(op_type, function_name, summary):
    def operation(features, name=None):
        return apply(op_type, [features], name=name)

    operation.__name__ = operation.__qualname__ = function_name
    operation.__doc__ = summary
    return operation


relu = _activation("Relu", "relu", "max(x, 0).")
elu = _activation("Elu", "elu", "x where positive, exp(x) - 1 elsewhere.")
selu = _activation("Selu", "selu", "The scaled exponential linear unit.")
softsign = _activation("Softsign", "softsign", "x / (|x| + 1).")
softplus = _activation("Softplus", "softplus", "log(1 + exp(x)).")


def relu6(features, name=None):
    """min(max(x, 0), 6)."""
    with name_scope(name, "Relu6", [features]) as name:
        features = convert_to_tensor(features, name="features")
        return apply("Relu6", [features], name=name)


def leaky_relu(features, alpha=0.2, name=None):
    """x where positive, alpha · x elsewhere."""
    with name_scope(name, "LeakyRelu", [features, alpha]) as name:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = math_ops.cast(features, dtypes.float32)
        if isinstance(alpha, np.ndarray | np.generic):
            alpha = alpha.item()
        return apply("LeakyRelu", [features], {"alpha": float(alpha)}, name=name)


def gelu(features, approximate=False, name=None):
    """x times the standard normal distribution function of x."""
    with name_scope(name, "Gelu", [features]):
        features = convert_to_tensor(features, name="features")
        if not features.dtype.is_floating:
            raise ValueError(
                f"`features.dtype` must be a floating point tensor.Received:features.dtype={features.dtype}"
            )
        if approximate:
            coefficient = math_ops.cast(0.044715, features.dtype)
            return (
                0.5
                * features
                * (1.0 + math_ops.tanh(0.7978845608028654 * (features + coefficient * math_ops.pow(features, 3))))
            )
        return 0.5 * features * (1.0 + math_ops.erf(features / math_ops.cast(1.4142135623730951, features.dtype)))


def swish(features, beta=1.0):
    """x · sigmoid(beta · x)."""
    features = convert_to_tensor(features, name="features")
    beta = convert_to_tensor(beta, name="beta")
    beta = math_ops.cast(beta, features.dtype)
    result = features * math_ops.sigmoid(beta * features)
    # TensorFlow gives this function a gradient of its own, to save memory, and that makes two nodes more.
    array_ops.identity(result)
    return apply("IdentityN", [[result, features, beta]])[0]


silu = swish


def crelu(features, name=None, axis=-1):
    """relu of x and of -x, joined along an axis."""
    with name_scope(name, "CRelu", [features]) as name:
        features = convert_to_tensor(features, name="features")
        both = array_ops.concat([features, -features], axis, name=name)
        return relu(both)


def crelu_v2(features, axis=-1, name=None):
    """relu of x and of -x, joined along an axis."""
    return crelu(features, name, axis)


def relu_layer(x, weights, biases, name=None):
    """relu(x · weights + biases)."""
    with name_scope(name, "relu_layer", [x, weights, biases]) as name:
        x, weights, biases = (
            convert_to_tensor(v, name=n) for v, n in ((x, "x"), (weights, "weights"), (biases, "biases"))
        )
        from swiftestimator._ops.linalg_ops import matmul

        return relu(bias_add(matmul(x, weights), biases), name=name)


def xw_plus_b(x, weights, biases, name=None):
    """x · weights + biases."""
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as name:
        x, weights, biases = (
            convert_to_tensor(v, name=n) for v, n in ((x, "x"), (weights, "weights"), (biases, "biases"))
        )
        from swiftestimator._ops.linalg_ops import matmul

        return bias_add(matmul(x, weights), biases, name=name)


def bias_add(value, bias, data_format=None, name=None):
    """The bias, one number for each channel, added."""
    with name_scope(name, "BiasAdd", [value, bias]) as name:
        if data_format is not None:
            if data_format.startswith("NC"):
                data_format = "NCHW"
            elif data_format.startswith("N") and data_format.endswith("C"):
                data_format = "NHWC"
            else:
                raise ValueError(
                    f"`data_format` must be of the form `N...C` or `NC...`. Received: data_format={data_format}"
                )
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return apply("BiasAdd", [value, bias], {"data_format": data_format or "NHWC"}, name=name)


def softmax(logits, axis=None, name=None, dim=None):
    """exp(x) over its sum along an axis (the last one by default)."""
    axis = renamed_argument("axis", axis, "dim", dim)
    return _along_axis("Softmax", logits, -1 if axis is None else axis, name)


def softmax_v2(logits, axis=None, name=None):
    """exp(x) over its sum along an axis (the last one by default)."""
    return _along_axis("Softmax", logits, -1 if axis is None else axis, name)


def log_softmax(logits, axis=None, name=None, dim=None):
    """The logarithm of the softmax along an axis (the last one by default)."""
    axis = renamed_argument("axis", axis, "dim", dim)
    return _along_axis("LogSoftmax", logits, -1 if axis is None else axis, name)


def log_softmax_v2(logits, axis=None, name=None):
    """The logarithm of the softmax along an axis (the last one by default)."""
    return _along_axis("LogSoftmax", logits, -1 if axis is None else axis, name)


def _along_axis(op_type, logits, axis, name):
    """A node that works along the last axis, with the wanted one moved there and back."""
    logits = convert_to_tensor(logits)
    known = logits.shape
    is_last = axis == -1 or (known.rank is not None and axis == known.rank - 1)
    if is_last:
        return apply(op_type, [logits], name=name)
    if isinstance(axis, Tensor):
        value = constant_value(axis)
        axis = axis if value is None else int(value)
    if known.rank is not None and isinstance(axis, int):
        if not -known.rank <= axis < known.rank:
            from swiftestimator._errors import InvalidArgumentError

            raise InvalidArgumentError(
                None,
                None,
                f"`axis` ({axis}) must be in the range [{-known.rank}, {known.rank}) where {known.rank} is the number "
                "of dimensions in the input.",
            )
        axis %= known.rank
    array_ops.rank(logits)
    rank = array_ops.rank(logits)
    last = math_ops.subtract(rank, 1)

    def swapped(last_index):
        return array_ops.concat(
            [
                array_ops.range(axis), [last_index], array_ops.range(axis + 1, last_index), [axis],
            ],
            0,
        )  # fmt: skip

    moved = array_ops.transpose(logits, swapped(last))
    result = apply(op_type, [moved], name=name)
    result = array_ops.transpose(result, swapped(math_ops.subtract(rank, 1)))
    result.set_shape(known)
    return result


# -- Losses on logits


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
        precise = math_ops.cast(logits, dtypes.float32) if narrow else logits
        labels = math_ops.cast(labels, precise.dtype)
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
        outer = array_ops.slice(input_shape, [0], [math_ops.subtract(rank, 1)])
        cost = array_ops.reshape(cost, outer)
        if known.rank is not None:
            dims = known.as_list()
            del dims[axis]
            cost.set_shape(dims)
        return math_ops.cast(cost, logits.dtype) if narrow else cost


def _flatten_outer(logits):
    """A matrix with the last dimension of ``logits`` as its second one."""
    rank = array_ops.rank(logits)
    last = array_ops.slice(array_ops.shape(logits), [math_ops.subtract(rank, 1)], [1])
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
        precise = math_ops.cast(logits, dtypes.float32) if narrow else logits
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
            return math_ops.cast(cost, dtypes.float16) if logits.dtype is dtypes.float16 else cost
        classes = array_ops.shape(logits)[array_ops.rank(logits) - 1]
        precise = array_ops.reshape(precise, [-1, classes])
        labels = array_ops.reshape(labels, [-1])
        cost = apply(
            "SparseSoftmaxCrossEntropyWithLogits", [precise, labels], name="SparseSoftmaxCrossEntropyWithLogits"
        )[0]
        cost = array_ops.reshape(cost, shape)
        cost.set_shape(known)
        return math_ops.cast(cost, logits.dtype) if narrow else cost


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
        relu_logits = array_ops.where(positive, logits, zeros)
        negative_magnitude = array_ops.where(positive, -logits, logits)
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
            result += array_ops.where(small, zeros, stirling)
        return result


def l2_loss(t, name=None):
    """Half of the sum of squares."""
    return apply("L2Loss", [t], name=name)


# -- Dropout


def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """Elements set to zero at random with probability ``rate``, the others scaled up to keep the expected sum."""
    try:
        rate_from_keep = 1.0 - keep_prob if keep_prob is not None else None
    except TypeError:
        raise ValueError(
            f"`keep_prob` must be a floating point number or Tensor. Received: keep_prob={keep_prob}"
        ) from None
    rate = renamed_argument("rate", rate, "keep_prob", rate_from_keep)
    if rate is None:
        raise ValueError(f"`rate` must be provided. Received: rate={rate}")
    return dropout_v2(x, rate, noise_shape, seed, name)


def dropout_v2(x, rate, noise_shape=None, seed=None, name=None):
    """Elements set to zero at random with probability ``rate``, the others scaled up to keep the expected sum."""
    with name_scope(name, "dropout", [x]):
        is_number = isinstance(rate, numbers.Real)
        if is_number and not 0 <= rate < 1:
            raise ValueError(f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}")
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(
                f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: x.dtype={x.dtype}"
            )
        if is_number:
            if rate == 0:
                random_ops._consume_seed(seed)
                return x
            scale = constant(1 / (1 - rate), dtype=x.dtype)
            kept = math_ops.multiply(x, scale, name=None)
        else:
            rate = convert_to_tensor(rate)
            if rate._rank not in (0, None):
                raise ValueError(
                    f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}"
                )
            if rate.dtype is not x.dtype:
                if not _may_cast_rate(rate.dtype, x.dtype):
                    raise ValueError(
                        f"`x.dtype` and `rate.dtype` must be compatible. Received: x.dtype={x.dtype} and "
                        f"rate.dtype={rate.dtype}"
                    )
                rate = apply("Cast", [rate], {"DstT": x.dtype}, name="rate")
            one = constant(1, dtype=x.dtype)
            kept = apply("RealDiv", [x, apply("Sub", [one, rate])])
        shape = _noise_shape(x, noise_shape)
        noise = random_ops.random_uniform(shape, seed=seed, dtype=x.dtype)
        keep = noise >= rate
        zero = constant(0, dtype=x.dtype)
        result = array_ops.where_v2(keep, kept, zero)
        result.set_shape(x.shape)
        return result


def _may_cast_rate(source, target):
    return source.is_floating and target.is_floating


def _noise_shape(x, noise_shape):
    if noise_shape is None:
        return array_ops.shape(x)
    try:
        wanted = TensorShape(noise_shape)
    except (TypeError, ValueError):
        return noise_shape
    if x._rank is not None and wanted.rank == x._rank:
        dims = []
        for own, given in zip(x._shape_as_list(), wanted.as_list()):
            dims.append(own if given is None and own is not None else given)
        return TensorShape(dims)
    return noise_shape


def alpha_dropout(x, rate, noise_shape=None, seed=None, name=None):
    """Dropout that keeps the mean and variance of self-normalising networks."""
    with name_scope(name, "alpha_dropout", [x]):
        x = convert_to_tensor(x)
        low = -1.7580993408473766
        keep_prob = 1 - rate
        scale = (keep_prob + low**2 * keep_prob * (1 - keep_prob)) ** -0.5
        noise = random_ops.random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype)
        keep = math_ops.cast(noise < keep_prob, x.dtype)
        return scale * (x * keep + low * (1 - keep)) - scale * low * (1 - keep_prob)


# -- Ranks


def top_k(input, k=1, sorted=True, index_type=dtypes.int32, name=None):  # noqa: A002 (the public names)
    """The k largest elements of each row, with their positions."""
    attributes = {"sorted": sorted}
    if dtypes.as_dtype(index_type) is not dtypes.int32:
        attributes["index_type"] = dtypes.as_dtype(index_type)
    return array_ops._named_outputs("TopKV2", ["values", "indices"], [input, k], attributes, name)


def nth_element(input, n, reverse=False, name=None):  # noqa: A002 (the public name)
    """The n-th smallest element of each row."""
    return apply("NthElement", [input, n], {"reverse": reverse}, name=name)


def in_top_k(predictions, targets, k, name=None):
    """Whether the class ``targets[i]`` is among the k largest predictions of row i."""
    with name_scope(name, "in_top_k"):
        return apply("InTopKV2", [predictions, targets, k])


def in_top_k_v2(targets, predictions, k, name=None):
    """Whether the class ``targets[i]`` is among the k largest predictions of row i."""
    return in_top_k(predictions, targets, k, name)


def zero_fraction(value, name=None):
    """The part of the elements that are zero."""
    with name_scope(name, "zero_fraction", [value]):
        from swiftestimator._ops import control_flow_ops

        value = convert_to_tensor(value, name="value")
        size = array_ops.size(value, out_type=dtypes.int64)

        def count(dtype):
            nonzero = math_ops.cast(math_ops.not_equal(value, constant(0, value.dtype)), dtype)
            return reduce_ops.reduce_sum(nonzero)

        nonzero = control_flow_ops.cond(
            size <= dtypes.int32.max,
            true_fn=lambda: math_ops.cast(count(dtypes.int32), dtypes.int64),
            false_fn=lambda: count(dtypes.int64),
        )
        with name_scope("counts_to_fraction"):
            zeros = math_ops.cast(size - nonzero, dtypes.float32)
            fraction = zeros / math_ops.cast(size, dtypes.float32)
        return array_ops.identity(fraction, "fraction")


# -- Normalisation


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
        y = math_ops.cast(x, dtypes.float32) if x.dtype in (dtypes.float16, dtypes.bfloat16) else x
        mean = reduce_ops.reduce_mean(y, axes, keepdims=True, name="mean")
        squared = math_ops.squared_difference(y, array_ops.stop_gradient(mean))
        variance = reduce_ops.reduce_mean(squared, axes, keepdims=True, name="variance")
        if not keep_dims:
            mean, variance = array_ops.squeeze(mean, axes), array_ops.squeeze(variance, axes)
        if x.dtype in (dtypes.float16, dtypes.bfloat16):
            return math_ops.cast(mean, x.dtype), math_ops.cast(variance, x.dtype)
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
            sizes = array_ops.gather(math_ops.cast(array_ops.shape(x), x.dtype), axes)
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
        values = math_ops.cast(x, dtypes.float32) if narrow else x
        if weights.dtype is not values.dtype:
            weights = math_ops.cast(weights, values.dtype)
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
            mean, variance = math_ops.cast(mean, x.dtype), math_ops.cast(variance, x.dtype)
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
        scaled = x * math_ops.cast(factor, x.dtype)
        shift = offset - mean * factor if offset is not None else -mean * factor
        return scaled + math_ops.cast(shift, x.dtype)


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
        size = math_ops.cast(size, tensor.dtype)
        return tensor / size, size
