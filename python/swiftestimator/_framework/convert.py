"""Python values as tensors."""

import numbers

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor, get_default_graph, name_scope
from swiftestimator._framework.tensor_shape import Dimension, TensorShape

__all__ = ["constant", "convert_to_tensor", "make_array"]

_INT32 = np.iinfo(np.int32)
_CONST_TYPES = {}


def make_array(value, dtype=None):
    """A NumPy array for a constant, with TensorFlow's rules for Python numbers.

    Floats become float32; ints int32, or int64 when they don't fit; text becomes bytes (in an object array). An array
    keeps its type. ``dtype`` overrules; numbers that it can't hold exactly in kind (a float for an int type, a number
    for text) raise ``TypeError``.
    """
    if isinstance(value, np.ndarray | np.generic):
        return _cast_array(np.asarray(value), dtype)
    kind = value.__class__
    if kind is float:
        return np.array(value, _numpy_for(value, dtype, dtypes.float32, "float"))
    if kind is bool:
        return np.array(value, _numpy_for(value, dtype, dtypes.bool_, "bool"))
    if kind is complex:
        return np.array(value, _numpy_for(value, dtype, dtypes.complex128, "complex"))
    if kind is int:
        fallback = dtypes.int32 if _INT32.min <= value <= _INT32.max else dtypes.int64
        if 2**63 <= value < 2**64:
            fallback = dtypes.uint64
        target = dtype or fallback
        if target.is_integer:
            try:
                return np.array(value, target.as_numpy_dtype)
            except OverflowError:
                raise ValueError(f"{value} does not fit into {target.name}") from None
        return np.array(value, _numpy_for(value, target, fallback, "int"))
    if kind is str or kind is bytes:
        if dtype is not None and dtype is not dtypes.string:
            raise TypeError(f"Expected {dtype.name}, but got {value!r} of type '{kind.__name__}'.")
        result = np.empty((), object)
        result[()] = value.encode() if kind is str else value
        return result
    if isinstance(value, TensorShape):
        if not value.is_fully_defined():
            raise ValueError(f"Cannot convert a partially known TensorShape {value} to a Tensor.")
        return np.array(value.as_list(), (dtype or dtypes.int32).as_numpy_dtype)
    if isinstance(value, Dimension):
        if value.value is None:
            raise ValueError("Cannot convert an unknown Dimension to a Tensor: ?")
        return np.array(value.value, (dtype or dtypes.int32).as_numpy_dtype)
    if value is None:
        raise ValueError("None values not supported.")
    return _array_of_items(value, dtype)


def _numpy_for(value, dtype, fallback, kind):
    target = dtype or fallback
    if target is dtypes.bfloat16:
        return np.float32
    fits = {
        "float": target.is_floating or target.is_complex,
        "int": target.is_integer or target.is_floating or target.is_complex,
        "bool": target is not dtypes.string and target.is_numpy_compatible,
        "complex": target.is_complex,
    }[kind]
    if not fits:
        raise TypeError(f"Expected {target.name}, but got {value!r} of type '{kind}'.")
    return target.as_numpy_dtype


def _cast_array(array, dtype):
    if array.dtype.kind in "SU" or (array.dtype.kind == "O" and (dtype is None or dtype is dtypes.string)):
        if dtype is not None and dtype is not dtypes.string:
            raise TypeError(f"Expected {dtype.name}, but got an array of {array.dtype}.")
        return _bytes_array(array)
    if dtype is None:
        found = dtypes.as_dtype(array.dtype)  # TypeError for what has no counterpart
        return np.asarray(array, found.as_numpy_dtype)
    if dtype is dtypes.string:
        if array.size == 0:
            return _bytes_array(array.astype(object))
        raise TypeError(f"Expected string, but got an array of {array.dtype}.")
    if dtype is dtypes.bfloat16:
        return np.asarray(array, np.float32)
    return np.asarray(array, dtype.as_numpy_dtype)


def _bytes_array(array):
    result = np.empty(array.shape, object)
    flat = result.reshape(-1)
    for i, item in enumerate(array.reshape(-1)):
        if isinstance(item, str):
            item = item.encode()
        elif not isinstance(item, bytes):
            raise TypeError(
                f"Failed to convert a NumPy array to a Tensor (Unsupported object type {type(item).__name__})."
            )
        flat[i] = bytes(item)
    return result


def _leaves(value, out):
    for item in value:
        if isinstance(item, list | tuple):
            _leaves(item, out)
        else:
            out.append(item)


def _expected(leaf, dtype):
    return TypeError(f"Expected {dtype.name}, but got {leaf} of type '{type(leaf).__name__}'.")


def _check_leaf(leaf, dtype):
    """Raises ``TypeError`` for an item of a list that ``dtype`` does not take."""
    if isinstance(leaf, np.ndarray | Dimension):
        return
    if dtype is dtypes.string:
        fits = isinstance(leaf, str | bytes)
    elif dtype is dtypes.bool_:
        fits = isinstance(leaf, bool | np.bool_)
    elif dtype.is_integer:
        fits = isinstance(leaf, numbers.Integral) or hasattr(leaf, "__index__")
    elif dtype.is_floating:
        fits = isinstance(leaf, numbers.Real) or hasattr(leaf, "__array__")
    else:
        fits = isinstance(leaf, numbers.Complex) or hasattr(leaf, "__array__")
    if not fits:
        raise _expected(leaf, dtype)


