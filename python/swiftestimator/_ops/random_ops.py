"""Random numbers; which ones follows from the graph's seed, the op's seed and the order of creation."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor, get_seed
from swiftestimator._framework.tensor_shape import Dimension, TensorShape
from swiftestimator._ops import array_ops, math_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope


def _seeds(seed):
    first, second = get_seed(seed)
    return {"seed": first or 0, "seed2": second or 0}


def _consume_seed(seed):
    """Takes the seed that an op would have had, so that leaving the op out does not change those after it."""
    get_seed(seed)


def _shape_tensor(shape):
    """A shape as a tensor; int32 for an empty list, which says nothing of its type."""
    if isinstance(shape, Tensor):
        return shape
    dtype = None
    if isinstance(shape, TensorShape):
        shape = shape.as_list() if shape.rank is not None else shape
    if isinstance(shape, list | tuple):
        shape = [d.value if isinstance(d, Dimension) else d for d in shape]
        if not shape:
            dtype = dtypes.int32
        elif not any(isinstance(d, Tensor) and d.dtype is dtypes.int64 for d in shape):
            if any(isinstance(d, Tensor) for d in shape):
                dtype = None
    return convert_to_tensor(shape, dtype=dtype, name="shape")


def random_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of a normal distribution."""
    dtype = dtypes.as_dtype(dtype)
    with name_scope(name, "random_normal", [shape, mean, stddev]) as name:
        shape = _shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        numbers = apply("RandomStandardNormal", [shape], {"dtype": dtype, **_seeds(seed)})
        return math_ops.add(numbers * stddev, mean, name=name)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of a normal distribution without those more than two standard deviations from the mean."""
    dtype = dtypes.as_dtype(dtype)
    with name_scope(name, "truncated_normal", [shape, mean, stddev]) as name:
        shape = _shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        numbers = apply("TruncatedNormal", [shape], {"dtype": dtype, **_seeds(seed)})
        return math_ops.add(numbers * stddev, mean, name=name)


def random_uniform(shape, minval=0, maxval=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers between ``minval`` and (without it) ``maxval``; ints need a ``maxval``."""
    dtype = dtypes.as_dtype(dtype)
    allowed = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64)
    if dtype not in allowed:
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype!r}. Accepted dtypes are {tuple(d.name for d in allowed)}."
        )
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as name:
        shape = _shape_tensor(shape)
        is_unit = not dtype.is_integer and _is_number(minval, 0) and _is_number(maxval, 1)
        if not dtype.is_integer:
            if not is_unit:
                minval = convert_to_tensor(minval, dtype=dtype, name="min")
                maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
            seeds = _seeds(seed)
            numbers = apply("RandomUniform", [shape], {"dtype": dtype, **seeds})
            if is_unit:
                return numbers
            return math_ops.add(numbers * (maxval - minval), minval, name=name)
        seeds = _seeds(seed)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        return apply("RandomUniformInt", [shape, minval, maxval], seeds, name=name)


def _is_number(value, number):
    return isinstance(value, int | float) and not isinstance(value, bool) and value == number


def random_shuffle(value, seed=None, name=None):
    """The rows in random order."""
    return apply("RandomShuffle", [value], _seeds(seed), name=name)


def random_crop(value, size, seed=None, name=None):
    """A part of the given size at a random position."""
    from swiftestimator._ops import control_flow_ops, reduce_ops

    with name_scope(name, "random_crop", [value, size]) as name:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtype=dtypes.int32, name="size")
        shape = array_ops.shape(value)
        check = control_flow_ops.Assert(
            reduce_ops.reduce_all(shape >= size), ["Need value.shape >= size, got ", shape, size], summarize=1000
        )
        shape = control_flow_ops.with_dependencies([check], shape)
        limit = shape - size + 1
        offset = random_uniform(array_ops.shape(shape), dtype=size.dtype, maxval=size.dtype.max, seed=seed) % limit
        return array_ops.slice(value, offset, size, name=name)


def multinomial(logits, num_samples, seed=None, name=None, output_dtype=None):
    """Classes drawn with probabilities given by logits, row by row."""
    with name_scope(name, "multinomial", [logits]):
        return _categorical(logits, num_samples, output_dtype, seed)


