"""Writers of event files."""

import os
import warnings

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper
from swiftestimator._framework.graph import Graph, get_default_graph
from swiftestimator._framework.graph_def import is_message
from swiftestimator._protos import messages

__all__ = ["FileWriter", "FileWriterCache"]


class _Handle(_native.Object):
    """An event writer of the engine."""


register_wrapper("SummaryWriter", _Handle)


def _message(value, name, argument):
    if not is_message(value, name):
        raise TypeError(f"{argument} must be type {name}, saw type: {type(value)}")
    return value.SerializeToString()


def _step(global_step):
    return None if global_step is None else int(global_step)


def _graph(value):
    """A graph, or a ``GraphDef`` message's bytes."""
    if isinstance(value, Graph):
        return value
    if is_message(value, "GraphDef"):
        return value.SerializeToString()
    raise TypeError("The passed graph must be an instance of `Graph` or the deprecated `GraphDef`")


class FileWriter:
    """Writes summaries and graphs to an event file of a folder, where TensorBoard reads them."""

    def __init__(
        self, logdir, graph=None, max_queue=10, flush_secs=120, graph_def=None, filename_suffix=None, session=None,
        _engine=None,
    ):  # fmt: skip
        path = os.fspath(logdir)
        self._logdir = path.decode() if isinstance(path, bytes) else path
        self._closed = False
        if graph is not None and not isinstance(graph, Graph):
            _graph(graph)
        self._engine = _engine or function("writer.new")(
            self._logdir,
            graph if isinstance(graph, Graph) else None,
            filename_suffix,
            int(max_queue),
            float(flush_secs),
        )
        if not isinstance(graph, Graph) and (graph or graph_def) is not None:
            self.add_graph(graph or graph_def)

    def _is_open(self):
        if self._closed:
            warnings.warn(
                "Attempting to use a closed FileWriter. The operation will be a noop unless the FileWriter is explicitly "
                "reopened.",
                stacklevel=3,
            )
        return not self._closed

    def get_logdir(self):
        """The folder."""
        return self._logdir

    def add_summary(self, summary, global_step=None):
        """Writes a ``Summary`` message or its bytes."""
        if isinstance(summary, bytes):
            from google.protobuf.message import DecodeError

            try:
                data = messages.Summary.FromString(summary).SerializeToString()
            except DecodeError:
                raise DecodeError("Error parsing message") from None
        else:
            summary.value  # noqa: B018 (raises AttributeError for what is no summary, as TensorFlow does)
            data = summary.SerializeToString()
        step = _step(global_step)
        if self._is_open():
            function("writer.add_summary")(self._engine, data, step)

    def add_event(self, event):
        """Writes an ``Event`` message."""
        data = _message(event, "Event", "event")
        if self._is_open():
            function("writer.add_event")(self._engine, data)

    def add_graph(self, graph, global_step=None, graph_def=None):
        """Writes a graph."""
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
        value = _graph(graph if graph is not None else graph_def)
        if self._is_open():
            function("writer.add_graph")(self._engine, value, _step(global_step))

    def add_meta_graph(self, meta_graph_def, global_step=None):
        """Writes a ``MetaGraphDef`` message."""
        if not is_message(meta_graph_def, "MetaGraphDef"):
            raise TypeError(f"meta_graph_def must be type MetaGraphDef, saw type: {type(meta_graph_def)}")
        if self._is_open():
            data = meta_graph_def.SerializeToString()
            function("writer.add_meta_graph")(self._engine, data, _step(global_step))

    def add_session_log(self, session_log, global_step=None):
        """Writes a ``SessionLog`` message."""
        data = _message(session_log, "SessionLog", "session_log")
        if self._is_open():
            function("writer.add_session_log")(self._engine, data, _step(global_step))

    def add_run_metadata(self, run_metadata, tag, global_step=None):
        """Writes a ``RunMetadata`` message under a tag; ``ValueError`` for a tag that was used."""
        data = _message(run_metadata, "RunMetadata", "run_metadata")
        if self._is_open():
            function("writer.add_run_metadata")(self._engine, data, tag, _step(global_step))

    def flush(self):
        """Writes what is in the queue."""
        if self._is_open():
            function("writer.flush")(self._engine)

    def close(self):
        """Writes what is in the queue and closes the file."""
        if not self._closed:
            function("writer.close")(self._engine)
        self._closed = True

    def reopen(self):
        """Opens a new file of the folder."""
        function("writer.reopen")(self._engine)
        self._closed = False

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class FileWriterCache:
    """One writer for each folder."""

    _writers = {}

    @staticmethod
    def clear():
        """Closes all writers of the cache."""
        FileWriterCache._writers.clear()
        function("writer.clear")()

    @staticmethod
    def get(logdir):
        """The folder's writer; made, beginning with the default graph, when there is none."""
        path = os.fspath(logdir)
        path = path.decode() if isinstance(path, bytes) else path
        engine = function("writer.get")(path, get_default_graph())
        known = FileWriterCache._writers.get(path)
        if known is None or known._engine is not engine:
            known = FileWriterCache._writers[path] = FileWriter(path, _engine=engine)
        return known
