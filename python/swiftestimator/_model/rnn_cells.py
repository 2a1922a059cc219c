"""Cells of recurrent networks: one step each."""

import collections
import contextlib
import random

from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import get_default_graph, name_scope
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._model import initializers
from swiftestimator._model.layer_base import snake_case
from swiftestimator._model.scopes import get_variable, get_variable_scope, variable_scope
from swiftestimator._ops import array_ops, clip_ops, linalg_ops, math_ops, nn_ops
from swiftestimator._ops.array_ops import zeros

__all__ = ["RNNCell"]


class LSTMStateTuple(collections.namedtuple("LSTMStateTuple", ("c", "h"))):
    """The state of an LSTM cell: its memory and its last output."""

    __slots__ = ()

    @property
    def dtype(self):
        """The type of both; ``TypeError`` when they differ."""
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent internal state: {self.c.dtype} vs {self.h.dtype}")
        return self.c.dtype


def assert_like_rnncell(cell_name, cell):
    """Raises ``TypeError`` for what cannot be used as a cell."""
    missing = [
        text
        for text, present in (
            ("'output_size' property is missing", hasattr(cell, "output_size")),
            ("'state_size' property is missing", hasattr(cell, "state_size")),
            (
                "either 'zero_state' method or 'get_initial_state' method is required",
                hasattr(cell, "zero_state") or hasattr(cell, "get_initial_state"),
            ),
            ("is not callable", callable(cell)),
        )
        if not present
    ]
    if missing:
        raise TypeError(f"The argument {cell_name!r} ({cell}) is not an RNNCell: {', '.join(missing)}.")


def _state_zeros(size, batch_size, dtype):
    dims = size.as_list() if isinstance(size, TensorShape) else [size] if not isinstance(size, list | tuple) else size
    static = batch_size if isinstance(batch_size, int) else None
    result = zeros(array_ops.stack([batch_size, *dims]) if static is None else [static, *dims], dtype)
    result.set_shape([static, *dims])
    return result


def _units(size):
    """``size`` as a ``TensorShape`` without the batch."""
    if isinstance(size, TensorShape):
        return size
    return TensorShape(size if isinstance(size, list | tuple) else [size])


def _activation(value, default):
    if value is None:
        return default
    if isinstance(value, str):
        functions = {"tanh": math_ops.tanh, "sigmoid": math_ops.sigmoid, "relu": nn_ops.relu, "linear": lambda x: x}
        if value not in functions:
            raise ValueError(f"Unknown activation function: {value}")
        return functions[value]
    return value


