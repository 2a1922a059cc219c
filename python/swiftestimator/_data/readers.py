"""Datasets of files: records, lines, pieces of one length."""

import os

from swiftestimator._data.dataset import AUTOTUNE, Dataset
from swiftestimator._data.structure import TensorSpec
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant, convert_to_tensor
from swiftestimator._framework.graph import control_dependencies
from swiftestimator._framework.op_call import apply
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, string_ops
from swiftestimator._ops.control_flow_ops import Assert
from swiftestimator._ops.math_ops import greater

__all__ = ["FixedLengthRecordDataset", "TFRecordDataset", "TextLineDataset"]

_TEXT = TensorSpec([], dtypes.string)


def _file_names(filenames):
    """A dataset of file names from one, several, or a dataset of names."""
    if isinstance(filenames, Dataset):
        if filenames.output_types != dtypes.string:
            raise TypeError(
                "The `filenames` argument must contain `tf.string` elements. Got a dataset of "
                f"`{filenames.output_types!r}` elements."
            )
        if not TensorShape(filenames.output_shapes).is_compatible_with([]):
            raise ValueError(
                "The `filenames` argument must contain `tf.string` elements of shape [] (i.e. scalars). Got a dataset of "
                f"element shape {filenames.output_shapes!r}."
            )
        return filenames
    if isinstance(filenames, os.PathLike):
        filenames = os.fspath(filenames)
    elif isinstance(filenames, list | tuple):
        filenames = [os.fspath(f) if isinstance(f, os.PathLike) else f for f in filenames]
    names = convert_to_tensor(filenames, name="filenames")
    if names.dtype is not dtypes.string:
        raise TypeError(f"The `filenames` argument must contain `tf.string` elements. Got `{names.dtype!r}` elements.")
    return Dataset.from_tensor_slices(array_ops.reshape(names, [-1], name="flat_filenames"))


class _FileDataset(Dataset):
    """A dataset of the records of files: those of each file in turn, or of several files at a time."""

    def __init__(self, filenames, open_file, num_parallel_reads, name):
        names = _file_names(filenames)
        if num_parallel_reads is None:
            records = names.flat_map(open_file, name=name)
        else:
            cycle = (os.cpu_count() or 1) if num_parallel_reads == AUTOTUNE else num_parallel_reads
            records = names.interleave(open_file, cycle_length=cycle, block_length=1, name=name)
        super().__init__(records._variant, records._spec)


def _compression(value):
    return convert_to_tensor("" if value is None else value, dtypes.string, name="compression_type")


def _buffer(value, default=256 * 1024):
    return convert_to_tensor(default if value is None else value, dtypes.int64, name="buffer_size")


class TFRecordDataset(_FileDataset):
    """The records of TFRecord files."""

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None, name=None):
        compression, size = _compression(compression_type), _buffer(buffer_size)

        def records(path):
            return Dataset(apply("TFRecordDataset", [path, compression, size]), _TEXT)

        super().__init__(filenames, records, num_parallel_reads, name)


class TextLineDataset(_FileDataset):
    """The lines of text files."""

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None, name=None):
        compression, size = _compression(compression_type), _buffer(buffer_size)

        def lines(path):
            return Dataset(apply("TextLineDataset", [path, compression, size]), _TEXT)

        super().__init__(filenames, lines, num_parallel_reads, name)


class FixedLengthRecordDataset(_FileDataset):
    """Pieces of ``record_bytes`` bytes of files, between a header and a footer."""

    def __init__(
        self, filenames, record_bytes, header_bytes=None, footer_bytes=None, buffer_size=None, compression_type=None,
        num_parallel_reads=None, name=None,
    ):  # fmt: skip
        compression, size = _compression(compression_type), _buffer(buffer_size)
        numbers = [
            convert_to_tensor(0 if value is None else value, dtypes.int64, name=label)
            for value, label in (
                (header_bytes, "header_bytes"), (record_bytes, "record_bytes"), (footer_bytes, "footer_bytes"),
            )
        ]  # fmt: skip

        def records(path):
            return Dataset(apply("FixedLengthRecordDatasetV2", [path, *numbers, size, compression]), _TEXT)

        super().__init__(filenames, records, num_parallel_reads, name)


def matching_dataset(file_pattern, shuffle, seed):
    """The dataset of ``Dataset.list_files``."""
    shuffle = True if shuffle is None else shuffle
    pattern = convert_to_tensor(file_pattern, dtypes.string, name="file_pattern")
    found = apply("MatchingFiles", [pattern])
    shown = string_ops.reduce_join(pattern, separator=", ") if pattern._rank else pattern
    message = string_ops.string_join(["No files matched pattern: ", shown])
    found_some = Assert(greater(array_ops.size(found), 0), [message], summarize=1, name="assert_not_empty")
    with control_dependencies([found_some]):
        found = array_ops.identity(found)
    dataset = Dataset.from_tensor_slices(found)
    if not shuffle:
        return dataset
    count = apply("Maximum", [array_ops.shape(found, out_type=dtypes.int64)[0], constant(1, dtypes.int64)])
    return dataset.shuffle(count, seed=seed)
