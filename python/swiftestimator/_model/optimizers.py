"""Optimizers of TensorFlow 1."""

from swiftestimator import _native
from swiftestimator._border import builder, function, options, register_wrapper
from swiftestimator._framework.composite import IndexedSlices
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Operation, Tensor, get_default_graph
from swiftestimator._model.variables import AssignedVariable, PartitionedVariable, Variable

__all__ = ["Optimizer"]


def _hyper(value):
    """A hyperparameter for the engine: a number, tensor, variable or function."""
    if value is None or isinstance(value, int | float | _native.Object | Tensor):
        return value
    if callable(value):
        return lambda: _hyper(value())
    if hasattr(value, "_as_tensor"):
        return convert_to_tensor(value)
    return float(value)


def _gradient(value):
    """A gradient for the engine."""
    if isinstance(value, IndexedSlices):
        return ("IndexedSlices", value.values, value.indices, value.dense_shape)
    return value if value is None else convert_to_tensor(value)


def _from_engine(value):
    if isinstance(value, tuple):
        return IndexedSlices(value[1], value[2], value[3])
    return value


class _Handle(_native.Object):
    """An optimizer of the engine."""


class Optimizer:
    """Changes variables so as to lower a loss.

    Subclasses override ``_apply_dense`` (or ``_resource_apply_dense``) and, for sparse gradients, ``_apply_sparse`` (or
    ``_resource_apply_sparse``), ``_create_slots``, ``_prepare`` and ``_finish``.
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2
    _kind = None

    def __init__(self, use_locking, name):
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._engine_object = None

    def get_name(self):
        """The name."""
        return self._name

    # -- The engine's side

    def _engine(self):
        if self._engine_object is None:
            self._engine_object = self._make_engine()
        return self._engine_object

    def _holder(self):
        """The engine's optimizer that has the slots."""
        return self._engine()

    def _make_engine(self):
        callbacks = {
            "prepare": self._prepare,
            "create_slots": lambda variables: self._create_slots(list(variables)),
            "apply_dense": self._dense_update,
            "apply_sparse": self._sparse_update,
            "apply_sparse_duplicates": self._sparse_update_duplicates,
            "finish": lambda ops, name: _as_operation(self._finish(list(ops), name)),
        }
        return function("optimizer.custom")(self._name, callbacks)

    def _dense_update(self, gradient, variable):
        return _as_operation(self._resource_apply_dense(gradient, variable))

    def _sparse_update(self, gradient, indices, variable):
        return _as_operation(self._resource_apply_sparse(gradient, variable, indices))

    def _sparse_update_duplicates(self, gradient, indices, variable):
        method = type(self)._resource_apply_sparse_duplicate_indices
        if method is Optimizer._resource_apply_sparse_duplicate_indices:
            summed, unique = _sum_duplicates(gradient, indices)
            return self._sparse_update(summed, unique, variable)
        return _as_operation(self._resource_apply_sparse_duplicate_indices(gradient, variable, indices))

    # -- Using it

    def minimize(
        self, loss, global_step=None, var_list=None, gate_gradients=GATE_OP, aggregation_method=None,
        colocate_gradients_with_ops=False, name=None, grad_loss=None,
    ):  # fmt: skip
        """An operation that changes the variables once and then increments ``global_step``."""
        pairs = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if not any(g is not None for g, _ in pairs):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not support gradients, between "
                f"variables {[str(v) for _, v in pairs]} and loss {loss}."
            )
        return self.apply_gradients(pairs, global_step, name)

    def compute_gradients(
        self, loss, var_list=None, gate_gradients=GATE_OP, aggregation_method=None, colocate_gradients_with_ops=False,
        grad_loss=None,
    ):  # fmt: skip
        """Pairs of a gradient (tensor, ``IndexedSlices`` or ``None``) and a variable."""
        if gate_gradients not in (Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH. Not "
                f"{gate_gradients}"
            )
        if callable(loss) and not isinstance(loss, Tensor):
            loss = loss()
        if var_list is not None:
            flat = []
            for variable in var_list if isinstance(var_list, list | tuple) else [var_list]:
                if isinstance(variable, PartitionedVariable):
                    flat.extend(variable)
                elif isinstance(variable, Variable):
                    flat.append(variable)
                elif isinstance(variable, AssignedVariable):
                    flat.append(variable._variable)
                else:
                    raise TypeError(f"Argument is not a tf.Variable: {variable!r}")
            var_list = flat
        found = builder("optimizer.compute_gradients")(
            self._engine(), convert_to_tensor(loss), var_list, options(grad_loss=grad_loss)
        )
        return [(_from_engine(gradient), variable) for gradient, variable in found]

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """An operation that changes the variables by the gradients and then increments ``global_step``."""
        pairs = tuple(grads_and_vars)
        if not pairs:
            raise ValueError("No variables provided.")
        converted = []
        for gradient, variable in pairs:
            if isinstance(variable, AssignedVariable):
                variable = variable._variable
            if gradient is not None and not isinstance(gradient, Tensor | IndexedSlices):
                try:
                    gradient = convert_to_tensor(gradient)
                except (TypeError, ValueError):
                    raise TypeError(
                        f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {gradient}"
                    ) from None
            converted.append((_gradient(gradient), variable))
        if not any(g is not None for g, _ in converted):
            raise ValueError(f"No gradients provided for any variable: {[str(v) for _, v in converted]}.")
        return builder("optimizer.apply_gradients")(self._engine(), converted, global_step, name, get_default_graph())

    def get_slot(self, var, name):
        """The slot variable ``name`` of ``var``, or ``None``."""
        return function("optimizer.slot")(self._holder(), var, name)

    def get_slot_names(self):
        """The names of the slots."""
        return function("optimizer.slot_names")(self._holder())

    def variables(self):
        """The variables of the optimizer itself."""
        return function("optimizer.variables")(self._holder(), get_default_graph())

    # -- For subclasses

    def _create_slots(self, var_list):
        """Makes the slots of the variables."""

    def _prepare(self):
        """Makes tensors of the hyperparameters."""

    def _apply_dense(self, grad, var):
        raise NotImplementedError()

    def _resource_apply_dense(self, grad, handle):
        return self._apply_dense(grad, handle)

    def _apply_sparse(self, grad, var):
        raise NotImplementedError()

    def _resource_apply_sparse(self, grad, handle, indices):
        return self._apply_sparse(IndexedSlices(grad, indices), handle)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        raise NotImplementedError()

    def _finish(self, update_ops, name_scope):
        from swiftestimator._ops.control_flow_ops import group

        return group(*update_ops, name=name_scope)

    def _call_if_callable(self, param):
        return param() if callable(param) and not isinstance(param, Tensor) else param

    def _zeros_slot(self, var, slot_name, op_name):
        from swiftestimator._model.initializers import Zeros, engine_initializer

        return function("optimizer.make_slot")(self._holder(), var, slot_name, engine_initializer(Zeros()), op_name)

    def _get_or_make_slot(self, var, val, slot_name, op_name):
        return function("optimizer.make_slot")(self._holder(), var, slot_name, convert_to_tensor(val), op_name)

    def _get_or_make_slot_with_initializer(self, var, initializer, shape, dtype, slot_name, op_name):
        from swiftestimator._model.initializers import engine_initializer

        return function("optimizer.make_slot")(self._holder(), var, slot_name, engine_initializer(initializer), op_name)


