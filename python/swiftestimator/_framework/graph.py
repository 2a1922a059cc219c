"""Graphs, and what they are made of."""

import contextlib
import re
import threading
import weakref

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper, user_origin
from swiftestimator._framework import dtypes
from swiftestimator._framework.tensor_shape import TensorShape

__all__ = ["Graph", "Operation", "Tensor", "control_dependencies", "device", "get_default_graph", "name_scope"]

_add_node = function("graph.add_node")
_node_facts = function("node.facts")
_node_inputs = function("node.inputs")
_node_controls = function("node.controls")
_node_attribute = function("node.attribute")
_output_shape = function("output.shape")
_output_set_shape = function("output.set_shape")
_find_node = function("graph.node")
_find_output = function("graph.output")
_count = function("graph.count")
_unique_name = function("graph.unique_name")
_enter_scope = function("graph.enter_scope")
_leave_scope = function("graph.leave_scope")
_current_scope = function("graph.scope")
_enter_controls = function("graph.enter_controls")
_leave_controls = function("graph.leave_controls")
_enter_init_scope = function("graph.enter_init_scope")
_leave_init_scope = function("graph.leave_init_scope")
_set_device = function("graph.set_device")
_set_origin = function("graph.set_origin")
_is_finalized = function("graph.is_finalized")
_collection_add = function("collection.add")
_collection_get = function("collection.get")

_DTYPES = dtypes._BY_KEY


class Operation(_native.Node):
    """A node of a graph."""

    def __init__(self, graph_handle, node_id):
        name, op_type, origin, types, device_name = _node_facts(self)
        self._name = name
        self.type = op_type
        self._origin = origin
        self._device = device_name
        self.outputs = [Tensor(graph_handle, node_id, i) for i in range(len(types))]
        for tensor, number in zip(self.outputs, types):
            tensor._op = self
            tensor._dtype = _DTYPES[number]

    @property
    def name(self):
        """The full name."""
        return self._name

    @property
    def graph(self):
        """The graph that the operation belongs to."""
        return self._graph

    @property
    def device(self):
        """The device string that was in force; devices have no effect."""
        return self._device

    def _set_device(self, device_name):
        self._device = device_name or ""
        function("node.set_device")(self, self._device)

    @property
    def inputs(self):
        """The input tensors."""
        return tuple(_node_inputs(self))

    @property
    def control_inputs(self):
        """The operations that must run first."""
        return list(_node_controls(self))

    def _add_control_input(self, op):
        function("node.add_control")(self, op)

    @property
    def node_def(self):
        """The node as a ``NodeDef`` message."""
        from swiftestimator._framework.graph_def import node_def

        return node_def(self)

    @property
    def op_def(self):
        """The signature of the operation's type as an ``OpDef`` message."""
        from swiftestimator._framework.graph_def import op_def

        return op_def(self.type)

    @property
    def traceback(self):
        """The line of the program that made the operation."""
        return [self._origin] if self._origin else []

    def get_attr(self, name):
        """An attribute's value; ``ValueError`` when there is none of that name."""
        kind, value = _node_attribute(self, name)
        if kind == "type":
            return dtypes.as_dtype(value)
        if kind == "list(type)":
            return [dtypes.as_dtype(v) for v in value]
        if kind == "shape":
            return TensorShape(value).as_proto()
        return value

    def values(self):
        """The outputs as a tuple."""
        return tuple(self.outputs)

    def run(self, feed_dict=None, session=None):
        """Runs the operation in ``session`` or the default one."""
        from swiftestimator._framework.session import default_session_for

        default_session_for(session, self).run(self, feed_dict)

    def __repr__(self):
        return f"<tf.Operation '{self._name}' type={self.type}>"

    def __str__(self):
        return str(self.node_def)

    def colocation_groups(self):
        """The operation's own group: nothing is colocated where there is one device."""
        return [f"loc:@{self._name}".encode()]