def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """Classes drawn with probabilities given by logits, row by row."""
    with name_scope(name, "categorical", [logits]):
        return _categorical(logits, num_samples, dtype, seed)


def _categorical(logits, num_samples, dtype, seed):
    logits = convert_to_tensor(logits, name="logits")
    dtype = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    return apply("Multinomial", [logits, num_samples], {"output_dtype": dtype, **_seeds(seed)})


def random_gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of a gamma distribution with shape ``alpha`` and rate ``beta``."""
    dtype = dtypes.as_dtype(dtype)
    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        alpha = convert_to_tensor(alpha, name="alpha", dtype=dtype)
        beta = convert_to_tensor(1 if beta is None else beta, name="beta", dtype=dtype)
        broadcast = array_ops.broadcast_dynamic_shape(array_ops.shape(alpha), array_ops.shape(beta))
        alpha = array_ops.broadcast_to(alpha, broadcast)
        numbers = apply("RandomGamma", [shape, alpha], _seeds(seed))
        return math_ops.maximum(np.finfo(dtype.as_numpy_dtype).tiny, numbers / beta)


def random_poisson_v2(shape, lam, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of a Poisson distribution with rates ``lam``."""
    with name_scope(name, "random_poisson", [lam, shape]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        return apply("RandomPoissonV2", [shape, lam], {"dtype": dtypes.as_dtype(dtype), **_seeds(seed)})


def random_poisson(lam, shape, dtype=dtypes.float32, seed=None, name=None):
    """Numbers of a Poisson distribution with rates ``lam``."""
    return random_poisson_v2(shape, lam, dtype, seed, name)


# -- Numbers that follow from a seed alone


def _stateless(op_type, shape, seed, dtype):
    return apply(op_type, [shape, seed], {"dtype": dtype})


def stateless_random_uniform(shape, seed, minval=0, maxval=None, dtype=dtypes.float32, name=None, alg="auto_select"):
    """Numbers between ``minval`` and (without it) ``maxval`` that follow from ``seed``, a pair of ints."""
    dtype = dtypes.as_dtype(dtype)
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer type {dtype!r}")
        maxval = 1
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as name:
        shape = _shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        if dtype.is_integer:
            return apply("StatelessRandomUniformInt", [shape, seed, minval, maxval], {"dtype": dtype}, name=name)
        numbers = _stateless("StatelessRandomUniform", shape, seed, dtype)
        return math_ops.add(numbers * (maxval - minval), minval, name=name)


def _stateless_normal(op_type, default_name):
    def operation(shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None, alg="auto_select"):
        dtype = dtypes.as_dtype(dtype)
        with name_scope(name, default_name, [shape, seed, mean, stddev]) as name:
            shape = _shape_tensor(shape)
            mean = convert_to_tensor(mean, dtype=dtype, name="mean")
            stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
            return math_ops.add(_stateless(op_type, shape, seed, dtype) * stddev, mean, name=name)

    operation.__name__ = operation.__qualname__ = default_name
    operation.__doc__ = "Numbers of a (truncated) normal distribution that follow from ``seed``, a pair of ints."
    return operation


stateless_random_normal = _stateless_normal("StatelessRandomNormal", "stateless_random_normal")
stateless_truncated_normal = _stateless_normal("StatelessTruncatedNormal", "stateless_truncated_normal")


def stateless_multinomial(logits, num_samples, seed, output_dtype=dtypes.int64, name=None):
    """Classes drawn with probabilities given by logits, that follow from ``seed``."""
    with name_scope(name, "stateless_multinomial", [logits, seed]):
        attributes = {"output_dtype": dtypes.as_dtype(output_dtype)}
        return apply("StatelessMultinomial", [logits, num_samples, seed], attributes)


def stateless_random_categorical(logits, num_samples, seed, dtype=dtypes.int64, name=None):
    """Classes drawn with probabilities given by logits, that follow from ``seed``."""
    return stateless_multinomial(logits, num_samples, seed, dtype, name)
