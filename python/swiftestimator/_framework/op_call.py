"""Adding one node: argument conversion by the op's signature."""

from swiftestimator._border import function
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor, has_tensor
from swiftestimator._framework.graph import Tensor, get_default_graph

__all__ = ["apply", "op_names"]

_signature = function("op.signature")
_signatures = {}


class _Signature:
    """An op's arguments, and for each type attribute the type that plain numbers get."""

    __slots__ = ("inputs", "output_count", "type_defaults", "attribute_kinds")

    def __init__(self, op_type):
        facts = _signature(op_type)
        self.inputs = facts["inputs"]
        self.type_defaults = {}
        self.attribute_kinds = {}
        for name, kind, default, allowed in facts["attributes"]:
            self.attribute_kinds[name] = kind
            if kind != "type":
                continue
            if default is not None:
                self.type_defaults[name] = dtypes.as_dtype(default)
            elif allowed is not None and len(allowed) == 1:
                self.type_defaults[name] = dtypes.as_dtype(allowed[0])


def _lookup(op_type):
    signature = _signatures.get(op_type)
    if signature is None:
        signature = _signatures[op_type] = _Signature(op_type)
    return signature


def op_names():
    """Types of the ops that the engine has."""
    return function("op.names")()


def _convert(value, dtype, preferred, argument, op_type):
    if value.__class__ is Tensor:
        return value
    try:
        if preferred is not None and isinstance(value, list | tuple) and has_tensor(value):
            preferred = None  # tensors in a list decide; the op's default is for plain numbers
        return convert_to_tensor(value, dtype, argument, preferred_dtype=preferred)
    except (TypeError, ValueError) as error:
        if value is None:
            raise ValueError(
                f"Tried to convert '{argument}' to a tensor and failed. Error: None values not supported."
            ) from error
        if dtype is None:
            raise
        convert = getattr(value, "_as_tensor", None)
        if convert is not None:
            return convert(None, None)  # the engine reports the mismatch with both arguments' names
        raise TypeError(
            f"Expected {dtype.name} passed to parameter '{argument}' of op '{op_type}', got {value!r} of type "
            f"'{type(value).__name__}' instead. Error: {error}"
        ) from None


def apply(op_type, inputs=(), attributes=None, name=None, controls=None):
    """Adds a node to the graph of its inputs or the default graph.

    ``inputs`` holds one entry for each argument of the op's signature: a value, or a list of values for list
    arguments. Values that are not tensors are converted: to the argument's type, or to that of the arguments before it.
    ``attributes`` may hold ``DType`` and ``TensorShape`` objects.

    Returns a tensor, a list of tensors when the op has several outputs, or the operation when it has none. Raises
    ``TypeError`` and ``ValueError`` as TensorFlow does when arguments don't fit.
    """
    signature = _signatures.get(op_type) or _lookup(op_type)
    attrs = {}
    if attributes:
        for key, value in attributes.items():
            kind = value.__class__
            if kind is dtypes.DType:
                value = value._type_enum
            elif hasattr(value, "_dims"):
                value = None if value._dims is None else list(value._dims)
            elif (kind is list or kind is tuple) and value and value[0].__class__ is dtypes.DType:
                value = [v._type_enum for v in value]
            elif (kind is list or kind is tuple) and value and hasattr(value[0], "_dims"):
                value = [None if v._dims is None else list(v._dims) for v in value]
            if value is not None or signature.attribute_kinds.get(key) == "shape":
                attrs[key] = value
    bound = {}
    arguments = []
    scoped = None
    for (argument, arity, type_attribute, fixed, _), value in zip(signature.inputs, inputs):
        if arity == "single":
            if value.__class__ is not Tensor:
                if scoped is None:
                    scoped = _enter_op_scope(op_type, name)
                try:
                    value = _convert_single(value, signature, type_attribute, fixed, bound, attrs, argument, op_type)
                except BaseException:
                    _leave_op_scope(scoped)
                    raise
            if type_attribute is not None and type_attribute not in bound:
                bound[type_attribute] = value._dtype
            arguments.append(value)
            continue
        if not isinstance(value, list | tuple):
            raise TypeError(f"Expected list for '{argument}' argument to '{op_type}' Op, not {value!r}.")
        if scoped is None and any(v.__class__ is not Tensor for v in value):
            scoped = _enter_op_scope(op_type, name)
        try:
            arguments.append(
                _convert_list(value, signature, arity, type_attribute, fixed, bound, attrs, argument, op_type)
            )
        except BaseException:
            if scoped is not None:
                _leave_op_scope(scoped)
            raise
    if scoped is not None:
        _leave_op_scope(scoped)
        name = scoped[1]
    graph = _graph_for(arguments)
    op = graph.create_op(op_type, arguments, attrs, name or op_type, controls)
    outputs = op.outputs
    if len(outputs) == 1:
        return _as_list(op, signature, outputs) if _returns_list(op_type) else outputs[0]
    return outputs if outputs else op


def _convert_single(value, signature, type_attribute, fixed, bound, attrs, argument, op_type):
    preferred = None
    if fixed is not None:
        dtype = dtypes.as_dtype(fixed)
    else:
        dtype = bound.get(type_attribute)
        if dtype is None and type_attribute in attrs:
            dtype = dtypes.as_dtype(attrs[type_attribute])
        if dtype is None:
            preferred = signature.type_defaults.get(type_attribute)
    return _convert(value, dtype, preferred, argument, op_type)


def _convert_list(values, signature, arity, type_attribute, fixed, bound, attrs, argument, op_type):
    if arity == "list":
        return [_convert(v, None, None, f"{argument}_{i}", op_type) for i, v in enumerate(values)]
    if fixed is not None:
        dtype = dtypes.as_dtype(fixed)
    else:
        dtype = bound.get(type_attribute)
        if dtype is None and type_attribute in attrs:
            dtype = dtypes.as_dtype(attrs[type_attribute])
        if dtype is None:
            for value in values:
                if isinstance(value, Tensor) or hasattr(value, "_as_tensor"):
                    dtype = value.dtype
                    break
    result = []
    for i, value in enumerate(values):
        tensor = _convert(value, dtype, None, f"{argument}_{i}", op_type)
        if dtype is None:
            dtype = tensor._dtype
        result.append(tensor)
    if type_attribute is not None and result:
        bound.setdefault(type_attribute, result[0]._dtype)
    return result


def _enter_op_scope(op_type, name):
    """Constants made for an op stand in a scope of the op's name, as TensorFlow has it."""
    graph = get_default_graph()
    scope, previous = function("graph.enter_scope")(graph, name or op_type)
    return graph, scope, previous


def _leave_op_scope(scoped):
    function("graph.leave_scope")(scoped[0], scoped[2])


def _graph_for(arguments):
    default = get_default_graph()
    for argument in arguments:
        for tensor in argument if argument.__class__ is list else (argument,):
            graph = tensor._op._graph
            if graph is not default:
                if default.outer_graph is not None:
                    return default  # a function body takes values of the graphs around it in
                return graph
    return default


_LIST_OUTPUTS = frozenset(["Split", "SplitV", "Unpack", "ShapeN", "IdentityN", "DynamicPartition", "IteratorGetNext"])


def _returns_list(op_type):
    return op_type in _LIST_OUTPUTS


def _as_list(op, signature, outputs):
    return outputs
