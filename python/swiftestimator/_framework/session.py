"""Sessions: running parts of a graph."""

import threading

import numpy as np

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper
from swiftestimator._errors import CancelledError, InvalidArgumentError, OpError
from swiftestimator._framework import dtypes
from swiftestimator._framework.fetches import Fetches
from swiftestimator._framework.graph import Graph, Operation, Tensor, get_default_graph

__all__ = ["InteractiveSession", "Session", "get_default_session"]

_new = function("session.new")
_run = function("session.run")
_callable = function("session.callable")
_call = function("run.call")
_run_known = _native.run_known
_close = function("session.close")
_graph = function("session.graph")

_local = threading.local()


def _stack():
    try:
        return _local.stack
    except AttributeError:
        _local.stack = []
        return _local.stack


def get_default_session():
    """The innermost session of ``with session.as_default()``, or ``None``."""
    stack = _stack()
    return stack[-1] if stack else None


def default_session_for(session, element):
    """``session``, or the default one; ``ValueError`` when there is none or it runs another graph."""
    is_operation = isinstance(element, Operation)
    what, call = (
        ("execute operation using `run()`", "run") if is_operation else ("evaluate tensor using `eval()`", "eval")
    )
    given = "given"
    if session is None:
        session = get_default_session()
        given = "default"
        if session is None:
            colon = ":" if is_operation else ""
            raise ValueError(
                f"Cannot {what}: No default session is registered. Use `with sess.as_default(){colon}` or pass an "
                f"explicit session to `{call}(session=sess)`"
            )
    if session.graph is not element.graph:
        noun = "operation" if is_operation else "tensor"
        hint = "" if given == "given" else f" Pass an explicit session to `{call}(session=sess)`."
        raise ValueError(
            f"Cannot use the {given} session to {what.split()[0]} {noun}: the {noun}'s graph is different from the "
            f"session's graph.{hint}"
        )
    return session


class _DeviceAttributes:
    """The one device, as ``Session.list_devices`` describes it."""

    name = "/job:localhost/replica:0/task:0/device:CPU:0"
    device_type = "CPU"
    memory_limit_bytes = 268435456
    incarnation = 1

    def __repr__(self):
        return f"_DeviceAttributes({self.name}, {self.device_type}, {self.memory_limit_bytes}, {self.incarnation})"


def use_threads(config):
    """Gives the process the threads that a ``ConfigProto`` asks for; without a number they stay as they are."""
    count = getattr(config, "intra_op_parallelism_threads", 0)
    if count > 0:
        function("threads.set_count")(count)


def run_options(options):
    """A ``RunOptions`` message for the engine."""
    if options is None:
        return {}
    message = type(options).FromString(options.SerializeToString())
    return {field.name: value for field, value in message.ListFields() if field.name in _OPTIONS}


_OPTIONS = frozenset(
    "trace_level timeout_in_ms inter_op_thread_pool output_partition_graphs report_tensor_allocations_upon_oom".split()
)


def attach_node(error, graph):
    """Gives an error of a run the operation that it names."""
    name = getattr(error, "_node_name", None)
    if name and error._op is None:
        try:
            error._op = graph.get_operation_by_name(name)
        except (KeyError, ValueError):  # a node of a function's body
            return


