"""Element types of tensors; numbers and names are those of TensorFlow's ``DataType``."""

import numpy as np

__all__ = ["DType", "as_dtype"]


class DType:
    """The element type of a tensor. One object per type, so types may be compared with ``is`` or ``==``."""

    __slots__ = ("_type_enum", "_name", "_numpy", "_np_type")

    def __init__(self, number, name, numpy_type):
        self._type_enum = number
        self._name = name
        self._np_type = numpy_type
        self._numpy = np.dtype(numpy_type) if numpy_type is not None else None

    @property
    def as_datatype_enum(self):
        """TensorFlow's number of the type."""
        return self._type_enum

    @property
    def name(self):
        """Such as ``float32``."""
        return self._name

    @property
    def as_numpy_dtype(self):
        """The NumPy scalar type; ``TypeError`` for types that NumPy lacks."""
        if self._np_type is None:
            raise TypeError(f"NumPy has no type for tf.{self._name}")
        return self._np_type

    @property
    def base_dtype(self):
        """The type itself: there are no reference types here."""
        return self

    @property
    def real_dtype(self):
        """The type of the parts of a complex number; else the type itself."""
        return {complex64: float32, complex128: float64}.get(self, self)

    @property
    def is_floating(self):
        """Whether the type is a real floating point type."""
        return self in _FLOATING

    @property
    def is_integer(self):
        """Whether the type is a signed or unsigned integer."""
        return self in _INTEGERS

    @property
    def is_unsigned(self):
        """Whether the type is an unsigned integer."""
        return self in (uint8, uint16, uint32, uint64)

    @property
    def is_complex(self):
        """Whether the type is complex."""
        return self in (complex64, complex128)

    @property
    def is_bool(self):
        """Whether the type is ``bool``."""
        return self is bool_

    @property
    def is_numpy_compatible(self):
        """Whether NumPy has the type."""
        return self._np_type is not None

    @property
    def is_quantized(self):
        """Always false: quantised types are not offered."""
        return False

    @property
    def size(self):
        """Bytes of an element; 1 for types without plain elements."""
        return _SIZES.get(self) or (self._numpy.itemsize if self._numpy is not None and self is not string else 1)

    @property
    def min(self):
        """The lowest finite value."""
        return self._limit("min")

    @property
    def max(self):
        """The highest finite value."""
        return self._limit("max")

    def _limit(self, which):
        if self is bfloat16:
            return float.fromhex("0x1.fep127") * (1 if which == "max" else -1)
        if self.is_floating:
            return getattr(np.finfo(self._np_type), which)
        if self.is_integer:
            return getattr(np.iinfo(self._np_type), which)
        raise TypeError(f"Cannot find {which}imum value of {self} with type {self}.")

    @property
    def limits(self):
        """``(min, max)`` of the values that mean black to white in an image."""
        if self.is_floating:
            return (0, 1)
        if self.is_bool:
            return (False, True)
        if not self.is_integer:
            raise ValueError(f"{self} does not have defined limits.")
        return (self.min, self.max)

    def is_compatible_with(self, other):
        """Whether a tensor of the one type can stand for the other."""
        return self is as_dtype(other)

    def __eq__(self, other):
        if other is self:
            return True
        if other is None:
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __hash__(self):
        return self._type_enum

    def __repr__(self):
        return f"tf.{self._name}"

    def __str__(self):
        return f"<dtype: '{self._name}'>"

    def __int__(self):
        return self._type_enum

    def __reduce__(self):
        return as_dtype, (self._name,)


float32 = DType(1, "float32", np.float32)
float64 = double = DType(2, "float64", np.float64)
int32 = DType(3, "int32", np.int32)
uint8 = DType(4, "uint8", np.uint8)
int16 = DType(5, "int16", np.int16)
int8 = DType(6, "int8", np.int8)
string = DType(7, "string", np.object_)
complex64 = DType(8, "complex64", np.complex64)
int64 = DType(9, "int64", np.int64)
bool_ = DType(10, "bool", np.bool_)
bfloat16 = DType(14, "bfloat16", None)
uint16 = DType(17, "uint16", np.uint16)
complex128 = DType(18, "complex128", np.complex128)
float16 = half = DType(19, "float16", np.float16)
resource = DType(20, "resource", None)
variant = DType(21, "variant", None)
uint32 = DType(22, "uint32", np.uint32)
uint64 = DType(23, "uint64", np.uint64)

_ALL = (
    float32, float64, int32, uint8, int16, int8, string, complex64, int64, bool_, bfloat16, uint16, complex128, float16,
    resource, variant, uint32, uint64,
)  # fmt: skip
_FLOATING = (float16, float32, float64, bfloat16)
_INTEGERS = (int8, int16, int32, int64, uint8, uint16, uint32, uint64)
_SIZES = {bfloat16: 2}

_BY_KEY = {}
for _dtype in _ALL:
    _BY_KEY[_dtype._type_enum] = _dtype
    _BY_KEY[_dtype._name] = _dtype
    if _dtype._np_type is not None:
        _BY_KEY[_dtype._np_type] = _dtype
        _BY_KEY[_dtype._numpy] = _dtype
_BY_KEY.update({"float": float32, "double": float64, "half": float16, float: float32, bool: bool_, object: string})
_BY_KEY.update({np.bytes_: string, np.str_: string})


def as_dtype(type_value):
    """The ``DType`` of a name, a number, a NumPy type, ``float``, ``bool``, ``object`` or a ``DType``.

    Raises ``TypeError`` when there is none.
    """
    if type_value.__class__ is DType:
        return type_value
    try:
        found = _BY_KEY.get(type_value)
    except TypeError:
        found = None
    if found is not None:
        return found
    found = getattr(type_value, "dtype", None)
    if found is not None and found is not type_value and not isinstance(type_value, type):
        return as_dtype(found)
    numpy_type = type_value if isinstance(type_value, np.dtype) else None
    if isinstance(type_value, type) and issubclass(type_value, np.generic):
        numpy_type = np.dtype(type_value)
    if numpy_type is not None:
        if numpy_type.kind in "SU":
            return string
        found = _BY_KEY.get(numpy_type.newbyteorder("="))
        if found is not None:
            return found
    raise TypeError(f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType.")
