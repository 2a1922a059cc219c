"""Batches of elements of different sizes, filled up to one."""

import numpy as np

from swiftestimator._data.dataset import Dataset
from swiftestimator._data.structure import TensorSpec
from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.op_call import apply
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, cast_ops

__all__ = ["padded_batch"]


def padded_batch(dataset, batch_size, padded_shapes, padding_values, drop_remainder, name):
    """The dataset of ``Dataset.padded_batch``."""
    flat = nest.flatten(dataset._spec)
    for part in flat:
        if type(part) is not TensorSpec:
            raise TypeError(
                "`padded_batch` is only supported for datasets that produce tensor elements but type spec of elements in "
                f"the input dataset is not a subclass of TensorSpec: `{part}`."
            )
    if padded_shapes is None:
        for number, part in enumerate(flat):
            if part.shape.rank is None:
                raise ValueError(
                    f"You must provide `padded_shapes` argument because component {number} has unknown rank."
                )
        wanted = [s.shape for s in flat]
    else:
        wanted = nest.flatten_up_to(dataset._spec, padded_shapes)
    shapes, tensors = zip(*[_shape(w, s.shape) for w, s in zip(wanted, flat)])
    if padding_values is None:
        values = [None] * len(flat)
    else:
        values = nest.flatten(padding_values) if nest.is_nested(padding_values) else [padding_values] * len(flat)
    fillers = [_filler(_zero(s.dtype) if v is None else v, s.dtype) for v, s in zip(values, flat)]
    known = isinstance(batch_size, int | np.integer) and drop_remainder is True
    specs = [TensorSpec(TensorShape([int(batch_size) if known else None]) + w, s.dtype) for w, s in zip(shapes, flat)]
    variant = apply(
        "PaddedBatchDatasetV2",
        [
            dataset._variant, convert_to_tensor(batch_size, dtypes.int64, name="batch_size"), list(tensors), fillers,
            convert_to_tensor(drop_remainder, dtypes.bool_, name="drop_remainder"),
        ],
        {"Toutput_types": [s.dtype for s in flat], "output_shapes": [s.shape for s in specs]},
        name=name,
    )  # fmt: skip
    return Dataset(variant, nest.pack_sequence_as(dataset._spec, specs), dataset._options)


def _items(shape):
    """The dimensions of what a program gave as a shape, ``None`` for those that are as long as the longest."""
    if isinstance(shape, TensorShape):
        return shape.as_list()
    items = [shape] if isinstance(shape, int) else list(shape)
    return [None if not isinstance(d, Tensor) and d in (-1, None) else d for d in items]


def _shape(wanted, part):
    """The static shape of padded elements, and the tensor that tells the engine."""
    if isinstance(wanted, Tensor):
        rank = wanted.shape.as_list()[0]
        return TensorShape([None] * rank), cast_ops.cast(wanted, dtypes.int64)
    if wanted is None or isinstance(wanted, TensorShape) and wanted.rank is None:
        raise ValueError(f"The padded shape {wanted} has unknown rank.")
    items = _items(wanted)
    known = TensorShape([None if d is None or isinstance(d, Tensor) else int(d) for d in items])
    dims = part._dims
    if dims is not None and (
        len(dims) != len(items) or any(d is not None and w is not None and d > w for d, w in zip(dims, known._dims))
    ):
        raise ValueError(
            f"The padded shape {known} is not compatible with the shape {part} of the corresponding input component."
        )
    if any(isinstance(d, Tensor) for d in items):
        parts = [convert_to_tensor(-1 if d is None else d, dtypes.int64) for d in items]
        return known, array_ops.stack(parts)
    return known, convert_to_tensor(
        np.array([-1 if d is None else int(d) for d in items], np.int64), name="padded_shape"
    )


def _zero(dtype):
    return "" if dtype == dtypes.string else False if dtype == dtypes.bool_ else dtype.as_numpy_dtype(0)


def _filler(value, dtype):
    """A scalar to fill up with; ``TypeError`` when it has another type than the component."""
    tensor = convert_to_tensor(value, name="padding_value", preferred_dtype=dtype)
    if tensor.dtype is not dtype:
        raise TypeError(
            f"Invalid `padding_values`. `padding_values` values type {tensor.dtype} does not match type {dtype} of the "
            "corresponding input component."
        )
    return tensor
