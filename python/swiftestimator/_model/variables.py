"""Variables."""

from enum import Enum

from swiftestimator import _native
from swiftestimator._border import builder, function, options, register_wrapper
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import GraphKeys, Operation, Tensor, _Reference, get_default_graph, root_graph
from swiftestimator._framework.op_call import apply
from swiftestimator._framework.tensor_shape import TensorShape

__all__ = ["PartitionedVariable", "Variable", "VariableAggregation", "VariableSynchronization"]

_facts = function("variable.facts")
_value = function("variable.value")
_UPDATES = {"assign": "AssignVariableOp", "assign_add": "AssignAddVariableOp", "assign_sub": "AssignSubVariableOp"}


class VariableSynchronization(Enum):
    """When copies of a variable are brought in line; there is one copy, so it has no effect."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(Enum):
    """How copies of a variable are combined; there is one copy, so it has no effect."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


class SaveSliceInfo:
    """Where a part of a partitioned variable lies in the whole."""

    def __init__(self, full_name=None, full_shape=None, var_offset=None, var_shape=None):
        self.full_name, self.full_shape = full_name, full_shape
        self.var_offset, self.var_shape = var_offset, var_shape

    def to_proto(self, export_scope=None):
        """The place as a ``SaveSliceInfoDef`` message."""
        from swiftestimator._protos import messages

        name = self.full_name
        if export_scope and name.startswith(f"{export_scope}/"):
            name = name[len(export_scope) + 1 :]
        return messages.SaveSliceInfoDef(
            full_name=name, full_shape=self.full_shape, var_offset=self.var_offset, var_shape=self.var_shape
        )

    @property
    def spec(self):
        """The form checkpoints use."""
        sizes = " ".join(str(d) for d in self.full_shape)
        return sizes + " " + ":".join(f"{o},{s}" for o, s in zip(self.var_offset, self.var_shape))