def _unsuitable(value):
    return TypeError(
        f"Failed to convert elements of {value!r} to Tensor. Consider casting elements to a supported type. See "
        "`tf.dtypes` for the types there are."
    )


def _array_of_items(value, dtype):
    if not isinstance(value, list | tuple):
        if hasattr(value, "__array__"):
            return _cast_array(np.asarray(value), dtype)
        if hasattr(value, "__index__"):
            return make_array(value.__index__(), dtype)
        if isinstance(value, complex):
            if dtype is not None and not dtype.is_complex:
                raise TypeError(f"Expected {dtype.name}, but got {value!r} of type 'complex'.")
            return np.asarray(value, np.complex128 if dtype is None else dtype.as_numpy_dtype)
        if isinstance(value, range):
            return make_array(list(value), dtype)
        if isinstance(value, bytearray | memoryview):
            return _cast_array(np.asarray(value), dtype)
        raise _unsuitable(value)
    leaves = []
    _leaves(value, leaves)
    kinds = {}
    for leaf in leaves:
        kinds.setdefault(type(leaf), leaf)
    if any(isinstance(leaf, Tensor) for leaf in kinds.values()):
        raise TypeError("Expected any non-tensor type, but got a tensor instead.")
    if Dimension in kinds:
        leaves = [leaf.value if isinstance(leaf, Dimension) else leaf for leaf in leaves]
        value = _with_leaves(value, iter(leaves))
        kinds = {type(leaf): leaf for leaf in reversed(leaves)}
    if dtype is not None:
        for leaf in kinds.values():
            _check_leaf(leaf, dtype)
    elif type(None) in kinds:
        raise _unsuitable(value)
    text = [issubclass(kind, str | bytes) for kind in kinds]
    if any(text):
        if not all(text):
            raise _unsuitable(value)
        return _text_array(value)
    if not kinds and dtype is dtypes.string:
        return _text_array(value)
    try:
        array = np.array(value)
    except ValueError as error:
        raise ValueError(f"Can't convert non-rectangular Python sequence to Tensor: {error}") from None
    except OverflowError as error:
        raise ValueError(str(error)) from None
    if array.dtype.kind == "O" and dtype is not dtypes.string:
        raise _unsuitable(value)
    if dtype is not None:
        return _cast_array(array, dtype)
    if any(issubclass(kind, np.ndarray) for kind in kinds):
        return _cast_array(array, None)
    # NumPy's scalars in a list are numbers like Python's.
    if array.dtype == np.float64:
        return array.astype(np.float32)
    if array.dtype == np.int64:
        small = array.size == 0 or (array.min() >= _INT32.min and array.max() <= _INT32.max)
        return array.astype(np.int32) if small else array
    return _cast_array(array, None)


def _with_leaves(value, leaves):
    """The nested lists of ``value`` with other items."""
    return [_with_leaves(v, leaves) if isinstance(v, list | tuple) else next(leaves) for v in value]


def _text_array(value):
    """Nested lists of text as an object array; ``ValueError`` when they are not rectangular."""

    def shape(item):
        if not isinstance(item, list | tuple):
            return ()
        inner = {shape(i) for i in item}
        if len(inner) > 1:
            raise ValueError("Can't convert non-rectangular Python sequence to Tensor.")
        return (len(item),) + (inner.pop() if inner else ())

    result = np.empty(shape(value), object)
    leaves = []
    _leaves(value, leaves)
    flat = result.reshape(-1)
    for i, leaf in enumerate(leaves):
        flat[i] = leaf.encode() if isinstance(leaf, str) else leaf
    return result


def constant(value, dtype=None, shape=None, name="Const", verify_shape=False):
    """A node that always has the given value.

    ``shape``: the value's elements are laid out in it, the last one repeated to fill it. With ``verify_shape`` the
    value must have that shape already (``TypeError``).
    """
    dtype = None if dtype is None else dtypes.as_dtype(dtype)
    if isinstance(value, Tensor):
        raise TypeError(f"Expected any non-tensor type, but got a tensor instead: {value!r}")
    array = make_array(value, dtype)
    if shape is not None:
        target = _static_shape(shape)
        if array.shape != target:
            if verify_shape:
                raise TypeError(f"Expected Tensor's shape: {target}, but got {array.shape}.")
            array = _fill(array, target)
    return _constant_node(array, dtype, name or "Const")


def constant_v2(value, dtype=None, shape=None, name="Const"):
    """As :func:`constant`, but ``shape`` must have as many elements as the value, or the value be a scalar."""
    dtype = None if dtype is None else dtypes.as_dtype(dtype)
    if shape is not None and not isinstance(value, Tensor):
        array = make_array(value, dtype)
        target = _static_shape(shape)
        if array.size not in (1, int(np.prod(target, dtype=np.int64))):
            raise TypeError(
                f"Eager execution of tf.constant with unsupported shape. Tensor {array} has {array.size} elements, but "
                f"got `shape` {target} with {int(np.prod(target, dtype=np.int64))} elements)."
            )
    return constant(value, dtype, shape, name)


