"""Order and choice: groups, dependencies, assertions, branches."""

from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.graph import Operation, Tensor, control_dependencies
from swiftestimator._ops import array_ops
from swiftestimator._ops.support import apply, constant_value, convert_to_tensor, name_scope


def no_op(name=None):
    """An operation that does nothing."""
    return apply("NoOp", [], name=name)


def group(*inputs, **kwargs):
    """An operation that waits for others."""
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unknown keyword arguments: {', '.join(kwargs)}")
    ops = []
    for item in nest.flatten(list(inputs)):
        for part in _operations_in(item):
            if part not in ops:
                ops.append(part)
    with name_scope(name, "group_deps", ops) as name:
        with control_dependencies(ops):
            return no_op(name=name)


def _operations_in(item):
    if isinstance(item, Operation | Tensor):
        return [item if isinstance(item, Operation) else item.op]
    if hasattr(item, "_parts"):
        return [part.op for part in item._parts()]
    if hasattr(item, "_as_graph_element"):
        return _operations_in(item._as_graph_element())
    if hasattr(item, "op") and item.op is not None:
        return [item.op]
    raise TypeError(f"'inputs' should be zero or more (nested) Tensors. Received '{item}' with type '{type(item)}'.")


def with_dependencies(dependencies, output_tensor, name=None):
    """The value, available only after ``dependencies`` ran."""
    with name_scope(name, "control_dependency", [*dependencies, output_tensor]) as name:
        with control_dependencies(dependencies):
            if hasattr(output_tensor, "_map_parts"):
                return output_tensor._map_parts(lambda part: apply("Identity", [part]))
            return apply("Identity", [output_tensor], name=name)


def tuple(tensors, name=None, control_inputs=None):  # noqa: A001 (the public name)
    """The values, each available only after all of them are."""
    with name_scope(name, "tuple", tensors):
        gates = [op for t in tensors if t is not None for op in _operations_in(t)]
        for item in control_inputs or ():
            gates.extend(_operations_in(item))
        if not gates:
            raise ValueError("`tensors` must have at least one Tensor. Received: {tensors}.")
        gate = group(*gates)
        return [None if t is None else with_dependencies([gate], t) for t in tensors]


def tuple_v2(tensors, control_inputs=None, name=None):
    """The values, each available only after all of them are."""
    return tuple(tensors, name, control_inputs)


def Assert(condition, data, summarize=None, name=None):  # noqa: N802 (the public name)
    """An operation that fails in a run with ``data`` in its message unless the condition is true."""
    with name_scope(name, "Assert", [condition, data]):
        for item in data:
            if not isinstance(item, Tensor) and not hasattr(item, "_as_tensor"):
                convert_to_tensor(item)
        condition = convert_to_tensor(condition, dtypes.bool_) if not isinstance(condition, Tensor) else condition
        return apply("Assert", [condition, list(data)], {"summarize": summarize or 3}, name="Assert")


def Print(  # noqa: N802 (the public name)
    input_, data, message=None, first_n=None, summarize=None, name=None
):
    """The value; a run writes ``data`` to standard error."""
    attributes = {"message": message or "", "first_n": -1 if first_n is None else first_n, "summarize": summarize or 3}
    return apply("Print", [input_, list(data)], attributes, name=name)


