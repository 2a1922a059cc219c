"""What tables are filled from: tensors, or the lines of a file."""

import itertools
import os

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor, add_to_collection, name_scope
from swiftestimator._ops.support import apply, convert_to_tensor

__all__ = [
    "KeyValueTensorInitializer", "TextFileIdTableInitializer", "TextFileIndex", "TextFileInitializer",
    "TextFileStringTableInitializer",
]  # fmt: skip

_TABLE_INITIALIZERS = "table_initializer"
_ASSETS = "asset_filepaths"
_numbers = itertools.count()


class TextFileIndex:
    """What of a line: the whole, or its number. Other numbers are columns."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class TableInitializerBase:
    """What a table is filled from."""

    def __init__(self, key_dtype, value_dtype):
        self._key_dtype = dtypes.as_dtype(key_dtype)
        self._value_dtype = dtypes.as_dtype(value_dtype)

    @property
    def key_dtype(self):
        """The type of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self):
        """The type of the values."""
        return self._value_dtype

    def initialize(self, table):
        """The operation that fills ``table``."""
        raise NotImplementedError

    @property
    def _shared_name(self):
        return f"hash_table_{next(_numbers)}"

    def _check(self, table):
        for mine, other, what in (
            (self._key_dtype, table.key_dtype, "key"), (self._value_dtype, table.value_dtype, "value"),
        ):  # fmt: skip
            if mine is not other:
                raise TypeError(f"Invalid {what} dtype for table, expected {other} but got {mine}.")


class KeyValueTensorInitializer(TableInitializerBase):
    """Keys and values from tensors."""

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self._keys = convert_to_tensor(keys, key_dtype, name="keys")
        self._values = convert_to_tensor(values, value_dtype, name="values")
        self._name = name if name is not None else "key_value_init"
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table):
        """The operation that fills ``table``."""
        self._check(table)
        with name_scope(self._name, values=(table.resource_handle, self._keys, self._values)):
            op = apply("LookupTableImportV2", [table.resource_handle, self._keys, self._values])
        add_to_collection(_TABLE_INITIALIZERS, op)
        return op


class TextFileInitializer(TableInitializerBase):
    """Keys and values from the lines of a file."""

    def __init__(
        self, filename, key_dtype, key_index, value_dtype, value_index, vocab_size=None, delimiter="\t", name=None,
        value_index_offset=0,
    ):  # fmt: skip
        if not isinstance(filename, Tensor) and not filename:
            raise ValueError("`filename` argument required for tf.lookup.TextFileInitializer")
        key_dtype, value_dtype = dtypes.as_dtype(key_dtype), dtypes.as_dtype(value_dtype)
        for index, dtype, what in ((key_index, key_dtype, "key"), (value_index, value_dtype, "value")):
            if index < -2:
                raise ValueError(f"`{what}_index` should be >= -2, received: {index}.")
            if index == TextFileIndex.LINE_NUMBER and dtype is not dtypes.int64:
                raise ValueError(f"`{what}_dtype` must be int64 if `{what}_index` is {index}, received: {dtype}")
            allowed = (dtypes.string, dtypes.int64) if what == "key" else (dtypes.string,)
            if index == TextFileIndex.WHOLE_LINE and dtype not in allowed:
                raise ValueError(
                    f"`{what}_dtype` must be {'either integer or ' if what == 'key' else ''}string if `{what}_index` is "
                    f"{index}, received: {dtype}"
                )
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"`vocab_size` should be > 0, received: {vocab_size}")
        self._filename_arg = os.fspath(filename) if isinstance(filename, os.PathLike) else filename
        self._key_index, self._value_index = key_index, value_index
        self._vocab_size, self._delimiter, self._offset = vocab_size, delimiter, value_index_offset
        self._name = name if name is not None else "text_file_init"
        self._filename = convert_to_tensor(self._filename_arg, dtypes.string, name="asset_path")
        super().__init__(key_dtype, value_dtype)

    @property
    def _shared_name(self):
        # Tables of one file are one table.
        if isinstance(self._filename_arg, Tensor):
            return super()._shared_name
        size = -1 if self._vocab_size is None else self._vocab_size
        parts = [self._filename_arg, size, self._key_index, self._value_index]
        return "_".join(["hash_table", *map(str, parts), *([str(self._offset)] if self._offset else [])])

    def initialize(self, table):
        """The operation that fills ``table``."""
        self._check(table)
        attributes = {
            "key_index": self._key_index, "value_index": self._value_index,
            "vocab_size": -1 if self._vocab_size is None else self._vocab_size, "delimiter": self._delimiter,
            "offset": self._offset,
        }  # fmt: skip
        with name_scope(self._name, "text_file_init", (table.resource_handle,)):
            op = apply("InitializeTableFromTextFileV2", [table.resource_handle, self._filename], attributes)
        add_to_collection(_TABLE_INITIALIZERS, op)
        add_to_collection(_ASSETS, self._filename)
        return op


class TextFileStringTableInitializer(TextFileInitializer):
    """From the numbers of lines to the lines."""

    def __init__(
        self, filename, key_column_index=TextFileIndex.LINE_NUMBER, value_column_index=TextFileIndex.WHOLE_LINE,
        vocab_size=None, delimiter="\t", name="text_file_string_table_init",
    ):  # fmt: skip
        super().__init__(
            filename, dtypes.int64, key_column_index, dtypes.string, value_column_index, vocab_size, delimiter, name
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """From lines to their numbers."""

    def __init__(
        self, filename, key_column_index=TextFileIndex.WHOLE_LINE, value_column_index=TextFileIndex.LINE_NUMBER,
        vocab_size=None, delimiter="\t", name="text_file_id_table_init", key_dtype=dtypes.string,
    ):  # fmt: skip
        super().__init__(
            filename, key_dtype, key_column_index, dtypes.int64, value_column_index, vocab_size, delimiter, name
        )
