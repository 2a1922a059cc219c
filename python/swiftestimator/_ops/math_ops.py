"""Arithmetic, comparisons, logic and casts."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops.support import (
    apply,
    binary,
    constant_value,
    convert_to_tensor,
    is_number_type,
    name_scope,
    on_sparse_values,
    unary,
)

# -- Elementwise functions of one tensor

acos = unary("Acos", "The arc cosine, in radians.")
acosh = unary("Acosh", "The inverse hyperbolic cosine.")
asin = unary("Asin", "The arc sine, in radians.")
asinh = unary("Asinh", "The inverse hyperbolic sine.")
atan = unary("Atan", "The arc tangent, in radians.")
atanh = unary("Atanh", "The inverse hyperbolic tangent.")
ceil = unary("Ceil", "The smallest integer that is not smaller.")
cos = unary("Cos", "The cosine.")
cosh = unary("Cosh", "The hyperbolic cosine.")
digamma = unary("Digamma", "The derivative of the logarithm of the gamma function.")
erf = on_sparse_values(unary("Erf", "The error function."))
erfc = unary("Erfc", "One minus the error function.")
erfinv_op = unary("Erfinv", "The inverse of the error function.")
exp = unary("Exp", "e to the power of the element.")
expm1 = unary("Expm1", "exp(x) - 1, exact near zero.")
floor = unary("Floor", "The largest integer that is not larger.")
is_finite = unary("IsFinite", "Whether the element is neither infinite nor NaN.", "is_finite")
is_inf = unary("IsInf", "Whether the element is infinite.", "is_inf")
is_nan = unary("IsNan", "Whether the element is NaN.", "is_nan")
lgamma = unary("Lgamma", "The logarithm of the absolute value of the gamma function.")
log = unary("Log", "The natural logarithm.")
log1p = unary("Log1p", "log(1 + x), exact near zero.")
logical_not = unary("LogicalNot", "The truth value turned around.", "logical_not")
negative = on_sparse_values(unary("Neg", "The number with the other sign.", "negative"))
neg = negative
rint = unary("Rint", "The nearest integer, ties to the even one.")
rsqrt = unary("Rsqrt", "One over the square root.")
sin = unary("Sin", "The sine.")
sinh = unary("Sinh", "The hyperbolic sine.")
sqrt = on_sparse_values(unary("Sqrt", "The square root."))
square = on_sparse_values(unary("Square", "The product of the element with itself."))
tan = unary("Tan", "The tangent.")
tanh = on_sparse_values(unary("Tanh", "The hyperbolic tangent."))
reciprocal = unary("Reciprocal", "One over the element.")
sigmoid_grad = binary("SigmoidGrad", "The gradient of the sigmoid.")
bessel_i0e = unary("BesselI0e", "The exponentially scaled modified Bessel function of order 0.", "bessel_i0e")
bessel_i1e = unary("BesselI1e", "The exponentially scaled modified Bessel function of order 1.", "bessel_i1e")

# -- Elementwise functions of two tensors, with broadcasting

atan2 = binary("Atan2", "The angle of the point (x, y).", arguments=("y", "x"))
floor_div = binary("FloorDiv", "The quotient rounded down.", "floor_div")
greater = binary("Greater", "x > y.")
greater_equal = binary("GreaterEqual", "x >= y.", "greater_equal")
igamma = binary("Igamma", "The lower regularized incomplete gamma function.", arguments=("a", "x"))
igammac = binary("Igammac", "The upper regularized incomplete gamma function.", arguments=("a", "x"))
less = binary("Less", "x < y.")
less_equal = binary("LessEqual", "x <= y.", "less_equal")
logical_and = binary("LogicalAnd", "Whether both are true.", "logical_and")
logical_or = binary("LogicalOr", "Whether one is true.", "logical_or")
maximum = binary("Maximum", "The larger one.")
minimum = binary("Minimum", "The smaller one.")
polygamma = binary("Polygamma", "The polygamma function.", arguments=("a", "x"))
realdiv = binary("RealDiv", "The quotient.")
squared_difference = binary("SquaredDifference", "(x - y)².", "squared_difference")
truncatediv = binary("TruncateDiv", "The quotient rounded towards zero.")
truncatemod = binary("TruncateMod", "The remainder with the sign of the dividend.")
xdivy = binary("Xdivy", "x / y, and 0 where x is 0.")
zeta = binary("Zeta", "The Hurwitz zeta function.", arguments=("x", "q"))


def xlogy(x, y, name=None):
    """x · log(y), and 0 where x is 0."""
    return apply("Xlogy", [x, y], name=name)


def xlog1py(x, y, name=None):
    """x · log1p(y), and 0 where x is 0."""
    with name_scope(name, "xlog1py", [x]) as name:
        return apply("Xlog1py", [x, y])


def floormod(x, y, name=None):
    """The remainder with the sign of the divisor."""
    with name_scope(name, "FloorMod", [x, y]) as name:
        return apply("FloorMod", [x, y], name=name)


def mod(x, y, name=None):
    """The remainder with the sign of the divisor."""
    return apply("FloorMod", [x, y], name=name)


def _in_sum(x, y, argument_names=("x", "y")):
    x = convert_to_tensor(x, dtype_hint=getattr(y, "dtype", None), name=argument_names[0])
    return x, convert_to_tensor(y, dtype_hint=x.dtype, name=argument_names[1])


def add(x, y, name=None):
    """x + y, with broadcasting; strings are joined."""
    with name_scope(name, "Add", [x]) as name:
        x, y = _in_sum(x, y)
        return _add_dispatch(x, y, name)


def _add_dispatch(x, y, name):
    if getattr(y, "_is_sparse_tensor", False):
        return apply("SparseTensorDenseAdd", [y.indices, y.values, y.dense_shape, x], name=name)
    return apply("Add" if x.dtype is dtypes.string else "AddV2", [x, y], name=name)


def subtract(x, y, name=None):
    """x - y, with broadcasting."""
    return apply("Sub", [x, y], name=name)


sub = subtract


def multiply(x, y, name=None):
    """x · y, element by element, with broadcasting."""
    return apply("Mul", [x, y], name=name)


mul = multiply


def _multiply_dispatch(x, y, name):
    if getattr(y, "_is_sparse_tensor", False):
        values = apply("SparseDenseCwiseMul", [y.indices, y.values, y.dense_shape, x], name=name)
        return type(y)(y.indices, values, y.dense_shape)
    return multiply(x, y, name=name)


_TRUE_DIVISION = {
    "uint8": dtypes.float32, "int8": dtypes.float32, "uint16": dtypes.float32, "int16": dtypes.float32,
    "int32": dtypes.float64, "int64": dtypes.float64, "uint32": dtypes.float64, "uint64": dtypes.float64,
    "bfloat16": None, "float16": None, "float32": None, "float64": None, "complex64": None, "complex128": None,
}  # fmt: skip


def truediv(x, y, name=None):
    """x / y; ints are divided as floats."""
    return _truediv(x, y, name)


def _truediv(x, y, name):
    with name_scope(name, "truediv", [x, y]) as name:
        x = convert_to_tensor(x, dtype_hint=getattr(y, "dtype", None), name="x")
        y = convert_to_tensor(y, dtype_hint=x.dtype, name="y")
        return _truediv_dispatch(x, y, name)


def _truediv_dispatch(x, y, name):
    if x.dtype is not y.dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}.")
    if x.dtype.name not in _TRUE_DIVISION:
        raise TypeError(
            f"Invalid dtype {x.dtype!r} in __truediv__. Expected one of {{{', '.join(sorted(_TRUE_DIVISION))}}}."
        )
    target = _TRUE_DIVISION[x.dtype.name]
    if target is not None:
        x, y = cast(x, target), cast(y, target)
    return apply("RealDiv", [x, y], name=name)


def divide(x, y, name=None):
    """x / y as Python's operator has it."""
    if name is not None:
        with name_scope(name, values=[x, y]) as name:
            return truediv(x, y, name="truediv") if not isinstance(x, Tensor) else x / y
    if not isinstance(x, Tensor) and not hasattr(x, "_as_tensor"):
        x = convert_to_tensor(x, dtype_hint=getattr(y, "dtype", None))
    return x / y


