"""TFRecord files, read and written without a graph."""

import os

from swiftestimator import _errors as errors
from swiftestimator._border import function

__all__ = ["TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter", "tf_record_iterator"]


class TFRecordCompressionType:
    """How a record file is compressed."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


class TFRecordOptions:
    """Settings of record files; the levels and sizes are kept, the engine chooses its own."""

    compression_type_map = {
        TFRecordCompressionType.ZLIB: "ZLIB", TFRecordCompressionType.GZIP: "GZIP", TFRecordCompressionType.NONE: "",
    }  # fmt: skip

    def __init__(
        self, compression_type=None, flush_mode=None, input_buffer_size=None, output_buffer_size=None, window_bits=None,
        compression_level=None, compression_method=None, mem_level=None, compression_strategy=None,
    ):  # fmt: skip
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size, self.output_buffer_size = input_buffer_size, output_buffer_size
        self.window_bits, self.compression_level = window_bits, compression_level
        self.compression_method, self.mem_level = compression_method, mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options):
        """``""``, ``"GZIP"`` or ``"ZLIB"`` for options, a name or a number."""
        if not options:
            return ""
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        if isinstance(options, TFRecordCompressionType):
            return cls.compression_type_map[options]
        if options in cls.compression_type_map:
            return cls.compression_type_map[options]
        if options in cls.compression_type_map.values():
            return options
        raise ValueError(f'Not a valid compression_type: "{options}"')


def _path(path):
    path = os.fspath(path)
    return path.decode() if isinstance(path, bytes) else path


class TFRecordWriter:
    """Writes records to a file, which it replaces."""

    def __init__(self, path, options=None):
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(compression_type=options)
        kind = TFRecordOptions.get_compression_type_string(options)
        self._engine = function("records.writer")(_path(path), kind)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _open(self):
        if self._engine is None:
            raise errors.FailedPreconditionError(None, None, "Writer is closed.")
        return self._engine

    def write(self, record):
        """Appends a record."""
        if isinstance(record, str):
            record = record.encode()
        elif not isinstance(record, bytes):
            record = bytes(memoryview(record))
        function("records.write")(self._open(), record)

    def flush(self):
        """Hands everything to the system."""
        function("records.flush")(self._open())

    def close(self):
        """Closes the file; closing twice does nothing."""
        if self._engine is not None:
            function("records.close")(self._engine)
            self._engine = None


def tf_record_iterator(path, options=None):
    """The records of a file; damaged ones raise ``DataLossError``."""
    reader = function("records.reader")(_path(path), TFRecordOptions.get_compression_type_string(options))
    following = function("records.next")
    while (record := following(reader)) is not None:
        yield record
