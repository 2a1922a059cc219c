"""Python's operators on tensors.

This module is imported with :mod:`swiftestimator._framework.graph` and therefore imports nothing itself: what the
operators need is looked up when the first one is used.
"""

__all__ = ["install"]

_modules = None


def _ops():
    """The modules that do the work (math, slices, convert, graph)."""
    global _modules
    if _modules is None:
        from swiftestimator._framework import convert, graph
        from swiftestimator._ops import math_ops, slice_ops

        _modules = (math_ops, slice_ops, convert, graph)
    return _modules


_PLAIN = (bool, int, float, complex, str, bytes, list)
# Operators whose second operand takes the type of the first; the others leave it to their op to compare the types.
_OP_NAMES = {
    "sub": "Sub", "mul": "Mul", "floordiv": "FloorDiv", "mod": "FloorMod", "pow": "Pow", "and": "BitwiseAnd",
    "or": "BitwiseOr", "xor": "BitwiseXor",
}  # fmt: skip


def _operands(x, y, convert, x_is_tensor, op_name=""):
    """Both as tensors: the one that is not takes the other's type when it can."""
    if x_is_tensor:
        if op_name and isinstance(y, _PLAIN) or isinstance(y, bool):
            try:
                y = convert.convert_to_tensor(y, x.dtype, name="y")
            except TypeError as error:
                raise TypeError(
                    f"Expected {x.dtype.name} passed to parameter 'y' of op '{op_name}', got {y!r} of type "
                    f"'{type(y).__name__}' instead. Error: {error}"
                ) from None
        elif not hasattr(y, "_as_tensor") and not getattr(y, "_is_sparse_tensor", False):
            y = convert.convert_to_tensor(y, name="y", dtype_hint=x.dtype)
    elif isinstance(x, _PLAIN):
        x = convert.convert_to_tensor(x, y.dtype, name="x")
    else:
        x = convert.convert_to_tensor(x, name="x", dtype_hint=y.dtype)
    return x, y


def _binary(name, apply_operator):
    def forward(self, other):
        math, _, convert, graph = _ops()
        with graph.name_scope(None, name, [self, other]) as scope:
            try:
                x, y = _operands(self, other, convert, True, _OP_NAMES.get(name, ""))
                return apply_operator(math, x, y, scope)
            except (TypeError, ValueError):
                if hasattr(type(other), f"__r{name}__") and not _converts(other):
                    return NotImplemented
                raise

    def reflected(self, other):
        math, _, convert, graph = _ops()
        with graph.name_scope(None, name, [other, self]) as scope:
            x, y = _operands(other, self, convert, False)
            return apply_operator(math, x, y, scope)

    return forward, reflected


def _converts(value):
    """Whether it is the value's own doing that the operator fails: numbers and arrays report TensorFlow's error."""
    from swiftestimator._framework.graph import Tensor

    return isinstance(value, Tensor | int | float | complex | str | bytes | list | tuple) or hasattr(value, "__array__")


def _logical(operator_name, logical_name, bitwise_type):
    def operate(math, x, y, scope):
        if x.dtype.name == "bool":
            return getattr(math, logical_name)(x, y, name=scope)
        from swiftestimator._framework.op_call import apply

        return apply(bitwise_type, [x, y], name=bitwise_type)

    return _binary(operator_name, operate)


def _comparison(function_name):
    def compare(self, other):
        return getattr(_ops()[0], function_name)(self, other)

    return compare


_BINARY = {
    "add": lambda math, x, y, scope: math._add_dispatch(x, y, scope),
    "sub": lambda math, x, y, scope: math.subtract(x, y, name=scope),
    "mul": lambda math, x, y, scope: math._multiply_dispatch(x, y, scope),
    "truediv": lambda math, x, y, scope: math._truediv_dispatch(x, y, scope),
    "floordiv": lambda math, x, y, scope: math.floordiv(x, y, name=scope),
    "mod": lambda math, x, y, scope: math.floormod(x, y, name=scope),
    "pow": lambda math, x, y, scope: math.pow(x, y, name=scope),
    "matmul": lambda math, x, y, scope: _matmul(x, y, scope),
}


def _matmul(x, y, scope):
    from swiftestimator._ops.linalg_ops import matmul

    return matmul(x, y, name=scope)


def _invert(self):
    math = _ops()[0]
    if self.dtype.name == "bool":
        return math.logical_not(self)
    from swiftestimator._framework.op_call import apply

    return apply("Invert", [self])


def _getitem(self, key):
    return _ops()[1].slice_item(self, key)


def install(tensor_class):
    """Gives a class whose instances convert to tensors Python's arithmetic, comparisons and indexing."""
    for name, operate in _BINARY.items():
        forward, reflected = _binary(name, operate)
        setattr(tensor_class, f"__{name}__", forward)
        setattr(tensor_class, f"__r{name}__", reflected)
    for name, logical, bitwise in (
        ("and", "logical_and", "BitwiseAnd"),
        ("or", "logical_or", "BitwiseOr"),
        ("xor", "logical_xor", "BitwiseXor"),
    ):
        forward, reflected = _logical(name, logical, bitwise)
        setattr(tensor_class, f"__{name}__", forward)
        setattr(tensor_class, f"__r{name}__", reflected)
    for name, operation in (("lt", "less"), ("le", "less_equal"), ("gt", "greater"), ("ge", "greater_equal")):
        setattr(tensor_class, f"__{name}__", _comparison(operation))
    tensor_class.__neg__ = lambda self: _ops()[0].negative(self)
    tensor_class.__abs__ = lambda self: _ops()[0].abs(self)
    tensor_class.__invert__ = _invert
    tensor_class.__getitem__ = _getitem