def div(x, y, name=None):
    """x / y, rounded down for ints (as Python 2 had it)."""
    with name_scope(name, "div", [x, y]) as name:
        x = convert_to_tensor(x, dtype_hint=getattr(y, "dtype", None), name="x")
        y = convert_to_tensor(y, dtype=x.dtype, name="y")
        exact = x.dtype.is_floating or x.dtype.is_complex
        return apply("RealDiv" if exact else "FloorDiv", [x, y], name=name)


def div_no_nan(x, y, name=None):
    """x / y, and 0 where y is 0."""
    with name_scope(name, "div_no_nan", [x, y]) as name:
        x = convert_to_tensor(x, dtype_hint=getattr(y, "dtype", None), name="x")
        y = convert_to_tensor(y, dtype_hint=x.dtype, name="y")
        if x.dtype.is_integer:
            x, y = cast(x, _TRUE_DIVISION[x.dtype.name]), cast(y, _TRUE_DIVISION[y.dtype.name])
        return apply("DivNoNan", [x, y], name=name)


def multiply_no_nan(x, y, name=None):
    """x · y, and 0 where y is 0, even if x is infinite or NaN."""
    with name_scope(name, "multiply_no_nan", [x, y]) as name:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype)
        return apply("MulNoNan", [x, y], name=name)


