"""Lists of tensors that loops fill and read."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import name_scope
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops
from swiftestimator._ops.cast_ops import cast
from swiftestimator._ops.support import apply, convert_to_tensor

__all__ = ["TensorArray"]


class TensorArray:
    """A list of tensors of one type, written at indices; each change gives a new object to go on with."""

    _is_tensor_array = True

    def __init__(
        self, dtype, size=None, dynamic_size=None, clear_after_read=None, tensor_array_name=None, handle=None, flow=None,
        infer_shape=True, element_shape=None, colocate_with_first_write_call=True, name=None,
    ):  # fmt: skip
        if handle is not None:
            raise NotImplementedError("TensorArray handles do not exist in swiftestimator: pass the object")
        self._dtype = dtypes.as_dtype(dtype)
        self._dynamic_size = dynamic_size or False
        self._infer_shape = infer_shape
        self._element_shape = [TensorShape(element_shape)]
        self._count = size if isinstance(size, int) and not self._dynamic_size else None
        if flow is not None:
            self._flow = flow
            return
        with name_scope(name, "TensorArrayV2", [size]) as scope:
            self._flow = apply(
                "TensorListReserve",
                [self._shape_value(), 0 if size is None else size],
                {"element_dtype": self._dtype},
                name=scope,
            )

    def _shape_value(self):
        """What is known of the elements' shape as the ops take it; of a type, as a list may be empty."""
        dims = self.element_shape._dims
        return np.array(-1 if dims is None else [-1 if d is None else d for d in dims], np.int32)

    @property
    def flow(self):
        """The tensor that stands for the list."""
        return self._flow

    @property
    def dtype(self):
        """The element type."""
        return self._dtype

    @property
    def handle(self):
        """Always ``None``: the list itself is a tensor."""
        return None

    @property
    def dynamic_size(self):
        """Whether writing beyond the end makes the list longer."""
        return self._dynamic_size

    @property
    def element_shape(self):
        """What is known of the elements' shape."""
        return self._element_shape[0]

    def _with_flow(self, flow):
        other = TensorArray(
            self._dtype, dynamic_size=self._dynamic_size, flow=flow, infer_shape=self._infer_shape,
        )  # fmt: skip
        other._count = self._count
        other._element_shape = self._element_shape  # what one learns of the shape holds for all
        return other

    def _merge(self, shape):
        if not self._infer_shape:
            return
        if not self.element_shape.is_compatible_with(shape):
            raise ValueError(
                f"Inconsistent shapes: saw {shape} but expected {self.element_shape} (and infer_shape=True)"
            )
        self._element_shape[0] = self.element_shape.merge_with(shape)

    def identity(self):
        """The same list after the open control dependencies."""
        return self._with_flow(array_ops.identity(self._flow))

    def grad(self, source, flow=None, name=None):
        """Not offered: gradients of lists need no list of their own."""
        raise NotImplementedError("TensorArray.grad is not implemented in swiftestimator")

    def read(self, index, name=None):
        """The element at an index."""
        with name_scope(name, "TensorArrayV2Read", [self._flow, index]):
            value = apply(
                "TensorListGetItem",
                [self._flow, index, self._shape_value()],
                {"element_dtype": self._dtype},
            )
            if self.element_shape.rank is not None:
                value.set_shape(self.element_shape)
            return value

    def write(self, index, value, name=None):
        """The list with an element replaced."""
        with name_scope(name, "TensorArrayV2Write", [self._flow, index, value]):
            value = convert_to_tensor(value, dtype_hint=self._dtype, name="value")
            if value.dtype is not self._dtype:
                raise ValueError(f"TensorArray of {self._dtype.name} cannot take a value of {value.dtype.name}")
            self._merge(value.shape)
            attributes = {"resize_if_index_out_of_bounds": True} if self._dynamic_size else {}
            return self._with_flow(apply("TensorListSetItem", [self._flow, index, value], attributes))

    def stack(self, name=None):
        """The elements along a new first axis."""
        with name_scope(name, "TensorArrayV2Stack", [self._flow]):
            value = apply(
                "TensorListStack", [self._flow, self._shape_value()], {"element_dtype": self._dtype, "num_elements": -1}
            )
            if self.element_shape.rank is not None:
                value.set_shape([self._count, *self.element_shape.as_list()])
            return value

    def gather(self, indices, name=None):
        """The elements at indices along a new first axis."""
        attributes = {"element_dtype": self._dtype}
        return apply("TensorListGather", [self._flow, indices, self._shape_value()], attributes, name=name)

    def concat(self, name=None):
        """The elements one after the other along their first axis."""
        with name_scope(name, "TensorArrayV2Concat", [self._flow]):
            # Elements may differ along their first axis.
            dims = self.element_shape._dims
            shape = np.array(-1 if dims is None else [-1, *[-1 if d is None else d for d in dims[1:]]], np.int32)
            no_sizes = np.array([], np.int64)
            attributes = {"element_dtype": self._dtype}
            return apply("TensorListConcatV2", [self._flow, shape, no_sizes], attributes)[0]

    def unstack(self, value, name=None):
        """The list of the slices along a tensor's first axis."""
        with name_scope(name, "TensorArrayUnstack", [self._flow, value]):
            value = convert_to_tensor(value, dtype=self._dtype, name="value")
            self._merge(TensorShape(value.shape[1:]))
            array = self._with_flow(apply("TensorListFromTensor", [value, self._shape_value()]))
            array._count = None if value.shape.rank is None else value._shape_as_list()[0]
            return array

    def split(self, value, lengths, name=None):
        """The list of the parts of a tensor along its first axis, of the given sizes."""
        with name_scope(name, "TensorArraySplit", [self._flow, value, lengths]):
            value = convert_to_tensor(value, dtype=self._dtype, name="value")
            lengths = cast(lengths, dtypes.int64)
            shape = TensorShape(None if value.shape.rank is None else [None, *value.shape.as_list()[1:]])
            self._merge(shape)
            array = self._with_flow(apply("TensorListSplit", [value, self._shape_value(), lengths]))
            array._count = lengths._shape_as_list()[0] if lengths.shape.rank == 1 else None
            return array

    def scatter(self, indices, value, name=None):
        """The list with elements at indices from the slices along a tensor's first axis."""
        array = self
        value = convert_to_tensor(value, dtype=self._dtype)
        indices = convert_to_tensor(indices, dtypes.int32)
        if value.shape.rank is None or value._shape_as_list()[0] is None:
            raise NotImplementedError("TensorArray.scatter of an unknown number of values is not in swiftestimator")
        for i in range(value._shape_as_list()[0]):
            array = array.write(indices[i], value[i])
        return array

    def size(self, name=None):
        """The number of elements."""
        return apply("TensorListLength", [self._flow], name=name)

    def close(self, name=None):
        """Nothing to do: an operation that does nothing."""
        return apply("NoOp", [], name=name)

    def mark_used(self):
        """Nothing to do."""

    def __repr__(self):
        return f"<TensorArray of {self._dtype.name}, elements of shape {self.element_shape}>"
