"""Assertions: decided while the graph is built when possible, else operations that fail in a run."""

import functools

import numpy as np

from swiftestimator._errors import InvalidArgumentError
from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, control_flow_ops, math_ops
from swiftestimator._ops.support import constant_value, convert_to_tensor, is_number_type, name_scope


def _pretty(value):
    return repr(value) if isinstance(value, Tensor) else str(value)


def _comparison(function_name, relation, operation, static):
    """``assert_<relation>(x, y, data, summarize, message, name)`` and its form with TensorFlow 2's argument order."""

    def version1(x, y, data=None, summarize=None, message=None, name=None):
        with name_scope(name, function_name, [x, y, data]):
            x_tensor, y_tensor = convert_to_tensor(x, name="x"), convert_to_tensor(y, name="y")
            x_static, y_static = constant_value(x_tensor), constant_value(y_tensor)
            if x_static is not None and y_static is not None:
                holds = bool(np.all(static(x_static, y_static)))
                if not holds:
                    _static_failure(relation, message, data, x_tensor, y_tensor, x_static, y_static, static)
            from swiftestimator._ops import reduce_ops

            condition = reduce_ops.reduce_all(operation(x_tensor, y_tensor))
            if data is None:
                data = [
                    message if message is not None else "",
                    f"Condition x {relation} y did not hold element-wise:",
                    f"x ({x_tensor.name}) = ", x_tensor, f"y ({y_tensor.name}) = ", y_tensor,
                ]  # fmt: skip
                if message is None:
                    data = data[1:]
            elif message is not None:
                data = [message, *data]
            return control_flow_ops.Assert(condition, data, summarize=summarize)

    def version2(x, y, message=None, summarize=None, name=None):
        return version1(x, y, None, summarize, message, name)

    for function in (version1, version2):
        function.__name__ = function.__qualname__ = function_name
        function.__doc__ = f"An operation that fails unless x {relation} y for all elements; raises when that is known."
    return version1, version2


def _static_failure(relation, message, data, x, y, x_static, y_static, static):
    parts = [message] if message is not None else []
    if relation == "==" and x_static.shape == y_static.shape:
        wrong = np.flatnonzero(~static(x_static, y_static).reshape(-1))[:3]
        places = np.argwhere(~static(x_static, y_static))[:3]
        first = [x_static.reshape(-1)[i] for i in wrong]
        second = [y_static.reshape(-1)[i] for i in wrong]
        parts.append(
            f"Condition x == y did not hold.\nIndices of first {len(wrong)} different values:\n{places}\n"
            f"Corresponding x values:\n{np.array(first)}\nCorresponding y values:\n{np.array(second)}\n"
            f"First 3 elements of x:\n{x_static.reshape(-1)[:3]}\nFirst 3 elements of y:\n{y_static.reshape(-1)[:3]}"
        )
    else:
        parts.append(
            f"Condition x {relation} y did not hold.\nFirst 3 elements of x:\n{x_static.reshape(-1)[:3]}\n"
            f"First 3 elements of y:\n{y_static.reshape(-1)[:3]}"
        )
    raise InvalidArgumentError(None, None, "\n".join(parts))


assert_equal_op, assert_equal_v2_op = _comparison("assert_equal", "==", math_ops.equal, np.equal)
assert_none_equal, _ = _comparison("assert_none_equal", "!=", math_ops.not_equal, np.not_equal)
assert_less, assert_less_v2 = _comparison("assert_less", "<", math_ops.less, np.less)
assert_less_equal, assert_less_equal_v2 = _comparison("assert_less_equal", "<=", math_ops.less_equal, np.less_equal)
assert_greater, assert_greater_v2 = _comparison("assert_greater", ">", math_ops.greater, np.greater)
assert_greater_equal, assert_greater_equal_v2 = _comparison(
    "assert_greater_equal", ">=", math_ops.greater_equal, np.greater_equal
)