class Tensor(_native.Output):
    """An output of an operation: a value that exists when the graph runs."""

    __array_priority__ = 100
    OVERLOADABLE_OPERATORS = frozenset()

    @property
    def op(self):
        """The operation that makes the tensor."""
        return self._op

    @property
    def graph(self):
        """The graph that the tensor belongs to."""
        return self._op._graph

    @property
    def dtype(self):
        """The element type."""
        return self._dtype

    @property
    def name(self):
        """``operation:index``."""
        return f"{self._op._name}:{self.index}"

    @property
    def value_index(self):
        """Which output of its operation the tensor is."""
        return self.index

    @property
    def device(self):
        """The device string of the operation."""
        return self._op._device

    @property
    def shape(self):
        """What is known of the shape."""
        return TensorShape(_output_shape(self))

    def get_shape(self):
        """What is known of the shape."""
        return TensorShape(_output_shape(self))

    @property
    def ndim(self):
        """The rank; ``None`` when unknown."""
        return self.shape.rank

    @property
    def _rank(self):
        shape = _output_shape(self)
        return None if shape is None else len(shape)

    def set_shape(self, shape):
        """Adds what the program knows of the shape; ``ValueError`` when it contradicts what is known."""
        shape = TensorShape(shape)
        _output_set_shape(self, None if shape._dims is None else list(shape._dims))

    def _shape_as_list(self):
        return _output_shape(self)

    def consumers(self):
        """The operations that read the tensor."""
        return [op for op in self.graph.get_operations() if any(i is self for i in op.inputs)]

    def eval(self, feed_dict=None, session=None):
        """The value in ``session`` or the default one."""
        from swiftestimator._framework.session import default_session_for

        return default_session_for(session, self).run(self, feed_dict)

    def numpy(self):
        """A tensor of a graph has no value yet: raises ``AttributeError``."""
        raise AttributeError("'Tensor' object has no attribute 'numpy': it gets a value when a session runs it")

    def _not_allowed(self, what):
        from swiftestimator._errors import OperatorNotAllowedInGraphError

        raise OperatorNotAllowedInGraphError(f"{what} is not allowed in Graph execution: {self!r} has no value yet.")

    def ref(self):
        """A hashable object that stands for the tensor."""
        return _Reference(self)

    experimental_ref = ref

    def __bool__(self):
        self._not_allowed("Using a symbolic `tf.Tensor` as a Python `bool`")

    __nonzero__ = __bool__

    def __iter__(self):
        self._not_allowed("Iterating over a symbolic `tf.Tensor`")

    def __len__(self):
        raise TypeError(
            f"len is not well defined for a symbolic Tensor ({self.name}). Please call `x.shape` rather than `len(x)`."
        )

    def __array__(self, dtype=None, copy=None):
        raise NotImplementedError(
            f"Cannot convert a symbolic tf.Tensor ({self.name}) to a numpy array: it has a value only when a session "
            "runs it."
        )

    __hash__ = _native.Output.__hash__  # by identity; a method in Python would cost more than a small step

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"<tf.Tensor '{self.name}' shape={self.shape} dtype={self._dtype.name}>"

    def __str__(self):
        shape = self.shape
        if shape.rank is None:
            return f'Tensor("{self.name}", dtype={self._dtype.name})'
        return f'Tensor("{self.name}", shape={shape}, dtype={self._dtype.name})'


class _Reference:
    """Stands for a tensor or variable by identity, as ``ref()`` gives it."""

    __slots__ = ("_referent",)

    def __init__(self, referent):
        self._referent = referent

    def deref(self):
        """The object itself."""
        return self._referent

    def __eq__(self, other):
        return isinstance(other, _Reference) and self._referent is other._referent

    def __hash__(self):
        return id(self._referent)

    def __repr__(self):
        return f"<Reference wrapping {self._referent!r}>"


class GraphKeys:
    """Names of the standard collections."""

    GLOBAL_VARIABLES = "variables"
    VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    TRAINABLE_RESOURCE_VARIABLES = "trainable_resource_variables"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    SUMMARIES = "summaries"
    QUEUE_RUNNERS = "queue_runners"
    TABLE_INITIALIZERS = "table_initializer"
    ASSET_FILEPATHS = "asset_filepaths"
    SAVERS = "savers"
    WEIGHTS = "weights"
    BIASES = "biases"
    ACTIVATIONS = "activations"
    UPDATE_OPS = "update_ops"
    LOSSES = "losses"
    SAVEABLE_OBJECTS = "saveable_objects"
    RESOURCES = "resources"
    LOCAL_RESOURCES = "local_resources"
    REGULARIZATION_LOSSES = "regularization_losses"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    READY_OP = "ready_op"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    SUMMARY_OP = "summary_op"
    GLOBAL_STEP = "global_step"
    EVAL_STEP = "eval_step"
    TRAIN_OP = "train_op"
    COND_CONTEXT = "cond_context"
    WHILE_CONTEXT = "while_context"
    CONCATENATED_VARIABLES = "concatenated_variables"