class RNNCell:
    """What cells share: they make their variables in the first call and use them again afterwards.

    A cell of a program defines ``state_size``, ``output_size`` and either ``call(inputs, state)`` or ``__call__``.
    """

    _base_name = None

    def __init__(self, trainable=True, name=None, dtype=None, _reuse=None, **kwargs):
        kwargs.pop("_scope", None)
        if kwargs:
            raise TypeError(f"Keyword argument not understood: {next(iter(kwargs))}")
        self.trainable = trainable
        self.built = False
        self._name = name
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype)
        self._reuse = _reuse
        self._cell_scope = None
        self._weights = []

    def _attribute(self, name, default):
        return self.__dict__.get(name, default)  # subclasses may not call __init__

    @property
    def name(self):
        """The name of the cell's variable scope."""
        return self._attribute("_name", None) or self._base_name or snake_case(type(self).__name__)

    @property
    def dtype(self):
        """The type of the variables, or ``None`` before the first call."""
        return self._attribute("_dtype", None)

    def __call__(self, inputs, state, scope=None, **kwargs):
        known = self._attribute("_cell_scope", None)
        if known is not None:
            context = variable_scope(known, reuse=True, auxiliary_name_scope=False)
        elif scope is not None and not isinstance(scope, str):
            context = variable_scope(scope, reuse=self._attribute("_reuse", None))
        elif self._attribute("_reuse", None):
            context = variable_scope(scope or self.name, reuse=self._reuse)
        else:
            context = variable_scope(scope, default_name=self.name)
        with context as entered:
            if known is None:
                self._cell_scope = entered
            with name_scope(self.name) if known is not None else contextlib.nullcontext():
                if self._attribute("_dtype", None) is None:
                    self._dtype = convert_to_tensor(nest.flatten(inputs)[0]).dtype
                if not self._attribute("built", False):
                    self.build(nest.map_structure(lambda x: convert_to_tensor(x).shape, inputs))
                    self.built = True
                return self.call(inputs, state, **kwargs)

    def call(self, inputs, state):
        """One step: the output and the next state."""
        raise NotImplementedError("RNNCell.call must be defined by the subclass")

    def build(self, inputs_shape):
        """Makes the variables."""
        self.built = True

    def add_weight(self, name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, **kwargs):
        """A variable of the cell."""
        for ignored in ("use_resource", "synchronization", "aggregation", "partitioner", "collections"):
            if kwargs.get(ignored) is None:
                kwargs.pop(ignored, None)
        dtype = dtypes.as_dtype(dtype or self._attribute("_dtype", None) or dtypes.float32)
        if initializer is None and dtype.is_floating and get_variable_scope().initializer is None:
            # Layers of TensorFlow 2.15 draw the seeds of their default initializer from Python's generator.
            initializer = initializers.StatelessGlorotUniform(random.randint(1, int(1e9)))
        variable = get_variable(
            name, shape, dtype, initializer, regularizer,
            self._attribute("trainable", True) if trainable is None else trainable, **kwargs,
        )  # fmt: skip
        self.__dict__.setdefault("_weights", []).append(variable)
        return variable

    add_variable = add_weight

    @property
    def weights(self):
        """The variables that the cell has made."""
        made = list(self._attribute("_weights", []))
        for inner in self._inner_cells():
            made.extend(v for v in inner.weights if not any(v is known for known in made))
        scope = self._attribute("_cell_scope", None)
        if not made and scope is not None:
            prefix = scope.name + "/"
            made = [v for v in get_default_graph().get_collection("variables") if v.name.startswith(prefix)]
        return made

    variables = weights

    def _inner_cells(self):
        return []

    @property
    def trainable_weights(self):
        """The variables that optimizers change."""
        return [v for v in self.weights if v.trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self):
        """The other variables."""
        return [v for v in self.weights if not v.trainable]

    non_trainable_variables = non_trainable_weights

    @property
    def losses(self):
        """Regularization losses of the variables: none of their own."""
        return []

    @property
    def state_size(self):
        """The size of the state, or a structure of sizes."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self):
        """The size of the output."""
        raise NotImplementedError("Abstract method")

    def zero_state(self, batch_size, dtype):
        """A state of zeros."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if hasattr(batch_size, "value"):  # a Dimension
                batch_size = batch_size.value
            return nest.map_structure(lambda size: _state_zeros(size, batch_size, dtype), self.state_size)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """A state of zeros, for the batch and type of ``inputs`` unless told otherwise."""
        if inputs is not None:
            inputs = convert_to_tensor(inputs)
            batch_size = inputs.shape.as_list()[0]
            batch_size = array_ops.shape(inputs)[0] if batch_size is None else batch_size
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}"
            )
        return self.zero_state(batch_size, dtype)


def _input_depth(inputs_shape):
    depth = TensorShape(inputs_shape).as_list()[-1]
    if depth is None:
        raise ValueError(f"Expected inputs.shape[-1] to be known, received shape: {inputs_shape}")
    return depth


class BasicRNNCell(RNNCell):
    """The plain recurrent cell: ``output = state = activation(W·input + U·state + b)``."""

    _base_name = "basic_rnn_cell"

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self._num_units = num_units
        self._activation = _activation(activation, math_ops.tanh)

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        depth = _input_depth(inputs_shape)
        self._kernel = self.add_weight("kernel", [depth + self._num_units, self._num_units])
        self._bias = self.add_weight("bias", [self._num_units], initializer=initializers.Zeros())
        self.built = True

    def call(self, inputs, state):
        gate_inputs = linalg_ops.matmul(array_ops.concat([inputs, state], 1), self._kernel)
        output = self._activation(nn_ops.bias_add(gate_inputs, self._bias))
        return output, output