def print_v2(*inputs, **kwargs):
    """An operation that writes its arguments in a run."""
    import sys

    stream = kwargs.pop("output_stream", sys.stderr)
    summarize = kwargs.pop("summarize", 3)
    separator, end, name = kwargs.pop("sep", " "), kwargs.pop("end", "\n"), kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    places = {id(sys.stderr): "stderr", id(sys.stdout): "stdout"}
    target = places.get(id(stream), stream if isinstance(stream, str) else None)
    if target is None:
        raise ValueError(f"Unknown output stream or logging level {stream}")
    template, tensors = [], []
    for item in inputs:
        leaves = nest.flatten(item) if nest.is_nested(item) else [item]
        if any(isinstance(leaf, Tensor) or hasattr(leaf, "_as_tensor") for leaf in leaves):
            shown = []
            for leaf in leaves:
                if isinstance(leaf, Tensor) or hasattr(leaf, "_as_tensor"):
                    tensors.append(convert_to_tensor(leaf))
                    shown.append("{}")
                else:
                    shown.append(repr(leaf))
            template.append(
                shown[0] if not nest.is_nested(item) else str(nest.pack_sequence_as(item, shown)).replace("'{}'", "{}")
            )
        else:
            template.append(str(item))
    from swiftestimator._ops import string_ops

    text = string_ops.string_format(separator.join(template), tensors, summarize=summarize)
    return apply("PrintV2", [text], {"output_stream": target, "end": end}, name=name)


# -- Branches


def cond(pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None):
    """What ``true_fn()`` gives if ``pred`` is true in the run, else what ``false_fn()`` gives.

    Both must give the same structure of the same types (``ValueError``, ``TypeError``). Operations made in a function
    run only when it is chosen; those made outside always run.
    """
    if fn1 is not None:
        if true_fn is not None:
            raise TypeError("cond(): 'true_fn' and 'fn1' may not be set simultaneously.")
        true_fn = fn1
    if fn2 is not None:
        if false_fn is not None:
            raise TypeError("cond(): 'false_fn' and 'fn2' may not be set simultaneously.")
        false_fn = fn2
    if not callable(true_fn):
        raise TypeError("'true_fn' must be callable.")
    if not callable(false_fn):
        raise TypeError("'false_fn' must be callable.")
    if isinstance(pred, bool):
        raise TypeError("pred must not be a Python bool")
    from swiftestimator._ops.functional_control_flow import build_cond

    return build_cond(pred, true_fn, false_fn, name)


def cond_v2(pred, true_fn=None, false_fn=None, name=None):
    """What ``true_fn()`` gives if ``pred`` is true in the run, else what ``false_fn()`` gives."""
    return cond(pred, true_fn, false_fn, name=name)


def smart_cond(pred, true_fn=None, false_fn=None, name=None):
    """As :func:`cond`, but decided at once when the value of ``pred`` is known."""
    known = smart_constant_value(pred)
    if known is None:
        return cond(pred, true_fn, false_fn, name=name)
    return true_fn() if known else false_fn()


def smart_constant_value(pred):
    """Whether a bool, 0, 1 or a constant tensor is true; ``None`` when only the run tells."""
    if isinstance(pred, Tensor):
        value = constant_value(pred)
        return None if value is None else bool(value)
    if pred in (0, 1):
        return bool(pred)
    if isinstance(pred, bool):
        return pred
    raise TypeError(f"`pred` must be a Tensor, or a Python bool, or 1 or 0. Received: pred={pred} of type {type(pred)}")


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """What the function of the first true predicate gives, or else ``default()``."""
    if isinstance(pred_fn_pairs, dict):
        pairs = list(pred_fn_pairs.items())
        pairs.sort(key=lambda pair: pair[0].name) if all(isinstance(p, Tensor) for p, _ in pairs) else None
    else:
        pairs = list(pred_fn_pairs)
    for pair in pairs:
        if not hasattr(pair, "__len__") or len(pair) != 2:
            raise TypeError(f"Each entry in `pred_fn_pairs` must be a 2-tuple. Received {pair}.")
        predicate, function = pair
        if isinstance(predicate, Tensor) and predicate.dtype is not dtypes.bool_:
            raise TypeError(f"pred must be Tensor of type bool: {predicate.name}")
        if not callable(function):
            raise TypeError(f"`fn` for pred {predicate} must be callable.")
    if default is not None and not callable(default):
        raise TypeError("`default` must be callable.")
    with name_scope(name, "case", [predicate for predicate, _ in pairs]):
        return _case_chain(pairs, default, exclusive)


