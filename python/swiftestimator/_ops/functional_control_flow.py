"""Branches and loops as nodes whose bodies are functions of the graph."""

from swiftestimator._border import function
from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.composite import SparseTensor
from swiftestimator._framework.convert import constant
from swiftestimator._framework.function_body import FunctionBody
from swiftestimator._framework.graph import Operation, Tensor, get_default_graph
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope

__all__ = ["build_cond", "build_while"]


class _ControlFlowBody(FunctionBody):
    """The body of a branch or loop: collections are those of the graph around it."""

    def add_to_collection(self, name, value):
        self.outer_graph.add_to_collection(name, value)

    def get_collection(self, name, scope=None):
        return self.outer_graph.get_collection(name, scope)

    def get_collection_ref(self, name):
        return self.outer_graph.get_collection_ref(name)


def _expand(structure):
    """The structure with composite values as tuples of their tensors, the tensors, and a function that undoes it."""
    kinds = []
    flat = []
    for leaf in nest.flatten(structure):
        if getattr(leaf, "_is_sparse_tensor", False):
            kinds.append("sparse")
            flat.extend(leaf._parts())
        else:
            kinds.append("tensor")
            flat.append(leaf)
    return flat, kinds


def _collapse(structure, kinds, flat):
    leaves, position = [], 0
    for kind in kinds:
        if kind == "sparse":
            leaves.append(SparseTensor(*flat[position : position + 3]))
            position += 3
        else:
            leaves.append(flat[position])
            position += 1
    return nest.pack_sequence_as(structure, leaves)


def _captures(body):
    """Pairs (outer tensor, tensor in the body) of what the body took in, in order."""
    return function("graph.captures")(body)


def _capture(body, outer):
    """The body's counterpart of a tensor of the graph around it, taken in if it was not yet."""
    for known, inner in _captures(body):
        if known is outer:
            return inner
    with body.as_default():
        apply("Identity", [outer])
    return _captures(body)[-1][1]


def _share_captures(bodies):
    """Makes all bodies take in the same tensors; gives them in one order."""
    shared = []
    for body in bodies:
        for outer, _ in _captures(body):
            if not any(outer is known for known in shared):
                shared.append(outer)
    for body in bodies:
        for outer in shared:
            _capture(body, outer)
    return shared


def _register(body, label, shared, outputs):
    """Makes the body a function whose inputs are its arguments and then the shared captures."""
    inner = {id(outer): tensor for outer, tensor in _captures(body)}
    body.inputs = [*body.inputs, *[inner[id(outer)] for outer in shared]]
    name, _ = body.register(label, outputs)
    return name


def _is_stateful(bodies):
    signature = function("op.signature")
    for body in bodies:
        for op in body.get_operations():
            if op.type not in ("Placeholder", "Const") and signature(op.type)["is_stateful"]:
                return True
    return False


def _tensors_in(body, structure):
    """The results of a traced function as tensors of its body; operations count as ``None`` does."""
    flat, kinds = _expand(structure)
    with body.as_default():
        result = []
        for leaf in flat:
            tensor = convert_to_tensor(leaf)
            if tensor.graph is not body:
                tensor = _capture(body, tensor)
            result.append(tensor)
        return result, kinds


def _trace_branch(callable_, outer):
    body = _ControlFlowBody(outer)
    with body.as_default():
        result = callable_()
    no_value = result is None or isinstance(result, Operation)
    if no_value:
        with body.as_default():
            from swiftestimator._framework.graph import control_dependencies

            with control_dependencies([result] if result is not None else []):
                result = constant(0, dtypes.int32)
    flat, kinds = _tensors_in(body, _without_none(result))
    return body, result, flat, kinds, no_value


def _without_none(structure):
    """The structure as the list of its leaves that are not ``None``."""
    return [leaf for leaf in nest.flatten(structure) if leaf is not None]


def _with_none(structure, leaves):
    """``leaves`` in the form of a structure, with ``None`` where it has ``None``."""
    leaves = iter(leaves)
    return nest.pack_sequence_as(structure, [None if v is None else next(leaves) for v in nest.flatten(structure)])


