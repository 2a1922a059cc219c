"""Functions of the elements along the first axis: map, folds, scans."""

from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.graph import name_scope
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, control_flow_ops
from swiftestimator._ops.support import convert_to_tensor
from swiftestimator._ops.tensor_array_ops import TensorArray


def _elements(elems):
    """The leaves as tensors, a function that packs leaves as the elements are, and the elements' number."""
    flat = [convert_to_tensor(e, name="elem") for e in nest.flatten(elems)]
    if not flat:
        raise ValueError("elems must contain at least one tensor")
    static = None
    for tensor in flat:
        dims = tensor._shape_as_list()
        if dims == []:
            raise ValueError("elements in elems must be 1+ dimensional Tensors, not scalars")
        if dims is not None and dims[0] is not None:
            if static is not None and static != dims[0]:
                raise ValueError(f"elements in elems have different first dimensions: {static} and {dims[0]}")
            static = dims[0]
    return flat, lambda leaves: nest.pack_sequence_as(elems, leaves), static


def _arrays(flat, count):
    return [
        TensorArray(t.dtype, size=count, dynamic_size=False, element_shape=t.shape[1:], infer_shape=True).unstack(t)
        for t in flat
    ]


def map_fn(
    fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None,
    fn_output_signature=None,
):  # fmt: skip
    """``fn`` of each slice of ``elems`` along the first axis, stacked.

    ``dtype`` (or ``fn_output_signature``) says the structure and types of the results when they are not those of
    ``elems``.
    """
    if not callable(fn):
        raise TypeError(f"The provided function {fn} is not callable.fn must be callable.")
    signature = fn_output_signature if fn_output_signature is not None else dtype
    with name_scope(name, "map", nest.flatten(elems)):
        flat, pack, static = _elements(elems)
        if signature is None:
            result_structure, result_types = elems, [t.dtype for t in flat]
        else:
            result_structure = signature
            result_types = [dtypes.as_dtype(getattr(s, "dtype", s)) for s in nest.flatten(signature)]
        count = static if static is not None else array_ops.shape(flat[0])[0]
        sources = _arrays(flat, count)
        index = convert_to_tensor(0, dtypes.int32)
        results = [TensorArray(t, size=count, dynamic_size=False, infer_shape=infer_shape) for t in result_types]

        def body(i, accumulators):
            value = fn(pack([source.read(i) for source in sources]))
            if not nest.is_nested(result_structure):
                leaves = [value]
            else:
                nest.assert_same_structure(result_structure, value, check_types=False)
                leaves = nest.flatten(value)
            leaves = [convert_to_tensor(v) for v in leaves]
            for leaf, wanted in zip(leaves, result_types):
                if leaf.dtype is not wanted:
                    raise TypeError(f"map_fn was told that fn gives {wanted.name}, but it gives {leaf.dtype.name}")
            return i + 1, [a.write(i, v) for a, v in zip(accumulators, leaves)]

        _, results = control_flow_ops.while_loop(
            lambda i, _: i < count, body, (index, results), parallel_iterations=parallel_iterations or 10,
            maximum_iterations=count,
        )  # fmt: skip
        stacked = [r.stack() for r in results]
        for tensor in stacked:
            if tensor._rank is not None and static is not None:
                tensor.set_shape(TensorShape([static, *tensor._shape_as_list()[1:]]))
        return nest.pack_sequence_as(result_structure, stacked) if nest.is_nested(result_structure) else stacked[0]


def map_fn_v2(
    fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None,
    fn_output_signature=None,
):  # fmt: skip
    """``fn`` of each slice of ``elems`` along the first axis, stacked."""
    return map_fn(fn, elems, dtype, parallel_iterations, back_prop, swap_memory, infer_shape, name, fn_output_signature)


def _fold(fn, elems, initializer, parallel_iterations, name, reverse, default_name):
    if not callable(fn):
        raise TypeError(f"{fn} is not callable. Please provide a callable function.")
    with name_scope(name, default_name, nest.flatten(elems)):
        flat, pack, static = _elements(elems)
        count = static if static is not None else array_ops.shape(flat[0])[0]
        sources = _arrays(flat, count)
        first = count - 1 if reverse else 0
        if initializer is None:
            state = pack([source.read(first) for source in sources])
            start = count - 1 if reverse else 1
        else:
            state = initializer
            start = count if reverse else 0
        index = convert_to_tensor(start, dtypes.int32)

        def body(i, accumulated):
            i = i - 1 if reverse else i
            value = fn(accumulated, pack([source.read(i) for source in sources]))
            return [i if reverse else i + 1, value]

        _, result = control_flow_ops.while_loop(
            (lambda i, _: i > 0) if reverse else (lambda i, _: i < count), body, [index, state],
            parallel_iterations=parallel_iterations or 10, maximum_iterations=count,
        )  # fmt: skip
        return result


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """``fn(accumulated, element)`` over the slices of ``elems`` from the first to the last."""
    return _fold(fn, elems, initializer, parallel_iterations, name, False, "foldl")


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """``fn(accumulated, element)`` over the slices of ``elems`` from the last to the first."""
    return _fold(fn, elems, initializer, parallel_iterations, name, True, "foldr")


def scan(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True,
    reverse=False, name=None,
):  # fmt: skip
    """What ``fn(accumulated, element)`` gives after each slice of ``elems``, stacked."""
    if not callable(fn):
        raise TypeError(f"{fn} is not callable. Please provide a callable function.")
    with name_scope(name, "scan", nest.flatten(elems)):
        flat, pack, static = _elements(elems)
        count = static if static is not None else array_ops.shape(flat[0])[0]
        sources = _arrays(flat, count)
        if initializer is None:
            state = pack([source.read(count - 1 if reverse else 0) for source in sources])
            done = 1
        else:
            state = nest.map_structure(convert_to_tensor, initializer)
            done = 0
        leaves = nest.flatten(state)
        results = [
            TensorArray(t.dtype, size=count, element_shape=t.shape if infer_shape else None, infer_shape=infer_shape)
            for t in leaves
        ]
        if initializer is None:
            results = [r.write(count - 1 if reverse else 0, t) for r, t in zip(results, leaves)]
        start = count - 1 - done if reverse else done
        index = convert_to_tensor(start, dtypes.int32)

        def body(i, accumulated, arrays):
            value = fn(accumulated, pack([source.read(i) for source in sources]))
            nest.assert_same_structure(state, value, check_types=False)
            arrays = [a.write(i, v) for a, v in zip(arrays, nest.flatten(value))]
            return (i - 1 if reverse else i + 1), value, arrays

        _, _, results = control_flow_ops.while_loop(
            (lambda i, *_: i >= 0) if reverse else (lambda i, *_: i < count), body, (index, state, results),
            parallel_iterations=parallel_iterations or 10, maximum_iterations=count,
        )  # fmt: skip
        stacked = [r.stack() for r in results]
        for tensor in stacked:
            if tensor._rank is not None and static is not None:
                tensor.set_shape(TensorShape([static, *tensor._shape_as_list()[1:]]))
        return nest.pack_sequence_as(state, stacked) if nest.is_nested(state) else stacked[0]


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """As :func:`map_fn`."""
    return map_fn(fn, elems)