def _case_chain(pairs, default, exclusive):
    predicates = [predicate for predicate, _ in pairs]
    functions = [function for _, function in pairs]
    if default is None:
        check = Assert(
            _any(predicates),
            [
                "None of the conditions evaluated as True. Conditions: ("
                + ", ".join(p.name for p in predicates)
                + "), Values:",
                array_ops.stack(predicates, name="preds_c"),
            ],
            summarize=len(predicates),
        )
        last = functions.pop()
        predicates.pop()

        def default():
            with control_dependencies([check]):
                return last()

    checks = []
    if exclusive:
        from swiftestimator._ops import math_ops, reduce_ops

        stacked = array_ops.stack([predicate for predicate, _ in pairs], name="preds_c")
        count = reduce_ops.reduce_sum(math_ops.cast(stacked, dtypes.int32), name="num_true_conds")
        checks = [
            Assert(
                math_ops.less_equal(count, 1, name="two_true_conds"),
                ["Input error: exclusive=True: more than 1 conditions evaluated as True.  Values:", stacked],
            )
        ]
    result = default
    for predicate, function in reversed(list(zip(predicates, functions))):
        result = _branch(predicate, function, result)
    with control_dependencies(checks):
        return result()


def _branch(predicate, function, otherwise):
    return lambda: cond(predicate, true_fn=function, false_fn=otherwise, name="cond")


def _any(predicates):
    from swiftestimator._ops import reduce_ops

    return reduce_ops.reduce_any(array_ops.stack(predicates), name="at_least_one_true")


def case_v2(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """What the function of the first true predicate gives, or else ``default()``."""
    return case(pred_fn_pairs, default, exclusive, strict, name)


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """What the function at ``branch_index`` gives; ``default()`` (or the last one) for an index out of range."""
    if isinstance(branch_fns, dict):
        functions = dict(branch_fns)
    elif branch_fns and isinstance(branch_fns[0], list | type(())):
        functions = dict(branch_fns)
    else:
        functions = dict(enumerate(branch_fns))
    if not functions:
        raise ValueError("`branch_fns` must not be empty")
    if default is None:
        default = functions[max(functions)]
    from swiftestimator._ops import math_ops

    with name_scope(name, "switch_case", [branch_index]):
        index = convert_to_tensor(branch_index, dtypes.int32)
        result = default
        for key in sorted(functions, reverse=True):
            result = _branch(math_ops.equal(index, key), functions[key], result)
        return result()


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None,
    maximum_iterations=None, return_same_structure=False,
):  # fmt: skip
    """Runs ``body`` on the loop's variables while ``cond`` is true of them, and gives their last values.

    A body that changes the shape of a variable needs ``shape_invariants`` (``ValueError``).
    """
    if not callable(cond):
        raise TypeError("'cond' must be callable.")
    if not callable(body):
        raise TypeError("'body' must be callable.")
    if parallel_iterations < 1:
        raise TypeError("'parallel_iterations' must be a positive integer.")
    if not loop_vars:
        raise ValueError("'loop_vars' must be provided.")
    from swiftestimator._ops.functional_control_flow import build_while

    return build_while(
        cond, body, loop_vars, shape_invariants, parallel_iterations, name, maximum_iterations, return_same_structure
    )


def while_loop_v2(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False,
    maximum_iterations=None, name=None,
):  # fmt: skip
    """Runs ``body`` on the loop's variables while ``cond`` is true of them, and gives their last values."""
    return while_loop(
        cond, body, loop_vars, shape_invariants, parallel_iterations, back_prop, swap_memory, name, maximum_iterations,
        return_same_structure=True,
    )  # fmt: skip


def enable_control_flow_v2():
    """Nothing to do: branches and loops are functional."""


def disable_control_flow_v2():
    """Accepted for compatibility: branches and loops stay functional, which no program can tell from the results."""


def control_flow_v2_enabled():
    """Always true: branches and loops are functional."""
    return True


def timestamp(name=None):
    """The time in seconds since 1970, as of the run."""
    return apply("Timestamp", [], name=name)