class Variable(_native.Object):
    """A value that lives in a session and that operations can change.

    ``initial_value`` is a tensor, something that converts to one, or a function without arguments that makes one. The
    variable starts from it when its ``initializer`` runs.
    """

    SaveSliceInfo = SaveSliceInfo

    def __new__(
        cls, initial_value=None, trainable=None, collections=None, validate_shape=True, caching_device=None, name=None,
        variable_def=None, dtype=None, expected_shape=None, import_scope=None, constraint=None, use_resource=None,
        synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE, shape=None,
    ):  # fmt: skip
        if isinstance(initial_value, _native.Object) and not isinstance(initial_value, Variable):
            return super().__new__(cls, initial_value)
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            return cls.from_proto(variable_def, import_scope)
        if initial_value is None:
            raise ValueError("The `initial_value` arg to `tf.Variable` must be specified")
        if collections is not None and not isinstance(collections, list | tuple | set):
            raise ValueError(
                f"collections argument to Variable constructor must be a list, tuple, or set. Got {collections} of type "
                f"{type(collections)}"
            )
        graph = get_default_graph()
        if graph.outer_graph is not None:
            root = root_graph()
            with root.as_default(), root._init_scope():
                return cls(
                    initial_value, trainable, collections, validate_shape, caching_device, name, variable_def, dtype,
                    expected_shape, import_scope, constraint, use_resource, synchronization, aggregation, shape,
                )  # fmt: skip
        if constraint is not None and not callable(constraint):
            raise ValueError("The `constraint` argument must be a callable.")
        wanted = None if dtype is None else dtypes.as_dtype(dtype)
        if callable(initial_value):
            source = initial_value

            def initial():
                return convert_to_tensor(source(), wanted)

        elif isinstance(initial_value, Tensor) or hasattr(initial_value, "_as_tensor"):
            initial = convert_to_tensor(initial_value, wanted)
        else:

            def initial():
                return convert_to_tensor(initial_value, wanted, name="initial_value")

        asked = options(
            name=name or "Variable", initial_value=initial, dtype=wanted, trainable=trainable is not False,
            shape=None if shape is None else TensorShape(shape), validate_shape=validate_shape, constraint=constraint,
            collections=None if collections is None else list(collections),
        )  # fmt: skip
        variable = builder("variables.create")(graph, asked)
        variable._constraint = constraint
        return variable

    def __init__(self, *args, **kwargs):
        if "_dtype" in self.__dict__:
            return
        facts = _facts(self)
        self._name = facts["name"]
        self._dtype = dtypes.as_dtype(facts["dtype"])
        self._shape = TensorShape(facts["shape"])
        self._handle_tensor = facts["handle"]
        self._snapshot = facts["snapshot"]
        self._is_initialized = facts["is_initialized"]
        self._trainable = facts["trainable"]
        self.__dict__.setdefault("_constraint", None)
        self._facts_slice = facts["save_slice"]
        self.synchronization = VariableSynchronization.AUTO
        self.aggregation = VariableAggregation.NONE

    # -- What it is

    @property
    def name(self):
        """``name:0``."""
        return self._name

    @property
    def _shared_name(self):
        return self._name[: self._name.index(":")]

    @property
    def dtype(self):
        """The element type."""
        return self._dtype

    @property
    def shape(self):
        """The static shape."""
        return self._shape

    def get_shape(self):
        """The static shape."""
        return self._shape

    @property
    def op(self):
        """The operation that makes the handle."""
        return self._handle_tensor.op

    @property
    def handle(self):
        """The handle: a tensor of dtype ``resource``."""
        return self._handle_tensor

    @property
    def graph(self):
        """The graph of the variable."""
        return self._handle_tensor.graph

    @property
    def device(self):
        """The device string."""
        return self._handle_tensor.device

    @property
    def trainable(self):
        """Whether optimizers change the variable unless told otherwise."""
        return self._trainable

    @property
    def constraint(self):
        """The function that projects the variable after an update, or ``None``."""
        return self._constraint

    @property
    def initializer(self):
        """The operation that assigns the initial value."""
        return _facts(self)["initializer"]

    @property
    def initial_value(self):
        """The tensor that the initializer assigns."""
        return _facts(self)["initial_value"]

    def initialized_value(self):
        """The variable's value, or the initial value while it has none."""
        from swiftestimator._ops.control_flow_ops import cond

        return cond(self.is_initialized(), self.read_value, lambda: self.initial_value)

    def is_initialized(self, name=None):
        """A bool tensor: whether the variable has a value."""
        return apply("VarIsInitializedOp", [self._handle_tensor], name=name or "VarIsInitializedOp")

    @property
    def _save_slice_info(self):
        info = self._facts_slice
        if info is None:
            return None
        return SaveSliceInfo(info["full_name"], info["full_shape"], info["offset"], info["shape"])

    # -- Reading

    def value(self):
        """A tensor with the value as of when the tensor is computed."""
        return self._as_tensor()

    def read_value(self):
        """As ``value``, under a name scope of its own."""
        if self._body() is not None:
            return apply("Identity", [self._as_tensor()])
        return builder("variable.read_value")(self)

    def _as_tensor(self, dtype=None, name=None):
        body = self._body()
        if body is not None and body.reads(self):
            return self._read_after(body.writes.get(self._handle_tensor), body)
        return _value(self)

    def _read_after(self, change, body):
        """The value in a function body once ``change`` (perhaps ``None``) has been made."""
        with body.control_dependencies([] if change is None else [change]):
            value = apply("ReadVariableOp", [self._handle_tensor], {"dtype": self._dtype})
        value.set_shape(self._shape)
        return value

    def ref(self):
        """A hashable object that stands for the variable."""
        return _Reference(self)

    experimental_ref = ref

    def _body(self):
        """The function body that is being built, when the variable belongs to a graph around it."""
        graph = get_default_graph()
        return graph if graph.outer_graph is not None and self._handle_tensor.graph is not graph else None

    def _change(self, body, op_type, inputs, name):
        """Adds a change of the variable to a function body."""
        last = body.writes.get(self._handle_tensor)
        with body.control_dependencies([] if last is None else [last]):
            op = apply(op_type, [self._handle_tensor, *inputs], {"dtype": self._dtype}, name=name)
        while body is not None and body.outer_graph is not None:
            body.writes[self._handle_tensor] = op if op.graph is body else None
            body = body.outer_graph
        return op

    def _as_graph_element(self):
        return self._snapshot

    def sparse_read(self, indices, name=None):
        """Rows of the variable."""
        if self._body() is not None:
            if self._body().reads(self):
                return apply(
                    "ResourceGather", [self._handle_tensor, indices], {"dtype": self._dtype}, name=name or "Gather"
                )
            from swiftestimator._ops.gather_ops import gather

            return gather(self._as_tensor(), indices, name=name)
        return builder("variable.gather")(self, convert_to_tensor(indices), name or "Gather")

    def gather_nd(self, indices, name=None):
        """Slices of the variable."""
        return apply("ResourceGatherNd", [self._handle_tensor, indices], {"dtype": self._dtype}, name=name)

    def eval(self, session=None):
        """The value in ``session`` or the default one."""
        return self._snapshot.eval(session=session)

    # -- Changing

    def _update(self, kind, value, use_locking, name, read_value):
        tensor = convert_to_tensor(value, self._dtype)
        body = self._body()
        if body is not None:
            op = self._change(body, _UPDATES[kind], [tensor], name)
            return _AssignedInBody(self, op) if read_value else op
        result = builder(f"variable.{kind}")(self, tensor, name)
        return AssignedVariable(self, result) if read_value else result["op"]

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """Assigns ``value``; the result stands for the variable afterwards (or is an operation)."""
        tensor = convert_to_tensor(value, self._dtype)
        if not self._shape.is_compatible_with(tensor.shape):
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch.The variable shape {self._shape}, and the "
                f"assigned value shape {tensor.shape} are incompatible."
            )
        return self._update("assign", tensor, use_locking, name, read_value)

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """Adds ``delta``."""
        return self._update("assign_add", delta, use_locking, name, read_value)

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """Subtracts ``delta``."""
        return self._update("assign_sub", delta, use_locking, name, read_value)

    def _scatter(self, kind, slices, name):
        indices = getattr(slices, "indices", None)
        if indices is None:
            raise TypeError(f"Argument `sparse_delta` must be a `tf.IndexedSlices`. Received arg: {slices}")
        return self._scattered(kind, convert_to_tensor(indices), convert_to_tensor(slices.values, self._dtype), name)

    def _scattered(self, kind, indices, values, name):
        body = self._body()
        if body is not None:
            op_type = "ResourceScatter" + "".join(part.capitalize() for part in kind.split("_"))
            return _AssignedInBody(self, self._change(body, op_type, [indices, values], name))
        return AssignedVariable(self, builder("variable.scatter")(self, kind, indices, values, name))

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        """Subtracts ``IndexedSlices``."""
        return self._scatter("sub", sparse_delta, name)

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """Adds ``IndexedSlices``."""
        return self._scatter("add", sparse_delta, name)

    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Assigns ``IndexedSlices``."""
        return self._scatter("update", sparse_delta, name)

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """The larger of the variable and ``IndexedSlices``."""
        return self._scatter("max", sparse_delta, name)

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """The smaller of the variable and ``IndexedSlices``."""
        return self._scatter("min", sparse_delta, name)

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """Multiplies by ``IndexedSlices``."""
        return self._scatter("mul", sparse_delta, name)

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """Divides by ``IndexedSlices``."""
        return self._scatter("div", sparse_delta, name)

    def _scatter_nd(self, kind, indices, updates, name):
        updates = convert_to_tensor(updates, self._dtype)
        return self._scattered(kind, convert_to_tensor(indices), updates, name)

    def scatter_nd_add(self, indices, updates, name=None):
        """Adds slices."""
        return self._scatter_nd("nd_add", indices, updates, name)

    def scatter_nd_sub(self, indices, updates, name=None):
        """Subtracts slices."""
        return self._scatter_nd("nd_sub", indices, updates, name)

    def scatter_nd_update(self, indices, updates, name=None):
        """Assigns slices."""
        return self._scatter_nd("nd_update", indices, updates, name)

    def load(self, value, session=None):
        """Assigns a Python value in ``session`` or the default one."""
        from swiftestimator._framework.session import default_session_for

        session = default_session_for(session, self._handle_tensor)
        initializer = self.initializer
        session.run(initializer, {initializer.inputs[1]: value})

    def count_up_to(self, limit):
        """The value, which then goes up by one; ``OutOfRangeError`` at ``limit``."""
        return apply("ResourceCountUpTo", [self._handle_tensor], {"limit": limit, "T": self._dtype})

    def set_shape(self, shape):
        """Adds what the program knows of the shape."""
        self._shape = self._shape.merge_with(shape)

    def to_proto(self, export_scope=None):
        """The variable as a ``VariableDef`` message."""
        from swiftestimator._protos import messages

        if export_scope is not None and not self.name.startswith(export_scope):
            return None

        def strip(name):
            prefix = f"{export_scope}/" if export_scope else ""
            return name[len(prefix) :] if prefix and name.startswith(prefix) else name

        message = messages.VariableDef(
            variable_name=strip(self.name), initial_value_name=strip(self.initial_value.name),
            initializer_name=strip(self.initializer.name), snapshot_name=strip(self._snapshot.name), is_resource=True,
            trainable=self._trainable,
        )  # fmt: skip
        if self._save_slice_info is not None:
            message.save_slice_info_def.CopyFrom(self._save_slice_info.to_proto(export_scope))
        return message

    @staticmethod
    def from_proto(variable_def, import_scope=None):
        """The variable that a ``VariableDef`` message names, of nodes that the default graph has."""
        return function("variable.from_proto")(
            get_default_graph(), variable_def.SerializeToString(), import_scope or ""
        )

    # -- As a value in expressions

    def __getitem__(self, key):
        return self._as_tensor()[key]

    def __iter__(self):
        raise TypeError("'Variable' object is not iterable.")

    def __bool__(self):
        return bool(_value(self))

    def __int__(self):
        raise TypeError("int() argument must be a string, a bytes-like object or a real number, not 'Variable'")

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    def __deepcopy__(self, memo):
        return self

    def __copy__(self):
        return self

    def __repr__(self):
        return f"<tf.Variable '{self._name}' shape={self._shape} dtype={self._dtype.name}>"

    __array_priority__ = 100


def _install_operators():
    names = (
        "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul neg abs and "
        "rand or ror xor rxor invert lt le gt ge div rdiv"
    ).split()
    for name in names:
        method = f"__{name}__"

        def operate(self, *args, _method=method):
            return getattr(self._as_tensor(), _method)(*args)

        operate.__name__ = method
        if not name.endswith("div") or name not in ("div", "rdiv"):
            setattr(Variable, method, operate)


_install_operators()


class AssignedVariable:
    """A variable right after a change: using it waits for the change; fetching it runs the change."""

    def __init__(self, variable, update):
        self._variable = variable
        self._op = update["op"]
        self._after = update["value"]
        self._update = update["update"]

    @property
    def op(self):
        """The operation that makes the change."""
        return self._op

    def _as_graph_element(self):
        return self._after

    def _as_tensor(self, dtype=None, name=None):
        return function("variable.update_value")(self._update)

    def value(self):
        """A tensor with the value after the change."""
        return self._as_tensor()

    read_value = value

    def eval(self, feed_dict=None, session=None):
        """Makes the change and gives the value after it."""
        return self._after.eval(feed_dict, session)

    def __getattr__(self, name):
        return getattr(self.__dict__["_variable"], name)

    def __repr__(self):
        return f"<tf.Variable 'AssignVariableOp' shape={self._variable.shape} dtype={self._variable.dtype.name}>"


class _AssignedInBody(AssignedVariable):
    """An ``AssignedVariable`` inside of a function body."""

    def __init__(self, variable, op):
        self._variable = variable
        self._op = op
        self._after = self._as_tensor()

    def _as_tensor(self, dtype=None, name=None):
        return self._variable._read_after(self._op, self._op.graph)


for _name in ("add radd sub rsub mul rmul truediv rtruediv lt le gt ge neg getitem").split():
    _method = f"__{_name}__"

    def _operate(self, *args, _method=_method):
        return getattr(self.value(), _method)(*args)

    setattr(AssignedVariable, _method, _operate)


class PartitionedVariable(_native.Object):
    """A variable in parts, each a ``Variable``; used as a tensor it is the whole."""

    def __init__(self, *args):
        facts = function("partitioned.facts")(self)
        self._name = facts["name"]
        self._shape = TensorShape(facts["shape"])
        self._dtype = dtypes.as_dtype(facts["dtype"])
        self._parts = facts["parts"]
        self._partitions = facts["partitions"]

    @property
    def name(self):
        """The name of the whole."""
        return self._name

    @property
    def dtype(self):
        """The element type."""
        return self._dtype

    @property
    def shape(self):
        """The shape of the whole."""
        return self._shape

    def get_shape(self):
        """The shape of the whole."""
        return self._shape

    def _get_variable_list(self):
        return list(self._parts)

    def _get_partitions(self):
        return self._partitions

    def __iter__(self):
        return iter(self._parts)

    def __len__(self):
        return len(self._parts)

    def as_tensor(self):
        """The whole."""
        return builder("partitioned.concat")(self)

    def _assign_parts(self, method, value, name, read_value):
        value = convert_to_tensor(value, self._dtype)
        results = []
        for part in self._parts:
            info = part._save_slice_info
            piece = apply("Slice", [value, info.var_offset, info.var_shape])
            results.append(getattr(part, method)(piece, name=name, read_value=read_value))
        return results

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Assigns the pieces of ``value`` to the parts; a list with what each gives."""
        return self._assign_parts("assign", value, name, read_value)

    def assign_add(self, value, use_locking=False, name=None, read_value=True):
        """Adds the pieces of ``value`` to the parts."""
        return self._assign_parts("assign_add", value, name, read_value)

    def assign_sub(self, value, use_locking=False, name=None, read_value=True):
        """Subtracts the pieces of ``value`` from the parts."""
        return self._assign_parts("assign_sub", value, name, read_value)

    def _as_tensor(self, dtype=None, name=None):
        return self.as_tensor()

    def _as_graph_element(self):
        return self.as_tensor()

    def __getitem__(self, key):
        return self.as_tensor()[key]

    def __repr__(self):
        return f"<PartitionedVariable '{self._name}' shape={self._shape} dtype={self._dtype.name} parts={len(self._parts)}>"


