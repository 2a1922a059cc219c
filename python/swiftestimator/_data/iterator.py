"""Iterators over datasets, in the manner of TensorFlow 1."""

from swiftestimator._border import function
from swiftestimator._data.dataset import Dataset
from swiftestimator._data.structure import as_specs, from_wire, wire_attributes
from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import get_seed
from swiftestimator._framework.op_call import apply

__all__ = ["Iterator", "make_initializable_iterator", "make_one_shot_iterator"]


class Iterator:
    """Gives the elements of a dataset, one for each run of ``get_next()``'s tensors."""

    def __init__(self, resource, initializer, element_spec):
        self._resource = resource
        self._initializer = initializer
        self._spec = element_spec
        self._handle = None

    @property
    def initializer(self):
        """The operation that starts the iterator; ``ValueError`` when it needs none."""
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    @property
    def element_spec(self):
        """A nest of ``TensorSpec``."""
        return self._spec

    @property
    def output_types(self):
        """A nest of dtypes."""
        return nest.map_structure(lambda s: s._legacy_type, self._spec)

    @property
    def output_shapes(self):
        """A nest of shapes."""
        return nest.map_structure(lambda s: s._legacy_shape, self._spec)

    @property
    def output_classes(self):
        """A nest of classes."""
        return nest.map_structure(lambda s: s.value_type, self._spec)

    def get_next(self, name=None):
        """The next element as tensors; a run past the end raises ``OutOfRangeError``."""
        outputs = apply("IteratorGetNext", [self._resource], wire_attributes(self._spec), name=name)
        return from_wire(self._spec, outputs)

    def string_handle(self, name=None):
        """A string tensor that stands for the iterator (see ``from_string_handle``)."""
        return apply("IteratorToStringHandle", [self._resource], name=name)

    def make_initializer(self, dataset, name=None):
        """An operation that makes this iterator go over ``dataset``."""
        types = [s.dtype for s in nest.flatten(self._spec)]
        if types != dataset._flat_types:
            raise TypeError(
                f"Expected output types {self.output_types!r} but got dataset with output types {dataset.output_types!r}."
            )
        for mine, other in zip(nest.flatten(self._spec), nest.flatten(dataset._spec)):
            if not mine.shape.is_compatible_with(other.shape):
                raise TypeError(
                    f"Expected output shapes compatible with {self.output_shapes!r} but got dataset with output shapes "
                    f"{dataset.output_shapes!r}."
                )
        return apply("MakeIterator", [dataset._variant, self._resource], name=name)

    @staticmethod
    def from_structure(output_types, output_shapes=None, shared_name=None, output_classes=None):
        """An iterator without a dataset, for ``make_initializer``."""
        spec = as_specs(output_types, output_shapes, output_classes)
        return Iterator(_resource("IteratorV2", spec, shared_name), None, spec)

    @staticmethod
    def from_string_handle(string_handle, output_types, output_shapes=None, output_classes=None):
        """The iterator that a string stands for."""
        spec = as_specs(output_types, output_shapes, output_classes)
        handle = convert_to_tensor(string_handle, dtypes.string)
        return Iterator(apply("IteratorFromStringHandleV2", [handle], wire_attributes(spec)), None, spec)

    def __iter__(self):
        raise TypeError("'Iterator' object is not iterable: run the tensors of get_next() in a session")


def _resource(op, spec, shared_name):
    return apply(op, [], {"shared_name": shared_name or "", "container": "", **wire_attributes(spec)})


def _check(dataset):
    if not isinstance(dataset, Dataset):
        raise TypeError(f"expected a tf.data.Dataset, got {type(dataset).__name__}")


def make_initializable_iterator(dataset, shared_name=None):
    """An iterator over ``dataset`` whose ``initializer`` must run first."""
    _check(dataset)
    resource = _resource("IteratorV2", dataset._spec, shared_name)
    return Iterator(resource, apply("MakeIterator", [dataset._variant, resource]), dataset._spec)


def make_one_shot_iterator(dataset):
    """An iterator over ``dataset`` that starts by itself in each session."""
    _check(dataset)
    graph = dataset._variant.graph
    taken = set(function("graph.function_names")(graph))  # imported graphs bring functions along
    while (name := graph.unique_name("_make_dataset")) in taken:
        pass
    function("graph.extract_function")(graph, name, [dataset._variant])
    get_seed(None)  # seeds of random ops are counted: as in TensorFlow, the function takes one
    attributes = {"dataset_factory": name, **wire_attributes(dataset._spec)}
    return Iterator(apply("OneShotIterator", [], attributes), None, dataset._spec)


def get_output_types(dataset_or_iterator):
    """A nest of dtypes."""
    return dataset_or_iterator.output_types


def get_output_shapes(dataset_or_iterator):
    """A nest of shapes."""
    return dataset_or_iterator.output_shapes


def get_output_classes(dataset_or_iterator):
    """A nest of classes."""
    return dataset_or_iterator.output_classes
