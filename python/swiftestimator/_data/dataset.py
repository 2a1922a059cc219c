"""``tf.data.Dataset``: a description of elements, computed by the engine without Python."""

import numpy as np

from swiftestimator._data.structure import TensorSpec, as_specs, normalize, spec_of, tuples
from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.function_body import trace
from swiftestimator._framework.graph import Tensor, get_seed, name_scope
from swiftestimator._framework.op_call import apply
from swiftestimator._framework.tensor_shape import TensorShape

__all__ = ["AUTOTUNE", "Dataset", "INFINITE_CARDINALITY", "Options", "UNKNOWN_CARDINALITY"]

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


class Options:
    """Settings of a pipeline. They are kept; the engine chooses its own ways."""

    def __init__(self):
        self.__dict__.update(
            autotune=_OptionGroup(), deterministic=None, experimental_optimization=_OptionGroup(),
            experimental_distribute=_OptionGroup(), experimental_threading=_OptionGroup(), threading=_OptionGroup(),
            experimental_deterministic=None, experimental_slack=None, dataset_name=None,
        )  # fmt: skip

    def merge(self, other):
        """A copy in which the settings of ``other`` overrule."""
        merged = Options()
        for source in (self, other):
            merged.__dict__.update({k: v for k, v in source.__dict__.items() if v is not None})
        return merged


class _OptionGroup:
    """Settings by any name."""


def _int64(value, name):
    return convert_to_tensor(value, dtypes.int64, name=name)


def _is_known(value):
    return isinstance(value, int | np.integer)


