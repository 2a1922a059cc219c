"""Datasets out of several: drawn at random, chosen by another one, put into buckets by length."""

import numpy as np

from swiftestimator._data.dataset import Dataset
from swiftestimator._data.structure import TensorSpec
from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.composite import SparseTensor
from swiftestimator._framework.convert import constant, convert_to_tensor
from swiftestimator._framework.graph import Tensor, control_dependencies, get_seed
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, check_ops, mask_ops, math_ops, random_ops, reduce_ops

__all__ = ["bucket_by_sequence_length", "choose_from", "random_dataset", "sample_from"]


def random_dataset(seed=None, name=None):
    """Endless random whole numbers of 32 bits."""
    seed1, seed2 = get_seed(seed)
    inputs = [
        convert_to_tensor(s or 0, dtypes.int64, name=n) for s, n in ((seed1, "seed"), (seed2, "seed2"))
    ]  # fmt: skip
    return Dataset._source("RandomDataset", inputs, TensorSpec([], dtypes.int64), name=name)


def _directed(selector, datasets, stop_on_empty):
    """The elements of ``datasets`` in the order that the numbers in ``selector`` give."""
    first = nest.flatten(datasets[0]._spec)
    for other in datasets[1:]:
        if [s.dtype for s in nest.flatten(other._spec)] != [s.dtype for s in first]:
            raise TypeError("Invalid `datasets`. `datasets` must have compatible element specs.")
        first = [a.most_specific_compatible_type(b) for a, b in zip(first, nest.flatten(other._spec))]
    spec = nest.pack_sequence_as(datasets[0]._spec, first)
    return Dataset._source(
        "DirectedInterleaveDataset", [selector._variant, [d._variant for d in datasets]], spec,
        {"stop_on_empty_dataset": stop_on_empty},
    )  # fmt: skip


def sample_from(datasets, weights=None, seed=None, stop_on_empty_dataset=False):
    """Elements of datasets drawn at random, with probabilities ``weights``."""
    datasets = list(datasets)
    if not datasets:
        raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
    if isinstance(weights, Dataset):
        seeds = Dataset.zip((weights, random_dataset(seed).batch(2)))
        selector = seeds.map(lambda *p: _draw(math_ops.log(convert_to_tensor(p[0] if len(p) == 2 else p[:-1])), p[-1]))
        return _directed(selector, datasets, stop_on_empty_dataset)
    if weights is None:
        logits = constant([[1.0] * len(datasets)])
    else:
        if isinstance(weights, Tensor):
            if not weights.shape.is_compatible_with([len(datasets)]):
                raise ValueError(
                    "Invalid `weights`. The shape of `weights` should be compatible with `[len(datasets)]` but is "
                    f"{weights.shape}."
                )
        else:
            if len(weights) != len(datasets):
                raise ValueError(
                    "Invalid `weights`. `weights` should have the same length as `datasets` but got "
                    f"`len(weights)={len(weights)}` vs. `len(datasets)={len(datasets)}`."
                )
            kept = [(d, w) for d, w in zip(datasets, weights) if w > 0] or [(datasets[0].take(0), 1.0)]
            datasets, weights = [d for d, _ in kept], [w for _, w in kept]
        weights = convert_to_tensor(weights, name="weights")
        if weights.dtype not in (dtypes.float32, dtypes.float64):
            raise TypeError(
                f"Invalid `weights`. `weights` type must be either `tf.float32` or `tf.float64` but is {weights.dtype}."
            )
        logits = array_ops.expand_dims(math_ops.log(weights, name="logits"), 0)
    if len(datasets) == 1:
        return datasets[0]
    selector = random_dataset(seed).batch(2).map(lambda seeds: _draw(logits, seeds))
    return _directed(selector, datasets, stop_on_empty_dataset)


def _draw(logits, seeds):
    if logits._rank == 1:
        logits = array_ops.expand_dims(logits, 0)
    return array_ops.squeeze(random_ops.stateless_multinomial(logits, 1, seeds), [0, 1])


