"""``get_variable`` and the scopes that it works in."""

import contextlib
import functools
import inspect
from enum import Enum

from swiftestimator import _native
from swiftestimator._border import builder, function, options, register_wrapper
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor, make_array
from swiftestimator._framework.graph import Tensor, get_default_graph, graph_of, name_scope, root_graph
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._model.initializers import engine_initializer
from swiftestimator._model.variables import Variable

__all__ = ["AUTO_REUSE", "VariableScope", "get_local_variable", "get_variable", "get_variable_scope", "variable_scope"]


class _ReuseMode(Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE


def _reuse(value):
    if value is AUTO_REUSE:
        return "auto"
    if value is not None and value is not True and value is not False:
        raise ValueError("The reuse parameter must be True or False or None.")
    return value


def _partitioner(value):
    if value is None or isinstance(value, _native.Object):
        return value
    if not callable(value):
        raise ValueError(f"Partitioner must be callable, but received: {value}")

    def slices(shape, dtype):
        counts = value(shape=TensorShape(shape), dtype=dtypes.as_dtype(dtype))
        if not isinstance(counts, list | tuple):
            raise ValueError(f"Partitioner must return a sequence, but saw: {counts}")
        return [int(n) for n in counts]

    return slices


def _scope_options(
    initializer=None, regularizer=None, dtype=None, partitioner=None, constraint=None, reuse=None, host_object=None,
    auxiliary_name_scope=None,
):  # fmt: skip
    return options(
        initializer=None if initializer is None else engine_initializer(initializer), regularizer=regularizer,
        dtype=None if dtype is None else dtypes.as_dtype(dtype), partitioner=_partitioner(partitioner),
        constraint=constraint, reuse=_reuse(reuse), host_object=host_object, auxiliary_name_scope=auxiliary_name_scope,
    )  # fmt: skip


class VariableScope(_native.Object):
    """A prefix of variable names, with defaults for the variables under it."""

    def _fact(self, name):
        return function("scope.facts")(self)[name]

    @property
    def name(self):
        """The prefix without a closing slash."""
        return self._fact("name")

    @property
    def original_name_scope(self):
        """The name scope that was opened with it."""
        return self._fact("original_name_scope")

    @property
    def reuse(self):
        """False, True or ``AUTO_REUSE``."""
        value = self._fact("reuse")
        return AUTO_REUSE if value == "auto" else value

    @property
    def dtype(self):
        """The default dtype."""
        return dtypes.as_dtype(self._fact("dtype"))

    @property
    def initializer(self):
        """The default initializer."""
        return self._fact("initializer")

    @property
    def regularizer(self):
        """The default regularizer."""
        return self._fact("regularizer")

    @property
    def partitioner(self):
        """The default partitioner."""
        return self._fact("partitioner")

    @property
    def constraint(self):
        """The default constraint."""
        return self._fact("constraint")

    @property
    def custom_getter(self):
        """The function around ``get_variable``, or ``None``."""
        return self._fact("host_object")

    @property
    def use_resource(self):
        """Always true."""
        return True

    def reuse_variables(self):
        """From now on only existing variables."""
        function("scope.set")(self, {"reuse": True})

    def set_initializer(self, initializer):
        """Changes the default initializer."""
        function("scope.set")(self, _scope_options(initializer=initializer))

    def set_dtype(self, dtype):
        """Changes the default dtype."""
        function("scope.set")(self, _scope_options(dtype=dtype))

    def set_regularizer(self, regularizer):
        """Changes the default regularizer."""
        function("scope.set")(self, _scope_options(regularizer=regularizer))

    def set_partitioner(self, partitioner):
        """Changes the default partitioner."""
        function("scope.set")(self, _scope_options(partitioner=partitioner))

    def set_custom_getter(self, custom_getter):
        """Changes the function around ``get_variable``."""
        function("scope.set")(self, _scope_options(host_object=custom_getter))

    def get_collection(self, name):
        """The items of a collection under this scope."""
        return get_default_graph().get_collection(name, self.name + "/" if self.name else None)

    def trainable_variables(self):
        """The trainable variables under this scope."""
        return self.get_collection("trainable_variables")

    def global_variables(self):
        """The global variables under this scope."""
        return self.get_collection("variables")

    def local_variables(self):
        """The local variables under this scope."""
        return self.get_collection("local_variables")


register_wrapper("VariableScope", VariableScope)


def get_variable_scope():
    """The innermost variable scope of the default graph."""
    return function("scope.current")(root_graph())


class variable_scope:  # noqa: N801 (the public name)
    """A context manager that prefixes the names of variables, and opens a name scope.

    Yields the ``VariableScope``. ``default_name`` is made unique and used when ``name_or_scope`` is ``None``.
    """

    def __init__(
        self, name_or_scope, default_name=None, values=None, initializer=None, regularizer=None, caching_device=None,
        partitioner=None, custom_getter=None, reuse=None, dtype=None, use_resource=None, constraint=None,
        auxiliary_name_scope=True,
    ):  # fmt: skip
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if name_or_scope is not None and not isinstance(name_or_scope, str | VariableScope):
            raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(f"The auxiliary_name_scope must be `True` or `False`, while get {auxiliary_name_scope}")
        if reuse and reuse is not AUTO_REUSE and name_or_scope is None and default_name is not None:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        self._name_or_scope = name_or_scope
        self._default_name = default_name
        self._values = values or []
        self._getter = custom_getter
        self._options = {
            "initializer": initializer, "regularizer": regularizer, "dtype": dtype, "partitioner": partitioner,
            "constraint": constraint, "reuse": reuse, "auxiliary_name_scope": auxiliary_name_scope,
        }  # fmt: skip
        self._entries = []

    def __enter__(self):
        graph = graph_of(self._values)
        getter = self._getter
        if getter is not None:
            outer = get_variable_scope().custom_getter
            if isinstance(self._name_or_scope, VariableScope):
                outer = self._name_or_scope.custom_getter
            if outer is not None:
                inner = getter

                def getter(real_getter, *args, **kwargs):
                    return inner(functools.partial(outer, real_getter), *args, **kwargs)

        context = graph.as_default() if graph is not get_default_graph() else contextlib.nullcontext()
        if graph.outer_graph is not None:
            graph = root_graph()  # a function body has the scopes of the graph around it
        context.__enter__()
        entered = builder("scope.enter")(
            graph, self._name_or_scope, self._default_name, _scope_options(**self._options, host_object=getter)
        )
        self._entries.append((context, graph, entered["entry"]))
        return entered["scope"]

    def __exit__(self, *exception):
        context, graph, entry = self._entries.pop()
        function("scope.leave")(graph, entry)
        context.__exit__(*exception)
        return False

    def __call__(self, wrapped):
        @functools.wraps(wrapped)
        def scoped(*args, **kwargs):
            with self:
                return wrapped(*args, **kwargs)

        return scoped


@contextlib.contextmanager
def variable_op_scope(values, name_or_scope, default_name=None, **kwargs):
    """The older form of ``variable_scope``."""
    with variable_scope(name_or_scope, default_name, values, **kwargs) as scope:
        yield scope


@contextlib.contextmanager
def variable_creator_scope(variable_creator):
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("variable_creator_scope is not implemented in swiftestimator")
    yield


def no_regularizer(_):
    """A regularizer that adds nothing, for parts of a scope that has one."""
    return None


def _initial_value(initializer, shape, dtype):
    """What the engine gets: an initializer, or an initial value that stands in its place."""
    if initializer is None:
        return {}
    if isinstance(initializer, Tensor | Variable) or not callable(initializer):
        if shape is not None:
            raise ValueError("If initializer is a constant, do not specify shape.")
        wanted = None if dtype is None else dtypes.as_dtype(dtype)
        found = initializer.dtype if isinstance(initializer, Tensor | Variable) else None
        if wanted is not None and found is None:
            found = dtypes.as_dtype(make_array(initializer).dtype)
        if wanted is not None and found is not wanted:
            raise ValueError(f"Initializer type '{found}' and explicit dtype '{wanted}' don't match.")
        if isinstance(initializer, Tensor | Variable):
            return {"initial_value": convert_to_tensor(initializer)}
        return {"initial_value": lambda: convert_to_tensor(initializer, wanted, name="initial_value")}
    if inspect.isclass(initializer):
        initializer = initializer()
    if not isinstance(initializer, _native.Object) and _takes_no_arguments(initializer):
        return {"initial_value": lambda: convert_to_tensor(initializer())}
    return {"initializer": engine_initializer(initializer)}


def _takes_no_arguments(function_):
    if getattr(function_, "_engine_object", None) is not None:
        return False
    try:
        parameters = inspect.signature(function_).parameters.values()
    except (TypeError, ValueError):
        return False
    return all(p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters) and not any(
        p.name == "shape" for p in parameters
    )


def _true_getter(
    name, shape=None, dtype=None, initializer=None, regularizer=None, reuse=None, trainable=None, collections=None,
    caching_device=None, partitioner=None, validate_shape=True, use_resource=None, constraint=None,
    synchronization=None, aggregation=None, _kind="variables.get", _scoped=False,
):  # fmt: skip
    if not isinstance(name, str):
        raise TypeError(f"the name of a variable must be a string, got {name!r}")
    if collections is not None and not isinstance(collections, list | tuple | set):
        raise ValueError(
            f"collections argument to Variable constructor must be a list, tuple, or set. Got {collections} of type "
            f"{type(collections)}"
        )
    if shape is not None:
        shape = TensorShape(shape)
    value = _initial_value(initializer, shape, dtype)
    asked = options(
        dtype=None if dtype is None else dtypes.as_dtype(dtype), regularizer=regularizer, reuse=_reuse(reuse),
        trainable=trainable is not False, collections=None if collections is None else list(collections),
        partitioner=_partitioner(partitioner), validate_shape=validate_shape, constraint=constraint, **value,
    )  # fmt: skip
    if shape is not None and shape._dims is not None:
        asked["shape"] = list(shape._dims)
    root = root_graph()
    if root is get_default_graph():
        variable = builder(_kind)(root, name, asked)
    else:  # variables of branches and loops belong to the graph around them
        with root.as_default(), root._init_scope():
            variable = builder(_kind)(root, name, asked)
    if constraint is not None and isinstance(variable, Variable):
        variable._constraint = constraint
    return variable


def get_variable(
    name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, collections=None,
    caching_device=None, partitioner=None, validate_shape=True, use_resource=None, custom_getter=None, constraint=None,
    synchronization=None, aggregation=None,
):  # fmt: skip
    """The variable of that name in the current scope, made if it does not exist and the scope allows it.

    Raises ``ValueError`` when it exists or not, against the scope's ``reuse``, or has another shape or dtype.
    """
    scope_getter = get_variable_scope().custom_getter
    arguments = {
        "shape": shape, "dtype": dtype, "initializer": initializer, "regularizer": regularizer, "trainable": trainable,
        "collections": collections, "partitioner": partitioner, "validate_shape": validate_shape,
        "constraint": constraint,
    }  # fmt: skip
    if custom_getter is not None and not callable(custom_getter):
        raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
    getter = custom_getter or scope_getter
    if getter is None:
        return _true_getter(name, **arguments)
    if custom_getter is not None and scope_getter is not None:

        def getter(real_getter, *args, **kwargs):
            return custom_getter(functools.partial(scope_getter, real_getter), *args, **kwargs)

    prefix = get_variable_scope().name
    full_name = f"{prefix}/{name}" if prefix else name

    def real(name, *args, **kwargs):
        if prefix and name.startswith(prefix + "/"):
            return _true_getter(name[len(prefix) + 1 :], *args, **kwargs)
        with variable_scope("", auxiliary_name_scope=False) if not prefix else contextlib.nullcontext():
            return _true_getter(name, *args, **kwargs)

    arguments.update(reuse=get_variable_scope().reuse, use_resource=use_resource, caching_device=caching_device)
    return getter(real, full_name, **arguments)


def get_local_variable(
    name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=False, collections=None,
    caching_device=None, partitioner=None, validate_shape=True, use_resource=None, custom_getter=None, constraint=None,
    synchronization=None, aggregation=None,
):  # fmt: skip
    """As ``get_variable``, for a variable that is neither trained nor saved."""
    return _true_getter(
        name, shape, dtype, initializer, regularizer, None, False, collections, partitioner=partitioner,
        validate_shape=validate_shape, constraint=constraint, _kind="variables.get_local",
    )  # fmt: skip


def fixed_size_partitioner(num_shards, axis=0):
    """Cuts every variable into ``num_shards`` parts along ``axis``."""
    return _EnginePartitioner(function("partitioners.fixed_size")(num_shards, axis))


def variable_axis_size_partitioner(max_shard_bytes, axis=0, bytes_per_string_element=16, max_shards=None):
    """Cuts variables into parts of at most ``max_shard_bytes``."""
    return _EnginePartitioner(
        function("partitioners.variable_axis_size")(max_shard_bytes, axis, bytes_per_string_element, max_shards)
    )


def min_max_variable_partitioner(max_partitions=1, axis=0, min_slice_size=256 << 10, bytes_per_string_element=16):
    """Cuts variables into at most ``max_partitions`` parts of at least ``min_slice_size`` bytes."""
    return _EnginePartitioner(
        function("partitioners.min_max")(max_partitions, axis, min_slice_size, bytes_per_string_element)
    )


class _EnginePartitioner:
    """A partitioner of the engine, callable as TensorFlow's are."""

    def __init__(self, engine_object):
        self._engine_object = engine_object

    def __call__(self, shape, dtype):
        shape, dtype = TensorShape(shape), dtypes.as_dtype(dtype)
        return function("partitioners.call")(self._engine_object, shape.as_list(), dtype._type_enum)


def op_scope(values, name, default_name=None):
    """The older form of ``name_scope``."""
    return name_scope(name, default_name, values)
