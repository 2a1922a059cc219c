"""Datasets of what a Python generator gives."""

import threading

import numpy as np

from swiftestimator import _errors as errors
from swiftestimator._data.structure import TensorSpec, as_specs
from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor, make_array
from swiftestimator._framework.function_body import trace
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops.script_ops import py_func

__all__ = ["generator_dataset"]


class _Iterators:
    """The iterators of all passes over one dataset that are under way, by number."""

    def __init__(self, generator):
        self._generator = generator
        self._lock = threading.Lock()
        self._next = 0
        self._open = {}

    def start(self, *args):
        """A number for a new pass; ``args`` are arrays."""
        with self._lock:
            number = self._next
            self._next += 1
        self._open[number] = iter(self._generator(*args))
        return np.array(number, np.int64)

    def next_of(self, number):
        """The next element of a pass; ``StopIteration`` at its end."""
        return next(self._open[int(number)])

    def finish(self, number):
        """Forgets a pass."""
        self._open.pop(int(number), None)
        return np.array(0, np.int64)


def _specs(output_types, output_shapes, output_signature):
    if output_types is not None and output_signature is not None:
        raise TypeError("The `output_types` argument can not be used together with the `output_signature` argument.")
    if output_signature is not None:
        if output_shapes is not None:
            raise TypeError(
                "The `output_shapes` argument can not be used together with the `output_signature` argument."
            )
        for spec in nest.flatten(output_signature):
            if not isinstance(spec, TensorSpec):
                raise TypeError(f"`output_signature` must contain objects that are subclass of `tf.TypeSpec` but found "
                                f"{type(spec)} which is not.")  # fmt: skip
        return output_signature
    if output_types is None:
        raise TypeError(
            "To specify the output signature you need to provide either the `output_signature` argument or the "
            "`output_types` argument."
        )
    if output_shapes is not None:
        output_shapes = _shapes_up_to(output_types, output_shapes)
    return as_specs(output_types, output_shapes)


def _shapes_up_to(types, shapes):
    return nest.pack_sequence_as(types, [TensorShape(s) for s in nest.flatten_up_to(types, shapes)])


def _flatten(spec, values):
    """The leaves of a yielded element, which has the form of ``spec``."""
    try:
        if isinstance(spec, tuple) and isinstance(values, list):
            values = tuple(values)
        return nest.flatten_up_to(spec, values)
    except (TypeError, ValueError, KeyError) as error:
        types = nest.map_structure(lambda s: s.dtype, spec)
        raise errors.InvalidArgumentError(
            None, None,
            "TypeError: `generator` yielded an element that did not match the expected structure. The expected structure "
            f"was {types}, but the yielded element was {values}.",
        ) from error  # fmt: skip


def _leaf(value, spec):
    try:
        # Python's values must be of the type's kind; arrays are cast.
        array = make_array(value, spec.dtype)
    except (TypeError, ValueError) as error:
        raise errors.InvalidArgumentError(
            None, None,
            "TypeError: `generator` yielded an element that did not match the expected structure. The expected structure "
            f"was {spec}, but the yielded element was {value}.",
        ) from error  # fmt: skip
    if not spec.shape.is_compatible_with(array.shape):
        raise errors.InvalidArgumentError(
            None, None,
            f"TypeError: `generator` yielded an element of shape {array.shape} where an element of shape {spec.shape} was "
            "expected.",
        )  # fmt: skip
    return array


def generator_dataset(cls, generator, output_types, output_shapes, args, output_signature, name):
    """The dataset of ``Dataset.from_generator``."""
    if not callable(generator):
        raise TypeError("`generator` must be a Python callable.")
    specs = _specs(output_types, output_shapes, output_signature)
    flat = nest.flatten(specs)
    if args is None:
        args = ()
    elif not isinstance(args, list | tuple):
        raise TypeError("`args` must be a tuple or list of values convertible to tensors.")
    args = [convert_to_tensor(a, name="args") for a in args]
    iterators = _Iterators(generator)

    def advance(number):
        leaves = _flatten(specs, iterators.next_of(number))
        return [_leaf(v, s) for v, s in zip(leaves, flat)]

    def following(number):
        tensors = py_func(advance, [number], [s.dtype for s in flat], stateful=True)
        for tensor, spec in zip(tensors, flat):
            tensor.set_shape(spec.shape)
        return tensors

    def register(what, body_of, arguments, inputs=()):
        """Makes a function of the graph and returns its name and captured values."""
        body, result, as_tensor = trace(f"Dataset_generator_{what}", lambda *a: body_of(*inputs, *a), arguments)
        leaves = result if isinstance(result, list) else [result]
        return body.register(f"Dataset_generator_{what}", [as_tensor(leaf) for leaf in leaves])

    number = [(dtypes.int64, TensorShape([]))]
    init, init_captured = register(
        "init", lambda *a: py_func(iterators.start, list(a), dtypes.int64, stateful=True), [], args
    )
    following_name, next_captured = register("next", following, number)
    finish, finish_captured = register(
        "finalize", lambda n: py_func(iterators.finish, [n], dtypes.int64, stateful=True), number
    )
    return cls._source(
        "GeneratorDataset", [init_captured, next_captured, finish_captured], specs,
        {"init_func": init, "next_func": following_name, "finalize_func": finish}, name=name,
    )  # fmt: skip
