"""Structures, mistakes and corners of datasets, as text; the cases are run as in records.py."""

import collections

import numpy as np
from common import report, tf
from records import case, results, sparse

results.clear()
data, experimental, Dataset = tf.data, tf.data.experimental, tf.data.Dataset
Point = collections.namedtuple("Point", "x y")


def numbers(count=5):
    return Dataset.range(count)


def rows():
    return numbers(4).map(lambda x: tf.fill([x], x))


def slices(value):
    return Dataset.from_tensor_slices(value)


CASES = {
    "nest": lambda: Dataset.from_tensors((1, "a", [1.0, 2.0])),
    "named tuple": lambda: slices(Point([1, 2], [3, 4])).map(lambda p: p),
    "ordered": lambda: slices(collections.OrderedDict([("b", [1, 2]), ("a", [3, 4])])),
    "lists inside": lambda: numbers(2).map(lambda x: (x, [x, x])),
    "constants": lambda: numbers(2).map(lambda x: (5, "a", np.float64(2))),
    "sparse from map": lambda: numbers(2).map(lambda x: tf.SparseTensor([[0, 0]], [x], [1, 2])),
    "sparse in turn": lambda: numbers(2).map(lambda x: tf.SparseTensor([[0, 0]], [x], [1, 2])).batch(2).flat_map(
        Dataset.from_tensors
    ),
    "sparse filtered": lambda: slices(sparse()).filter(lambda s: tf.equal(tf.reduce_sum(s.values), 2)),
    "sparse one after the other": lambda: Dataset.from_tensors(tf.SparseTensor([[0]], [1], [2])).concatenate(
        Dataset.from_tensors(tf.SparseTensor([[0]], [1], [3]))
    ),
    "sparse slices by parts": lambda: Dataset.from_sparse_tensor_slices(sparse()),
    "datasets from map": lambda: numbers(3).map(Dataset.range).flat_map(lambda d: d),
    "batch of none": lambda: numbers().batch(0),
    "whole batches": lambda: numbers().batch(2, drop_remainder=True),
    "take": lambda: numbers().take(-1),
    "skip": lambda: numbers().skip(-1),
    "no repeats": lambda: numbers().repeat(0),
    "no buffer": lambda: numbers().shuffle(0),
    "downwards": lambda: Dataset.range(10, 0, -3),
    "no step": lambda: Dataset.range(0, 5, 0),
    "floats": lambda: Dataset.range(3, output_type=tf.float32),
    "no cycle": lambda: numbers().interleave(lambda x: numbers(1), cycle_length=0),
    "no block": lambda: numbers().interleave(lambda x: numbers(1), cycle_length=1, block_length=0),
    "no window": lambda: numbers().window(0).flat_map(lambda d: d),
    "padded text": lambda: slices([["a", "b"], ["c", "d"]]).padded_batch(2, padded_shapes=[3]),
    "padded dict": lambda: numbers(4).map(lambda x: {"a": tf.fill([x], x), "b": tf.as_string(x)}).padded_batch(
        2, padded_shapes={"a": [None], "b": []}, padding_values={"a": np.int64(-1), "b": ""}
    ),
    "padded with another type": lambda: rows().padded_batch(2, padded_shapes=[None], padding_values=1.5),
    "padded to another rank": lambda: rows().padded_batch(2, padded_shapes=[None, None]),
    "padded by itself": lambda: rows().padded_batch(2),
    "two of two": lambda: Dataset.zip((numbers(), numbers())).filter(lambda a, b: tf.equal(a % 2, 0)),
    "applied": lambda: numbers().apply(lambda d: 3),
    "other structure": lambda: numbers(2).concatenate(numbers(2).map(lambda x: (x, x))),
    "slices": lambda: Dataset.from_tensors(([1, 2], ["a", "b"])).unbatch(),
    "slices of scalars": lambda: Dataset.from_tensors(3).unbatch(),
    "choice of another type": lambda: experimental.choose_from_datasets([numbers()], slices([0, 1])),
    "choice out of range": lambda: experimental.choose_from_datasets([numbers()], numbers()),
    "weights of another number": lambda: experimental.sample_from_datasets([numbers()], [0.5, 0.5]),
    "drawn from other types": lambda: experimental.sample_from_datasets([numbers(), slices(["a"])]),
    "state": lambda: numbers().reduce((np.int64(0), np.int64(1)), lambda s, x: (s[0] + x, s[1] * 2)),
    "only one": lambda: experimental.get_single_element(numbers().batch(5)),
    "more than one": lambda: experimental.get_single_element(numbers()),
    "none": lambda: experimental.get_single_element(numbers(0)),
    "groups": lambda: numbers(6).apply(
        experimental.group_by_window(lambda x: x % 2, lambda k, d: d.batch(2).map(lambda b: (k, b)), 3)
    ),
    "groups twice": lambda: numbers().apply(
        experimental.group_by_window(lambda x: x % 2, lambda k, d: d, 3, lambda k: 3)
    ),
    "groups of no size": lambda: numbers().apply(experimental.group_by_window(lambda x: x % 2, lambda k, d: d)),
    "whole buckets": lambda: slices([1, 2, 3, 1, 3]).map(lambda x: tf.fill([x], x)).apply(
        experimental.bucket_by_sequence_length(lambda e: tf.size(e), [2, 5], [2, 2, 2], pad_to_bucket_boundary=True)
    ),
    "too long for buckets": lambda: slices([1, 6]).map(lambda x: tf.fill([x], x)).apply(
        experimental.bucket_by_sequence_length(lambda e: tf.size(e), [2, 5], [1, 1, 1], pad_to_bucket_boundary=True)
    ),
    "padded to less": lambda: slices([[1, 2, 3]]).padded_batch(1, padded_shapes=[2]),
    "too few buckets": lambda: numbers().apply(experimental.bucket_by_sequence_length(lambda x: x, [2], [1])),
    "buckets": lambda: numbers(6).apply(
        experimental.bucket_by_sequence_length(lambda x: tf.cast(x, tf.int32), [2], [2, 3], no_padding=True)
    ),
}  # fmt: skip
for name, build in CASES.items():
    case(name, build)
report(results=results)
