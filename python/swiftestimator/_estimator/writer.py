"""Writers of event files."""

import os

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper
from swiftestimator._framework.graph import get_default_graph

__all__ = ["FileWriter", "FileWriterCache", "summary_iterator"]


class _Handle(_native.Object):
    """An event writer of the engine."""


register_wrapper("SummaryWriter", _Handle)


def _bytes(message):
    return message if isinstance(message, bytes) else message.SerializeToString()


class FileWriter:
    """Writes summaries and graphs to an event file of a folder, where TensorBoard reads them."""

    def __init__(
        self, logdir, graph=None, max_queue=10, flush_secs=120, graph_def=None, filename_suffix=None, session=None,
        _engine=None,
    ):  # fmt: skip
        self._logdir = os.fspath(logdir)
        self._engine = _engine or function("writer.new")(self._logdir, graph, filename_suffix)

    def get_logdir(self):
        """The folder."""
        return self._logdir

    def add_summary(self, summary, global_step=None):
        """Writes a ``Summary`` message or its bytes."""
        function("writer.add_summary")(self._engine, _bytes(summary), None if global_step is None else int(global_step))

    def add_event(self, event):
        """Writes an ``Event`` message."""
        function("writer.add_event")(self._engine, _bytes(event))

    def add_graph(self, graph, global_step=None, graph_def=None):
        """Writes a graph."""
        value = graph if graph is not None else _bytes(graph_def)
        function("writer.add_graph")(self._engine, value, None if global_step is None else int(global_step))

    def add_meta_graph(self, meta_graph_def, global_step=None):
        """Writes a ``MetaGraphDef`` message."""
        step = None if global_step is None else int(global_step)
        function("writer.add_meta_graph")(self._engine, _bytes(meta_graph_def), step)

    def add_session_log(self, session_log, global_step=None):
        """Writes a ``SessionLog`` message."""
        step = None if global_step is None else int(global_step)
        function("writer.add_session_log")(self._engine, _bytes(session_log), step)

    def add_run_metadata(self, run_metadata, tag, global_step=None):
        """Writes a ``RunMetadata`` message under a tag."""
        step = None if global_step is None else int(global_step)
        function("writer.add_run_metadata")(self._engine, _bytes(run_metadata), tag, step)

    def flush(self):
        """Writes what is in the queue."""
        function("writer.flush")(self._engine)

    def close(self):
        """Writes what is in the queue and closes the file."""
        function("writer.close")(self._engine)

    def reopen(self):
        """Opens a new file of the folder."""
        function("writer.reopen")(self._engine)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class FileWriterCache:
    """One writer for each folder."""

    @staticmethod
    def clear():
        """Closes all writers of the cache."""
        function("writer.clear")()

    @staticmethod
    def get(logdir):
        """The folder's writer."""
        path = os.fspath(logdir)
        return FileWriter(path, _engine=function("writer.get")(path, get_default_graph()))


def summary_iterator(path):
    """The ``Event`` messages of an event file, one after the other."""
    from swiftestimator._protos import messages

    reader = function("record_reader.open")(os.fspath(path))
    while (record := function("record_reader.next")(reader)) is not None:
        yield messages.Event.FromString(record)
