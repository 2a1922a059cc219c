"""What the elements of a dataset look like: nests of tensor specifications."""

from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import name_scope
from swiftestimator._framework.tensor_shape import TensorShape

__all__ = ["TensorSpec", "normalize", "spec_of"]


class TensorSpec:
    """The dtype and (possibly partial) shape of a tensor."""

    __slots__ = ("_dtype", "_name", "_shape")

    def __init__(self, shape, dtype=dtypes.float32, name=None):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._name = name

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """The specification of a tensor."""
        return cls(tensor.shape, tensor.dtype, name or tensor.op.name)

    @classmethod
    def from_spec(cls, spec, name=None):
        """A copy, perhaps under another name."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @property
    def shape(self):
        """The static shape."""
        return self._shape

    @property
    def dtype(self):
        """The element type."""
        return self._dtype

    @property
    def name(self):
        """The name, or ``None``."""
        return self._name

    def is_compatible_with(self, other):
        """Whether a tensor or specification fits."""
        return self._dtype == other.dtype and self._shape.is_compatible_with(other.shape)

    def __eq__(self, other):
        return (
            isinstance(other, TensorSpec)
            and self._shape == other._shape
            and self._dtype == other._dtype
            and self._name == other._name
        )

    def __hash__(self):
        return hash((self._shape, self._dtype))

    def __repr__(self):
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


def tuples(value):
    """Lists in a structure count as tensors, so only tuples, dicts and the like stay structure."""
    if isinstance(value, list):
        return False
    return nest.is_nested(value)


def _map_tuples(function, value):
    if not tuples(value):
        return function(value)
    return nest._rebuild(value, [_map_tuples(function, v) for v in nest._children(value)])


def normalize(value):
    """The structure with its leaves as tensors: ``tf.data`` takes lists for tensors."""
    count = 0

    def convert(leaf):
        nonlocal count
        tensor = convert_to_tensor(leaf, name=f"component_{count}")
        count += 1
        return tensor

    with name_scope("normalize_element"):
        return _map_tuples(convert, value)


def as_specs(types, shapes):
    """A nest of types and one of shapes (or ``None``) as specifications."""
    types = nest.map_structure(dtypes.as_dtype, types)
    if shapes is None:
        return nest.map_structure(lambda t: TensorSpec(None, t), types)
    parts = nest.flatten_up_to(types, shapes)
    specs = [TensorSpec(s, t) for s, t in zip(parts, nest.flatten(types))]
    return nest.pack_sequence_as(types, specs)


def spec_of(structure):
    """The specifications of a nest of tensors."""
    return nest.map_structure(lambda t: TensorSpec(t.shape, t.dtype), structure)