register_wrapper("Variable", Variable)
register_wrapper("PartitionedVariable", PartitionedVariable)


def _in_collection(name, scope=None):
    return get_default_graph().get_collection(name, scope)


def count_up_to(ref, limit, name=None):
    """The variable's value, which then goes up by one; ``OutOfRangeError`` at ``limit``."""
    return ref.count_up_to(limit)


def global_variables(scope=None):
    """The variables that checkpoints hold."""
    return _in_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def local_variables(scope=None):
    """The variables that checkpoints don't hold."""
    return _in_collection(GraphKeys.LOCAL_VARIABLES, scope)


def trainable_variables(scope=None):
    """The variables that optimizers change."""
    return _in_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope=None):
    """The variables in the collection ``model_variables``."""
    return _in_collection(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope=None):
    """The variables of which moving averages are kept."""
    return _in_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def _all_saveable_objects(scope=None):
    return _in_collection(GraphKeys.GLOBAL_VARIABLES, scope) + _in_collection(GraphKeys.SAVEABLE_OBJECTS, scope)


def _flat_variables(var_list):
    flat = []
    for item in var_list:
        flat.extend(item._get_variable_list() if isinstance(item, PartitionedVariable) else [item])
    return flat


def variables_initializer(var_list, name="init"):
    """An operation that initialises the variables."""
    return builder("variables.initializer")(get_default_graph(), _flat_variables(var_list or []), name)


