"""Derivatives."""

from swiftestimator._border import function
from swiftestimator._framework import nest
from swiftestimator._framework.composite import IndexedSlices
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor, get_default_graph, graph_of
from swiftestimator._ops import array_ops, math_ops
from swiftestimator._ops.support import apply

__all__ = ["AggregationMethod", "UnconnectedGradients", "custom_gradient", "gradients", "gradients_v2", "hessians"]

_CUSTOM = "custom_gradients"


class AggregationMethod:
    """How gradients of several uses are summed; every choice gives the same sum here."""

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class UnconnectedGradients:
    """What :func:`gradients` gives where nothing connects y and x."""

    NONE = "none"
    ZERO = "zero"


def _as_list(value):
    return list(value) if isinstance(value, list | tuple) else [value]


def _source(x):
    """The tensor to differentiate by: a variable stands for the resource that its reads start from."""
    handle = getattr(x, "handle", None)
    if handle is not None and not isinstance(x, Tensor):
        return handle
    return x if isinstance(x, Tensor) else convert_to_tensor(x)


def _slices(value):
    """The engine's gradient as what programs see."""
    if isinstance(value, tuple):
        return IndexedSlices(value[1], value[2], value[3])
    return value


def gradients(
    ys, xs, grad_ys=None, name="gradients", colocate_gradients_with_ops=False, gate_gradients=False,
    aggregation_method=None, stop_gradients=None, unconnected_gradients="none",
):  # fmt: skip
    """The derivatives of the sum of ``ys`` with respect to each of ``xs``: tensors, ``IndexedSlices`` or ``None``.

    ``grad_ys`` weighs the elements of ``ys``; nothing flows through ``stop_gradients``. Raises ``LookupError`` when an op
    on the way has no gradient, ``TypeError`` for integer ``ys``.
    """
    return _gradients(ys, xs, grad_ys, name, stop_gradients, unconnected_gradients)


def gradients_v2(
    ys, xs, grad_ys=None, name="gradients", gate_gradients=False, aggregation_method=None, stop_gradients=None,
    unconnected_gradients="none",
):  # fmt: skip
    """The derivatives of the sum of ``ys`` with respect to each of ``xs``: tensors, ``IndexedSlices`` or ``None``."""
    return _gradients(ys, xs, grad_ys, name, stop_gradients, unconnected_gradients)


def _gradients(ys, xs, grad_ys, name, stop_gradients, unconnected):
    if unconnected not in ("none", "zero"):
        raise ValueError(f"Unknown value for unconnected_gradients: '{unconnected}'")
    ys = [y if isinstance(y, Tensor) else convert_to_tensor(y) for y in nest.flatten(_as_list(ys))]
    xs = nest.flatten(_as_list(xs))
    sources = [_source(x) for x in xs]
    weights = None
    if grad_ys is not None:
        weights = [None if g is None else g for g in nest.flatten(_as_list(grad_ys))]
        if len(weights) != len(ys):
            raise ValueError(f"Passed {len(weights)} grad_ys for {len(ys)} ys")
        weights = [
            None if g is None else convert_to_tensor(g, dtype=y.dtype, name=f"grad_ys_{i}")
            for i, (g, y) in enumerate(zip(weights, ys))
        ]
    stops = [_source(s) for s in nest.flatten(_as_list(stop_gradients))] if stop_gradients is not None else None
    graph = graph_of([*ys, *sources])
    walk = _walk_with_custom if graph._attachments.get(_CUSTOM) else _walk
    return walk(graph, ys, sources, weights, stops, unconnected == "zero", name or "gradients")


def _walk(graph, ys, xs, weights, stops, zero, name):
    found = function("graph.gradients")(graph._mark_origin(), ys, xs, weights, stops, zero, name)
    return [_slices(g) for g in found]