class BaseSession(_native.Object):
    """What ``Session`` and ``InteractiveSession`` share. The session itself is an object of the engine."""

    def __new__(cls, target="", graph=None, config=None):
        if isinstance(target, _native.Object):  # the engine's own session, such as hooks get
            return super().__new__(cls, target)
        if not isinstance(target, str | bytes):
            raise TypeError(f'Argument `target` must be a string, but got "{type(target).__name__}"')
        if target:
            raise NotImplementedError(f"swiftestimator runs in the process: it cannot connect to '{target}'")
        if graph is not None and not isinstance(graph, Graph):
            raise TypeError(f'Argument `graph` must be a tf.Graph, but got "{type(graph).__name__}"')
        if config is not None and not hasattr(config, "SerializeToString"):
            raise TypeError(f'Argument `config` must be a tf.ConfigProto, but got "{type(config).__name__}"')
        return super().__new__(cls, _new(graph or get_default_graph()))

    def __init__(self, target="", graph=None, config=None):
        self._config = config
        self._closed = False
        self._is_owned = not isinstance(target, _native.Object)
        self._graph = _graph(self)
        self._timeout = 0
        self._requests = {}
        self._apply(config)

    def _apply(self, config):
        """Takes from a ``ConfigProto`` what means something here: threads and a time limit for runs."""
        if config is None:
            return
        self._config = config
        self._timeout = getattr(config, "operation_timeout_in_ms", 0)
        use_threads(config)

    @property
    def _handle(self):
        return self

    @property
    def graph(self):
        """The graph that the session runs."""
        return self._graph

    @property
    def graph_def(self):
        """The graph as a ``GraphDef`` message."""
        return self._graph.as_graph_def()

    @property
    def sess_str(self):
        """The target: always empty."""
        return b""

    def list_devices(self):
        """The one device."""
        return [_DeviceAttributes()]

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """The values of ``fetches``, a nest of tensors, operations (whose value is ``None``) and names.

        ``feed_dict`` gives values that replace tensors in this run. Raises ``RuntimeError`` on a closed session or an
        empty graph, ``TypeError`` and ``ValueError`` for what can't be fetched or fed, and ``tf.errors.OpError`` when
        the run fails.
        """
        if options is not None or run_metadata is not None or self._timeout:
            return self._run_with_options(fetches, feed_dict, options, run_metadata)
        try:
            result = _run_known(self._requests, self._graph, fetches, feed_dict)
            return self._run_new(fetches, feed_dict) if result is NotImplemented else result
        except OpError as error:
            attach_node(error, self._graph)
            raise

    def _run_new(self, fetches, feed_dict):
        """Runs what is asked for the first time, and prepares it for the next."""
        key = _native.request_key(fetches, feed_dict)
        plan, feeds = self._plan(fetches, feed_dict)
        if key is not None and all(getattr(t, "dtype", None) is not dtypes.resource for t in plan.outputs):
            prepared = _callable(self, plan.outputs, plan.nodes, [tensor for tensor, _ in feeds])
            if len(self._requests) >= _REQUEST_LIMIT:
                self._requests.clear()
            self._requests[key] = _request(prepared, plan, fetches, feeds)
            self._graph._preparing_sessions.add(self)
        return plan.build(plan.with_feeds(_run(self, plan.outputs, plan.nodes, feeds), feeds))

    def _plan(self, fetches, feed_dict):
        if self._graph.version == 0:
            raise RuntimeError("The Session graph is empty. Add operations to the graph before calling run().")
        return Fetches(self._graph, fetches), self._feeds(feed_dict) if feed_dict else []

    def _run_with_options(self, fetches, feed_dict, options, run_metadata):
        wanted = run_options(options)
        if self._timeout and not wanted.get("timeout_in_ms"):
            wanted["timeout_in_ms"] = self._timeout
        plan, feeds = self._plan(fetches, feed_dict)
        try:
            values, metadata = function("session.run_with_options")(self, plan.outputs, plan.nodes, feeds, wanted)
        except OpError as error:
            attach_node(error, self._graph)
            raise
        if run_metadata is not None:
            run_metadata.ParseFromString(metadata)
        return plan.build(plan.with_feeds(values, feeds))

    def _feeds(self, feed_dict):
        if not isinstance(feed_dict, dict):
            raise TypeError(f"Argument `feed_dict` must be a dictionary, but got {type(feed_dict).__name__}")
        feeds = []
        for key, value in feed_dict.items():
            for tensor, part in _expand_feed(key, value):
                feeds.append(feed_pair(self._graph, tensor, part))
        return feeds

    def make_callable(self, fetches, feed_list=None, accept_options=False):
        """A function that runs ``fetches`` with one positional argument for each tensor of ``feed_list``.

        With ``accept_options`` it also takes ``options`` and ``run_metadata``.
        """
        if feed_list is not None and not isinstance(feed_list, list | tuple):
            raise TypeError(f"Argument `feed_list` must be a list or tuple. Received: feed_list={feed_list}")
        plan = Fetches(self._graph, fetches)
        feeds = [self._graph.as_graph_element(f, allow_operation=False) for f in feed_list or ()]
        prepared = _callable(self, plan.outputs, plan.nodes, feeds)
        types = [t._dtype.as_numpy_dtype for t in feeds]
        count = len(feeds)
        build = plan.build
        is_empty = not plan.outputs and not plan.nodes

        def run(*args, options=None, run_metadata=None):
            if self._closed:
                raise CancelledError(None, None, "Session has been closed.")
            if is_empty:
                raise InvalidArgumentError(None, None, "Must specify at least one target to fetch or execute.")
            if accept_options and (options is not None or run_metadata is not None) or len(args) < count:
                return self.run(fetches, dict(zip(feeds, args)), options, run_metadata)
            try:
                return build(_call(prepared, [np.asarray(a, t) for a, t in zip(args, types)]))
            except OpError as error:
                attach_node(error, self._graph)
                raise

        return run

    def partial_run_setup(self, fetches, feeds=None):
        """Not offered: raises ``NotImplementedError``."""
        raise NotImplementedError("Session.partial_run is not implemented in swiftestimator")

    partial_run = partial_run_setup

    def as_default(self):
        """A context manager that makes this the default session; it does not close it."""
        return _DefaultSession(self)

    def close(self):
        """Frees the session's variables; a run afterwards raises ``RuntimeError``."""
        if not self._closed:
            self._closed = True
            self._requests.clear()
            _close(self._handle)

    def __del__(self):
        try:
            if self._is_owned:
                self.close()
        except Exception:  # the interpreter may be going down
            pass


