"""Cells of recurrent networks that are made of others."""

import hashlib

from swiftestimator._framework import nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import device as device_scope
from swiftestimator._framework.graph import name_scope
from swiftestimator._model.rnn_cells import LSTMStateTuple, RNNCell, _units, assert_like_rnncell
from swiftestimator._model.scopes import variable_scope
from swiftestimator._ops import array_ops, math_ops, nn_ops, slice_ops

__all__ = ["MultiRNNCell"]


class MultiRNNCell(RNNCell):
    """Cells one above the other: each takes the output of the one before."""

    _base_name = "multi_rnn_cell"

    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not isinstance(cells, list | tuple):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        if not state_is_tuple and any(isinstance(c.state_size, list | tuple) for c in cells):
            raise ValueError("Some cells return tuples of states, but the flag state_is_tuple is not set.")
        self._cells, self._state_is_tuple = list(cells), state_is_tuple

    def _inner_cells(self):
        return self._cells

    @property
    def state_size(self):
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._cells[-1].output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    def call(self, inputs, state):
        position, states, current = 0, [], inputs
        for i, cell in enumerate(self._cells):
            with variable_scope(f"cell_{i}"):
                if self._state_is_tuple:
                    if not isinstance(state, list | tuple):
                        raise ValueError(f"Expected state to be a tuple of length {len(self.state_size)}, got: {state}")
                    cell_state = state[i]
                else:
                    cell_state = slice_ops.slice(state, [0, position], [-1, cell.state_size])
                    position += cell.state_size
                current, next_state = cell(current, cell_state)
                states.append(next_state)
        return current, tuple(states) if self._state_is_tuple else array_ops.concat(states, 1)


class _Wrapper(RNNCell):
    """A cell around another one, in whose variable scope it works."""

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        assert_like_rnncell("cell", cell)
        self.cell = cell

    def _inner_cells(self):
        return [self.cell]

    @property
    def wrapped_cell(self):
        """The cell inside."""
        return self.cell

    @property
    def state_size(self):
        return self.cell.state_size

    @property
    def output_size(self):
        return self.cell.output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs, state, scope=None):
        return self._step(
            inputs, state, lambda i, s: self.cell(i, s) if scope is None else self.cell(i, s, scope=scope)
        )


class DropoutWrapper(_Wrapper):
    """A cell with dropout on its inputs, outputs and state."""

    def __init__(
        self, cell, input_keep_prob=1.0, output_keep_prob=1.0, state_keep_prob=1.0, variational_recurrent=False,
        input_size=None, dtype=None, seed=None, dropout_state_filter_visitor=None, **kwargs,
    ):  # fmt: skip
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("dropout_state_filter_visitor must be callable.")
        probabilities = {}
        for attribute, value in (
            ("input_keep_prob", input_keep_prob), ("state_keep_prob", state_keep_prob),
            ("output_keep_prob", output_keep_prob),
        ):  # fmt: skip
            if isinstance(value, int | float) and not 0 <= value <= 1:
                raise ValueError(f"Parameter {attribute} must be between 0 and 1, but got {value}")
            probabilities[attribute] = float(value) if isinstance(value, int) else value
        self._input_keep_prob = probabilities["input_keep_prob"]
        self._output_keep_prob = probabilities["output_keep_prob"]
        self._state_keep_prob = probabilities["state_keep_prob"]
        self._seed = seed
        self._visitor = dropout_state_filter_visitor
        self._noise = None
        if variational_recurrent:
            self._make_noise(input_size, self._dtype)

    def _make_noise(self, input_size, dtype):
        if dtype is None:
            raise ValueError("When variational_recurrent=True, dtype must be provided")
        from swiftestimator._ops.random_ops import random_uniform

        def noise(salt):
            def one(index, size):
                dims = [1, *_units(size).as_list()]
                return random_uniform(dims, seed=self._gen_seed(salt, index), dtype=dtype)

            return one

        def mapped(salt, structure):
            leaves = nest.flatten(structure)
            return nest.pack_sequence_as(structure, [noise(salt)(i, s) for i, s in enumerate(leaves)])

        self._noise = {}
        if not _is_one(self._input_keep_prob):
            if input_size is None:
                raise ValueError(
                    "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided"
                )
            self._noise["input"] = mapped("input", input_size)
        self._noise["state"] = mapped("state", self.cell.state_size)
        self._noise["output"] = mapped("output", self.cell.output_size)

    def _gen_seed(self, salt_prefix, index):
        if self._seed is None:
            return None
        text = f"{self._seed}{salt_prefix}_{index}".encode()
        return int(hashlib.md5(text).hexdigest()[:8], 16) & 0x7FFFFFFF

    def _drop(self, values, salt, keep_prob, keeps=None):
        leaves = nest.flatten(values)
        masks = [True] * len(leaves) if keeps is None else keeps
        noise = nest.flatten(self._noise[salt]) if self._noise is not None else None
        result = []
        for i, (leaf, drops) in enumerate(zip(leaves, masks)):
            if not drops:
                result.append(leaf)
            elif noise is not None:
                keep = convert_to_tensor(keep_prob, dtype=leaf.dtype)
                result.append(math_ops.div(leaf, keep) * math_ops.floor(keep + noise[i]))
            else:
                result.append(nn_ops.dropout(leaf, keep_prob=keep_prob, seed=self._gen_seed(salt, i)))
        return nest.pack_sequence_as(values, result)

    def _dropped_parts(self, state):
        if self._visitor is not None:
            decided = self._visitor(state)
            return (
                nest.flatten(decided)
                if isinstance(decided, list | tuple | dict)
                else [decided] * len(nest.flatten(state))
            )
        if isinstance(state, LSTMStateTuple):
            return [False, True]  # the memory is never dropped
        if isinstance(state, list | tuple):
            return [keep for part in state for keep in self._dropped_parts(part)]
        return [True]

    def _step(self, inputs, state, cell):
        if not _is_one(self._input_keep_prob):
            inputs = self._drop(inputs, "input", self._input_keep_prob)
        output, next_state = cell(inputs, state)
        if not _is_one(self._state_keep_prob):
            next_state = self._drop(next_state, "state", self._state_keep_prob, self._dropped_parts(next_state))
        if not _is_one(self._output_keep_prob):
            output = self._drop(output, "output", self._output_keep_prob)
        return output, next_state


def _is_one(probability):
    return isinstance(probability, int | float) and probability >= 1


class ResidualWrapper(_Wrapper):
    """A cell whose inputs are added to its outputs."""

    def __init__(self, cell, residual_fn=None, **kwargs):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _step(self, inputs, state, cell):
        outputs, next_state = cell(inputs, state)
        if self._residual_fn is not None:
            return self._residual_fn(inputs, outputs), next_state
        pairs = zip(nest.flatten(inputs), nest.flatten(outputs))
        return nest.pack_sequence_as(outputs, [i + o for i, o in pairs]), next_state


class DeviceWrapper(_Wrapper):
    """A cell whose operations get a device."""

    def __init__(self, cell, device, **kwargs):
        super().__init__(cell, **kwargs)
        self._device = device

    def _step(self, inputs, state, cell):
        with device_scope(self._device):
            return cell(inputs, state)
