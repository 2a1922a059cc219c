"""``tf.data.experimental``: transformations for ``Dataset.apply``, and functions of datasets."""

import numpy as np

from swiftestimator._data import combining
from swiftestimator._data.dataset import Dataset
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.op_call import apply


def enumerate_dataset(start=0):
    """Pairs of a number and an element."""
    return lambda dataset: dataset.enumerate(start)


def group_by_window(key_func, reduce_func, window_size=None, window_size_func=None):
    """Datasets made of as many elements of one key as its window holds."""
    return lambda dataset: dataset.group_by_window(key_func, reduce_func, window_size, window_size_func)


def ignore_errors(log_warning=False):
    """The elements without those whose computation fails."""
    return lambda dataset: dataset.ignore_errors(log_warning)


def scan(initial_state, scan_func):
    """New elements from a state and each element."""
    return lambda dataset: dataset.scan(initial_state, scan_func)


def take_while(predicate):
    """The elements before the first for which a predicate is false."""
    return lambda dataset: dataset.take_while(predicate)


def unbatch():
    """The slices of each element, one by one."""
    return lambda dataset: dataset.unbatch()


def unique():
    """Each element once, where it comes first."""
    return lambda dataset: dataset.unique()


def map_and_batch(map_func, batch_size, num_parallel_batches=None, drop_remainder=False, num_parallel_calls=None):
    """``map_func`` of each element, then batches."""
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError(
            "`map_and_batch` allows only one of `num_parallel_batches` and `num_parallel_calls` to be set, but "
            f"`num_parallel_batches` was set to {num_parallel_batches} and `num_parallel_calls` as set to "
            f"{num_parallel_calls}."
        )

    def transform(dataset):
        return dataset.map(map_func, num_parallel_calls=num_parallel_calls).batch(batch_size, drop_remainder)

    return transform


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """The elements over and over, each time in another random order."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def parallel_interleave(
    map_func, cycle_length, block_length=1, sloppy=False, buffer_output_elements=None, prefetch_input_elements=None
):
    """The elements of the datasets ``map_func`` of each element, in turn, in the order without parallelism."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def batch_and_drop_remainder(batch_size):
    """Batches without a smaller last one."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size, padded_shapes, padding_values=None):
    """Padded batches without a smaller last one."""
    return lambda dataset: dataset.padded_batch(batch_size, padded_shapes, padding_values, drop_remainder=True)


def bucket_by_sequence_length(
    element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes=None, padding_values=None,
    pad_to_bucket_boundary=False, no_padding=False, drop_remainder=False,
):  # fmt: skip
    """Padded batches of elements of similar length."""
    return lambda dataset: dataset.bucket_by_sequence_length(
        element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes, padding_values,
        pad_to_bucket_boundary, no_padding, drop_remainder,
    )  # fmt: skip


def parse_example_dataset(features, num_parallel_calls=1, deterministic=None):
    """Dicts of features from batches of serialized examples."""
    if features is None:
        raise ValueError("Argument `features` is required, but not specified.")

    def transform(dataset):
        from swiftestimator._ops.parsing_ops import parse_example_v2

        return dataset.map(lambda serialized: parse_example_v2(serialized, features), num_parallel_calls)

    return transform


def prefetch_to_device(device, buffer_size=None):
    """As ``prefetch``: there is one device."""
    return lambda dataset: dataset.prefetch(buffer_size)


def assert_cardinality(expected_cardinality):
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("tf.data.experimental.assert_cardinality is not implemented in swiftestimator")


def rejection_resample(class_func, target_dist, initial_dist=None, seed=None):
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("tf.data.experimental.rejection_resample is not implemented in swiftestimator")


def dense_to_sparse_batch(batch_size, row_shape):
    """Batches of elements of different lengths, as sparse tensors."""
    return lambda dataset: dataset.sparse_batch(batch_size, row_shape)


def snapshot(path, compression="AUTO", reader_func=None, shard_func=None):
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("tf.data.experimental.snapshot is not implemented in swiftestimator")


def cardinality(dataset):
    """The number of elements as a tensor; -1 for endless ones, -2 when it is not known."""
    return dataset.cardinality()


def get_single_element(dataset):
    """The only element of a dataset."""
    return dataset.get_single_element()


def sample_from_datasets(datasets, weights=None, seed=None, stop_on_empty_dataset=False):
    """Elements of datasets drawn at random, with probabilities ``weights``."""
    return combining.sample_from(datasets, weights, seed, stop_on_empty_dataset)


def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=False):
    """Elements of the datasets whose numbers ``choice_dataset`` gives."""
    return combining.choose_from(datasets, choice_dataset, stop_on_empty_dataset)


def Counter(start=0, step=1, dtype=dtypes.int64):  # noqa: N802 (the public name)
    """Numbers without end."""
    end = np.iinfo(np.int64).max if step > 0 else np.iinfo(np.int64).min
    numbers = Dataset.range(start, end, step)
    dtype = dtypes.as_dtype(dtype)
    if dtype is dtypes.int64:
        return numbers
    from swiftestimator._ops.cast_ops import cast

    return numbers.map(lambda x: cast(x, dtype))


def RandomDataset(seed=None, rerandomize_each_iteration=None, name=None):  # noqa: N802 (the public name)
    """Endless random whole numbers of 32 bits."""
    return combining.random_dataset(seed, name)


class TFRecordWriter:
    """Writes the elements of a dataset of text to a record file."""

    def __init__(self, filename, compression_type=None):
        self._filename = convert_to_tensor(filename, dtypes.string, name="filename")
        self._compression = convert_to_tensor(compression_type or "", dtypes.string, name="compression_type")

    def write(self, dataset):
        """An operation that writes the file."""
        if not isinstance(dataset, Dataset):
            raise TypeError(f"Invalid `dataset.` Expected a `tf.data.Dataset` object but got {type(dataset)}.")
        if dataset.output_types != dtypes.string or dataset.output_shapes.rank not in (0, None):
            raise TypeError(
                f"Invalid `dataset`. Expected `dataset` that produces scalar `tf.string` elements, but got a dataset which "
                f"produces elements with {dataset.element_spec}."
            )
        return apply("DatasetToTFRecord", [dataset._variant, self._filename, self._compression])


def get_structure(dataset_or_iterator):
    """A nest of specifications of the elements."""
    return dataset_or_iterator.element_spec
