"""Static shapes, in which dimensions or the rank itself may be unknown."""

__all__ = ["Dimension", "TensorShape", "as_shape", "dimension_value", "dimension_at_index"]


class Dimension:
    """One dimension of a v1-style shape: a size or ``None``. Arithmetic with an unknown one is unknown."""

    __slots__ = ("_value",)

    def __init__(self, value):
        if isinstance(value, Dimension):
            value = value._value
        elif value is not None:
            if isinstance(value, (float, str, bytes)):
                raise TypeError(f"Dimension value must be integer or None, got {value!r}")
            value = value.__index__()
            if value < 0:
                raise ValueError(f"Dimension {value} must be >= 0")
        self._value = value

    @property
    def value(self):
        """The size, or ``None``."""
        return self._value

    def is_compatible_with(self, other):
        """Whether both may have the same size."""
        other = Dimension(other)
        return self._value is None or other._value is None or self._value == other._value

    def assert_is_compatible_with(self, other):
        """Raises ``ValueError`` when the sizes differ."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {as_dimension(other)} are not compatible")

    def merge_with(self, other):
        """The dimension that both describe; ``ValueError`` when the sizes differ."""
        other = Dimension(other)
        self.assert_is_compatible_with(other)
        return other if self._value is None else self

    def _binary(self, other, function):
        try:
            other = Dimension(other)
        except (TypeError, ValueError, AttributeError):
            return NotImplemented
        if self._value is None or other._value is None:
            return Dimension(None)
        return Dimension(function(self._value, other._value))

    def __add__(self, other):
        return self._binary(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other):
        return self._binary(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return self._binary(other, lambda a, b: b - a)

    def __mul__(self, other):
        return self._binary(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __floordiv__(self, other):
        return self._binary(other, lambda a, b: a // b)

    def __rfloordiv__(self, other):
        return self._binary(other, lambda a, b: b // a)

    def __mod__(self, other):
        return self._binary(other, lambda a, b: a % b)

    def __truediv__(self, other):
        raise TypeError("unsupported operand type(s) for /: 'Dimension'; please use // instead")

    def _compare(self, other, function):
        other = Dimension(other)
        if self._value is None or other._value is None:
            return None
        return function(self._value, other._value)

    def __eq__(self, other):
        try:
            return self._compare(other, lambda a, b: a == b)
        except (TypeError, ValueError, AttributeError):
            return NotImplemented

    def __ne__(self, other):
        try:
            return self._compare(other, lambda a, b: a != b)
        except (TypeError, ValueError, AttributeError):
            return NotImplemented

    def __lt__(self, other):
        return self._compare(other, lambda a, b: a < b)

    def __le__(self, other):
        return self._compare(other, lambda a, b: a <= b)

    def __gt__(self, other):
        return self._compare(other, lambda a, b: a > b)

    def __ge__(self, other):
        return self._compare(other, lambda a, b: a >= b)

    def __int__(self):
        return self._value

    def __index__(self):
        if self._value is None:
            raise TypeError("an unknown Dimension cannot be used as an integer")
        return self._value

    def __hash__(self):
        return hash(self._value)

    def __str__(self):
        return "?" if self._value is None else str(self._value)

    def __repr__(self):
        return f"Dimension({self._value})"


def as_dimension(value):
    """``value`` as a ``Dimension``."""
    return value if isinstance(value, Dimension) else Dimension(value)


def dimension_value(dimension):
    """The size of a ``Dimension``, int or ``None``."""
    return dimension._value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape, index):
    """The ``Dimension`` of ``shape`` at ``index``; unknown when the rank is."""
    dims = TensorShape(shape)._dims
    return Dimension(None if dims is None else dims[index])


class TensorShape:
    """A possibly partial shape: of known rank and dimensions, with unknown ones (``None``), or of unknown rank.

    ``v1_items`` says whether indexing and iteration give ``Dimension`` objects (TensorFlow 1) or ints (2).
    """

    __slots__ = ("_dims",)
    v1_items = False

    def __init__(self, dims):
        if dims is None:
            self._dims = None
        elif isinstance(dims, TensorShape):
            self._dims = dims._dims
        elif isinstance(dims, (list, tuple)):
            self._dims = tuple(_size(d) for d in dims)
        elif hasattr(dims, "dim") and hasattr(dims, "unknown_rank"):  # a TensorShapeProto
            self._dims = None if dims.unknown_rank else tuple(None if d.size == -1 else d.size for d in dims.dim)
        else:
            try:
                items = iter(dims)
            except TypeError:
                self._dims = (_size(dims),)
            else:
                self._dims = tuple(_size(d) for d in items)

    @property
    def rank(self):
        """The number of dimensions, or ``None``."""
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self):
        """The number of dimensions, or ``None``."""
        return self.rank

    @property
    def dims(self):
        """A list of ``Dimension`` objects, or ``None``."""
        return None if self._dims is None else [Dimension(d) for d in self._dims]

    def as_list(self):
        """A list of ints and ``None``; ``ValueError`` for an unknown rank."""
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def as_proto(self):
        """The shape as a ``TensorShapeProto`` message."""
        from swiftestimator._protos import messages

        proto = messages.TensorShapeProto()
        if self._dims is None:
            proto.unknown_rank = True
        else:
            for size in self._dims:
                proto.dim.add(size=-1 if size is None else size)
        return proto

    def num_elements(self):
        """The number of elements, or ``None`` unless every dimension is known."""
        if self._dims is None or None in self._dims:
            return None
        count = 1
        for size in self._dims:
            count *= size
        return count

    def is_fully_defined(self):
        """Whether every dimension is known."""
        return self._dims is not None and None not in self._dims

    def is_compatible_with(self, other):
        """Whether a tensor could have both shapes."""
        other = TensorShape(other)
        if self._dims is None or other._dims is None:
            return True
        return len(self._dims) == len(other._dims) and all(
            a is None or b is None or a == b for a, b in zip(self._dims, other._dims)
        )

    def assert_is_compatible_with(self, other):
        """Raises ``ValueError`` when no tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def assert_has_rank(self, rank):
        """Raises ``ValueError`` for a known rank other than ``rank``."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other):
        """Raises ``ValueError`` when both ranks are known and differ."""
        other = TensorShape(other)
        if self.rank is not None and other.rank is not None and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_is_fully_defined(self):
        """Raises ``ValueError`` unless every dimension is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def merge_with(self, other):
        """The shape that combines what both know; ``ValueError`` when they contradict each other."""
        other = TensorShape(other)
        if self._dims is None:
            return other
        if other._dims is None:
            return self
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        return TensorShape([b if a is None else a for a, b in zip(self._dims, other._dims)])

    def concatenate(self, other):
        """The dimensions of both, one after the other."""
        other = TensorShape(other)
        if self._dims is None or other._dims is None:
            return TensorShape(None)
        return TensorShape(self._dims + other._dims)

    def with_rank(self, rank):
        """The shape with that rank; ``ValueError`` when it has another."""
        self.assert_has_rank(rank)
        return self if self._dims is not None else TensorShape([None] * rank)

    def with_rank_at_least(self, rank):
        """The shape itself; ``ValueError`` when its rank is known and lower."""
        if self.rank is not None and self.rank < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank):
        """The shape itself; ``ValueError`` when its rank is known and higher."""
        if self.rank is not None and self.rank > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def most_specific_compatible_shape(self, other):
        """The shape that both are special cases of."""
        other = TensorShape(other)
        if self._dims is None or other._dims is None or len(self._dims) != len(other._dims):
            return TensorShape(None)
        return TensorShape([a if a == b else None for a, b in zip(self._dims, other._dims)])

    def _item(self, size):
        return Dimension(size) if TensorShape.v1_items else size

    def __getitem__(self, key):
        if self._dims is None:
            if isinstance(key, slice):
                return TensorShape(None)
            return self._item(None)
        if isinstance(key, slice):
            return TensorShape(self._dims[key])
        return self._item(self._dims[key])

    def __iter__(self):
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter([self._item(d) for d in self._dims])

    def __len__(self):
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self):
        return self._dims is not None

    def __eq__(self, other):
        try:
            other = TensorShape(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self._dims == other._dims

    def __hash__(self):
        return hash(self._dims)

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return TensorShape(other).concatenate(self)

    def __str__(self):
        if self._dims is None:
            return "<unknown>"
        if len(self._dims) == 1:
            return f"({self._dims[0]},)" if not TensorShape.v1_items else f"({_text(self._dims[0])},)"
        return "(" + ", ".join(_text(d) if TensorShape.v1_items else str(d) for d in self._dims) + ")"

    def __repr__(self):
        if TensorShape.v1_items:
            inner = "None" if self._dims is None else str(self.dims)
            return f"TensorShape({inner})"
        return "TensorShape(None)" if self._dims is None else f"TensorShape({list(self._dims)})"

    def __reduce__(self):
        return TensorShape, (None if self._dims is None else list(self._dims),)


def _text(size):
    return "?" if size is None else str(size)


def _size(value):
    if value is None or value.__class__ is int:
        if value is not None and value < 0:
            if value == -1:
                return None
            raise ValueError(f"Dimension {value} must be >= 0")
        return value
    if isinstance(value, Dimension):
        return value._value
    if hasattr(value, "__index__"):
        return _size(value.__index__())
    raise TypeError(f"Dimension value must be integer or None or have an __index__ method, got value '{value!r}'")


def as_shape(value):
    """``value`` as a ``TensorShape``."""
    return value if isinstance(value, TensorShape) else TensorShape(value)


def unknown_shape(rank=None):
    """A shape of which nothing, or only the rank, is known."""
    return TensorShape(None if rank is None else [None] * rank)


def scalar():
    """The shape of a scalar."""
    return TensorShape([])