def assert_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless x == y for all elements; raises when that is known."""
    with name_scope(name, "assert_equal", [x, y, data]):
        if x is y:
            return control_flow_ops.no_op()
    return assert_equal_op(x, y, data, summarize, message, name or "assert_equal")


def assert_equal_v2(x, y, message=None, summarize=None, name=None):
    """An operation that fails unless x == y for all elements; raises when that is known."""
    return assert_equal(x, y, None, summarize, message, name)


def assert_none_equal_v2(x, y, summarize=None, message=None, name=None):
    """An operation that fails unless x != y for all elements; raises when that is known."""
    return assert_none_equal(x, y, None, summarize, message, name)


def _sign_check(function_name, relation, with_zero_first, check, check_name):
    def version1(x, data=None, summarize=None, message=None, name=None):
        message = message or ""
        with name_scope(name, function_name, [x, data]):
            x = convert_to_tensor(x, name="x")
            if data is None:
                data = [message, f"Condition x {relation} 0 did not hold element-wise:", f"x ({x.name}) = ", x]
            zero = convert_to_tensor(0, dtype=x.dtype)
            pair = (zero, x) if with_zero_first else (x, zero)
            return check(*pair, data=data, summarize=summarize)

    def version2(x, message=None, summarize=None, name=None):
        return version1(x, None, summarize, message, name)

    for function in (version1, version2):
        function.__name__ = function.__qualname__ = function_name
        function.__doc__ = f"An operation that fails unless x {relation} 0 for all elements; raises when that is known."
    return version1, version2


assert_positive, assert_positive_v2 = _sign_check("assert_positive", ">", True, assert_less, "assert_less")
assert_negative, assert_negative_v2 = _sign_check("assert_negative", "<", False, assert_less, "assert_less")
assert_non_negative, assert_non_negative_v2 = _sign_check(
    "assert_non_negative", ">=", True, assert_less_equal, "assert_less_equal"
)
assert_non_positive, assert_non_positive_v2 = _sign_check(
    "assert_non_positive", "<=", False, assert_less_equal, "assert_less_equal"
)


def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless |x - y| < atol + rtol·|y| for all elements."""
    from swiftestimator._ops import reduce_ops

    with name_scope(name, "assert_near", [x, y, rtol, atol, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype)
        default = 10 * np.finfo(x.dtype.as_numpy_dtype).eps
        rtol = convert_to_tensor(default if rtol is None else rtol, name="rtol", dtype=x.dtype)
        atol = convert_to_tensor(default if atol is None else atol, name="atol", dtype=x.dtype)
        if data is None:
            data = [
                message or "", "x and y not equal to tolerance rtol = ", rtol, f", atol = {atol}", f"x ({x.name}) = ", x,
                f"y ({y.name}) = ", y,
            ]  # fmt: skip
        tolerance = atol + rtol * math_ops.abs(y)
        condition = reduce_ops.reduce_all(math_ops.less(math_ops.abs(x - y), tolerance))
        return control_flow_ops.Assert(condition, data, summarize=summarize)


def assert_near_v2(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """An operation that fails unless |x - y| < atol + rtol·|y| for all elements."""
    return assert_near(x, y, rtol, atol, None, summarize, message, name)


# -- Ranks


def _static_int(rank):
    value = constant_value(rank)
    if value is None:
        return None
    value = np.asarray(value)
    if value.ndim != 0:
        raise ValueError("Rank must be a scalar.")
    return int(value)


def _rank_assertion(function_name, matches, relation, dynamic):
    def version1(x, rank, data=None, summarize=None, message=None, name=None):
        with name_scope(name, function_name, [x, rank, *(data or ())]):
            if not getattr(x, "_is_sparse_tensor", False):
                x = convert_to_tensor(x, name="x")
            rank = convert_to_tensor(rank, name="rank")
            message = message or ""
            if data is None:
                data = [message, f"Tensor {getattr(x, 'name', x)} must have rank {relation}", rank,
                        "Received shape: ", array_ops.shape(x)]  # fmt: skip
            assert_type(rank, dtypes.int32)
            wanted = _static_int(rank)
            actual = x.shape.rank
            if wanted is not None and actual is not None:
                if not matches(actual, wanted):
                    raise ValueError(
                        f"{message}.  Tensor {getattr(x, 'name', x)} must have rank {relation}{wanted}.  Received rank "
                        f"{actual}, shape {x.shape}"
                        if relation
                        else f"{message}. Tensor {getattr(x, 'name', x)} must have rank {wanted}.  Received rank {actual}, "
                        f"shape {x.shape}"
                    )
                return control_flow_ops.no_op(name="static_checks_determined_all_ok")
            return control_flow_ops.Assert(dynamic(array_ops.rank(x), rank), data, summarize=summarize)

    def version2(x, rank, message=None, name=None):
        return version1(x, rank, message=message, name=name)

    for function in (version1, version2):
        function.__name__ = function.__qualname__ = function_name
        function.__doc__ = "An operation that fails unless the rank is right; raises ``ValueError`` when that is known."
    return version1, version2


assert_rank, assert_rank_v2 = _rank_assertion("assert_rank", lambda a, w: a == w, "", math_ops.equal)
assert_rank_at_least, assert_rank_at_least_v2 = _rank_assertion(
    "assert_rank_at_least", lambda a, w: a >= w, "at least ", math_ops.greater_equal
)


def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless the rank is one of ``ranks``; raises ``ValueError`` when that is known."""
    with name_scope(name, "assert_rank_in", [x, *(data or ())]):
        x = x if getattr(x, "_is_sparse_tensor", False) else convert_to_tensor(x, name="x")
        ranks = [convert_to_tensor(r, name="rank") for r in ranks]
        message = message or ""
        if data is None:
            data = [message, f"Tensor {getattr(x, 'name', x)} must have rank in", *ranks, "Received shape: ",
                    array_ops.shape(x)]  # fmt: skip
        for rank in ranks:
            assert_type(rank, dtypes.int32)
        known = [_static_int(r) for r in ranks]
        actual = x.shape.rank
        if actual is not None and None not in known:
            if actual not in known:
                raise ValueError(
                    f"{message}. Tensor {getattr(x, 'name', x)} must have rank in {tuple(known)}.  Received rank {actual}, "
                    f"shape {x.shape}"
                )
            return control_flow_ops.no_op(name="static_checks_determined_all_ok")
        actual = array_ops.rank(x)
        condition = functools.reduce(math_ops.logical_or, [math_ops.equal(r, actual) for r in ranks])
        return control_flow_ops.Assert(condition, data, summarize=summarize)


def assert_rank_in_v2(x, ranks, message=None, name=None):
    """An operation that fails unless the rank is one of ``ranks``; raises ``ValueError`` when that is known."""
    return assert_rank_in(x, ranks, message=message, name=name)


def assert_scalar(tensor, name=None, message=None):
    """The tensor; ``ValueError`` when it is known not to be a scalar."""
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor._rank not in (None, 0):
            prefix = f"{message}" if message else ""
            raise ValueError(f"{prefix}Expected scalar shape for {tensor.name}, saw shape: {tensor.shape}.")
        return tensor


def assert_scalar_v2(tensor, message=None, name=None):
    """The tensor; ``ValueError`` when it is known not to be a scalar."""
    return assert_scalar(tensor, name, message)


# -- Types


def assert_type(tensor, tf_type, message=None, name=None):
    """Nothing, or ``TypeError`` when the type is another one."""
    target = dtypes.as_dtype(tf_type)
    with name_scope(name, "assert_type", [tensor]):
        if not hasattr(tensor, "dtype"):
            tensor = convert_to_tensor(tensor)
        if tensor.dtype is not target:
            label = getattr(tensor, "name", tensor)
            raise TypeError(
                f"{(message or '') + ': ' if message else ''}tensor {label} must be of type {target!r}; "
                f"got {tensor.dtype!r}"
            )
        return control_flow_ops.no_op(name="statically_determined_correct_type")


def assert_type_v2(tensor, tf_type, message=None, name=None):
    """Nothing, or ``TypeError`` when the type is another one."""
    return assert_type(tensor, tf_type, message, name)


def assert_integer(x, message=None, name=None):
    """Nothing, or ``TypeError`` when the elements are not ints."""
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(f'{message or ""}Expected "x" to be integer type.  Found: {x.dtype!r}')
        return control_flow_ops.no_op("statically_determined_was_integer")


def assert_integer_v2(x, message=None, name=None):
    """Nothing, or ``TypeError`` when the elements are not ints."""
    return assert_integer(x, message, name)


def assert_proper_iterable(values):
    """Nothing, or ``TypeError`` when ``values`` is no collection (a tensor, an array, text)."""
    wrong = (Tensor, np.ndarray, bytes, str)
    if isinstance(values, wrong) or not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}')


def assert_same_float_dtype(tensors=None, dtype=None):
    """The one float type that all tensors have; ``ValueError`` when they differ or it is no float."""
    if tensors:
        for tensor in tensors:
            if tensor is None:
                continue
            if dtype is None:
                dtype = tensor.dtype
            elif dtypes.as_dtype(dtype) is not tensor.dtype:
                raise ValueError(f"Tensor type mismatch: {tensor.dtype.name} and {dtypes.as_dtype(dtype).name}")
    dtype = dtypes.float32 if dtype is None else dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


# -- Shapes


def ensure_shape(x, shape, name=None):
    """The value with a shape that the run checks; ``ValueError`` when it is known to be another."""
    from swiftestimator._ops.support import apply

    return apply("EnsureShape", [x], {"shape": TensorShape(shape)}, name=name)


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless tensors have the shapes given; equal symbols stand for equal sizes."""
    message = message or ""
    pairs = list(shapes.items()) if isinstance(shapes, dict) else list(shapes)
    with name_scope(name, "assert_shapes", [shapes, data]):
        checks = []
        sizes = {}
        for x, spec in pairs:
            x = convert_to_tensor(x)
            if isinstance(spec, str | int) or spec is None or isinstance(spec, TensorShape):
                spec = list(spec) if isinstance(spec, str | TensorShape) else [spec]
            spec = list(spec)
            prefix = spec[:1] == [Ellipsis]
            if prefix:
                spec = spec[1:]
                checks.append(assert_rank_at_least(x, len(spec), message=message))
            else:
                checks.append(assert_rank(x, len(spec), message=message))
            known = x._shape_as_list()
            for axis, symbol in enumerate(spec):
                position = axis - len(spec) if prefix else axis
                static = None if known is None else known[position]
                if symbol is None or symbol in (".", "*"):
                    continue
                wanted = symbol if isinstance(symbol, int) else sizes.get(symbol)
                if isinstance(symbol, str) and symbol.isdigit():
                    wanted = int(symbol)
                size = static if static is not None else array_ops.shape(x)[position]
                if wanted is None:
                    sizes[symbol] = size
                    continue
                if isinstance(wanted, int) and isinstance(size, int):
                    if wanted != size:
                        raise ValueError(
                            f"{message}.  Specified by tensor {x.name}. Tensor {x.name} dimension {axis} must have size "
                            f"{wanted}.  Received size {size}, shape {x.shape}"
                        )
                    continue
                checks.append(
                    control_flow_ops.Assert(
                        math_ops.equal(size, wanted),
                        [
                            message,
                            f"Tensor {x.name} dimension",
                            axis,
                            "must have size",
                            wanted,
                            "Received shape: ",
                            array_ops.shape(x),
                        ],
                        summarize=summarize,
                    )
                )
    return control_flow_ops.group(*checks)


def assert_shapes_v2(shapes, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless tensors have the shapes given; equal symbols stand for equal sizes."""
    return assert_shapes(shapes, data, summarize, message, name)


def _differences(x):
    """Each element minus the one before it, in a vector."""
    x = array_ops.reshape(convert_to_tensor(x, name="x"), [-1])
    if not is_number_type(x.dtype):
        raise TypeError(f"Expected x to be numeric, instead found: {x}")
    count = array_ops.shape(x)[0]
    last = math_ops.maximum(count - 1, 0)
    return array_ops.strided_slice(x, [1], [1] + last) - array_ops.strided_slice(x, [0], array_ops.reshape(last, [1]))