def _as_operation(value):
    return value if value is None or isinstance(value, Operation) else getattr(value, "op", value)


def _sum_duplicates(values, indices):
    from swiftestimator._framework.op_call import apply

    unique, positions = apply("Unique", [indices], {"out_idx": indices.dtype})
    count = apply("Size", [unique])
    return apply("UnsortedSegmentSum", [values, positions, count]), unique


class _EngineOptimizer(Optimizer):
    """An optimizer of the engine."""

    def _set(self, use_locking, name, **hyper):
        super().__init__(use_locking, name)
        self._hyper = hyper
        self._default_object = None
        for key, value in hyper.items():
            setattr(self, f"_{key}", value)

    def _make_engine(self):
        cls = type(self)
        if any(getattr(cls, n) is not getattr(_EngineOptimizer, n) for n in _OVERRIDABLE):
            return super()._make_engine()
        return self._default()

    def _default(self):
        """The engine's optimizer: what is used, or what a subclass overrides methods of."""
        if self._default_object is None:
            if "learning_rate" in self._hyper and self._hyper["learning_rate"] is None:
                raise ValueError("None values not supported.")
            self._default_object = function(f"optimizer.{self._kind}")(
                options(
                    name=self._name,
                    **{k: v if isinstance(v, bool | str) else _hyper(v) for k, v in self._hyper.items()},
                )
            )
        return self._default_object

    # What subclasses find when they override only a part.

    def _holder(self):
        return self._default()

    def _overrides(self, name):
        return getattr(type(self), name) is not getattr(_EngineOptimizer, name)

    def _prepare(self):
        builder("optimizer.default_prepare")(self._default(), get_default_graph())

    def _create_slots(self, var_list):
        builder("optimizer.default_create_slots")(self._default(), list(var_list))

    def _apply_dense(self, grad, var):
        return builder("optimizer.default_dense")(self._default(), grad, var)

    def _resource_apply_dense(self, grad, handle):
        if self._overrides("_apply_dense") and not self._overrides("_resource_apply_dense"):
            return self._apply_dense(grad, handle)
        return builder("optimizer.default_dense")(self._default(), grad, handle)

    def _apply_sparse(self, grad, var):
        return builder("optimizer.default_sparse")(self._default(), grad.values, grad.indices, var)

    def _resource_apply_sparse(self, grad, handle, indices):
        if self._overrides("_apply_sparse") and not self._overrides("_resource_apply_sparse"):
            return self._apply_sparse(IndexedSlices(grad, indices), handle)
        return builder("optimizer.default_sparse")(self._default(), grad, indices, handle)

    def _finish(self, update_ops, name_scope):
        updates = [_as_operation(op) for op in update_ops]
        return builder("optimizer.default_finish")(self._default(), updates, name_scope)