_REQUEST_LIMIT = 128  # as many as the engine keeps


def _request(prepared, plan, fetches, feeds):
    """A request that was checked and compiled once, in the form that the extension runs (``request.c``)."""
    shapes = []
    for tensor, _ in feeds:
        shape = tensor._shape_as_list()
        is_plain = tensor._dtype not in (dtypes.string, dtypes.bfloat16)
        dtype = np.dtype(tensor._dtype.as_numpy_dtype) if is_plain else None
        shapes.append((tensor, dtype, None if shape is None or None in shape else tuple(shape)))
    kind = fetches.__class__
    if kind is Operation:
        build = None
    elif kind is Tensor:
        build = 0
    elif kind is list:
        build = tuple(plan.position(part) for part in fetches)
    else:
        build = plan.build
    return prepared, build, tuple(shapes), tuple(plan.fed(feeds)), feed_pair


class _DefaultSession:
    def __init__(self, session):
        self._session = session

    def __enter__(self):
        _stack().append(self._session)
        return self._session

    def __exit__(self, *exception):
        stack = _stack()
        if stack and stack[-1] is self._session:
            stack.pop()
        else:
            stack.remove(self._session)


class Session(BaseSession):
    """Runs a graph; used with ``with`` it is the default session, its graph the default graph, and it closes."""

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        self._managers = []

    def __enter__(self):
        managers = [self._graph.as_default(), self.as_default()]
        for manager in managers:
            manager.__enter__()
        self._managers.append(managers)
        return self

    def __exit__(self, *exception):
        for manager in reversed(self._managers.pop()):
            manager.__exit__(*exception)
        self.close()

    @staticmethod
    def reset(target, containers=None, config=None):
        """There is nothing to reset in the process: does nothing."""


register_wrapper("Session", Session)


class InteractiveSession(BaseSession):
    """A session that is the default one from its creation until it is closed."""

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        self._managers = [self._graph.as_default()] if graph is not None else []
        self._managers.append(self.as_default())
        for manager in self._managers:
            manager.__enter__()

    def close(self):
        """Closes the session and gives up being the default one."""
        super().close()
        for manager in reversed(getattr(self, "_managers", [])):
            try:
                manager.__exit__(None, None, None)
            except ValueError:
                pass
        self._managers = []


def _expand_feed(key, value):
    """The dense tensors behind a feed of a composite, with their values."""
    if isinstance(key, tuple):
        if not isinstance(value, list | tuple | np.ndarray) or len(value) != len(key):
            raise TypeError(f"the value of the feed {key} must have {len(key)} parts, got {value!r}")
        return tuple(pair for part, one in zip(key, value) for pair in _expand_feed(part, one))
    expand = getattr(key, "_expand_feed", None)
    return expand(value) if expand is not None else ((key, value),)


def _fits(number, target):
    try:
        return target(number) == number
    except OverflowError:
        return False


def feed_pair(graph, key, value):
    """A checked pair for the engine: the tensor, and the value as an array of its type."""
    try:
        tensor = graph.as_graph_element(key, allow_operation=False)
    except Exception as error:
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {error.args[0]}") from error
    if isinstance(value, Tensor | Operation) or hasattr(value, "_as_tensor"):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, "
            f"lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was {value!r} which was passed "
            f"to the argument `feed_dict` with key {key!r}."
        )
    dtype = tensor._dtype
    if graph._unfeedable and not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    if dtype is dtypes.string:
        from swiftestimator._framework.convert import make_array

        array = make_array(
            value if isinstance(value, np.ndarray | list | tuple | str | bytes) else np.asarray(value), dtype
        )
    else:
        target = dtype.as_numpy_dtype if dtype is not dtypes.bfloat16 else np.float32
        if value.__class__ is int and not _fits(value, target):
            raise TypeError(
                f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type {target}. Try "
                "explicitly setting the type of the feed tensor to a larger type (e.g. int64)."
            )
        array = np.asarray(value, dtype=target)
    shape = tensor._shape_as_list()
    if shape is not None:
        if len(shape) != array.ndim or any(a is not None and a != b for a, b in zip(shape, array.shape)):
            raise ValueError(
                f"Cannot feed value of shape {array.shape!r} for Tensor {tensor.name}, which has shape {tensor.shape}"
            )
    return (tensor, array)