def reciprocal_no_nan(x, name=None):
    """1 / x, and 0 where x is 0."""
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        from swiftestimator._framework.convert import constant

        one = constant(1, dtype=x.dtype, name="one")
        return apply("DivNoNan", [one, x], name=scope)


def floordiv(x, y, name=None):
    """The quotient rounded down."""
    with name_scope(name, "floordiv", [x, y]) as name:
        return apply("FloorDiv", [x, y], name=name)


def logical_xor(x, y, name="LogicalXor"):
    """Whether exactly one is true."""
    return logical_and(logical_or(x, y), logical_not(logical_and(x, y)), name=name)


def _equality(op_type):
    def compare(x, y, name=None):
        if getattr(x, "_is_sparse_tensor", False):
            return type(x)(x.indices, apply(op_type, [x.values, y], name=name), x.dense_shape)
        return apply(op_type, [x, y], name=name)

    return compare


def equal(x, y, name=None):
    """x == y, element by element, with broadcasting."""
    return apply("Equal", [x, y], name=name)


def not_equal(x, y, name=None):
    """x != y, element by element, with broadcasting."""
    return apply("NotEqual", [x, y], name=name)


def approximate_equal(x, y, tolerance=1e-05, name=None):
    """Whether |x - y| < tolerance."""
    return apply("ApproximateEqual", [x, y], {"tolerance": tolerance}, name=name)


def abs(x, name=None):  # noqa: A001 (the public name)
    """The absolute value; for complex numbers the modulus."""
    with name_scope(name, "Abs", [x]) as name:
        if getattr(x, "_is_sparse_tensor", False):
            return x.with_values(apply("Abs", [x.values], name=name))
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            target = dtypes.float32 if x.dtype is dtypes.complex64 else dtypes.float64
            return apply("ComplexAbs", [x], {"Tout": target}, name=name)
        return apply("Abs", [x], name=name)


@on_sparse_values
def sign(x, name=None):
    """-1, 0 or 1."""
    return apply("Sign", [x], name=name)


def pow(x, y, name=None):  # noqa: A001 (the public name)
    """x to the power of y."""
    with name_scope(name, "Pow", [x]) as name:
        return apply("Pow", [x, y], name=name)


def round(x, name=None):  # noqa: A001 (the public name)
    """The nearest integer, ties to the even one."""
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else apply("Round", [x], name=name)


