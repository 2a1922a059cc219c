"""What the elements of a dataset look like: nests of specifications of tensors, sparse tensors and datasets.

The engine passes plain tensors through pipelines: a sparse tensor travels as three serialized parts, a dataset inside a
dataset as a handle. A specification knows the type and shape of what travels, and turns values into it and back.
"""

from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.composite import SparseTensor, SparseTensorValue
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor, name_scope
from swiftestimator._framework.op_call import apply
from swiftestimator._framework.tensor_shape import TensorShape

__all__ = ["DatasetSpec", "SparseTensorSpec", "TensorSpec", "TypeSpec", "normalize", "spec_of"]


class TypeSpec:
    """What is known of a value: the base of the specifications."""

    __slots__ = ()


class TensorSpec(TypeSpec):
    """The dtype and (possibly partial) shape of a tensor."""

    __slots__ = ("_dtype", "_name", "_shape")
    value_type = Tensor

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

    def most_specific_compatible_type(self, other):
        """What is true of both; ``ValueError`` when their types differ."""
        if type(self) is not type(other) or self._dtype != other._dtype:
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return type(self)(self._shape.most_specific_compatible_shape(other._shape), self._dtype)

    def __eq__(self, other):
        if isinstance(other, _SparseBatchSpec):
            return other == self
        return (
            type(self) is type(other)
            and self._shape == other._shape
            and self._dtype == other._dtype
            and self._name == other._name
        )

    def __hash__(self):
        return hash((self._shape, self._dtype))

    def __repr__(self):
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"

    # -- In pipelines

    @property
    def _legacy_type(self):
        return self._dtype

    @property
    def _legacy_shape(self):
        return self._shape

    @property
    def _wire_type(self):
        return self._dtype

    @property
    def _wire_shape(self):
        return self._shape

    def _to_wire(self, value):
        return value

    def _to_wire_rows(self, value):
        return value

    def _from_wire(self, tensor):
        if self._shape._dims is not None:
            tensor.set_shape(self._shape)
        return tensor

    def _batched(self, size):
        return type(self)(TensorShape([size]) + self._shape, self._dtype)

    def _unbatched(self):
        return type(self)(self._shape[1:], self._dtype)


class SparseTensorSpec(TensorSpec):
    """The dtype and (possibly partial) shape of a sparse tensor."""

    __slots__ = ()
    value_type = SparseTensor

    def __init__(self, shape=None, dtype=dtypes.float32):
        super().__init__(shape, dtype)

    @classmethod
    def from_value(cls, value):
        """The specification of a sparse tensor."""
        return cls(value.shape, value.dtype)

    def __repr__(self):
        return f"SparseTensorSpec({self._shape!r}, {self._dtype!r})"

    @property
    def _wire_type(self):
        return dtypes.string

    @property
    def _wire_shape(self):
        return TensorShape([3])

    def _to_wire(self, value):
        return apply("SerializeSparse", [value.indices, value.values, value.dense_shape])

    def _to_wire_rows(self, value):
        return apply("SerializeManySparse", [value.indices, value.values, value.dense_shape])

    def _from_wire(self, tensor):
        indices, values, dense_shape = apply("DeserializeSparse", [tensor], {"dtype": self._dtype})
        indices.set_shape([None, self._shape.rank])
        dense_shape.set_shape([self._shape.rank])
        value = SparseTensor(indices, values, dense_shape)
        value.set_shape(self._shape)
        return value

    def _batched(self, size):
        return _SparseBatchSpec(TensorShape([size]) + self._shape, self._dtype, 1)


class _SparseBatchSpec(SparseTensorSpec):
    """A batch whose sparse tensors are still apart: a triple for each place on the ``outer`` first axes."""

    __slots__ = ("_outer",)

    def __init__(self, shape, dtype, outer):
        super().__init__(shape, dtype)
        self._outer = outer

    def __eq__(self, other):
        return isinstance(other, SparseTensorSpec) and self._shape == other._shape and self._dtype == other._dtype

    __hash__ = SparseTensorSpec.__hash__

    @property
    def _wire_shape(self):
        if self._shape._dims is None:
            return TensorShape([None] * self._outer + [3])
        return TensorShape([*self._shape._dims[: self._outer], 3])

    def _batched(self, size):
        return _SparseBatchSpec(TensorShape([size]) + self._shape, self._dtype, self._outer + 1)

    def _unbatched(self):
        if self._outer == 1:
            return SparseTensorSpec(self._shape[1:], self._dtype)
        return _SparseBatchSpec(self._shape[1:], self._dtype, self._outer - 1)


