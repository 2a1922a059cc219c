"""Recurrent networks: cells over sequences."""

from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import name_scope
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._model.rnn_cells import assert_like_rnncell
from swiftestimator._model.scopes import variable_scope
from swiftestimator._ops import array_ops, control_flow_ops, mask_ops, math_ops
from swiftestimator._ops.cast_ops import cast
from swiftestimator._ops.tensor_array_ops import TensorArray

__all__ = ["bidirectional_dynamic_rnn", "dynamic_rnn", "static_bidirectional_rnn", "static_rnn"]


def _transpose_batch_time(x):
    """``[batch, time, ...]`` as ``[time, batch, ...]`` or the other way."""
    rank = x.shape.rank
    if rank is not None and rank < 2:
        return x
    if rank is not None:
        return array_ops.transpose(x, [1, 0, *range(2, rank)])
    return array_ops.transpose(x, array_ops.concat([[1, 0], array_ops.range(2, array_ops.rank(x))], axis=0))


def _batch_size(x):
    """The size of the second axis, static if known."""
    dims = x.shape.as_list() if x.shape.rank is not None else None
    return array_ops.shape(x)[1] if dims is None or dims[1] is None else dims[1]


def _initial(cell, initial_state, batch_size, dtype):
    if initial_state is not None:
        return nest.map_structure(convert_to_tensor, initial_state)
    if dtype is None:
        raise ValueError("If there is no initial_state, you must give a dtype.")
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


def _keep_past_end(is_over, new, old):
    """``old`` in the rows of sequences that have ended; what is no batch stays."""
    if new.shape.rank == 0:
        return new
    result = mask_ops.where(is_over, old, new)
    result.set_shape(new.shape)
    return result


def _sequence_length(sequence_length):
    sequence_length = cast(convert_to_tensor(sequence_length, name="sequence_length"), dtypes.int32)
    if sequence_length.shape.rank not in (None, 1):
        raise ValueError(
            f"sequence_length must be a vector of length batch_size, but saw shape: {sequence_length.shape}"
        )
    return array_ops.identity(sequence_length, name="sequence_length")


def dynamic_rnn(
    cell, inputs, sequence_length=None, initial_state=None, dtype=None, parallel_iterations=None, swap_memory=False,
    time_major=False, scope=None,
):  # fmt: skip
    """A cell over ``inputs`` of ``[batch, time, ...]`` (``[time, batch, ...]`` with ``time_major``).

    Gives the outputs and the last state. Past a sequence's end, outputs are zero and the state stays.
    """
    assert_like_rnncell("cell", cell)
    with variable_scope(scope or "rnn"):
        flat = [convert_to_tensor(x) for x in nest.flatten(inputs)]
        if not time_major:
            flat = [_transpose_batch_time(x) for x in flat]
        if sequence_length is not None:
            sequence_length = _sequence_length(sequence_length)
        batch_size = _batch_size(flat[0])
        if dtype is None and initial_state is None:
            raise ValueError("If there is no initial_state, you must give a dtype.")
        state = _initial(cell, initial_state, batch_size, dtype)
        outputs, final_state = _loop(cell, inputs, flat, state, sequence_length, batch_size, dtype, parallel_iterations)
        if not time_major:
            outputs = nest.map_structure(_transpose_batch_time, outputs)
        return outputs, final_state


def _loop(cell, structure, flat, state, sequence_length, batch_size, dtype, parallel_iterations):
    for x in flat:
        if x.shape.rank is None or None in x.shape.as_list()[2:]:
            raise ValueError("Input size (depth of inputs) must be accessible via shape inference, but saw value None.")
    static_steps = flat[0].shape.as_list()[0]
    steps = array_ops.shape(flat[0])[0] if static_steps is None else static_steps
    static_batch = batch_size if isinstance(batch_size, int) else None
    sizes = cell.output_size
    # A TensorShape is one size, not a structure of them.
    flat_sizes = [sizes] if isinstance(sizes, TensorShape) else nest.flatten(sizes)
    output_dtype = dtype or nest.flatten(state)[0].dtype
    output_dims = [s.as_list() if isinstance(s, TensorShape) else [s] for s in flat_sizes]
    with name_scope("dynamic_rnn"):
        sources = [TensorArray(x.dtype, size=steps, element_shape=x.shape[1:], name=f"input_{i}").unstack(x)
                   for i, x in enumerate(flat)]  # fmt: skip
        targets = [
            TensorArray(output_dtype, size=steps, element_shape=[static_batch, *dims], name=f"output_{i}")
            for i, dims in enumerate(output_dims)
        ]
        flat_state = nest.flatten(state)

    def step(time, arrays, *loop_state):
        values = [source.read(time) for source in sources]
        for value, x in zip(values, flat):
            value.set_shape(x.shape[1:])
        current = nest.pack_sequence_as(state, list(loop_state))
        output, next_state = cell(nest.pack_sequence_as(structure, values), current)
        nest.assert_same_structure(state, next_state)
        flat_output, flat_next = nest.flatten(output), nest.flatten(next_state)
        if sequence_length is not None:
            is_over = math_ops.greater_equal(time, sequence_length)
            flat_output = [_keep_past_end(is_over, o, array_ops.zeros_like(o)) for o in flat_output]
            flat_next = [_keep_past_end(is_over, n, o) for n, o in zip(flat_next, loop_state)]
        for before, after in zip(flat_state, flat_next):
            if after.shape.is_compatible_with(before.shape):
                after.set_shape(before.shape)
        written = [array.write(time, value) for array, value in zip(arrays, flat_output)]
        return (time + 1, written, *flat_next)

    results = control_flow_ops.while_loop(
        lambda time, *_: time < steps, step, [convert_to_tensor(0, name="time"), targets, *flat_state],
        parallel_iterations=parallel_iterations or 32, maximum_iterations=steps,
    )  # fmt: skip
    outputs = [array.stack() for array in results[1]]
    for value, dims in zip(outputs, output_dims):
        value.set_shape([static_steps, static_batch, *dims])
    if isinstance(sizes, TensorShape):
        outputs = outputs[0]
    else:
        outputs = nest.pack_sequence_as(sizes, outputs)
    return outputs, nest.pack_sequence_as(state, list(results[2:]))


