"""``tf.data.Dataset``: a description of elements, computed by the engine without Python."""

import os

import numpy as np

from swiftestimator._data.options import Options
from swiftestimator._data.structure import (
    DatasetSpec,
    SparseTensorSpec,
    TensorSpec,
    check_state,
    from_wire,
    leaves_of,
    normalize,
    single,
    spec_of,
    to_wire,
    wire_attributes,
)
from swiftestimator._framework import dtypes, nest
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.function_body import trace
from swiftestimator._framework.graph import get_seed
from swiftestimator._framework.op_call import apply
from swiftestimator._ops.cast_ops import cast

__all__ = ["AUTOTUNE", "Dataset", "INFINITE_CARDINALITY", "Options", "UNKNOWN_CARDINALITY"]

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


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
        return nest.map_structure(lambda s: s._legacy_type, self._spec)

    @property
    def output_shapes(self):
        """A nest of shapes."""
        return nest.map_structure(lambda s: s._legacy_shape, self._spec)

    @property
    def output_classes(self):
        """A nest of classes: ``Tensor``, ``SparseTensor`` or ``Dataset``."""
        return nest.map_structure(lambda s: s.value_type, self._spec)

    @property
    def _flat_types(self):
        return [s.dtype for s in nest.flatten(self._spec)]

    def __repr__(self):
        return f"<{type(self).__name__} element_spec={self._spec}>"

    def __iter__(self):
        raise RuntimeError(
            "__iter__() is only supported inside of tf.function or when eager execution is enabled: pass the dataset to "
            "an Estimator, or use tf.compat.v1.data.make_one_shot_iterator(dataset)."
        )

    def __bool__(self):
        return True

    def _make(self, op, inputs, spec=None, attributes=None, name=None):
        """The dataset of an op that takes this one, with the same elements unless ``spec`` says otherwise."""
        spec = self._spec if spec is None else spec
        variant = apply(op, [self._variant, *inputs], {**(attributes or {}), **wire_attributes(spec)}, name=name)
        return Dataset(variant, spec, self._options)

    @staticmethod
    def _source(op, inputs, spec, attributes=None, typed=True, name=None):
        attrs = {**(attributes or {}), **(wire_attributes(spec) if typed else {})}
        return Dataset(apply(op, inputs, attrs, name=name), spec)

    # -- Sources

    @classmethod
    def from_tensors(cls, tensors, name=None):
        """One element: ``tensors``."""
        structure = normalize(tensors)
        spec = spec_of(structure)
        shapes = [s._wire_shape for s in nest.flatten(spec)]
        return cls._source(
            "TensorDataset", [to_wire(spec, structure)], spec, {"output_shapes": shapes}, typed=False, name=name
        )

    @classmethod
    def from_tensor_slices(cls, tensors, name=None):
        """An element for each index of the tensors' first dimension."""
        structure = normalize(tensors)
        whole = spec_of(structure)
        flat = nest.flatten(whole)
        if not flat:
            raise ValueError("Invalid `tensors`. Empty tensors")
        size = None
        for part in flat:
            if part.shape.rank == 0:
                raise ValueError(f"Unbatching a tensor is only supported for rank >= 1, but got {part}")
            first = None if part.shape.rank is None else part.shape._dims[0]
            if first is not None and size is not None and first != size:
                raise ValueError(f"Dimensions {size} and {first} are not compatible")
            size = first if first is not None else size
        spec = nest.map_structure(lambda s: s._unbatched(), whole)
        rows = [s._to_wire_rows(v) for s, v in zip(flat, nest.flatten_up_to(whole, structure))]
        shapes = [s._wire_shape for s in nest.flatten(spec)]
        return cls._source("TensorSliceDataset", [rows], spec, {"output_shapes": shapes}, typed=False, name=name)

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
        if isinstance(structure, list):
            raise TypeError(
                "Invalid input to `zip`. Inputs are expected to be (nested) structures of `tf.data.Dataset` objects. Python "
                "`list` is not supported and you should use `tuple` instead."
            )
        flat = nest.flatten(structure)
        for dataset in flat:
            if not isinstance(dataset, Dataset):
                raise TypeError(f"Invalid input to `zip`. Inputs are expected to be (nested) datasets, got {dataset!r}")
        spec = nest.pack_sequence_as(structure, [d._spec for d in flat])
        return cls._source("ZipDataset", [[d._variant for d in flat]], spec, name=name)

    @classmethod
    def list_files(cls, file_pattern, shuffle=None, seed=None, name=None):
        """Names of the files that match the patterns, in random order unless ``shuffle`` is false."""
        from swiftestimator._data.readers import matching_dataset

        return matching_dataset(file_pattern, shuffle, seed)

    @staticmethod
    def random(seed=None, rerandomize_each_iteration=None, name=None):
        """Endless random whole numbers of 32 bits."""
        from swiftestimator._data.combining import random_dataset

        return random_dataset(seed, name)

    @staticmethod
    def sample_from_datasets(
        datasets, weights=None, seed=None, stop_on_empty_dataset=False, rerandomize_each_iteration=None
    ):
        """Elements of datasets drawn at random, with probabilities ``weights``."""
        from swiftestimator._data.combining import sample_from

        return sample_from(datasets, weights, seed, stop_on_empty_dataset)

    @staticmethod
    def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=True):
        """Elements of the datasets whose numbers ``choice_dataset`` gives."""
        from swiftestimator._data.combining import choose_from

        return choose_from(datasets, choice_dataset, stop_on_empty_dataset)

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor):
        """The rows of a sparse tensor (TensorFlow 1)."""
        rows = Dataset.from_tensor_slices(sparse_tensor)
        return rows.map(lambda row: (row.indices, row.values, row.dense_shape))

    # -- Which elements, in which order

    def concatenate(self, dataset, name=None):
        """These elements, then those of ``dataset``."""
        if self._flat_types != dataset._flat_types:
            raise TypeError(
                f"Incompatible dataset elements:\n  {self._spec} vs.\n  {dataset._spec}: two datasets to concatenate have "
                f"different types {self.output_types} and {dataset.output_types}"
            )
        merged = [
            a.most_specific_compatible_type(b) for a, b in zip(nest.flatten(self._spec), nest.flatten(dataset._spec))
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
        return self._make("ShardDataset", [_int64(num_shards, "num_shards"), _int64(index, "index")], name=name)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None, name=None):
        """The elements in random order, drawn from a buffer of ``buffer_size``."""
        reshuffle = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
        seed1, seed2 = get_seed(seed)
        inputs = [_int64(buffer_size, "buffer_size"), _int64(seed1 or 0, "seed"), _int64(seed2 or 0, "seed2")]
        return self._make("ShuffleDataset", inputs, attributes={"reshuffle_each_iteration": reshuffle}, name=name)

    def cache(self, filename="", name=None):
        """Keeps the elements after the first pass: in memory, or in a file that later runs read."""
        return self._make("CacheDataset", [convert_to_tensor(filename, dtypes.string, name="filename")], name=name)

    def prefetch(self, buffer_size=AUTOTUNE, name=None):
        """Computes up to ``buffer_size`` elements ahead, on a thread of the engine."""
        return self._make(
            "PrefetchDataset", [_int64(AUTOTUNE if buffer_size is None else buffer_size, "buffer_size")], name=name
        )

    # -- Batches

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        """Groups of ``batch_size`` elements, stacked; the last may be smaller unless ``drop_remainder``."""
        size = int(batch_size) if _is_known(batch_size) and drop_remainder is True else None
        spec = nest.map_structure(lambda s: s._batched(size), self._spec)
        inputs = [
            _int64(batch_size, "batch_size"),
            convert_to_tensor(drop_remainder, dtypes.bool_, name="drop_remainder"),
        ]
        return self._make("BatchDatasetV2", inputs, spec, name=name)

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """The rows of batches in batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder, name=name)

    def sparse_batch(self, batch_size, row_shape, name=None):
        """Batches of elements of different lengths, as sparse tensors."""
        from swiftestimator._data.combining import sparse_batch

        return sparse_batch(self, batch_size, row_shape)

    def padded_batch(self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None):
        """As ``batch``, elements padded to one shape: to ``padded_shapes``, in which ``None`` means the longest."""
        from swiftestimator._data.padding import padded_batch

        return padded_batch(self, batch_size, padded_shapes, padding_values, drop_remainder, name)

    def unbatch(self, name=None):
        """The slices of each element, one by one."""
        source = self
        if any(s.shape.rank == 0 for s in nest.flatten(self._spec)):
            raise ValueError("Cannot unbatch an input with scalar components.")
        if any(type(s) is SparseTensorSpec for s in nest.flatten(self._spec)):
            # Sparse tensors are taken apart into their rows first.
            batches = nest.map_structure(lambda s: s._unbatched()._batched(None), self._spec)

            def rows(*values):
                return tuple(s._to_wire_rows(v) for s, v in zip(nest.flatten(self._spec), values))

            source = self._mapped(
                "MapDataset", lambda *v: rows(*nest.flatten_up_to(self._spec, single(v))), [], batches
            )
        spec = nest.map_structure(lambda s: s._unbatched(), source._spec)
        return source._make("UnbatchDataset", [], spec, name=name)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Runs of ``size`` elements, each as a dataset (one for each component), ``shift`` elements apart."""
        inputs = [
            _int64(size, "size"), _int64(size if shift is None else shift, "shift"), _int64(stride, "stride"),
            convert_to_tensor(drop_remainder, dtypes.bool_, name="drop_remainder"),
        ]  # fmt: skip
        return self._make("WindowDataset", inputs, nest.map_structure(DatasetSpec, self._spec), name=name)

    def unique(self, name=None):
        """Each element once, where it comes first; for elements of one whole number or text."""
        flat = nest.flatten(self._spec)
        if len(flat) != 1 or flat[0].dtype not in (dtypes.int32, dtypes.int64, dtypes.string):
            kind = flat[0].dtype if len(flat) == 1 else [s.dtype for s in flat]
            raise TypeError(
                f"`tf.data.Dataset.unique` does not support type {kind} -- only `tf.int32`, `tf.int64`, and `tf.string` "
                "are supported."
            )
        return self._make("UniqueDataset", [], name=name)

    def ignore_errors(self, log_warning=False, name=None):
        """The elements without those whose computation fails."""
        return self._make("IgnoreErrorsDataset", [], attributes={"log_warning": log_warning}, name=name)

    # -- Functions of elements

    def _trace(self, function, what, specs=None):
        """The body of ``function`` of an element (or of values of ``specs``), with its outputs' structure."""
        specs = [self._spec] if specs is None else specs
        flat = [s for spec in specs for s in nest.flatten(spec)]

        def call(*tensors):
            values, start = [], 0
            for spec in specs:
                count = len(nest.flatten(spec))
                values.append(from_wire(spec, tensors[start : start + count]))
                start += count
            if len(specs) == 1 and type(values[0]) is tuple:
                return function(*values[0])
            return function(*values)

        name = f"Dataset_{what}_{getattr(function, '__name__', 'function').strip('<>')}"
        body, result, as_tensor = trace(name, call, [(s._wire_type, s._wire_shape) for s in flat])
        return name, body, result, as_tensor

    def _register(self, traced):
        """Makes a traced function one of the graph: its name, the values it captured, its result's specification."""
        name, body, result, as_tensor = traced
        leaves, specs = leaves_of(body, result, as_tensor)
        function_name, captured = body.register(name, leaves)
        return function_name, captured, specs

    def _mapped(self, op, function, extra_inputs, spec=None, attributes=None, name=None):
        function_name, captured, found = self._register(self._trace(function, "map"))
        spec = found if spec is None else spec
        return self._make(op, [captured, *extra_inputs], spec, {**(attributes or {}), "f": function_name}, name=name)

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """``map_func`` of each element. A list that it returns counts as a tuple, a list inside as one tensor."""
        if not callable(map_func):
            raise TypeError(f"`map_func` must be callable, got {map_func!r}")

        def checked(*element):
            result = map_func(*element)
            if result is None:
                raise TypeError("`map_func` returned None: it must return the new element")
            return tuple(result) if isinstance(result, list) else result

        checked.__name__ = getattr(map_func, "__name__", "function")
        if num_parallel_calls is None:
            return self._mapped("MapDataset", checked, [], name=name)
        attributes = {} if deterministic is None else {"deterministic": "true" if deterministic else "false"}
        count = _int64(num_parallel_calls, "num_parallel_calls")
        return self._mapped("ParallelMapDatasetV2", checked, [count], attributes=attributes, name=name)

    def _predicate(self, op, predicate, name):
        fname, body, result, as_tensor = self._trace(predicate, "filter")
        keep = as_tensor(result)
        if keep.dtype != dtypes.bool_ or not keep.shape.is_compatible_with([]):
            raise ValueError(
                f"Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor, but its return type is "
                f"{TensorSpec(keep.shape, keep.dtype)}."
            )
        function_name, captured = body.register(fname, [keep])
        return self._make(op, [captured], attributes={"predicate": function_name}, name=name)

    def filter(self, predicate, name=None):
        """The elements for which ``predicate`` is true."""
        return self._predicate("FilterDataset", predicate, name)

    def take_while(self, predicate, name=None):
        """The elements before the first for which ``predicate`` is false."""
        return self._predicate("TakeWhileDataset", predicate, name)

    def scan(self, initial_state, scan_func, name=None):
        """New elements from ``scan_func(state, element)``, which gives the next state and the new element."""
        state = normalize(initial_state)
        spec = spec_of(state)

        def call(state, element):
            result = scan_func(state, element)
            if not isinstance(result, tuple | list) or len(result) != 2:
                raise TypeError("The scan function must return a pair comprising the new state and the output value.")
            return tuple(result)

        function_name, captured, (new_state, output) = self._register(self._trace(call, "scan", [spec, self._spec]))
        check_state(spec, new_state)
        attributes = {"f": function_name, "preserve_cardinality": True}
        return self._make("ScanDataset", [to_wire(spec, state), captured], output, attributes, name=name)

    def reduce(self, initial_state, reduce_func, name=None):
        """The last state after ``reduce_func(state, element)`` of all elements."""
        state = normalize(initial_state)
        spec = spec_of(state)
        function_name, captured, new_state = self._register(self._trace(reduce_func, "reduce", [spec, self._spec]))
        check_state(spec, new_state)
        spec = nest.map_structure(lambda a, b: a.most_specific_compatible_type(b), spec, new_state)
        outputs = apply(
            "ReduceDataset", [self._variant, to_wire(spec, state), captured],
            {"f": function_name, **wire_attributes(spec)}, name=name,
        )  # fmt: skip
        return from_wire(spec, outputs if isinstance(outputs, list) else [outputs])

    def get_single_element(self, name=None):
        """The only element; a run raises ``InvalidArgumentError`` when there is none or are several."""
        outputs = apply("DatasetToSingleElement", [self._variant], wire_attributes(self._spec), name=name)
        return from_wire(self._spec, outputs if isinstance(outputs, list) else [outputs])

    def group_by_window(self, key_func, reduce_func, window_size=None, window_size_func=None, name=None):
        """Datasets that ``reduce_func(key, elements)`` makes of as many elements of one key as its window holds."""
        if (window_size is None) == (window_size_func is None):
            raise ValueError("Either the `window_size` argument or the `window_size_func` argument must be specified.")
        sizes = window_size_func or (lambda key: _int64(window_size, "window_size"))
        key_spec = TensorSpec([], dtypes.int64)

        def whole(*element):
            return cast(key_func(*element), dtypes.int64)

        key_name, key_captured, _ = self._register(self._trace(whole, "key"))
        traced = self._trace(reduce_func, "reduce", [key_spec, DatasetSpec(self._spec)])
        if not isinstance(traced[2], Dataset):
            raise TypeError(
                f"Invalid `reduce_func`. `reduce_func` must return a `Dataset` object. Got {type(traced[2])}."
            )
        reduce_name, reduce_captured, inner = self._register(traced)
        size_name, size_captured, _ = self._register(
            self._trace(lambda key: cast(sizes(key), dtypes.int64), "window_size", [key_spec])
        )
        attributes = {"key_func": key_name, "reduce_func": reduce_name, "window_size_func": size_name}
        inputs = [key_captured, reduce_captured, size_captured]
        return self._make("GroupByWindowDataset", inputs, inner.element_spec, attributes, name=name)

    def bucket_by_sequence_length(
        self, element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes=None, padding_values=None,
        pad_to_bucket_boundary=False, no_padding=False, drop_remainder=False, name=None,
    ):  # fmt: skip
        """Padded batches of elements of similar length."""
        from swiftestimator._data.combining import bucket_by_sequence_length

        return bucket_by_sequence_length(
            self, element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes, padding_values,
            pad_to_bucket_boundary, no_padding, drop_remainder,
        )  # fmt: skip

    def _nested(self, op, function, extra_inputs, name, attributes=None):
        traced = self._trace(function, "flat_map")
        if not isinstance(traced[2], Dataset):
            raise TypeError(f"Invalid `map_func`. `map_func` must return a `Dataset` object. Got {type(traced[2])}.")
        function_name, captured, inner = self._register(traced)
        attributes = {"f": function_name, **(attributes or {})}
        return self._make(op, [captured, *extra_inputs], inner.element_spec, attributes, name=name)

    def flat_map(self, map_func, name=None):
        """The elements of the datasets ``map_func`` of each element, one after the other."""
        return self._nested("FlatMapDataset", map_func, [], name)

    def interleave(
        self, map_func, cycle_length=None, block_length=None, num_parallel_calls=None, deterministic=None, name=None
    ):
        """As ``flat_map``, taking ``block_length`` elements in turn from ``cycle_length`` datasets at a time."""
        if cycle_length is None:
            cycle_length = AUTOTUNE
        cycle = (os.cpu_count() or 1) if _is_known(cycle_length) and cycle_length == AUTOTUNE else cycle_length
        inputs = [_int64(cycle, "cycle_length"), _int64(1 if block_length is None else block_length, "block_length")]
        return self._nested("InterleaveDataset", map_func, inputs, name)

    def enumerate(self, start=0, name=None):
        """Pairs of a number and an element."""
        numbers = Dataset.range(start, np.iinfo(np.int64).max)
        return Dataset.zip((numbers, self), name=name)

    def apply(self, transformation_func):
        """``transformation_func(dataset)``, which must be a dataset."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a `tf.data.Dataset` object. Got {type(dataset)}.")
        return dataset

    def with_options(self, options, name=None):
        """The dataset with settings."""
        return Dataset(self._variant, self._spec, self._options.merge(options))

    def cardinality(self):
        """The number of elements as a tensor; -1 for endless ones, -2 when it is not known."""
        return apply("DatasetCardinality", [self._variant])

    def options(self):
        """The settings."""
        return self._options

    # -- Older names, and what is not offered

    def map_with_legacy_function(self, map_func, num_parallel_calls=None, deterministic=None):
        """As ``map``."""
        return self.map(map_func, num_parallel_calls, deterministic)

    def filter_with_legacy_function(self, predicate):
        """As ``filter``."""
        return self.filter(predicate)

    def as_numpy_iterator(self):
        """Needs eager execution: raises ``RuntimeError``."""
        raise RuntimeError("as_numpy_iterator() is not supported without eager execution")

    @staticmethod
    def counter(start=0, step=1, dtype=dtypes.int64, name=None):
        """Numbers without end."""
        from swiftestimator._data.experimental import Counter

        return Counter(start, step, dtype)

    # -- Iterators (TensorFlow 1)

    def make_initializable_iterator(self, shared_name=None):
        """An iterator whose ``initializer`` must run first."""
        from swiftestimator._data.iterator import make_initializable_iterator

        return make_initializable_iterator(self, shared_name)

    def make_one_shot_iterator(self):
        """An iterator that needs no initialisation."""
        from swiftestimator._data.iterator import make_one_shot_iterator

        return make_one_shot_iterator(self)