class DatasetSpec(TypeSpec):
    """A dataset inside a dataset."""

    __slots__ = ("_element_spec",)

    def __init__(self, element_spec, dataset_shape=()):
        self._element_spec = element_spec

    @property
    def value_type(self):
        """The class of the values."""
        from swiftestimator._data.dataset import Dataset

        return Dataset

    @property
    def element_spec(self):
        """The specification of the inner dataset's elements."""
        return self._element_spec

    @property
    def dtype(self):
        """The type of the handle."""
        return dtypes.variant

    @property
    def shape(self):
        """The shape of the handle."""
        return TensorShape([])

    def __eq__(self, other):
        return isinstance(other, DatasetSpec) and self._element_spec == other._element_spec

    def __hash__(self):
        return hash(DatasetSpec)

    def __repr__(self):
        return f"DatasetSpec({self._element_spec!r}, TensorShape([]))"

    def most_specific_compatible_type(self, other):
        """What is true of both."""
        return self

    @property
    def _legacy_type(self):
        return self

    _legacy_shape = _legacy_type

    def is_compatible_with(self, other):
        """Whether a specification fits."""
        return isinstance(other, DatasetSpec)

    @property
    def _wire_type(self):
        return dtypes.variant

    @property
    def _wire_shape(self):
        return TensorShape([])

    def _to_wire(self, value):
        return value._variant

    def _from_wire(self, tensor):
        from swiftestimator._data.dataset import Dataset

        return Dataset(tensor, self._element_spec)

    def _batched(self, size):
        raise TypeError("Batching of datasets inside a dataset is not supported: use flat_map to batch each of them")

    _to_wire_rows = _unbatched = _batched


def tensor_structure(dtype, shape):
    """The older form of ``TensorSpec``."""
    return TensorSpec(shape, dtype)


def sparse_tensor_structure(dtype, shape):
    """The older form of ``SparseTensorSpec``."""
    return SparseTensorSpec(shape, dtype)


def tuples(value):
    """Lists in a structure count as tensors, so only tuples, dicts and the like stay structure."""
    if isinstance(value, list | SparseTensorValue | TensorShape):
        return False
    return nest.is_nested(value)


def map_tuples(function, value):
    """``function`` of the leaves, where lists are leaves."""
    if not tuples(value):
        return function(value)
    return nest._rebuild(value, [map_tuples(function, v) for v in nest._children(value)])


def normalize(value):
    """The structure with its leaves as tensors: ``tf.data`` takes lists for tensors."""
    count = 0

    def convert(leaf):
        nonlocal count
        if isinstance(leaf, SparseTensorValue):
            leaf = SparseTensor.from_value(leaf)
        if not isinstance(leaf, SparseTensor) and not hasattr(leaf, "_variant"):
            leaf = convert_to_tensor(leaf, name=f"component_{count}")
        count += 1
        return leaf

    with name_scope("normalize_element"):
        return map_tuples(convert, value)


def as_specs(types, shapes, classes=None):
    """A nest of types and one of shapes (or ``None``) as specifications."""
    types = nest.map_structure(dtypes.as_dtype, types)
    flat = nest.flatten(types)
    parts = [None] * len(flat) if shapes is None else nest.flatten_up_to(types, shapes)
    kinds = [Tensor] * len(flat) if classes is None else nest.flatten_up_to(types, classes)
    specs = [(SparseTensorSpec if k is SparseTensor else TensorSpec)(s, t) for s, t, k in zip(parts, flat, kinds)]
    return nest.pack_sequence_as(types, specs)


def spec_of_value(value):
    """The specification of one tensor, sparse tensor or dataset."""
    if isinstance(value, SparseTensor):
        return SparseTensorSpec.from_value(value)
    if hasattr(value, "_variant"):
        return DatasetSpec(value._spec)
    return TensorSpec(value.shape, value.dtype)


def spec_of(structure):
    """The specifications of a nest of tensors."""
    return map_tuples(spec_of_value, structure)


def to_wire(spec, structure):
    """What travels of a nest of values, in order."""
    return [s._to_wire(v) for s, v in zip(nest.flatten(spec), nest.flatten_up_to(spec, structure))]


def from_wire(spec, tensors):
    """A nest of values from what has travelled."""
    return nest.pack_sequence_as(spec, [s._from_wire(t) for s, t in zip(nest.flatten(spec), tensors)])


def wire_attributes(spec):
    """The attributes that tell an op what travels."""
    flat = nest.flatten(spec)
    return {"output_types": [s._wire_type for s in flat], "output_shapes": [s._wire_shape for s in flat]}


# -- For the methods of datasets


def single(values):
    """The arguments of a function of an element as the element."""
    return values[0] if len(values) == 1 else values


def leaves_of(body, result, as_tensor):
    """What travels of a function's result, and its specification."""
    leaves = []

    def collect(value):
        if isinstance(value, SparseTensorValue):
            value = SparseTensor.from_value(value)
        if isinstance(value, SparseTensor) or hasattr(value, "_variant"):
            spec = spec_of_value(value)
            with body.as_default():
                leaves.append(as_tensor(spec._to_wire(value)))
            return spec
        leaves.append(as_tensor(value))
        return spec_of_value(leaves[-1])

    return leaves, map_tuples(collect, result)


def check_state(old, new):
    """``TypeError`` when a state has changed its structure or types."""
    same = nest.is_nested(old) == nest.is_nested(new) and len(nest.flatten(old)) == len(nest.flatten(new))
    if not same or [s.dtype for s in nest.flatten(old)] != [s.dtype for s in nest.flatten(new)]:
        raise TypeError(f"The element types for the new state must match the initial state. Expected {old}, got {new}.")