class Dataset:
    """A sequence of elements, each a nest of tensors.

    ``element_spec`` describes the elements. Methods give new datasets; nothing is computed before an iterator asks.
    """

    def __init__(self, variant, element_spec, options=None):
        self._variant = variant
        self._spec = element_spec
        self._options = options or Options()

    # -- What is known of the elements

    @property
    def element_spec(self):
        """A nest of ``TensorSpec``."""
        return self._spec

    @property
    def output_types(self):
        """A nest of dtypes."""
        return nest.map_structure(lambda s: s.dtype, self._spec)

    @property
    def output_shapes(self):
        """A nest of shapes."""
        return nest.map_structure(lambda s: s.shape, self._spec)

    @property
    def output_classes(self):
        """A nest of classes: always ``Tensor``."""
        return nest.map_structure(lambda s: Tensor, self._spec)

    @property
    def _flat_types(self):
        return [s.dtype for s in nest.flatten(self._spec)]

    @property
    def _flat_shapes(self):
        return [s.shape for s in nest.flatten(self._spec)]

    def __repr__(self):
        return f"<{type(self).__name__} element_spec={self._spec}>"

    def __iter__(self):
        raise RuntimeError(
            "__iter__() is only supported inside of tf.function or when eager execution is enabled: pass the dataset to "
            "an Estimator, or use tf.compat.v1.data.make_one_shot_iterator(dataset)."
        )

    def __bool__(self):
        return True

    def _make(self, op, inputs, spec=None, attributes=None, typed=True, name=None):
        spec = self._spec if spec is None else spec
        attrs = dict(attributes or {})
        if typed:
            attrs["output_types"] = [s.dtype for s in nest.flatten(spec)]
            attrs["output_shapes"] = [s.shape for s in nest.flatten(spec)]
        variant = apply(op, [self._variant, *inputs], attrs, name=name)
        return type(self)(variant, spec, self._options)

    @classmethod
    def _source(cls, op, inputs, spec, attributes=None, typed=True, name=None):
        attrs = dict(attributes or {})
        if typed:
            attrs["output_types"] = [s.dtype for s in nest.flatten(spec)]
            attrs["output_shapes"] = [s.shape for s in nest.flatten(spec)]
        return cls(apply(op, inputs, attrs, name=name), spec)

    # -- Sources

    @classmethod
    def from_tensors(cls, tensors, name=None):
        """One element: ``tensors``."""
        structure = normalize(tensors)
        spec = spec_of(structure)
        flat = nest.flatten(structure)
        return cls._source(
            "TensorDataset", [flat], spec, {"output_shapes": [t.shape for t in flat]}, typed=False, name=name
        )

    @classmethod
    def from_tensor_slices(cls, tensors, name=None, always_copy=False):
        """An element for each index of the tensors' first dimension."""
        structure = normalize(tensors)
        flat = nest.flatten(structure)
        if not flat:
            raise ValueError("Invalid `tensors`. Empty tensors")
        size = None
        for tensor in flat:
            shape = tensor.shape
            if shape.rank == 0:
                raise ValueError(f"Unbatching a tensor is only supported for rank >= 1, but {tensor!r} is a scalar")
            first = None if shape.rank is None else shape._dims[0]
            if first is not None and size is not None and first != size:
                raise ValueError(f"Dimensions {size} and {first} are not compatible")
            size = first if first is not None else size
        spec = nest.map_structure(lambda t: TensorSpec(t.shape[1:], t.dtype), structure)
        shapes = [s.shape for s in nest.flatten(spec)]
        return cls._source("TensorSliceDataset", [flat], spec, {"output_shapes": shapes}, typed=False, name=name)

    @classmethod
    def from_generator(
        cls, generator, output_types=None, output_shapes=None, args=None, output_signature=None, name=None
    ):
        """The elements that the iterator ``generator(*args)`` gives; Python runs for each."""
        from swiftestimator._data.generator import generator_dataset

        return generator_dataset(cls, generator, output_types, output_shapes, args, output_signature, name)

    @classmethod
    def range(cls, *args, output_type=dtypes.int64, name=None, **kwargs):
        """Numbers, as Python's ``range``."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid `args`. The length of `args` should be between 1 and 3 but was {len(args)}.")
        start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1) if len(args) == 2 else args
        dtype = dtypes.as_dtype(output_type)
        inputs = [_int64(start, "start"), _int64(stop, "stop"), _int64(step, "step")]
        return cls._source("RangeDataset", inputs, TensorSpec([], dtype), name=name)

    @classmethod
    def zip(cls, *args, datasets=None, name=None):
        """The elements of several datasets side by side, in the form of the nest of datasets."""
        structure = datasets if datasets is not None else args[0] if len(args) == 1 else args
        flat = nest.flatten(structure)
        for dataset in flat:
            if not isinstance(dataset, Dataset):
                raise TypeError(f"Invalid input to `zip`. Inputs are expected to be (nested) datasets, got {dataset!r}")
        spec = nest.pack_sequence_as(structure, [d._spec for d in flat])
        return cls._source("ZipDataset", [[d._variant for d in flat]], spec, name=name)

    @classmethod
    def list_files(cls, file_pattern, shuffle=None, seed=None, name=None):
        """Names of the files that match the patterns, in random order unless ``shuffle`` is false."""
        from swiftestimator._io.file_io import matching_files

        patterns = [file_pattern] if isinstance(file_pattern, str | bytes) else list(file_pattern)
        found = sorted({f for p in patterns for f in matching_files(p)})
        if not found:
            raise ValueError(f"No files matched pattern: {', '.join(map(str, patterns))}")
        dataset = cls.from_tensor_slices(np.array(found, object))
        return dataset.shuffle(len(found), seed=seed) if shuffle is None or shuffle else dataset

    # -- Which elements, in which order

    def concatenate(self, dataset, name=None):
        """These elements, then those of ``dataset``."""
        if self._flat_types != dataset._flat_types:
            raise TypeError(
                f"Two datasets to concatenate have different types {self.output_types} and {dataset.output_types}"
            )
        merged = [
            TensorSpec(a.shape.most_specific_compatible_shape(b.shape), a.dtype)
            for a, b in zip(nest.flatten(self._spec), nest.flatten(dataset._spec))
        ]
        spec = nest.pack_sequence_as(self._spec, merged)
        return self._make("ConcatenateDataset", [dataset._variant], spec, name=name)

    def repeat(self, count=None, name=None):
        """The elements ``count`` times over; for ever when it is ``None`` or -1."""
        return self._make("RepeatDataset", [_int64(-1 if count is None else count, "count")], name=name)

    def take(self, count, name=None):
        """The first ``count`` elements; all when it is -1."""
        return self._make("TakeDataset", [_int64(count, "count")], name=name)

    def skip(self, count, name=None):
        """All but the first ``count`` elements; none when it is -1."""
        return self._make("SkipDataset", [_int64(count, "count")], name=name)

    def shard(self, num_shards, index, name=None):
        """Every ``num_shards``-th element, from number ``index`` on."""
        if _is_known(num_shards) and num_shards < 1:
            raise ValueError(f"Invalid `num_shards`. `num_shards` must be >= 1, got {num_shards}")
        if _is_known(index) and (index < 0 or _is_known(num_shards) and index >= num_shards):
            raise ValueError(f"`index` must be in [0, num_shards), got {index} of {num_shards}")
        return self._make("ShardDataset", [_int64(num_shards, "num_shards"), _int64(index, "index")], name=name)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None, name=None):
        """The elements in random order, drawn from a buffer of ``buffer_size``."""
        reshuffle = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
        seed1, seed2 = get_seed(seed)
        inputs = [_int64(buffer_size, "buffer_size"), _int64(seed1 or 0, "seed"), _int64(seed2 or 0, "seed2")]
        return self._make("ShuffleDataset", inputs, attributes={"reshuffle_each_iteration": reshuffle}, name=name)

    def cache(self, filename="", name=None):
        """Keeps the elements in memory after the first pass."""
        if filename:
            raise NotImplementedError("Dataset.cache(filename) is not implemented in swiftestimator; cache() is")
        return self._make("CacheDataset", [convert_to_tensor("", dtypes.string, name="filename")], name=name)

    def prefetch(self, buffer_size=AUTOTUNE, name=None):
        """Computes up to ``buffer_size`` elements ahead, on a thread of the engine."""
        return self._make(
            "PrefetchDataset", [_int64(AUTOTUNE if buffer_size is None else buffer_size, "buffer_size")], name=name
        )

    # -- Batches

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        """Groups of ``batch_size`` elements, stacked; the last may be smaller unless ``drop_remainder``."""
        size = int(batch_size) if _is_known(batch_size) and drop_remainder is True else None
        if _is_known(batch_size) and batch_size <= 0:
            raise ValueError(f"batch_size must be greater than zero, got {batch_size}")
        spec = nest.map_structure(lambda s: TensorSpec(TensorShape([size]) + s.shape, s.dtype), self._spec)
        inputs = [
            _int64(batch_size, "batch_size"),
            convert_to_tensor(drop_remainder, dtypes.bool_, name="drop_remainder"),
        ]
        return self._make("BatchDatasetV2", inputs, spec, name=name)

    def padded_batch(self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None):
        """As ``batch``, elements padded to one shape: to ``padded_shapes``, in which ``None`` means the longest."""
        flat = nest.flatten(self._spec)
        if padded_shapes is None:
            shapes = [s.shape for s in flat]
            for shape in shapes:
                if shape.rank is None:
                    raise ValueError("You must provide `padded_shapes` argument because component has unknown rank.")
        else:
            shapes = [
                TensorShape(None if p is None else [None if d in (-1, None) else int(d) for d in _shape_items(p)])
                for p in nest.flatten_up_to(self._spec, padded_shapes)
            ]
        if padding_values is None:
            values = [_zero_of(s.dtype) for s in flat]
        else:
            parts = nest.flatten(padding_values) if nest.is_nested(padding_values) else [padding_values] * len(flat)
            values = [_zero_of(s.dtype) if v is None else v for v, s in zip(parts, flat)]
        size = int(batch_size) if _is_known(batch_size) and drop_remainder is True else None
        specs = [TensorSpec(TensorShape([size]) + shape, s.dtype) for shape, s in zip(shapes, flat)]
        spec = nest.pack_sequence_as(self._spec, specs)
        shape_inputs = [
            convert_to_tensor(np.array([-1 if d is None else d for d in s.as_list()], np.int64), name="padded_shape")
            for s in shapes
        ]
        inputs = [
            _int64(batch_size, "batch_size"), shape_inputs,
            [convert_to_tensor(v, s.dtype, name="padding_value") for v, s in zip(values, flat)],
            convert_to_tensor(drop_remainder, dtypes.bool_, name="drop_remainder"),
        ]  # fmt: skip
        variant = apply(
            "PaddedBatchDatasetV2", [self._variant, *inputs],
            {"Toutput_types": self._flat_types, "output_shapes": [s.shape for s in specs]}, name=name,
        )  # fmt: skip
        return type(self)(variant, spec, self._options)

    def unbatch(self, name=None):
        """The slices of each element, one by one."""
        spec = nest.map_structure(lambda s: TensorSpec(s.shape[1:], s.dtype), self._spec)
        return self._make("UnbatchDataset", [], spec, name=name)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Not offered: raises ``NotImplementedError``."""
        raise NotImplementedError("Dataset.window is not implemented in swiftestimator")

    # -- Functions of elements

    def _trace(self, function, what):
        """The body of ``function`` of an element, with its outputs' structure."""
        flat = nest.flatten(self._spec)

        def call(*tensors):
            for tensor, spec in zip(tensors, flat):
                tensor.set_shape(spec.shape)
            element = nest.pack_sequence_as(self._spec, tensors)
            return function(*element) if isinstance(element, tuple) else function(element)

        name = f"Dataset_{what}_{getattr(function, '__name__', 'function').strip('<>')}"
        body, result, as_tensor = trace(name, call, [(s.dtype, s.shape) for s in flat])
        return name, body, result, as_tensor

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """``map_func`` of each element. A list that it returns counts as one tensor, a tuple as structure."""
        if not callable(map_func):
            raise TypeError(f"`map_func` must be callable, got {map_func!r}")
        fname, body, result, as_tensor = self._trace(map_func, "map")
        if result is None:
            raise TypeError("`map_func` returned None: it must return the new element")
        leaves = []

        def collect(value):
            if tuples(value):
                return nest._rebuild(value, [collect(v) for v in nest._children(value)])
            leaves.append(as_tensor(value))
            return TensorSpec(leaves[-1].shape, leaves[-1].dtype)

        spec = collect(result)
        function_name, captured = body.register(fname, leaves)
        attributes = {
            "f": function_name, "output_types": [t.dtype for t in leaves], "output_shapes": [t.shape for t in leaves],
        }  # fmt: skip
        if num_parallel_calls is None:
            variant = apply("MapDataset", [self._variant, captured], attributes, name=name)
        else:
            inputs = [self._variant, captured, _int64(num_parallel_calls, "num_parallel_calls")]
            if deterministic is not None:
                attributes["deterministic"] = "true" if deterministic else "false"
            variant = apply("ParallelMapDatasetV2", inputs, attributes, name=name)
        return type(self)(variant, spec, self._options)

    def filter(self, predicate, name=None):
        """The elements for which ``predicate`` is true."""
        fname, body, result, as_tensor = self._trace(predicate, "filter")
        keep = as_tensor(result)
        if keep.dtype != dtypes.bool_ or not keep.shape.is_compatible_with([]):
            raise ValueError(
                f"Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor, but its return type is "
                f"{TensorSpec(keep.shape, keep.dtype)}."
            )
        function_name, captured = body.register(fname, [keep])
        return self._make("FilterDataset", [captured], attributes={"predicate": function_name}, name=name)

    def _nested(self, op, function, extra_inputs, name, attributes=None):
        fname, body, result, _ = self._trace(function, "flat_map")
        if not isinstance(result, Dataset):
            raise TypeError(f"Invalid `map_func`. `map_func` must return a `Dataset` object. Got {type(result)}.")
        function_name, captured = body.register(fname, [result._variant])
        inputs = [captured, *extra_inputs]
        return self._make(op, inputs, result._spec, {"f": function_name, **(attributes or {})}, name=name)

    def flat_map(self, map_func, name=None):
        """The elements of the datasets ``map_func`` of each element, one after the other."""
        return self._nested("FlatMapDataset", map_func, [], name)

    def interleave(
        self, map_func, cycle_length=None, block_length=None, num_parallel_calls=None, deterministic=None, name=None
    ):
        """As ``flat_map``, taking ``block_length`` elements in turn from ``cycle_length`` datasets at a time."""
        cycle = 10 if cycle_length is None or cycle_length == AUTOTUNE else cycle_length
        inputs = [_int64(cycle, "cycle_length"), _int64(1 if block_length is None else block_length, "block_length")]
        return self._nested("InterleaveDataset", map_func, inputs, name)

    def enumerate(self, start=0, name=None):
        """Pairs of a number and an element."""
        numbers = type(self).range(start, np.iinfo(np.int64).max)
        return type(self).zip((numbers, self), name=name)

    def apply(self, transformation_func):
        """``transformation_func(dataset)``, which must be a dataset."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a `tf.data.Dataset` object. Got {type(dataset)}.")
        return dataset

    def with_options(self, options, name=None):
        """The dataset with settings."""
        return type(self)(self._variant, self._spec, self._options.merge(options))

    def options(self):
        """The settings."""
        return self._options

    # -- Iterators (TensorFlow 1)

    def make_initializable_iterator(self, shared_name=None):
        """An iterator whose ``initializer`` must run first."""
        from swiftestimator._data.iterator import make_initializable_iterator

        return make_initializable_iterator(self, shared_name)

    def make_one_shot_iterator(self):
        """An iterator that needs no initialisation."""
        from swiftestimator._data.iterator import make_one_shot_iterator

        return make_one_shot_iterator(self)


def _shape_items(shape):
    if isinstance(shape, TensorShape):
        return shape.as_list()
    if isinstance(shape, int):
        return [shape]
    return list(shape)


def _zero_of(dtype):
    return "" if dtype == dtypes.string else False if dtype == dtypes.bool_ else dtype.as_numpy_dtype(0)


def specs_from(types, shapes, signature):
    """The element specification that a program gave as types and shapes or as a signature."""
    if signature is not None:
        return signature
    return as_specs(types, shapes)


def scope(name):
    """A name scope for the nodes of a composite pipeline."""
    return name_scope(name)