def choose_from(datasets, choice_dataset, stop_on_empty_dataset=False):
    """Elements of the datasets whose numbers ``choice_dataset`` gives."""
    datasets = list(datasets)
    if not datasets:
        raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
    if not isinstance(choice_dataset, Dataset):
        raise TypeError(
            f"Invalid `choice_dataset`. `choice_dataset` should be a `tf.data.Dataset` but is {type(choice_dataset)}."
        )
    spec = choice_dataset._spec
    if spec != TensorSpec([], dtypes.int64):
        raise TypeError(
            f"Invalid `choice_dataset`. Elements of `choice_dataset` must be scalar `tf.int64` tensors but are {spec}."
        )
    return _directed(choice_dataset, datasets, stop_on_empty_dataset)


def sparse_batch(dataset, batch_size, row_shape):
    """Batches of elements of different lengths, as sparse tensors."""
    if not isinstance(dataset.element_spec, TensorSpec):
        raise TypeError(f"`dense_to_sparse_batch` requires an input of tensors, got {dataset.element_spec}")
    rows = TensorShape(row_shape)

    def as_sparse(row):
        row = convert_to_tensor(row)
        shape = array_ops.shape(row, out_type=dtypes.int64)
        places = mask_ops.where_v2(math_ops.equal(array_ops.zeros_like(row, dtype=dtypes.int32), 0))
        wanted = array_ops.stack([shape[i] if d is None else constant(d, dtypes.int64)
                                  for i, d in enumerate(rows.as_list())])  # fmt: skip
        value = SparseTensor(places, array_ops.reshape(row, [-1]), wanted)
        value.set_shape(rows)
        return value

    return dataset.map(as_sparse).batch(batch_size)


def bucket_by_sequence_length(
    dataset, element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes, padding_values,
    pad_to_bucket_boundary, no_padding, drop_remainder,
):  # fmt: skip
    """Padded batches of elements of similar length."""
    if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
        raise ValueError(
            "`len(bucket_batch_sizes)` must equal `len(bucket_boundaries) + 1` but `len(bucket_batch_sizes)="
            f"{len(bucket_batch_sizes)}` and `len(bucket_boundaries)={len(bucket_boundaries)}`."
        )
    sizes = constant(list(bucket_batch_sizes), dtypes.int64)

    def bucket(*element):
        length = element_length_func(*element)
        limits = constant(np.array([np.iinfo(np.int32).min, *bucket_boundaries], np.int32))
        ends = constant(np.array([*bucket_boundaries, np.iinfo(np.int32).max], np.int32))
        inside = math_ops.logical_and(math_ops.less_equal(limits, length), math_ops.less(length, ends))
        return reduce_ops.reduce_min(mask_ops.where_v2(inside))

    def size_of(number):
        return sizes[number]

    def whole(number):
        """The longest length of a bucket, which all of it is filled up to."""
        check = check_ops.assert_less(
            number, constant(len(bucket_batch_sizes) - 1, dtypes.int64),
            message="When pad_to_bucket_boundary=True, elements must have length < max(bucket_boundaries).",
        )  # fmt: skip
        with control_dependencies([check]):
            return constant(list(bucket_boundaries), dtypes.int64)[number] - 1

    def batch(number, elements):
        if no_padding:
            return elements.batch(size_of(number), drop_remainder=drop_remainder)
        shapes = padded_shapes
        if shapes is None:
            shapes = nest.map_structure(lambda s: s.shape, elements._spec)
        if pad_to_bucket_boundary:
            length = whole(number)
            parts = nest.flatten_up_to(elements._spec, shapes)
            filled = [
                [length if d is None else d for d in (s if isinstance(s, TensorShape) else TensorShape(s)).as_list()]
                for s in parts
            ]
            shapes = nest.pack_sequence_as(elements._spec, filled)
        return elements.padded_batch(size_of(number), shapes, padding_values, drop_remainder=drop_remainder)

    return dataset.group_by_window(bucket, batch, window_size_func=size_of)