def build_cond(pred, true_fn, false_fn, name):
    """The node ``If`` with both branches, and its results in the branches' structure."""
    outer = get_default_graph()
    with name_scope(name, "cond") as scope:
        pred = convert_to_tensor(pred, name="pred")
        if pred.dtype is not dtypes.bool_:
            raise TypeError(f"pred must be a Tensor of type bool, got {pred!r}")
        if pred._rank not in (None, 0):
            raise ValueError(f"pred must be a scalar, got {pred!r}")
        true = _trace_branch(true_fn, outer)
        false = _trace_branch(false_fn, outer)
        _check_branches(true, false)
        shared = _share_captures([true[0], false[0]])
        true_name = _register(true[0], "cond_true", shared, true[2])
        false_name = _register(false[0], "cond_false", shared, false[2])
        shapes = [a.shape.most_specific_compatible_shape(b.shape) for a, b in zip(true[2], false[2])]
        attributes = {
            "then_branch": true_name, "else_branch": false_name, "Tcond": dtypes.bool_,
            "Tin": [t.dtype for t in shared], "Tout": [t.dtype for t in true[2]], "output_shapes": shapes,
        }  # fmt: skip
        op_type = "If" if _is_stateful([true[0], false[0]]) else "StatelessIf"
        outputs = _node(op_type, [pred, shared], attributes, scope, shapes)
        results = [apply("Identity", [output]) for output in outputs]
    if true[4]:
        return results[0].op
    leaves = nest.flatten(_collapse(_without_none(true[1]), true[3], results))
    return _unpacked(_with_none(true[1], leaves))


def _unpacked(structure):
    """A list of one result stands for the result itself where TensorFlow 2's behavior is disabled."""
    if TensorShape.v1_items and isinstance(structure, list) and len(structure) == 1:
        return structure[0]
    return structure


def _node(op_type, inputs, attributes, scope, shapes):
    """The outputs of a node of several outputs as a list."""
    result = apply(op_type, inputs, attributes, name=scope)
    outputs = [result] if isinstance(result, Tensor) else [] if isinstance(result, Operation) else list(result)
    for output, shape in zip(outputs, shapes):
        output.set_shape(shape)
    return outputs


def _check_branches(true, false):
    if true[4] != false[4]:
        raise TypeError("true_fn and false_fn must both return a value, or both none")
    try:
        nest.assert_same_structure(true[1], false[1])
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"true_fn and false_fn arguments to tf.cond must have the same number, type, and overall structure of return "
            f"values.\n\ntrue_fn output:  {true[1]}\nfalse_fn output: {false[1]}\n\nError details:\n{error}"
        ) from None
    for i, (a, b) in enumerate(zip(true[2], false[2])):
        if a.dtype is not b.dtype:
            raise TypeError(
                "true_fn and false_fn arguments to tf.cond must have the same number, type, and overall structure of "
                f"return values. Output {i} has type {a.dtype.name} in true_fn and {b.dtype.name} in false_fn."
            )


# -- Loops


def _flat_shapes(shape_invariants, loop_vars, flat, kinds):
    if shape_invariants is None:
        return [t.shape for t in flat]
    parts = nest.flatten_up_to(loop_vars, shape_invariants)
    shapes = []
    position = 0
    for part, kind in zip(parts, kinds):
        if kind == "sparse":
            rank = TensorShape(part).rank
            shapes += [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]
            position += 3
            continue
        shape = TensorShape(part)
        if not _is_at_least_as_general(shape, flat[position].shape):
            raise ValueError(
                f"The shape invariant specified for {flat[position].name} is not compatible with the initial shape of the "
                f"loop variable. It enters the loop with shape {flat[position].shape}, but the specified shape invariant "
                f"is {shape}."
            )
        shapes.append(shape)
        position += 1
    return shapes


def _is_at_least_as_general(general, shape):
    if general.rank is None:
        return True
    if shape.rank is None or shape.rank != general.rank:
        return False
    return all(a is None or a == b for a, b in zip(general.as_list(), shape.as_list()))