def _walk_with_custom(graph, ys, xs, weights, stops, zero, name):
    """The reverse walk in pieces, cut at the functions that have a gradient of their own.

    A piece goes from where gradients are known back to such functions. They are passed latest first: when one is next,
    every use of its results has been seen.
    """
    customs = graph._attachments[_CUSTOM]
    barriers = [out for custom in customs for out in custom.outputs]
    totals = {}

    def add(tensor, gradient):
        if gradient is not None:
            totals[tensor] = gradient if tensor not in totals else math_ops.add_n([totals[tensor], gradient])

    def piece(targets, seeds):
        wanted = list(dict.fromkeys([*xs, *barriers]))
        found = _walk(graph, targets, wanted, seeds, [*(stops or []), *barriers], False, name)
        for tensor, gradient in zip(wanted, found):
            if not any(tensor is t for t in targets):
                add(tensor, gradient)

    for y, weight in zip(ys, weights or [None] * len(ys)):
        add(y, array_ops.ones_like(y) if weight is None else weight)
    piece(ys, [totals[y] for y in ys])
    for custom in reversed(customs):
        if not any(out in totals for out in custom.outputs):
            continue
        seeds = [convert_to_tensor(totals[o]) if o in totals else array_ops.zeros_like(o) for o in custom.outputs]
        given = nest.flatten(_as_list(custom.gradient(*seeds)))
        if len(given) != len(custom.inputs):
            raise ValueError(
                f"custom_gradient function returned {len(given)} gradients for {len(custom.inputs)} arguments"
            )
        pairs = [(x, convert_to_tensor(g)) for x, g in zip(custom.inputs, given) if g is not None]
        for x, gradient in pairs:
            if x in xs or x in barriers:
                add(x, gradient)
        inner = [(x, g) for x, g in pairs if x not in barriers]
        if inner:
            piece([x for x, _ in inner], [g for _, g in inner])
    result = [totals.get(x) for x in xs]
    return [array_ops.zeros_like(x) if g is None and zero else g for x, g in zip(xs, result)]


class _Custom:
    """A function of the program with a gradient of its own: its tensors, and the function for the gradient."""

    def __init__(self, inputs, outputs, gradient):
        self.inputs, self.outputs, self.gradient = inputs, outputs, gradient


def custom_gradient(f=None):
    """A decorator for functions that return their result and a function for its gradient.

    The gradient is seen by :func:`gradients` and by what calls it.
    """
    if f is None:
        return custom_gradient

    import functools

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        tensors = [convert_to_tensor(x) for x in nest.flatten(args)]
        arguments = nest.pack_sequence_as(args, tensors)
        result, gradient = f(*arguments, **kwargs)
        flat = [array_ops.identity(r) for r in nest.flatten(result)]
        outputs = apply("IdentityN", [[*flat, *tensors]])
        outputs = (outputs if isinstance(outputs, list) else [outputs])[: len(flat)]
        graph = get_default_graph()
        graph._attachments.setdefault(_CUSTOM, []).append(_Custom(tensors, outputs, gradient))
        return nest.pack_sequence_as(result, outputs) if nest.is_nested(result) else outputs[0]

    return decorated


def recompute_grad(f):
    """The function as it is: results are kept, not computed again."""
    return f


def hessians(ys, xs, name="hessians", colocate_gradients_with_ops=False, gate_gradients=False, aggregation_method=None):
    """The second derivatives of the sum of ``ys`` with respect to each of ``xs``, of known shape."""
    xs = _as_list(xs)
    result = []
    for first, x in zip(gradients(ys, xs), xs):
        count = x.shape.num_elements()
        if count is None:
            raise ValueError(f"tf.hessians needs x of a known shape, got {x!r}")
        flat = array_ops.reshape(first, [-1])
        rows = []
        for i in range(count):
            row = gradients(flat[i], x, unconnected_gradients="zero")[0]
            rows.append(array_ops.reshape(row, [-1]))
        matrix = array_ops.stack(rows)
        result.append(array_ops.reshape(matrix, [*x.shape.as_list(), *x.shape.as_list()]))
    return result


def hessians_v2(ys, xs, gate_gradients=False, aggregation_method=None, name="hessians"):
    """The second derivatives of the sum of ``ys`` with respect to each of ``xs``, of known shape."""
    return hessians(ys, xs, name)
