"""Tables of vocabularies, by the functions that programs call."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import name_scope
from swiftestimator._ops import array_ops, cast_ops
from swiftestimator._ops.lookup_initializers import (
    KeyValueTensorInitializer,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileStringTableInitializer,
)
from swiftestimator._ops.lookup_tables import FastHashSpec, IdTableWithHashBuckets, StaticHashTableV1
from swiftestimator._ops.support import convert_to_tensor

__all__ = [
    "index_table_from_file", "index_table_from_tensor", "index_to_string_table_from_file",
    "index_to_string_table_from_tensor",
]  # fmt: skip


def index_table_from_file(
    vocabulary_file=None, num_oov_buckets=0, vocab_size=None, default_value=-1, hasher_spec=FastHashSpec,
    key_dtype=dtypes.string, name=None, key_column_index=TextFileIndex.WHOLE_LINE,
    value_column_index=TextFileIndex.LINE_NUMBER, delimiter="\t",
):  # fmt: skip
    """A table from the lines of a file to their numbers."""
    if vocabulary_file is None or (isinstance(vocabulary_file, str | bytes) and not vocabulary_file):
        raise ValueError("`vocabulary_file` must be specified and must not be empty.")
    if num_oov_buckets < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(
            f"`vocab_size` must be greater than 0, got {vocab_size} for vocabulary_file: {vocabulary_file}."
        )
    key_dtype = dtypes.as_dtype(key_dtype)
    if not key_dtype.is_integer and key_dtype is not dtypes.string:
        raise TypeError(f"Dtype for `keys` should be either integer or string, got {key_dtype}.")

    with name_scope(name, "string_to_index"):
        with name_scope(None, "hash_table"):
            stored = dtypes.int64 if key_dtype.is_integer else key_dtype
            initializer = TextFileIdTableInitializer(
                vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter, "table_init", stored
            )
            table = StaticHashTableV1(initializer, default_value)
    if not num_oov_buckets:
        return table
    return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, table.name, key_dtype)


def index_table_from_tensor(
    vocabulary_list, num_oov_buckets=0, default_value=-1, hasher_spec=FastHashSpec, dtype=dtypes.string, name=None
):
    """A table from the elements of a vector to their places."""
    if vocabulary_list is None:
        raise ValueError("`vocabulary_list` must be specified.")
    if num_oov_buckets < 0:
        raise ValueError(f"`num_oov_buckets` must be greater or equal than 0, got {num_oov_buckets}.")
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_integer and dtype is not dtypes.string:
        raise TypeError(f"`dtype` must be either integer or string, got {dtype}.")
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(vocabulary_list)
        if keys.dtype.is_integer != dtype.is_integer:
            raise ValueError(
                f"Invalid `dtype`: Expected {'integer' if dtype.is_integer else 'non-integer'}, got {keys.dtype}."
            )
        if not dtype.is_integer and keys.dtype is not dtype:
            raise ValueError(f"Invalid `dtype`: Expected {dtype}, got {keys.dtype}.")
        values = _places(keys)
        with name_scope(None, "hash_table"):
            stored = cast_ops.cast(keys, dtypes.int64) if keys.dtype.is_integer else keys
            initializer = KeyValueTensorInitializer(stored, values, name="table_init")
            table = StaticHashTableV1(initializer, default_value)
    if not num_oov_buckets:
        return table
    return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, table.name, dtype)


def _places(keys):
    return cast_ops.cast(array_ops.range(array_ops.size(keys)), dtypes.int64)


def index_to_string_table_from_file(
    vocabulary_file, vocab_size=None, default_value="UNK", name=None, key_column_index=TextFileIndex.LINE_NUMBER,
    value_column_index=TextFileIndex.WHOLE_LINE, delimiter="\t",
):  # fmt: skip
    """A table from the numbers of a file's lines to the lines."""
    if vocabulary_file is None or (isinstance(vocabulary_file, str | bytes) and not vocabulary_file):
        raise ValueError("`vocabulary_file` must be specified.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"`vocab_size` must be greater than 0, got {vocab_size}.")
    with name_scope(name, "index_to_string"):
        initializer = TextFileStringTableInitializer(
            vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter, "table_init"
        )
        return StaticHashTableV1(initializer, default_value)


def index_to_string_table_from_tensor(vocabulary_list, default_value="UNK", name=None):
    """A table from places to the elements of a vector."""
    if vocabulary_list is None:
        raise ValueError("`vocabulary_list` argument must be specified.")
    with name_scope(name, "index_to_string"):
        texts = convert_to_tensor(vocabulary_list, dtypes.string)
        initializer = KeyValueTensorInitializer(_places(texts), texts, dtypes.int64, dtypes.string, name="table_init")
        return StaticHashTableV1(initializer, default_value)


# -- The older names of tf.contrib.lookup


def string_to_index_table_from_file(
    vocabulary_file=None, num_oov_buckets=0, vocab_size=None, default_value=-1, hasher_spec=FastHashSpec, name=None
):
    """A table from the lines of a file to their numbers."""
    return index_table_from_file(vocabulary_file, num_oov_buckets, vocab_size, default_value, hasher_spec, name=name)


def string_to_index_table_from_tensor(
    mapping, num_oov_buckets=0, default_value=-1, hasher_spec=FastHashSpec, name=None
):
    """A table from the elements of a vector to their places."""
    return contrib_index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, name=name)


def contrib_index_table_from_tensor(
    mapping=None, num_oov_buckets=0, default_value=-1, hasher_spec=FastHashSpec, dtype=dtypes.string, name=None,
    vocabulary_list=None,
):  # fmt: skip
    """A table from the elements of a vector to their places."""
    if mapping is None:
        mapping = vocabulary_list
    if mapping is None:
        raise ValueError("mapping must be specified.")
    return index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, dtype, name)


def contrib_index_to_string_table_from_tensor(mapping, default_value="UNK", name=None):
    """A table from places to the elements of a vector."""
    return index_to_string_table_from_tensor(mapping, default_value, name)


def contrib_hash_table(initializer, default_value, shared_name=None, name=None):
    """A table that is filled once."""
    return StaticHashTableV1(initializer, default_value, name)


def index_to_string(tensor, mapping, default_value="UNK", name=None):
    """The elements of ``mapping`` at the places that ``tensor`` holds."""
    return index_to_string_table_from_tensor(mapping, default_value).lookup(tensor, name=name)


def string_to_index(tensor, mapping, default_value=-1, name=None):
    """The places in ``mapping`` of the elements of ``tensor``."""
    return index_table_from_tensor(mapping, 0, default_value).lookup(tensor, name=name)
