"""Activations, losses on logits, dropout, top-k: what networks are made of."""

import numbers

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import (
    array_ops,
    cast_ops,
    mask_ops,
    math_ops,
    random_ops,
    reduce_ops,
)
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
            features = cast_ops.cast(features, dtypes.float32)
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
            coefficient = cast_ops.cast(0.044715, features.dtype)
            return (
                0.5
                * features
                * (1.0 + math_ops.tanh(0.7978845608028654 * (features + coefficient * math_ops.pow(features, 3))))
            )
        return 0.5 * features * (1.0 + math_ops.erf(features / cast_ops.cast(1.4142135623730951, features.dtype)))


def swish(features, beta=1.0):
    """x · sigmoid(beta · x)."""
    features = convert_to_tensor(features, name="features")
    beta = convert_to_tensor(beta, name="beta")
    beta = cast_ops.cast(beta, features.dtype)
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
        result = mask_ops.where_v2(keep, kept, zero)
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
        keep = cast_ops.cast(noise < keep_prob, x.dtype)
        return scale * (x * keep + low * (1 - keep)) - scale * low * (1 - keep_prob)


# -- Ranks


def top_k(input, k=1, sorted=True, index_type=dtypes.int32, name=None):  # noqa: A002 (the public names)
    """The k largest elements of each row, with their positions."""
    attributes = {"sorted": sorted}
    if dtypes.as_dtype(index_type) is not dtypes.int32:
        attributes["index_type"] = dtypes.as_dtype(index_type)
    return mask_ops._named_outputs("TopKV2", ["values", "indices"], [input, k], attributes, name)


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
            nonzero = cast_ops.cast(
                math_ops.not_equal(value, constant(False if value.dtype is dtypes.bool_ else 0, value.dtype)), dtype
            )
            return reduce_ops.reduce_sum(nonzero)

        nonzero = control_flow_ops.cond(
            size <= dtypes.int32.max,
            true_fn=lambda: cast_ops.cast(count(dtypes.int32), dtypes.int64),
            false_fn=lambda: count(dtypes.int64),
        )
        with name_scope("counts_to_fraction"):
            zeros = cast_ops.cast(size - nonzero, dtypes.float32)
            fraction = zeros / cast_ops.cast(size, dtypes.float32)
        return array_ops.identity(fraction, "fraction")