class _DefaultGraph:
    """The block of ``Graph.as_default``. Hooks enter it in every step, so it is no generator."""

    __slots__ = ("_graph",)

    def __init__(self, graph):
        self._graph = graph

    def __enter__(self):
        _stack().append(self._graph)
        return self._graph

    def __exit__(self, *exception):
        stack = _stack()
        if stack[-1] is self._graph:
            stack.pop()
            return
        for i in range(len(stack) - 1, -1, -1):  # generators may be left in another order than they were entered
            if stack[i] is self._graph:
                del stack[i]
                break


class Graph(_native.Object):
    """A dataflow graph; the nodes live in the engine."""

    # Names that `prevent_feeding` and `prevent_fetching` have taken.
    _unfeedable = _unfetchable = frozenset()

    def __new__(cls, _handle=None):
        if _handle is None:
            _handle = function("graph.new")()
        return _handle if type(_handle) is cls else super().__new__(cls, _handle)

    def __init__(self, _handle=None):
        if "_operations" in self.__dict__:  # the engine's new graph came as a Graph already
            return
        self._operations = []
        self._device_stack = []
        self._default_name_stack = []
        self._attachments = {}
        self.building_function = False
        self.outer_graph = None

    # -- Nodes

    def _operation(self, node_id):
        operations = self._operations
        while len(operations) <= node_id:
            operations.append(None)
        op = operations[node_id]
        if op is None:
            op = Operation(self, node_id)
            op._graph = self
            operations[node_id] = op
        return op

    def create_op(self, op_type, inputs, attributes=None, name=None, controls=None):
        """Adds a node; ``inputs`` holds a tensor or a list of tensors for each argument of the signature."""
        return _add_node(self, op_type, inputs, attributes or {}, name, controls, user_origin())

    def _mark_origin(self):
        """Tells the engine which line of the program the next builder call belongs to; gives back the handle."""
        _set_origin(self, user_origin())
        return self

    def get_operations(self):
        """All operations in the order of creation."""
        return [self._operation(i) for i in range(_count(self))]

    def get_operation_by_name(self, name):
        """The operation of a name; ``KeyError`` when there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=False, allow_operation=True)

    def get_tensor_by_name(self, name):
        """The tensor ``operation:index``; ``KeyError`` when there is none, ``ValueError`` for another form."""
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=True, allow_operation=False)

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """``obj`` (a name, an operation, a tensor, or something that stands for one) as an element of this graph."""
        if not allow_tensor and not allow_operation:
            raise ValueError("allow_tensor and allow_operation can't both be False.")
        expected = " or ".join(n for n, a in (("Tensor", allow_tensor), ("Operation", allow_operation)) if a)
        convert = getattr(obj, "_as_graph_element", None)
        if convert is not None:
            obj = convert()
        if isinstance(obj, bytes):
            obj = obj.decode()
        if isinstance(obj, str):
            return self._element_named(obj, allow_tensor, allow_operation)
        if isinstance(obj, Tensor) and allow_tensor or isinstance(obj, Operation) and allow_operation:
            if obj.graph is not self:
                raise ValueError(f"{type(obj).__name__} {obj} is not an element of this graph.")
            return obj
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {expected}.")

    def _element_named(self, name, allow_tensor, allow_operation):
        if ":" in name and allow_tensor:
            try:
                return _find_output(self, name)
            except KeyError as error:
                raise KeyError(error.args[0]) from None
        if ":" in name:
            raise ValueError(f"Name '{name}' appears to refer to a Tensor, not an Operation.")
        op = _find_node(self, name)
        if op is not None and allow_operation:
            return op
        if op is not None:
            raise ValueError(
                f"The name '{name}' refers to an Operation, not a Tensor. Tensor names must be of the form "
                '"<op_name>:<output_index>".'
            )
        if allow_operation:
            raise KeyError(f"The name '{name}' refers to an Operation not in the graph.")
        raise ValueError(
            f"The name '{name}' looks like an (invalid) Operation name, not a Tensor. Tensor names must be of the form "
            '"<op_name>:<output_index>".'
        )

    def unique_name(self, name, mark_as_used=True):
        """A name that nobody uses yet, in the current scope."""
        return _unique_name(self, name, mark_as_used)

    @property
    def version(self):
        """The number of nodes."""
        return _count(self)

    # -- State

    def finalize(self):
        """Forbids changes from now on."""
        function("graph.finalize")(self)

    def _unsafe_unfinalize(self):
        function("graph.unfinalize")(self)

    @property
    def finalized(self):
        """Whether changes are forbidden."""
        return _is_finalized(self)

    @property
    def seed(self):
        """The graph-level random seed, or ``None``."""
        return function("graph.seed")(self)

    @seed.setter
    def seed(self, value):
        function("graph.set_seed")(self, None if value is None else int(value))

    def is_feedable(self, tensor):
        """Whether the tensor may be fed."""
        return tensor.name not in self._unfeedable

    def prevent_feeding(self, tensor):
        """Forbids feeding the tensor."""
        self._unfeedable = self._unfeedable | {tensor.name}
        self._forget_requests()

    def is_fetchable(self, element):
        """Whether the tensor or operation may be fetched."""
        return getattr(element, "op", element).name not in self._unfetchable

    def prevent_fetching(self, element):
        """Forbids fetching the tensor or operation."""
        self._unfetchable = self._unfetchable | {getattr(element, "op", element).name}
        self._forget_requests()

    @property
    def _preparing_sessions(self):
        """Sessions that keep requests which they have checked."""
        sessions = self.__dict__.get("_sessions")
        if sessions is None:
            sessions = self._sessions = weakref.WeakSet()
        return sessions

    def _forget_requests(self):
        """Has sessions check again what they have run before."""
        for session in list(self._preparing_sessions):
            session._requests.clear()

    def as_graph_def(self, from_version=None, add_shapes=False):
        """The graph as a ``GraphDef`` message."""
        from swiftestimator._framework.graph_def import graph_def

        return graph_def(self, add_shapes)

    # -- Scopes

    def as_default(self):
        """Makes this the default graph of the thread in a ``with`` block."""
        return _DefaultGraph(self)

    @contextlib.contextmanager
    def name_scope(self, name):
        """Prefixes the names of new operations; yields the scope's name with a closing slash."""
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name must be a string or None, got {type(name).__name__}")
        scope, previous = _enter_scope(self, name)
        try:
            yield scope
        finally:
            _leave_scope(self, previous)

    def get_name_scope(self):
        """The current scope without a closing slash."""
        return _current_scope(self)

    @contextlib.contextmanager
    def control_dependencies(self, control_inputs):
        """New operations in the block wait for ``control_inputs``; ``None`` cancels the blocks around it."""
        if control_inputs is None:
            _enter_controls(self, None)
        else:
            ops = []
            for item in control_inputs:
                if hasattr(item, "_as_graph_element"):
                    item = item._as_graph_element()
                if not isinstance(item, (Operation, Tensor)) and hasattr(item, "op"):
                    if hasattr(item, "dense_shape") and not hasattr(item, "_as_tensor"):
                        raise TypeError(f"Can not convert a {type(item).__name__} into a Tensor or Operation.")
                    item = item.op
                item = self.as_graph_element(item)
                ops.append(item)
            _enter_controls(self, ops)
        try:
            yield
        finally:
            _leave_controls(self)

    @contextlib.contextmanager
    def device(self, device_name_or_function):
        """Records a device with new operations; there is one device, so it has no effect."""
        previous = self._device_stack[-1] if self._device_stack else ""
        name = device_name_or_function
        if name is None:
            name = ""
        elif callable(name):
            name = previous
        else:
            name = _merged_device(previous, str(getattr(name, "to_string", lambda: name)()))
        self._device_stack.append(name)
        _set_device(self, name)
        try:
            yield
        finally:
            self._device_stack.pop()
            _set_device(self, previous)

    @contextlib.contextmanager
    def colocate_with(self, op, ignore_existing=False):
        """Accepted for compatibility: there is one device."""
        yield

    @contextlib.contextmanager
    def container(self, container_name):
        """Accepted for compatibility: resources belong to a session."""
        yield container_name

    @contextlib.contextmanager
    def gradient_override_map(self, op_type_map):
        """Not offered: raises ``NotImplementedError`` unless the map is empty."""
        if op_type_map:
            raise NotImplementedError("Graph.gradient_override_map is not implemented in swiftestimator")
        yield

    @contextlib.contextmanager
    def _init_scope(self):
        previous = _enter_init_scope(self)
        try:
            yield
        finally:
            _leave_init_scope(self, previous)

    # -- Collections

    def add_to_collection(self, name, value):
        """Appends to a collection."""
        _collection_add(self, name, value)

    def add_to_collections(self, names, value):
        """Appends to several collections, each once."""
        for name in dict.fromkeys((names,) if isinstance(names, str) else names):
            self.add_to_collection(name, value)

    def get_collection(self, name, scope=None):
        """A copy of a collection; with ``scope``, only items whose ``name`` matches it from the start."""
        items = _collection_get(self, name)
        if scope is None:
            return items
        pattern = re.compile(scope)
        return [item for item in items if hasattr(item, "name") and pattern.match(item.name)]

    def get_collection_ref(self, name):
        """The live list: changes to it change the collection."""
        return _CollectionList(self, name)

    def get_all_collection_keys(self):
        """Names of the collections."""
        return [n for n in function("collection.names")(self) if isinstance(n, str)]

    @property
    def collections(self):
        """Names of the collections."""
        return self.get_all_collection_keys()

    def clear_collection(self, name):
        """Empties a collection."""
        function("collection.clear")(self, name)

    def __repr__(self):
        return f"<swiftestimator.Graph of {self.version} nodes>"