def sigmoid(x, name=None):
    """1 / (1 + exp(-x))."""
    with name_scope(name, "Sigmoid", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return apply("Sigmoid", [x], name=name)


def log_sigmoid(x, name=None):
    """log(sigmoid(x)), stable for large negative x."""
    with name_scope(name, "LogSigmoid", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return negative(apply("Softplus", [negative(x)]), name=name)


def erfinv(x, name=None):
    """The inverse of the error function."""
    with name_scope(name, "erfinv", [x]):
        return apply("Erfinv", [x])


def ndtri(x, name=None):
    """The quantile of the standard normal distribution."""
    with name_scope(name, "ndtri", [x]):
        return apply("Ndtri", [x])


def erfcinv(x, name=None):
    """The inverse of the complementary error function."""
    with name_scope(name, "erfcinv", [x]):
        x = convert_to_tensor(x, name="start")
        return -ndtri(0.5 * x) * np.sqrt(0.5)


def scalar_mul(scalar, x, name=None):
    """x times a scalar; x may be ``IndexedSlices``. ``ValueError`` when ``scalar`` has a rank."""
    dtype = x.dtype
    scalar = convert_to_tensor(scalar, dtype=dtype, name="scalar")
    shape = scalar.shape
    if shape.rank not in (None, 0):
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {shape}.")
    if getattr(x, "_is_indexed_slices", False):
        return type(x)(apply("Mul", [scalar, x.values], name=name), x.indices, x.dense_shape)
    return apply("Mul", [scalar, x], name=name)


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of a list of tensors of one shape."""
    tensors = _same_kind(inputs)
    if tensor_dtype is not None and dtypes.as_dtype(tensor_dtype) is not tensors[0].dtype:
        raise TypeError(f"The `tensor_dtype` argument is {tensor_dtype}, but `inputs` is of type {tensors[0].dtype}.")
    if len(tensors) == 1 and name is None:
        return tensors[0]
    if len(tensors) == 1:
        return apply("Identity", [tensors[0]], name=name)
    return apply("AddN", [tensors], name=name)


def _same_kind(inputs):
    if not inputs or not isinstance(inputs, list | tuple):
        raise ValueError("inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape")
    tensors = [convert_to_tensor(value) for value in inputs]
    if any(t.dtype is not tensors[0].dtype for t in tensors):
        raise ValueError("inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape")
    return tensors


def add_n(inputs, name=None):
    """The sum of a list of tensors of one shape; ``ValueError`` for an empty list."""
    if not inputs or not isinstance(inputs, list | tuple):
        if isinstance(inputs, Tensor):
            inputs = [inputs]
        elif not inputs or not hasattr(inputs, "__iter__"):
            raise ValueError(
                "Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype and shape."
            )
    inputs = [value if isinstance(value, Tensor) else convert_to_tensor(value) for value in inputs]
    if len(inputs) == 1:
        if name:
            return apply("Identity", [inputs[0]], name=name)
        return inputs[0]
    return apply("AddN", [inputs], name=name)


# -- Casts


def cast(x, dtype, name=None):
    """The elements as another type; a tensor of that type already is returned as it is."""
    target = dtypes.as_dtype(dtype)
    if x.__class__ is Tensor and x.dtype is target:
        return x
    with name_scope(name, "Cast", [x]) as name:
        if getattr(x, "_is_sparse_tensor", False):
            return type(x)(x.indices, cast(x.values, target, name=name), x.dense_shape)
        if getattr(x, "_is_indexed_slices", False):
            return type(x)(cast(x.values, target, name=name), x.indices, x.dense_shape)
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex and target.is_floating:
            _log_warning(
                f"You are casting an input of type {x.dtype.name} to an incompatible dtype {target.name}. "
                "This will discard the imaginary part and may not be what you intended."
            )
        if x.dtype is not target:
            x = apply("Cast", [x], {"DstT": target}, name=name)
        return x


def _log_warning(text):
    import logging

    logging.getLogger("tensorflow").warning(text)


def saturate_cast(value, dtype, name=None):
    """As :func:`cast`, with values that the new type can't hold moved to its limits."""
    with name_scope(name, "saturate_cast", [value]) as name:
        value = convert_to_tensor(value, name="value")
        target = dtypes.as_dtype(dtype)
        low, high = _representable(value.dtype, target)
        if low is not None and high is not None:
            limits = [convert_to_tensor(limit, dtype=value.dtype) for limit in (low, high)]
            value = apply("ClipByValue", [value, *limits], name="clamp")
        elif low is not None:
            value = maximum(value, low)
        elif high is not None:
            value = minimum(value, high)
        return cast(value, target, name=name)


def _representable(source, target):
    """The limits of ``target`` inside those of ``source``, where they are narrower."""
    low = high = None
    if source.min < target.min:
        low = _limit(source, target.min, up=True)
    if source.max > target.max:
        high = _limit(source, target.max, up=False)
    return low, high


def _limit(source, value, up):
    """``value`` as a number of type ``source`` that is still within the limit."""
    number = source.as_numpy_dtype(value)
    if source.is_floating and int(number) != int(value):
        if (up and int(number) < int(value)) or (not up and int(number) > int(value)):
            number = np.nextafter(number, source.as_numpy_dtype(0))
    return number


def _to(target, label):
    def convert(x, name=label):
        return cast(x, target, name=name)

    convert.__name__ = convert.__qualname__ = f"to_{target.name}"
    convert.__doc__ = f"The elements as {target.name}."
    return convert


to_float = _to(dtypes.float32, "ToFloat")
to_double = _to(dtypes.float64, "ToDouble")
to_int32 = _to(dtypes.int32, "ToInt32")
to_int64 = _to(dtypes.int64, "ToInt64")
to_bfloat16 = _to(dtypes.bfloat16, "ToBFloat16")
to_complex64 = _to(dtypes.complex64, "ToComplex64")
to_complex128 = _to(dtypes.complex128, "ToComplex128")


def bitcast(input, type, name=None):  # noqa: A002 (the public names)
    """The same bytes read as another type."""
    return apply("Bitcast", [input], {"type": dtypes.as_dtype(type)}, name=name)


# -- Complex numbers


def complex(real, imag, name=None):  # noqa: A001 (the public name)
    """Complex numbers from their parts."""
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as name:
        pair = (real.dtype, imag.dtype)
        if pair == (dtypes.float64, dtypes.float64):
            target = dtypes.complex128
        elif pair == (dtypes.float32, dtypes.float32):
            target = dtypes.complex64
        else:
            raise TypeError(
                f"The `real` and `imag` components have incorrect types: {real.dtype.name} {imag.dtype.name}. They "
                "must be consistent, and one of [float32, float64]"
            )
        return apply("Complex", [real, imag], {"Tout": target}, name=name)


def _part_type(dtype):
    return dtypes.float64 if dtype is dtypes.complex128 else dtypes.float32


def real(input, name=None):  # noqa: A002 (the public name)
    """The real part."""
    with name_scope(name, "Real", [input]) as name:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return input
        return apply("Real", [input], {"Tout": _part_type(input.dtype)}, name=name)


def imag(input, name=None):  # noqa: A002 (the public name)
    """The imaginary part; zeros for real numbers."""
    with name_scope(name, "Imag", [input]) as name:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return apply("ZerosLike", [input])
        return apply("Imag", [input], {"Tout": _part_type(input.dtype)}, name=name)


def angle(input, name=None):  # noqa: A002 (the public name)
    """The argument of complex numbers."""
    with name_scope(name, "Angle", [input]) as name:
        input = convert_to_tensor(input, name="input")
        if input.dtype.is_complex:
            return apply("Angle", [input], {"Tout": _part_type(input.dtype)}, name=name)
        from swiftestimator._ops import array_ops

        return array_ops.where_v2(input < 0, np.pi * array_ops.ones_like(input), array_ops.zeros_like(input))


def conj(x, name=None):
    """The complex conjugate; real tensors as they are."""
    if isinstance(x, Tensor) and not x.dtype.is_complex:
        return x
    with name_scope(name, "Conj", [x]) as name:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return apply("Conj", [x], name=name)
        if is_number_type(x.dtype):
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")


# -- Others


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
    from swiftestimator._ops import array_ops, reduce_ops

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
            inside = array_ops.reshape(array_ops.where(flat < size), [-1])
            flat, weights = array_ops.gather(flat, inside), array_ops.gather(weights, inside)
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
    from swiftestimator._ops import array_ops, check_ops, control_flow_ops, reduce_ops

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
        return array_ops.scatter_nd(indices, values, cast(shape, dtypes.int64))


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
