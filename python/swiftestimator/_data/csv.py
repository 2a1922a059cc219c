"""Datasets of comma-separated values."""

import csv as _csv
import gzip
import os
import zlib
from collections import OrderedDict

import numpy as np

from swiftestimator._data.dataset import AUTOTUNE, Dataset
from swiftestimator._data.readers import TFRecordDataset, _buffer, _compression
from swiftestimator._data.structure import TensorSpec, wire_attributes
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant, convert_to_tensor
from swiftestimator._framework.op_call import apply
from swiftestimator._io.file_io import matching_files
from swiftestimator._ops import array_ops

__all__ = ["CsvDataset", "make_batched_features_dataset", "make_csv_dataset"]

_TYPES = (dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, dtypes.string)


def _is_type(value):
    return isinstance(value, dtypes.DType | type) and dtypes.as_dtype(value) in _TYPES


class CsvDataset(Dataset):
    """The records of files of comma-separated values, as tuples of scalars."""

    def __init__(
        self, filenames, record_defaults, compression_type=None, buffer_size=None, header=False, field_delim=",",
        use_quote_delim=True, na_value="", select_cols=None, exclude_cols=None,
    ):  # fmt: skip
        if select_cols is not None and exclude_cols is not None:
            raise ValueError("Only one of `select_cols` and `exclude_cols` may be specified.")
        if exclude_cols:
            raise NotImplementedError("CsvDataset(exclude_cols) is not implemented in swiftestimator: use select_cols")
        defaults = [
            constant([], dtypes.as_dtype(d)) if _is_type(d) else convert_to_tensor(d, name=f"default_{i}")
            for i, d in enumerate(record_defaults)
        ]
        names = array_ops.reshape(convert_to_tensor(filenames, dtypes.string, name="filenames"), [-1])
        spec = tuple(TensorSpec([], d.dtype) for d in defaults)
        select = np.array([] if select_cols is None else select_cols, np.int64)
        variant = apply(
            "CSVDatasetV2",
            [
                names, _compression(compression_type), _buffer(buffer_size, 4 * 1024 * 1024),
                convert_to_tensor(header, dtypes.bool_, name="header"), field_delim, use_quote_delim, na_value, select,
                defaults, np.array([], np.int64),
            ],
            wire_attributes(spec),
        )  # fmt: skip
        super().__init__(variant, spec)


# -- With types found out from the files


def _file_names(pattern, shuffle):
    patterns = [pattern] if isinstance(pattern, str | bytes | os.PathLike) else list(pattern)
    if not patterns:
        raise ValueError("Argument `file_pattern` should not be empty.")
    names = [os.fspath(f) for p in patterns for f in matching_files(p)]
    if not names:
        raise ValueError(f"No files match `file_pattern` {pattern}.")
    return names if shuffle else sorted(names)


def _open_text(path, compression, encoding):
    if compression == "GZIP":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    if compression == "ZLIB":
        import io

        with open(path, "rb") as file:
            return io.StringIO(zlib.decompress(file.read()).decode(encoding), newline="")
    return open(path, encoding=encoding, newline="")


def _reader(path, compression, encoding, field_delim, use_quote_delim):
    file = _open_text(path, compression, encoding)
    quoting = _csv.QUOTE_MINIMAL if use_quote_delim else _csv.QUOTE_NONE
    return file, _csv.reader(file, delimiter=field_delim, quoting=quoting)


def _column_names(files, compression, encoding, field_delim, use_quote_delim):
    found = None
    for path in files:
        file, rows = _reader(path, compression, encoding, field_delim, use_quote_delim)
        with file:
            names = next(rows, None)
        if names is None:
            raise ValueError(f"Failed when reading the header line of {path}. Is it an empty file?")
        if found is not None and names != found:
            raise ValueError(f"All input CSV files should have the same column names in the header row. File {path} has "
                             "different column names.")  # fmt: skip
        found = names
    return found


def _type_of(text, na_value, previous):
    """The type that holds a field and those before it; ``None`` when nothing is known yet."""
    if text in ("", na_value):
        return previous
    for dtype in (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64):
        if previous is not None and _TYPES_BY_WIDTH.index(dtype) < _TYPES_BY_WIDTH.index(previous):
            continue
        if _fits(text, dtype):
            return dtype
    return dtypes.string


_TYPES_BY_WIDTH = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.string]


def _fits(text, dtype):
    try:
        if dtype.is_integer:
            limits = np.iinfo(dtype.as_numpy_dtype)
            return limits.min <= int(text) <= limits.max
        value = float(text)
    except ValueError:
        return False
    if dtype is dtypes.float64 or not np.isfinite(value):
        return True
    limits = np.finfo(np.float32)
    return value == 0 or bool(limits.tiny <= abs(value) <= limits.max)


def _inferred_defaults(
    files, count, columns, header, rows_wanted, compression, encoding, field_delim, use_quote_delim, na_value
):
    found = [None] * len(columns)
    seen = 0
    for path in files:
        file, rows = _reader(path, compression, encoding, field_delim, use_quote_delim)
        with file:
            if header:
                next(rows, None)
            for row in rows:
                if rows_wanted is not None and seen >= rows_wanted:
                    break
                if len(row) != count:
                    raise ValueError(
                        f"Problem inferring types: CSV row {row} has {len(row)} number of fields. Expected: {count}."
                    )
                for place, column in enumerate(columns):
                    found[place] = _type_of(row[column], na_value, found[place])
                seen += 1
    return [constant([""] if t in (None, dtypes.string) else [0], t or dtypes.string) for t in found]