def _static_shape(shape):
    target = TensorShape(shape)
    if not target.is_fully_defined():
        raise ValueError(f"The shape of a constant must be fully defined, got {shape!r}")
    return tuple(target.as_list())


def _fill(array, target):
    count = int(np.prod(target, dtype=np.int64))
    if array.size > count and (array.size, count) != (1, 0):  # a scalar fills any shape, an empty one too
        raise ValueError(f"Too many elements provided. Takes at most {count}, but got {array.size}")
    if array.size == 0 and count > 0:
        return np.full(target, b"", object) if array.dtype == object else np.zeros(target, array.dtype)
    flat = np.empty(count, array.dtype)
    flat[: array.size] = array.reshape(-1)[:count]
    if array.size < count:
        flat[array.size :] = array.reshape(-1)[-1]
    return flat.reshape(target)


def _constant_node(array, dtype, name):
    graph = get_default_graph()
    if dtype is dtypes.bfloat16:
        from swiftestimator._framework.op_call import apply

        return apply("Cast", [_constant_node(array, None, name)], {"DstT": dtype}, name=name)
    number = _CONST_TYPES.get(array.dtype)
    if number is None:
        number = _CONST_TYPES[array.dtype] = dtypes.as_dtype(array.dtype)._type_enum
    if array.base is not None or array.flags.writeable and array.dtype != object:
        array = array.copy()  # the caller may change the array later
    return graph.create_op("Const", [], {"value": array, "dtype": number}, name).outputs[0]


def has_tensor(value):
    """Whether nested lists hold a tensor or what stands for one."""
    for item in value:
        if isinstance(item, list | tuple):
            if has_tensor(item):
                return True
        elif isinstance(item, Tensor) or hasattr(item, "_as_tensor"):
            return True
    return False


def _pack(value, dtype, name):
    """Nested lists with tensors in them as one tensor."""
    from swiftestimator._framework.op_call import apply

    found = _dtype_in(value)
    if dtype is None:
        dtype = found
    elif dtype is not found:
        value = _cast_items(value, dtype)
    with name_scope(name or "packed") as scope:
        items = []
        for i, item in enumerate(value):
            if isinstance(item, list | tuple) and has_tensor(item):
                items.append(_pack(item, dtype, str(i)))
            else:
                items.append(convert_to_tensor(item, dtype, name=str(i)))
        return apply("Pack", [items], {"axis": 0}, name=scope)


def _cast_items(value, dtype):
    """Nested lists with their tensors cast to ``dtype``."""
    from swiftestimator._ops.cast_ops import cast

    return [
        _cast_items(item, dtype)
        if isinstance(item, list | tuple)
        else cast(item, dtype)
        if isinstance(item, Tensor) or hasattr(item, "_as_tensor")
        else item
        for item in value
    ]


def _dtype_in(value):
    for item in value:
        if isinstance(item, list | tuple):
            found = _dtype_in(item)
            if found is not None:
                return found
        elif isinstance(item, Tensor) or hasattr(item, "_as_tensor"):
            return item.dtype
    return None


def convert_to_tensor(value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None, as_ref=False):
    """``value`` as a tensor: tensors as they are, variables by their value, the rest as constants.

    ``preferred_dtype`` (or ``dtype_hint``) is used when the value can have that type. Raises ``ValueError`` when a
    tensor has another type than ``dtype``, ``TypeError`` or ``ValueError`` for what has no tensor form.
    """
    if value.__class__ is Tensor:
        if dtype is not None and value._dtype is not dtypes.as_dtype(dtype):
            raise ValueError(
                f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for Tensor with dtype "
                f"{value._dtype.name}: {value!r}"
            )
        return value
    dtype = None if dtype is None else dtypes.as_dtype(dtype)
    convert = getattr(value, "_as_tensor", None)
    if convert is not None:
        result = convert(dtype, name)
        if dtype is not None and result._dtype is not dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for {type(value).__name__} with dtype "
                f"{result._dtype.name}: {value!r}"
            )
        return result
    preferred = preferred_dtype if preferred_dtype is not None else dtype_hint
    if isinstance(value, list | tuple) and has_tensor(value):
        if dtype is None and preferred is not None:
            try:
                return _pack(value, dtypes.as_dtype(preferred), name)
            except (TypeError, ValueError):
                pass
        return _pack(value, dtype, name)
    if dtype is None and preferred is not None:
        try:
            return _constant_node(
                make_array(value, dtypes.as_dtype(preferred)), dtypes.as_dtype(preferred), name or "Const"
            )
        except (TypeError, ValueError):
            pass
    return _constant_node(make_array(value, dtype), dtype, name or "Const")


def convert_to_tensor_v2(value, dtype=None, dtype_hint=None, name=None):
    """As :func:`convert_to_tensor`, with TensorFlow 2's order of arguments."""
    return convert_to_tensor(value, dtype, name, preferred_dtype=dtype_hint)