def bidirectional_dynamic_rnn(
    cell_fw, cell_bw, inputs, sequence_length=None, initial_state_fw=None, initial_state_bw=None, dtype=None,
    parallel_iterations=None, swap_memory=False, time_major=False, scope=None,
):  # fmt: skip
    """Two cells over the sequences, one forwards and one backwards; pairs of outputs and of last states."""
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = dynamic_rnn(
                cell_fw, inputs, sequence_length, initial_state_fw, dtype, parallel_iterations, swap_memory, time_major,
                fw_scope,
            )  # fmt: skip
        time_axis, batch_axis = (0, 1) if time_major else (1, 0)

        def turned(x):
            if sequence_length is not None:
                return array_ops.reverse_sequence(
                    x, seq_lengths=sequence_length, seq_axis=time_axis, batch_axis=batch_axis
                )
            return array_ops.reverse(x, axis=[time_axis])

        with variable_scope("bw") as bw_scope:
            backwards = nest.map_structure(lambda x: turned(convert_to_tensor(x)), inputs)
            output_bw, state_bw = dynamic_rnn(
                cell_bw, backwards, sequence_length, initial_state_bw, dtype, parallel_iterations, swap_memory,
                time_major, bw_scope,
            )  # fmt: skip
    output_bw = nest.map_structure(turned, output_bw)
    return (output_fw, output_bw), (state_fw, state_bw)


def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """A cell over a list of ``[batch, ...]`` inputs; gives the list of outputs and the last state."""
    assert_like_rnncell("cell", cell)
    if not isinstance(inputs, list | tuple):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    outputs = []
    with variable_scope(scope or "rnn") as entered:
        inputs = [nest.map_structure(convert_to_tensor, x) for x in inputs]
        first = nest.flatten(inputs[0])[0]
        if first.shape.rank == 1 or first.shape.rank is not None and None in first.shape.as_list()[1:]:
            raise ValueError("Input size (dimension 1 of inputs) must be accessible via shape inference.")
        known = first.shape.as_list()[0] if first.shape.rank is not None else None
        batch_size = array_ops.shape(first)[0] if known is None else known
        if sequence_length is not None:
            sequence_length = _sequence_length(sequence_length)
        state = _initial(cell, initial_state, batch_size, dtype)
        for time, x in enumerate(inputs):
            if time > 0:
                entered.reuse_variables()
            output, next_state = cell(x, state)
            if sequence_length is not None:
                is_over = math_ops.greater_equal(time, sequence_length)
                output = nest.map_structure(
                    lambda o, over=is_over: _keep_past_end(over, o, array_ops.zeros_like(o)), output
                )
                pairs = zip(nest.flatten(next_state), nest.flatten(state))
                next_state = nest.pack_sequence_as(state, [_keep_past_end(is_over, n, o) for n, o in pairs])
            outputs.append(output)
            state = next_state
    return outputs, state


def static_bidirectional_rnn(
    cell_fw, cell_bw, inputs, initial_state_fw=None, initial_state_bw=None, dtype=None, sequence_length=None,
    scope=None,
):  # fmt: skip
    """Two cells over a list of inputs; outputs of both side by side, and both last states."""
    if not isinstance(inputs, list | tuple):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, fw_scope)
        with variable_scope("bw") as bw_scope:
            backwards = _turned_list(inputs, sequence_length)
            output_bw, state_bw = static_rnn(cell_bw, backwards, initial_state_bw, dtype, sequence_length, bw_scope)
        output_bw = _turned_list(output_bw, sequence_length)
    outputs = [array_ops.concat([f, b], 1) for f, b in zip(output_fw, output_bw)]
    return outputs, state_fw, state_bw


def _turned_list(items, lengths):
    if lengths is None:
        return list(reversed(items))
    stacked = array_ops.stack(list(items))
    turned = array_ops.reverse_sequence(stacked, lengths, seq_axis=0, batch_axis=1)
    return array_ops.unstack(turned, num=len(items))