def _selected(columns, names):
    """The places of columns given by name or number, in increasing order."""
    places = []
    for column in columns:
        if isinstance(column, int | np.integer) and not isinstance(column, bool):
            if not 0 <= column < len(names):
                raise ValueError(f"Column {column} is not one of the {len(names)} columns.")
            places.append(int(column))
        elif column in names:
            places.append(names.index(column))
        else:
            raise ValueError(f"Column '{column}' is not one of the columns {names}.")
    return sorted(places)


def make_csv_dataset(
    file_pattern, batch_size, column_names=None, column_defaults=None, label_name=None, select_columns=None,
    field_delim=",", use_quote_delim=True, na_value="", header=True, num_epochs=None, shuffle=True,
    shuffle_buffer_size=10000, shuffle_seed=None, prefetch_buffer_size=None, num_parallel_reads=None, sloppy=False,
    num_rows_for_inference=100, compression_type=None, ignore_errors=False, encoding="utf-8",
):  # fmt: skip
    """Batches of the columns of files, as a dict, with the label apart when there is one."""
    files = _file_names(file_pattern, False)
    dataset = Dataset.from_tensor_slices(np.array(files, object))
    if shuffle:
        dataset = dataset.shuffle(len(files), shuffle_seed)
    if compression_type is not None and compression_type not in ("", "GZIP", "ZLIB"):
        raise ValueError(f"Unsupported compression_type: {compression_type}")
    form = (compression_type, encoding, field_delim, use_quote_delim)
    if column_names is None:
        if not header:
            raise ValueError("Expected `column_names` or `header` arguments. Neither is provided.")
        column_names = _column_names(files, *form)
    column_names = list(column_names)
    if len(column_names) != len(set(column_names)):
        raise ValueError("Cannot have duplicate column names.")
    count = len(column_names)
    selected = list(range(count)) if select_columns is None else _selected(select_columns, column_names)
    if column_defaults is not None:
        column_defaults = [constant([], dtypes.as_dtype(d)) if _is_type(d) else d for d in column_defaults]
        if len(column_defaults) != len(selected):
            raise ValueError(
                f"If specified, `column_defaults` must have the same length as the selected columns ({len(selected)}), got "
                f"{len(column_defaults)}."
            )
    else:
        column_defaults = _inferred_defaults(files, count, selected, header, num_rows_for_inference, *form, na_value)
    if select_columns is not None:
        column_names = [column_names[i] for i in selected]
    if label_name is not None and label_name not in column_names:
        raise ValueError(f"`label_name` provided must be one of the columns: {column_names}. Received: {label_name}.")

    def records(path):
        found = CsvDataset(
            path, column_defaults, compression_type, header=header, field_delim=field_delim,
            use_quote_delim=use_quote_delim, na_value=na_value,
            select_cols=None if select_columns is None else selected,
        )  # fmt: skip
        return found.ignore_errors() if ignore_errors else found

    def named(*columns):
        features = OrderedDict(zip(column_names, columns))
        if label_name is None:
            return features
        label = features.pop(label_name)
        return features, label

    dataset = dataset.interleave(records, cycle_length=num_parallel_reads or 1)
    dataset = _shuffled(dataset, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    dataset = dataset.batch(batch_size, drop_remainder=num_epochs is None).map(named)
    return dataset.prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)


def _shuffled(dataset, num_epochs, shuffle, buffer_size, seed):
    if shuffle:
        dataset = dataset.shuffle(buffer_size, seed)
    return dataset if num_epochs == 1 else dataset.repeat(num_epochs)


def make_batched_features_dataset(
    file_pattern, batch_size, features, reader=None, label_key=None, reader_args=None, num_epochs=None, shuffle=True,
    shuffle_buffer_size=10000, shuffle_seed=None, prefetch_buffer_size=None, reader_num_threads=None,
    parser_num_threads=None, sloppy_ordering=False, drop_final_batch=False,
):  # fmt: skip
    """Batches of the features of the examples in files, with the label apart when there is one."""
    from swiftestimator._ops.parsing_ops import parse_example_v2

    reader = TFRecordDataset if reader is None else reader
    files = _file_names(file_pattern, False)
    dataset = Dataset.from_tensor_slices(np.array(files, object))
    if shuffle:
        dataset = dataset.shuffle(len(files), shuffle_seed)
    if label_key is not None and label_key not in features:
        raise ValueError(f"The `label_key` provided ({label_key}) must be one of the `features` keys: "
                         f"{features.keys()}.")  # fmt: skip
    dataset = dataset.interleave(lambda path: reader(path, *(reader_args or [])), cycle_length=reader_num_threads or 1)
    if dataset.output_types == (dtypes.string, dtypes.string):
        dataset = dataset.map(lambda _, record: record)
    dataset = _shuffled(dataset, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    dataset = dataset.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)

    def parse(serialized):
        found = parse_example_v2(serialized, features)
        return (found, found.pop(label_key)) if label_key is not None else found

    dataset = dataset.map(parse, num_parallel_calls=parser_num_threads)
    return dataset.prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)