def build_while(
    cond, body, loop_vars, shape_invariants, parallel_iterations, name, maximum_iterations, return_same_structure
):
    """The node ``While`` with its two functions, and the variables' last values in their structure.

    A loop that changes variables is traced again, so that each round reads what the one before has left.
    """
    outer = get_default_graph()
    is_sequence = isinstance(loop_vars, list | tuple)
    structure = loop_vars if is_sequence else [loop_vars]
    leaves = [
        leaf if getattr(leaf, "_is_sparse_tensor", False) or getattr(leaf, "_is_tensor_array", False)
        else convert_to_tensor(leaf)
        for leaf in nest.flatten(structure)
    ]  # fmt: skip
    arrays = [leaf if getattr(leaf, "_is_tensor_array", False) else None for leaf in leaves]
    leaves = [leaf if array is None else array.flow for leaf, array in zip(leaves, arrays)]
    structure = nest.pack_sequence_as(structure, leaves)
    flat, kinds = _expand(structure)
    with name_scope(name, "while") as scope:
        if maximum_iterations is not None:
            limit = convert_to_tensor(maximum_iterations, dtype=dtypes.int32, name="maximum_iterations")
        else:
            limit = constant(-1, dtypes.int32, name="maximum_iterations")
        counter = constant(0, dtypes.int32, name="loop_counter")
        shapes = _flat_shapes(shape_invariants, structure, flat, kinds)

        def arguments(graph):
            inner_counter = graph.add_input(dtypes.int32, TensorShape([]), "loop_counter")
            inner_limit = graph.add_input(dtypes.int32, limit.shape, "maximum_iterations")
            inner = [graph.add_input(t.dtype, shape, f"loop_var_{i}") for i, (t, shape) in enumerate(zip(flat, shapes))]
            values = nest.flatten(_collapse(structure, kinds, inner))
            values = [v if a is None else a._with_flow(v) for v, a in zip(values, arrays)]
            return inner_counter, inner_limit, nest.pack_sequence_as(structure, values)

        reads_inside = frozenset()
        while True:
            condition_graph = _ControlFlowBody(outer)
            condition_graph.reads_inside = reads_inside
            with condition_graph.as_default():
                inner_counter, inner_limit, values = arguments(condition_graph)
                result = convert_to_tensor(cond(*values) if isinstance(values, list | tuple) else cond(values))
                if result.dtype is not dtypes.bool_:
                    raise TypeError(f"cond must return a bool tensor, got {result!r}")
                if result._rank not in (None, 0):
                    raise ValueError(f"cond must return a scalar, got {result!r}")
                if maximum_iterations is not None:
                    from swiftestimator._ops import math_ops

                    result = math_ops.logical_and(math_ops.less(inner_counter, inner_limit), result)
            keep_going, _ = _tensors_in(condition_graph, [result])

            body_graph = _ControlFlowBody(outer)
            body_graph.reads_inside = reads_inside
            with body_graph.as_default():
                inner_counter, inner_limit, values = arguments(body_graph)
                next_values = body(*values)
                next_counter = inner_counter + 1
            if reads_inside >= body_graph.writes.keys():
                break
            reads_inside = frozenset(body_graph.writes)
        next_structure = _as_loop_structure(next_values, structure, arrays)
        next_flat, next_kinds = _tensors_in(body_graph, next_structure)
        if next_kinds != kinds:
            raise TypeError("the body of a loop must return the kinds of tensors that it takes")
        for before, after, shape in zip(flat, next_flat, shapes):
            if before.dtype is not after.dtype:
                raise TypeError(
                    f"Loop var {before.name} enters the loop with type {before.dtype!r} but has type {after.dtype!r} after "
                    "1 iteration."
                )
            if not _is_at_least_as_general(shape, after.shape):
                raise ValueError(
                    f"Input tensor `{before.name}` enters the loop with shape {before.shape}, but has shape {after.shape} "
                    "after one iteration. To allow the shape to vary across iterations, use the `shape_invariants` "
                    "argument of tf.while_loop to specify a less-specific shape."
                )
        shared = _share_captures([condition_graph, body_graph])
        condition_name = _register(condition_graph, "while_cond", shared, keep_going)
        invariants = [_capture(body_graph, outer_tensor) for outer_tensor in shared]
        body_name = _register(body_graph, "while_body", shared, [next_counter, inner_limit, *next_flat, *invariants])
        inputs = [counter, limit, *flat, *shared]
        output_shapes = [TensorShape([]), limit.shape, *shapes, *[t.shape for t in shared]]
        attributes = {
            "cond": condition_name, "body": body_name, "T": [t.dtype for t in inputs], "output_shapes": output_shapes,
            "parallel_iterations": parallel_iterations,
        }  # fmt: skip
        op_type = "While" if _is_stateful([condition_graph, body_graph]) else "StatelessWhile"
        outputs = _node(op_type, [inputs], attributes, scope, output_shapes)
        results = [apply("Identity", [output]) for output in outputs][2 : 2 + len(flat)]
    final = nest.flatten(_collapse(structure, kinds, results))
    final = [v if a is None else a._with_flow(v) for v, a in zip(final, arrays)]
    final = nest.pack_sequence_as(structure, final)
    if not is_sequence:
        return final[0]
    if not return_same_structure and len(final) == 1:
        return final[0]
    return final


def _as_loop_structure(values, structure, arrays):
    """What the body returned in the structure of the loop's variables."""
    if not isinstance(values, list | tuple) or hasattr(values, "_fields") and len(structure) == 1:
        values = [values]
    if len(structure) == 1 and len(values) != 1:
        values = [values]
    leaves = nest.flatten(list(values))
    expected = nest.flatten(structure)
    if len(leaves) != len(expected):
        raise ValueError(
            f"The two structures don't have the same nested structure: the loop has {len(expected)} variables, its body "
            f"returns {len(leaves)}"
        )
    leaves = [v.flow if getattr(v, "_is_tensor_array", False) else v for v in leaves]
    return nest.pack_sequence_as(structure, leaves)
