"""Arithmetic, comparisons, logic and casts."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops.cast_ops import cast
from swiftestimator._ops.support import (
    apply,
    binary,
    convert_to_tensor,
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