_OVERRIDABLE = (
    "_apply_dense",
    "_resource_apply_dense",
    "_apply_sparse",
    "_resource_apply_sparse",
    "_create_slots",
    "_finish",
    "_prepare",
)

register_wrapper("Optimizer", _Handle)


class GradientDescentOptimizer(_EngineOptimizer):
    """``w -= rate·g``."""

    _kind = "sgd"

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        self._set(use_locking, name, learning_rate=learning_rate)


class MomentumOptimizer(_EngineOptimizer):
    """``a = momentum·a + g``; ``w -= rate·a``."""

    _kind = "momentum"

    def __init__(self, learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False):
        self._set(use_locking, name, learning_rate=learning_rate, momentum=momentum, use_nesterov=bool(use_nesterov))


class AdamOptimizer(_EngineOptimizer):
    """Adam (Kingma and Ba, 2014)."""

    _kind = "adam"

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="Adam"):
        self._set(use_locking, name, learning_rate=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon)


class AdagradOptimizer(_EngineOptimizer):
    """Adagrad (Duchi et al., 2011)."""

    _kind = "adagrad"

    def __init__(self, learning_rate, initial_accumulator_value=0.1, use_locking=False, name="Adagrad"):
        if initial_accumulator_value <= 0.0:
            raise ValueError(f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        self._set(use_locking, name, learning_rate=learning_rate, initial_accumulator_value=initial_accumulator_value)


class AdagradDAOptimizer(_EngineOptimizer):
    """Adagrad with dual averaging."""

    _kind = "adagrad_da"

    def __init__(
        self, learning_rate, global_step, initial_gradient_squared_accumulator_value=0.1,
        l1_regularization_strength=0.0, l2_regularization_strength=0.0, use_locking=False, name="AdagradDA",
    ):  # fmt: skip
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError("initial_gradient_squared_accumulator_value must be positive: "
                             f"{initial_gradient_squared_accumulator_value}")  # fmt: skip
        self._set(
            use_locking, name, learning_rate=learning_rate, global_step=global_step,
            initial_gradient_squared_accumulator_value=initial_gradient_squared_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
        )  # fmt: skip


class FtrlOptimizer(_EngineOptimizer):
    """FTRL-Proximal (McMahan et al., 2013)."""

    _kind = "ftrl"

    def __init__(
        self, learning_rate, learning_rate_power=-0.5, initial_accumulator_value=0.1, l1_regularization_strength=0.0,
        l2_regularization_strength=0.0, use_locking=False, name="Ftrl", accum_name=None, linear_name=None,
        l2_shrinkage_regularization_strength=0.0, beta=None,
    ):  # fmt: skip
        if initial_accumulator_value < 0.0:
            raise ValueError(f"initial_accumulator_value {initial_accumulator_value} needs to be positive or zero")
        if learning_rate_power > 0.0:
            raise ValueError(f"learning_rate_power {learning_rate_power} needs to be negative or zero")
        for key, value in (
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                raise ValueError(f"{key} {value} needs to be positive or zero")
        self._set(
            use_locking, name, learning_rate=learning_rate, learning_rate_power=learning_rate_power,
            initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
            beta=0.0 if beta is None else beta, accum_name=accum_name, linear_name=linear_name,
        )  # fmt: skip


class RMSPropOptimizer(_EngineOptimizer):
    """RMSProp (Tieleman and Hinton, 2012)."""

    _kind = "rmsprop"

    def __init__(
        self, learning_rate, decay=0.9, momentum=0.0, epsilon=1e-10, use_locking=False, centered=False, name="RMSProp"
    ):
        self._set(
            use_locking, name, learning_rate=learning_rate, decay=decay, momentum=momentum, epsilon=epsilon,
            centered=bool(centered),
        )  # fmt: skip


class AdadeltaOptimizer(_EngineOptimizer):
    """Adadelta (Zeiler, 2012)."""

    _kind = "adadelta"

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False, name="Adadelta"):
        self._set(use_locking, name, learning_rate=learning_rate, rho=rho, epsilon=epsilon)


class ProximalAdagradOptimizer(_EngineOptimizer):
    """Adagrad with L1 and L2 regularisation by a proximal step."""

    _kind = "proximal_adagrad"

    def __init__(
        self, learning_rate, initial_accumulator_value=0.1, l1_regularization_strength=0.0,
        l2_regularization_strength=0.0, use_locking=False, name="ProximalAdagrad",
    ):  # fmt: skip
        if initial_accumulator_value <= 0.0:
            raise ValueError(f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        self._set(
            use_locking, name, learning_rate=learning_rate, initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
        )  # fmt: skip


class ProximalGradientDescentOptimizer(_EngineOptimizer):
    """Gradient descent with L1 and L2 regularisation by a proximal step."""

    _kind = "proximal_sgd"

    def __init__(
        self, learning_rate, l1_regularization_strength=0.0, l2_regularization_strength=0.0, use_locking=False,
        name="ProximalGradientDescent",
    ):  # fmt: skip
        self._set(
            use_locking, name, learning_rate=learning_rate, l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
        )  # fmt: skip