class GRUCell(RNNCell):
    """The gated recurrent unit."""

    _base_name = "gru_cell"

    def __init__(
        self, num_units, activation=None, reuse=None, kernel_initializer=None, bias_initializer=None, name=None,
        dtype=None, **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self._num_units = num_units
        self._activation = _activation(activation, math_ops.tanh)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        units, depth = self._num_units, _input_depth(inputs_shape)
        kernel, bias = self._kernel_initializer, self._bias_initializer
        self._gate_kernel = self.add_weight("gates/kernel", [depth + units, 2 * units], initializer=kernel)
        self._gate_bias = self.add_weight("gates/bias", [2 * units], initializer=bias or initializers.Ones())
        self._candidate_kernel = self.add_weight("candidate/kernel", [depth + units, units], initializer=kernel)
        self._candidate_bias = self.add_weight("candidate/bias", [units], initializer=bias or initializers.Zeros())
        self.built = True

    def call(self, inputs, state):
        gates = linalg_ops.matmul(array_ops.concat([inputs, state], 1), self._gate_kernel)
        gates = math_ops.sigmoid(nn_ops.bias_add(gates, self._gate_bias))
        reset, update = array_ops.split(value=gates, num_or_size_splits=2, axis=1)
        candidate = linalg_ops.matmul(array_ops.concat([inputs, reset * state], 1), self._candidate_kernel)
        candidate = self._activation(nn_ops.bias_add(candidate, self._candidate_bias))
        output = update * state + (1 - update) * candidate
        return output, output


class BasicLSTMCell(RNNCell):
    """The LSTM cell without peepholes, clipping or projection."""

    _base_name = "basic_lstm_cell"

    def __init__(
        self, num_units, forget_bias=1.0, state_is_tuple=True, activation=None, reuse=None, name=None, dtype=None,
        **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self._num_units, self._forget_bias, self._state_is_tuple = num_units, forget_bias, state_is_tuple
        self._activation = _activation(activation, math_ops.tanh)

    @property
    def state_size(self):
        if self._state_is_tuple:
            return LSTMStateTuple(self._num_units, self._num_units)
        return 2 * self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        depth = _input_depth(inputs_shape)
        self._kernel = self.add_weight("kernel", [depth + self._num_units, 4 * self._num_units])
        self._bias = self.add_weight("bias", [4 * self._num_units], initializer=initializers.Zeros())
        self.built = True

    def call(self, inputs, state):
        if self._state_is_tuple:
            c, h = state
        else:
            c, h = array_ops.split(value=state, num_or_size_splits=2, axis=1)
        gates = linalg_ops.matmul(array_ops.concat([inputs, h], 1), self._kernel)
        gates = nn_ops.bias_add(gates, self._bias)
        i, j, f, o = array_ops.split(value=gates, num_or_size_splits=4, axis=1)
        forget = convert_to_tensor(self._forget_bias, dtype=f.dtype)
        next_c = c * math_ops.sigmoid(f + forget) + math_ops.sigmoid(i) * self._activation(j)
        next_h = self._activation(next_c) * math_ops.sigmoid(o)
        state = LSTMStateTuple(next_c, next_h) if self._state_is_tuple else array_ops.concat([next_c, next_h], 1)
        return next_h, state


class LSTMCell(RNNCell):
    """The LSTM cell with optional peepholes, clipping and projection."""

    _base_name = "lstm_cell"

    def __init__(
        self, num_units, use_peepholes=False, cell_clip=None, initializer=None, num_proj=None, proj_clip=None,
        num_unit_shards=None, num_proj_shards=None, forget_bias=1.0, state_is_tuple=True, activation=None, reuse=None,
        name=None, dtype=None, **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        if num_unit_shards is not None or num_proj_shards is not None:
            raise NotImplementedError(
                "num_unit_shards and num_proj_shards are not in swiftestimator: use a partitioner"
            )
        self._num_units, self._use_peepholes, self._cell_clip = num_units, use_peepholes, cell_clip
        self._initializer, self._num_proj, self._proj_clip = initializer, num_proj, proj_clip
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple
        self._activation = _activation(activation, math_ops.tanh)

    @property
    def state_size(self):
        sizes = (self._num_units, self._num_proj or self._num_units)
        return LSTMStateTuple(*sizes) if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._num_proj or self._num_units

    def build(self, inputs_shape):
        units, depth = self._num_units, _input_depth(inputs_shape)
        initializer = self._initializer
        self._kernel = self.add_weight("kernel", [depth + self.output_size, 4 * units], initializer=initializer)
        self._bias = self.add_weight("bias", [4 * units], initializer=initializers.Zeros())
        if self._use_peepholes:
            self._w_f_diag, self._w_i_diag, self._w_o_diag = (
                self.add_weight(f"w_{gate}_diag", [units], initializer=initializer) for gate in "fio"
            )
        if self._num_proj is not None:
            self._proj_kernel = self.add_weight("projection/kernel", [units, self._num_proj], initializer=initializer)
        self.built = True

    def call(self, inputs, state):
        if self._state_is_tuple:
            c, h = state
        else:
            c, h = array_ops.split(state, [self._num_units, self.output_size], axis=1)
        gates = linalg_ops.matmul(array_ops.concat([inputs, h], 1), self._kernel)
        gates = nn_ops.bias_add(gates, self._bias)
        i, j, f, o = array_ops.split(value=gates, num_or_size_splits=4, axis=1)
        if self._use_peepholes:
            forget = math_ops.sigmoid(f + self._forget_bias + self._w_f_diag * c)
            next_c = forget * c + math_ops.sigmoid(i + self._w_i_diag * c) * self._activation(j)
        else:
            next_c = math_ops.sigmoid(f + self._forget_bias) * c + math_ops.sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            next_c = clip_ops.clip_by_value(next_c, -self._cell_clip, self._cell_clip)
        out_gate = math_ops.sigmoid(o + self._w_o_diag * next_c) if self._use_peepholes else math_ops.sigmoid(o)
        output = out_gate * self._activation(next_c)
        if self._num_proj is not None:
            output = linalg_ops.matmul(output, self._proj_kernel)
            if self._proj_clip is not None:
                output = clip_ops.clip_by_value(output, -self._proj_clip, self._proj_clip)
        state = LSTMStateTuple(next_c, output) if self._state_is_tuple else array_ops.concat([next_c, output], 1)
        return output, state
