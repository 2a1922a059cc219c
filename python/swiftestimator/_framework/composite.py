"""Values that consist of several tensors: sparse tensors, and rows of a tensor with their indices."""

from collections import namedtuple

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor, name_scope
from swiftestimator._framework.tensor_shape import TensorShape

__all__ = [
    "IndexedSlices", "IndexedSlicesValue", "SparseTensor", "SparseTensorValue",
    "convert_to_tensor_or_indexed_slices", "convert_to_tensor_or_sparse_tensor",
]  # fmt: skip

SparseTensorValue = namedtuple("SparseTensorValue", ["indices", "values", "dense_shape"])
IndexedSlicesValue = namedtuple("IndexedSlicesValue", ["values", "indices", "dense_shape"])


class IndexedSlices:
    """Rows ``values`` of a tensor at ``indices``: the form that gradients of gathers have."""

    _is_indexed_slices = True

    def __init__(self, values, indices, dense_shape=None):
        self._values, self._indices, self._dense_shape = values, indices, dense_shape

    @property
    def values(self):
        """The rows."""
        return self._values

    @property
    def indices(self):
        """Where the rows stand."""
        return self._indices

    @property
    def dense_shape(self):
        """The shape of the whole, or ``None``."""
        return self._dense_shape

    @property
    def shape(self):
        """What is known of the shape of the whole."""
        if self._dense_shape is None:
            return TensorShape(None)
        from swiftestimator._ops.support import constant_value_as_shape

        return TensorShape(constant_value_as_shape(self._dense_shape))

    @property
    def name(self):
        """The name of the rows."""
        return self._values.name

    @property
    def device(self):
        """The device string of the rows."""
        return self._values.device

    @property
    def op(self):
        """The operation that makes the rows."""
        return self._values.op

    @property
    def dtype(self):
        """The element type."""
        return self._values.dtype

    @property
    def graph(self):
        """The graph of the rows."""
        return self._values.graph

    def consumers(self):
        """The operations that read one of the parts."""
        return self._values.consumers()

    def _as_tensor(self, dtype, name):
        """The whole as a tensor, equal indices summed."""
        if dtype is not None and dtype is not self.dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for IndexedSlices with dtype {self.dtype.name}"
            )
        if self._dense_shape is None:
            raise ValueError(f"Tensor conversion requested for IndexedSlices without dense_shape: {self}")
        from swiftestimator._ops import reduce_ops

        return reduce_ops.unsorted_segment_sum(self._values, self._indices, self._dense_shape[0], name=name)

    def _parts(self):
        parts = [self._values, self._indices]
        return parts if self._dense_shape is None else [*parts, self._dense_shape]

    def _fetch_parts(self):
        def join(values):
            return IndexedSlicesValue(values[0], values[1], values[2] if len(values) > 2 else None)

        return self._parts(), join

    def _map_parts(self, function):
        return IndexedSlices(
            function(self._values), function(self._indices),
            None if self._dense_shape is None else function(self._dense_shape),
        )  # fmt: skip

    def _expand_feed(self, value):
        return list(zip(self._parts(), [value[0], value[1], *value[2:]]))

    def __neg__(self):
        return IndexedSlices(-self._values, self._indices, self._dense_shape)

    def __repr__(self):
        shape = "" if self._dense_shape is None else f", dense_shape={self._dense_shape}"
        return f"IndexedSlices(indices={self._indices}, values={self._values}{shape})"