initialize_variables = variables_initializer


def global_variables_initializer():
    """An operation that initialises the global variables."""
    return builder("variables.global_initializer")(get_default_graph())


initialize_all_variables = global_variables_initializer


def local_variables_initializer():
    """An operation that initialises the local variables."""
    return builder("variables.local_initializer")(get_default_graph())


initialize_local_variables = local_variables_initializer


def tables_initializer(name="init_all_tables"):
    """An operation that initialises the lookup tables."""
    return builder("variables.tables_initializer")(get_default_graph(), name)


def report_uninitialized_variables(var_list=None, name="report_uninitialized_variables"):
    """A string vector with the names of the variables that have no value."""
    return builder("variables.report_uninitialized")(
        get_default_graph(), None if var_list is None else _flat_variables(var_list), name
    )


def is_variable_initialized(variable):
    """A bool tensor: whether the variable has a value."""
    return variable.is_initialized()


def _resource(ref):
    if isinstance(ref, AssignedVariable):
        return ref._variable
    if not isinstance(ref, Variable):
        raise ValueError(f"expected a variable, got {ref!r}")
    return ref


def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """``ref.assign(value)``."""
    return _resource(ref).assign(value, name=name)


def assign_add(ref, value, use_locking=None, name=None):
    """``ref.assign_add(value)``."""
    return _resource(ref).assign_add(value, name=name)


def assign_sub(ref, value, use_locking=None, name=None):
    """``ref.assign_sub(value)``."""
    return _resource(ref).assign_sub(value, name=name)


def _scatter_function(kind):
    def scatter(ref, indices, updates, use_locking=False, name=None):
        variable = _resource(ref)
        values = convert_to_tensor(updates, variable.dtype)
        return variable._scattered(kind, convert_to_tensor(indices), values, name)

    scatter.__name__ = f"scatter_{kind}"
    scatter.__doc__ = f"Rows ``indices`` of the variable after the update '{kind}' with ``updates``."
    return scatter


scatter_update = _scatter_function("update")
scatter_add = _scatter_function("add")
scatter_sub = _scatter_function("sub")
scatter_mul = _scatter_function("mul")
scatter_div = _scatter_function("div")
scatter_min = _scatter_function("min")
scatter_max = _scatter_function("max")
scatter_nd_update = _scatter_function("nd_update")
scatter_nd_add = _scatter_function("nd_add")
scatter_nd_sub = _scatter_function("nd_sub")


def is_operation(value):
    """Whether ``value`` is an operation, or stands for one."""
    return isinstance(value, Operation)