class _CollectionList(list):
    """A list that writes its changes back to a graph's collection."""

    def __init__(self, graph, name):
        super().__init__(graph.get_collection(name))
        self._graph, self._name = weakref.ref(graph), name

    def _store(self):
        graph = self._graph()
        if graph is not None:
            function("collection.set")(graph, self._name, list(self))


def _writing(method):
    original = getattr(list, method)

    def change(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        self._store()
        return result

    change.__name__ = method
    return change


for _method in (
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "sort",
    "reverse",
    "__setitem__",
    "__delitem__",
):
    setattr(_CollectionList, _method, _writing(_method))

register_wrapper("Graph", Graph)

# -- The default graph

_local = threading.local()
_global_default = None


def _stack():
    try:
        return _local.stack
    except AttributeError:
        _local.stack = []
        return _local.stack


def get_default_graph():
    """The innermost graph of ``with graph.as_default()``, or the global one."""
    stack = _stack()
    if stack:
        return stack[-1]
    global _global_default
    if _global_default is None:
        _global_default = Graph()
    return _global_default


def reset_default_graph():
    """Replaces the global default graph by an empty one; ``AssertionError`` inside ``as_default``."""
    if _stack():
        raise AssertionError("Do not use tf.reset_default_graph() to clear nested graphs.")
    global _global_default
    _global_default = None


def root_graph():
    """The default graph, or around the body of a branch or loop the graph that variables belong to."""
    graph = get_default_graph()
    while graph.outer_graph is not None:
        graph = graph.outer_graph
    return graph


def has_default_graph():
    """Whether a default graph has been set or used."""
    return bool(_stack()) or _global_default is not None


class name_scope:  # noqa: N801 (the public name)
    """A context manager that prefixes operation names in the default graph.

    ``values`` may tell the graph; ``default_name`` is used when ``name`` is ``None``.
    """

    def __init__(self, name, default_name=None, values=None):
        if not (default_name is None or isinstance(default_name, str)):
            raise TypeError(f"`default_name` type ({type(default_name)}) is not a string type.")
        self._name = default_name if name is None else name
        self._is_root = name is None and default_name is None
        self._has_values = values is not None
        self._values = values or []
        self._managers = []

    @property
    def name(self):
        """The name that was asked for."""
        return self._name

    def __enter__(self):
        graph = graph_of(self._values)
        if self._is_root and self._has_values:
            raise ValueError("At least one of name (None) and default_name (None) must be provided.")
        if graph is not get_default_graph():
            manager = graph.as_default()
            manager.__enter__()
            self._managers.append(manager)
        manager = graph.name_scope(self._name)
        scope = manager.__enter__()
        self._managers.append(manager)
        return scope

    def __exit__(self, *exception):
        for manager in reversed(self._managers):
            manager.__exit__(*exception)
        self._managers = []
        return False


class name_scope_v2(name_scope):  # noqa: N801
    """``tf.name_scope`` of TensorFlow 2: takes a name and nothing else."""

    def __init__(self, name):
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        super().__init__(name)


def graph_of(values):
    """The graph that the tensors among ``values`` belong to, or the default one; ``ValueError`` when they mix."""
    graph = get_default_graph()
    if graph.outer_graph is not None:
        return graph  # a function body takes values of the graphs around it in
    graph = None
    for value in values:
        if not isinstance(value, (Tensor, Operation)):
            continue
        if graph is None:
            graph = value.graph
        elif value.graph is not graph:
            raise ValueError(f"{value!r} must be from the same graph as the other inputs.")
    return graph or get_default_graph()


def control_dependencies(control_inputs):
    """``Graph.control_dependencies`` of the default graph."""
    return get_default_graph().control_dependencies(control_inputs)


def _device_parts(name):
    """The parts of a device string by kind; ``ValueError`` for what is none."""
    if name and name[0] != "/" and re.fullmatch(r"[A-Za-z]+:\d+", name):
        name = f"/{name}"
    parts = {}
    for piece in name.split("/"):
        if not piece:
            continue
        items = piece.split(":")
        kind = items[0]
        if kind in ("job", "replica", "task") and len(items) == 2:
            parts[kind] = items[1]
        elif kind == "device" and len(items) in (2, 3):
            parts["device"] = f"{items[1].upper()}:{items[2] if len(items) == 3 else '*'}"
        elif kind.upper() in ("CPU", "GPU", "TPU", "XLA_CPU", "XLA_GPU", "TPU_SYSTEM") and len(items) in (1, 2):
            parts["device"] = f"{kind.upper()}:{items[1] if len(items) == 2 else '*'}"
        else:
            raise ValueError(f"Unknown attribute '{kind}' is encountered while parsing the device spec: '{name}'.")
    return parts


def _merged_device(outer, name):
    """``name`` in canonical form (``/cpu:0`` as ``/device:CPU:0``), with what it leaves open from ``outer``."""
    parts = {**_device_parts(outer), **_device_parts(name)}
    return "".join(f"/{kind}:{parts[kind]}" for kind in ("job", "replica", "task", "device") if kind in parts)


def device(device_name_or_function):
    """``Graph.device`` of the default graph."""
    return get_default_graph().device(device_name_or_function)


def colocate_with(op, ignore_existing=False):
    """``Graph.colocate_with`` of the default graph."""
    return get_default_graph().colocate_with(op, ignore_existing)


def container(container_name):
    """``Graph.container`` of the default graph."""
    return get_default_graph().container(container_name)


def init_scope():
    """The root scope without control dependencies."""
    return get_default_graph()._init_scope()


def add_to_collection(name, value):
    """``Graph.add_to_collection`` of the default graph."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names, value):
    """``Graph.add_to_collections`` of the default graph."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key, scope=None):
    """``Graph.get_collection`` of the default graph."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key):
    """``Graph.get_collection_ref`` of the default graph."""
    return get_default_graph().get_collection_ref(key)


def set_random_seed(seed):
    """Sets the graph-level seed of the default graph."""
    get_default_graph().seed = seed


def get_seed(op_seed):
    """The pair of seeds that a random op gets; ``(None, None)`` when neither the graph nor the op has one."""
    graph = get_default_graph()
    if op_seed is None and graph.seed is None:
        return None, None
    return function("graph.op_seeds")(graph, None if op_seed is None else int(op_seed))


def executing_eagerly():
    """Always false: programs build graphs."""
    return False


from swiftestimator._ops import operators as _operators  # noqa: E402 (operators need the class)

_operators.install(Tensor)
