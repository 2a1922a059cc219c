"""The base class of layers, for layers that a program writes itself."""

import re
import weakref

from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Operation, Tensor, get_default_graph, name_scope
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._model.scopes import get_variable, variable_scope

__all__ = ["Layer"]

_counts = weakref.WeakKeyDictionary()  # of layers by graph and name


def _unique_name(base):
    counts = _counts.setdefault(get_default_graph(), {})
    counts[base] = counts.get(base, 0) + 1
    return f"{base}_{counts[base]}"


def snake_case(name):
    """The name of a class as that of a scope."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
    return f"private{name}" if name.startswith("_") else name


def _fixed(value):
    """Tensors of what a program calls a layer with."""
    if value is None or isinstance(value, Tensor) or hasattr(value, "_as_tensor") or hasattr(value, "dense_shape"):
        return value
    return convert_to_tensor(value)


class Layer:
    """Makes its variables when first called, and uses them again afterwards.

    Subclasses override ``build(input_shape)``, which makes variables with ``add_weight``, and ``call(inputs)``.
    """

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        self._reuse_argument = kwargs.pop("_reuse", None)
        scope = kwargs.pop("_scope", None)
        self.activity_regularizer = kwargs.pop("activity_regularizer", None)
        if kwargs:
            raise TypeError("Keyword argument not understood:", next(iter(kwargs)))
        self._base_name = name or snake_case(type(self).__name__)
        self._name = name or _unique_name(self._base_name)
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self.trainable = trainable
        self.built = False
        self._own_weights, self._own_losses, self._own_updates = [], [], []
        self._graph = get_default_graph()
        self._scope = None
        if scope is None:
            scope = name
        if scope is not None:
            with variable_scope(scope) as captured:
                self._scope = captured

    # -- For subclasses

    def build(self, input_shape):
        """Makes the variables; called once, before the first ``call``."""
        self.built = True

    def call(self, inputs, *args, **kwargs):
        """The output for ``inputs``."""
        return inputs

    def add_weight(
        self, name, shape, dtype=None, initializer=None, regularizer=None, trainable=None, constraint=None,
        use_resource=None, synchronization=None, aggregation=None, partitioner=None, **kwargs,
    ):  # fmt: skip
        """A variable of the layer."""
        if kwargs:
            raise TypeError("Unknown keyword argument:", next(iter(kwargs)))
        trainable = (trainable is None or bool(trainable)) and self.trainable
        with self._entered():
            existing = set(map(id, get_default_graph().get_collection("variables")))
            variable = get_variable(
                name, shape=TensorShape(shape), dtype=dtype or self._dtype or "float32", initializer=initializer,
                trainable=trainable, constraint=constraint, partitioner=partitioner,
            )  # fmt: skip
            if regularizer is not None and id(variable) not in existing:
                with name_scope(f"{name}/Regularizer"):
                    self.add_loss(regularizer(variable))
        self._own_weights.append(variable)
        return variable

    add_variable = add_weight

    def add_loss(self, losses, inputs=None):
        """Adds terms to the loss: they go to the collection ``regularization_losses``."""
        for loss in losses if isinstance(losses, list | tuple) else [losses]:
            loss = loss() if callable(loss) and not isinstance(loss, Tensor) else loss
            if loss is not None:
                loss = convert_to_tensor(loss)
                self._own_losses.append(loss)
                get_default_graph().add_to_collection("regularization_losses", loss)

    def add_update(self, updates):
        """Adds operations to run with a training step: they go to the collection ``update_ops``."""
        if not self.trainable:
            return
        for update in updates if isinstance(updates, list | tuple) else [updates]:
            update = update() if callable(update) and not isinstance(update, Tensor) else update
            update = update if isinstance(update, Operation) else getattr(update, "op", update)
            self._own_updates.append(update)
            get_default_graph().add_to_collection("update_ops", update)

    # -- Using it

    def _entered(self):
        return _Entered(self)

    def __call__(self, inputs, *args, **kwargs):
        """The layer's output for ``inputs``."""
        scope = kwargs.pop("scope", None)
        inputs = nest.map_structure(_fixed, inputs)
        tensors = [t for t in nest.flatten(inputs) if t is not None]
        if self._scope is None:
            if self._reuse_argument:
                with variable_scope(self._base_name if scope is None else scope) as captured:
                    self._scope = captured
            else:
                with variable_scope(scope, default_name=self._base_name) as captured:
                    self._scope = captured
        with self._entered():
            if not self.built:
                if self._dtype is None:
                    floating = [t for t in tensors if getattr(t, "dtype", None) and t.dtype.is_floating]
                    self._dtype = floating[0].dtype.base_dtype.name if floating else "float32"
                self.build(nest.map_structure(lambda t: t.shape, inputs))
                self.built = True
            outputs = self.call(inputs, *args, **kwargs)
            if self.activity_regularizer is not None:
                with name_scope("ActivityRegularizer"):
                    for output in nest.flatten(outputs):
                        self.add_loss(_activity_loss(self.activity_regularizer, output))
        return outputs

    def apply(self, inputs, *args, **kwargs):
        """The layer's output for ``inputs``."""
        return self(inputs, *args, **kwargs)

    # -- What it is

    @property
    def name(self):
        """The layer's name."""
        return self._name

    @property
    def dtype(self):
        """The name of the dtype of the variables; ``None`` before it is known."""
        return self._dtype

    @property
    def graph(self):
        """The graph in which the layer was made."""
        return self._graph

    @property
    def scope_name(self):
        """The variable scope of the layer; ``ValueError`` before the first call."""
        if self._scope is None:
            raise ValueError("No name available for layer scope because the layer has not been used yet.")
        return self._scope.name

    @property
    def weights(self):
        """All variables."""
        return self.trainable_weights + self.non_trainable_weights

    @property
    def trainable_weights(self):
        """The variables that optimizers change."""
        return [w for w in self._own_weights if w.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self):
        """The other variables."""
        return [w for w in self._own_weights if not (self.trainable and w.trainable)]

    @property
    def losses(self):
        """Terms of the loss: those of calls and the regularization of variables."""
        return list(self._own_losses)

    @property
    def updates(self):
        """Operations to run with a training step."""
        return list(self._own_updates)

    @property
    def variables(self):
        """All variables."""
        return self.weights

    @property
    def trainable_variables(self):
        """The variables that optimizers change."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self):
        """The other variables."""
        return self.non_trainable_weights

    def count_params(self):
        """The number of elements of all variables."""
        return sum(w.shape.num_elements() for w in self.weights)


def _activity_loss(regularizer, output):
    """What a regularizer makes of a layer's output, by the number of examples."""
    from swiftestimator._ops.array_ops import shape
    from swiftestimator._ops.cast_ops import cast

    loss = regularizer(output)
    return None if loss is None else loss / cast(shape(output)[0], loss.dtype)


class _Entered:
    """The variable scope and the name scope of a layer."""

    def __init__(self, layer):
        reuse = True if layer.built else layer._reuse_argument
        self._variables = variable_scope(layer._scope, reuse=reuse, auxiliary_name_scope=False)

    def __enter__(self):
        scope = self._variables.__enter__()
        self._names = name_scope(scope.original_name_scope)
        self._names.__enter__()
        return scope

    def __exit__(self, *exception):
        self._names.__exit__(*exception)
        return self._variables.__exit__(*exception)