class SparseTensor:
    """A tensor given by its non-default elements: positions, values and the shape of the whole."""

    _is_sparse_tensor = True

    def __init__(self, indices, values, dense_shape):
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            indices = convert_to_tensor(indices, name="indices", dtype=dtypes.int64)
            values = convert_to_tensor(values, name="values")
            dense_shape = convert_to_tensor(dense_shape, name="dense_shape", dtype=dtypes.int64)
        for part, rank, label in ((indices, 2, "indices"), (dense_shape, 1, "dense_shape"), (values, 1, "values")):
            if part._rank not in (None, rank):
                raise ValueError(f"{label} of a SparseTensor must have rank {rank}, got shape {part.shape}")
        self._indices, self._values, self._dense_shape = indices, values, dense_shape
        self._static_shape = None
        rows, count = indices.shape.with_rank(2), values.shape.with_rank(1)
        if not TensorShape(rows[:1]).is_compatible_with(TensorShape(count[:1])):
            raise ValueError(f"indices {rows} and values {count} of a SparseTensor have different numbers of rows")
        if not TensorShape(rows[1:]).is_compatible_with(dense_shape.shape.with_rank(1)):
            raise ValueError(
                f"indices {rows} and dense_shape {dense_shape.shape} of a SparseTensor have different ranks"
            )

    @classmethod
    def from_value(cls, sparse_tensor_value):
        """A tensor of constants from a ``SparseTensorValue``."""
        if not isinstance(sparse_tensor_value, SparseTensorValue | SparseTensor):
            raise TypeError(
                f"Argument sparse_tensor_value={sparse_tensor_value} is neither a SparseTensor nor SparseTensorValue."
            )
        return cls(sparse_tensor_value.indices, sparse_tensor_value.values, sparse_tensor_value.dense_shape)

    @property
    def indices(self):
        """The positions, one row for each value."""
        return self._indices

    @property
    def values(self):
        """The values."""
        return self._values

    @property
    def dense_shape(self):
        """The shape of the whole."""
        return self._dense_shape

    @property
    def op(self):
        """The operation that makes the values."""
        return self._values.op

    @property
    def dtype(self):
        """The element type."""
        return self._values.dtype

    @property
    def graph(self):
        """The graph of the parts."""
        return self._indices.graph

    @property
    def name(self):
        """The name of the values."""
        return self._values.name

    @property
    def device(self):
        """The device string of the values."""
        return self._values.device

    @property
    def shape(self):
        """What is known of the shape of the whole."""
        return self.get_shape()

    def get_shape(self):
        """What is known of the shape of the whole."""
        from swiftestimator._ops.support import constant_value_as_shape

        if self._static_shape is not None:
            return self._static_shape
        return TensorShape(constant_value_as_shape(self._dense_shape))

    def set_shape(self, shape):
        """Adds what the program knows of the shape of the whole."""
        self._static_shape = self.get_shape().merge_with(TensorShape(shape))

    @property
    def rank(self):
        """The rank of the whole, or ``None``."""
        return self.get_shape().rank

    def with_values(self, new_values):
        """The same positions with other values."""
        return SparseTensor(self._indices, new_values, self._dense_shape)

    def eval(self, feed_dict=None, session=None):
        """The value in ``session`` or the default one."""
        from swiftestimator._framework.session import default_session_for

        return default_session_for(session, self._values).run(self, feed_dict)

    def consumers(self):
        """The operations that read the values."""
        return self._values.consumers()

    def _parts(self):
        return [self._indices, self._values, self._dense_shape]

    def _fetch_parts(self):
        return self._parts(), lambda values: SparseTensorValue(*values)

    def _expand_feed(self, value):
        return list(zip(self._parts(), value))

    def _map_parts(self, function):
        return SparseTensor(function(self._indices), function(self._values), function(self._dense_shape))

    def _as_tensor(self, dtype, name):
        raise TypeError(
            f"Failed to convert {self!r} to Tensor. Consider casting elements to a supported type: a SparseTensor becomes "
            "a Tensor with tf.sparse.to_dense"
        )

    def __mul__(self, other):
        return self._with_dense("SparseDenseCwiseMul", "mul", other)

    def __truediv__(self, other):
        return self._with_dense("SparseDenseCwiseDiv", "truediv", other)

    def _with_dense(self, op_type, label, other):
        from swiftestimator._framework.op_call import apply

        with name_scope(None, label, [self._values, other]) as name:
            other = convert_to_tensor(other, dtype=self.dtype, name="y")
            values = apply(op_type, [self._indices, self._values, self._dense_shape, other], name=name)
        return SparseTensor(self._indices, values, self._dense_shape)

    def __repr__(self):
        return f"SparseTensor(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"


def convert_to_tensor_or_indexed_slices(value, dtype=None, name=None):
    """``value`` as it is when it is ``IndexedSlices``, else as a tensor."""
    if isinstance(value, IndexedSlices):
        if dtype is not None and dtypes.as_dtype(dtype) is not value.dtype:
            raise ValueError(
                f"Incompatible tensor conversion requested to `dtype` {dtypes.as_dtype(dtype).name} for `value` ({value}) "
                f"with dtype {value.dtype.name}"
            )
        return value
    return convert_to_tensor(value, dtype=dtype, name=name)


def convert_to_tensor_or_sparse_tensor(value, dtype=None, name=None):
    """``value`` as a ``SparseTensor`` when it is one or the value of one, else as a tensor."""
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if isinstance(value, SparseTensor):
        if dtype is not None and dtypes.as_dtype(dtype) is not value.dtype:
            raise RuntimeError(
                f"Sparse dtype mismatch. Requested: {dtypes.as_dtype(dtype).name}, Actual: {value.dtype.name}"
            )
        return value
    return convert_to_tensor(value, dtype=dtype, name=name)


def is_dense_tensor_like(value):
    """Whether it is a tensor or converts to one as a variable does."""
    return isinstance(value, Tensor) or hasattr(value, "_as_tensor")


def is_tensor(x):
    """Whether it is a tensor, a variable, or one of the values that consist of tensors."""
    return isinstance(x, Tensor | SparseTensor | IndexedSlices) or hasattr(x, "_as_tensor")
