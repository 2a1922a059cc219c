"""What programs say of the features of examples: which form each takes as a tensor."""

import re
from collections import namedtuple

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, sparse_ops
from swiftestimator._ops.support import convert_to_tensor

__all__ = [
    "FeatureColumns", "FixedLenFeature", "FixedLenSequenceFeature", "RaggedFeature", "SparseFeature", "VarLenFeature",
]  # fmt: skip


class FixedLenFeature(namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"])):
    """A feature with as many values in each example; without a default, each example must have it."""

    __slots__ = ()

    def __new__(cls, shape, dtype, default_value=None):
        return super().__new__(cls, shape, dtype, default_value)


class FixedLenSequenceFeature(
    namedtuple("FixedLenSequenceFeature", ["shape", "dtype", "allow_missing", "default_value"])
):
    """Any number of rows of one shape, filled up to the longest example's."""

    __slots__ = ()

    def __new__(cls, shape, dtype, allow_missing=False, default_value=None):
        return super().__new__(cls, shape, dtype, allow_missing, default_value)


class VarLenFeature(namedtuple("VarLenFeature", ["dtype"])):
    """Any number of values, as a sparse tensor."""

    __slots__ = ()


class SparseFeature(namedtuple("SparseFeature", ["index_key", "value_key", "dtype", "size", "already_sorted"])):
    """A sparse tensor whose positions and values are features."""

    __slots__ = ()

    def __new__(cls, index_key, value_key, dtype, size, already_sorted=False):
        return super().__new__(cls, index_key, value_key, dtype, size, already_sorted)


class RaggedFeature:
    """Not offered: raises ``NotImplementedError``, as there are no ragged tensors."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(
            "tf.io.RaggedFeature is not implemented in swiftestimator (there are no ragged tensors): use "
            "tf.io.VarLenFeature or tf.io.FixedLenSequenceFeature"
        )


def _label(prefix, key):
    return prefix + re.sub(r"[^A-Za-z0-9_.\-/]", "_", key)


class FeatureColumns:
    """The features a program asks for, in the form that the parsing ops want: sparse and dense ones, sorted by key."""

    def __init__(self, features, kinds):
        self.sparse_keys, self.sparse_types = [], []
        self.dense_keys, self.dense_types, self.dense_shapes = [], [], []
        self.defaults = {}
        self.missing_allowed = set()
        self._features = features or {}
        for key in sorted(self._features):
            feature = self._features[key]
            if not isinstance(feature, kinds):
                raise ValueError(f"Unsupported {type(feature).__name__} {feature} for key '{key}'")
            if isinstance(feature, VarLenFeature):
                self._need_dtype(key, feature)
                self._add_sparse(key, feature.dtype)
            elif isinstance(feature, SparseFeature):
                self._add_sparse_feature(key, feature)
            elif isinstance(feature, FixedLenSequenceFeature):
                self._add_sequence(key, feature)
            else:
                self._add_fixed(key, feature)

    @staticmethod
    def _need_dtype(key, feature):
        if not feature.dtype:
            raise ValueError(f"Missing type for feature {key}. Received feature={feature}")

    def _add_sparse(self, key, dtype):
        dtype = dtypes.as_dtype(dtype)
        if key in self.sparse_keys:
            known = self.sparse_types[self.sparse_keys.index(key)]
            if known is not dtype:
                raise ValueError(f"Conflicting type {known} vs {dtype} for feature {key}.")
            return
        self.sparse_keys.append(key)
        self.sparse_types.append(dtype)

    def _add_sparse_feature(self, key, feature):
        if not feature.index_key:
            raise ValueError(f"Missing index_key for SparseFeature {feature}.")
        if not feature.value_key:
            raise ValueError(f"Missing value_key for SparseFeature {feature}.")
        self._need_dtype(key, feature)
        index_keys = [feature.index_key] if isinstance(feature.index_key, str) else feature.index_key
        for index_key in sorted(index_keys):
            self._add_sparse(index_key, dtypes.int64)
        self._add_sparse(feature.value_key, feature.dtype)

    def _add_fixed(self, key, feature):
        self._need_dtype(key, feature)
        if feature.shape is None:
            raise ValueError(f"Missing shape for feature {key}. Received feature={feature}.")
        shape = TensorShape(feature.shape)
        if feature.shape and shape.rank and shape._dims[0] is None:
            raise ValueError(
                f"First dimension of shape for feature {key} unknown. Consider using FixedLenSequenceFeature. Received "
                f"feature={feature}."
            )
        if not shape.is_fully_defined():
            raise ValueError(
                f"All dimensions of shape for feature {key} need to be known but received {feature.shape!s}."
            )
        self._add_dense(key, feature.dtype, shape)
        if feature.default_value is not None:
            self.defaults[key] = feature.default_value

    def _add_sequence(self, key, feature):
        self._need_dtype(key, feature)
        if feature.shape is None:
            raise ValueError(f"Missing shape for feature {key}. Received feature={feature}.")
        self._add_dense(key, feature.dtype, TensorShape(feature.shape))
        if feature.allow_missing:
            self.missing_allowed.add(key)
        if feature.default_value is not None:
            self.defaults[key] = feature.default_value

    def _add_dense(self, key, dtype, shape):
        self.dense_keys.append(key)
        self.dense_types.append(dtypes.as_dtype(dtype))
        self.dense_shapes.append(shape)

    def add_row_dimensions(self):
        """In plain examples, a sequence is a feature with any number of rows."""
        for i, key in enumerate(self.dense_keys):
            feature = self._features[key]
            if isinstance(feature, FixedLenSequenceFeature):
                if not feature.allow_missing:
                    raise ValueError("Unsupported: FixedLenSequenceFeature requires allow_missing to be True.")
                self.dense_shapes[i] = TensorShape([None]) + self.dense_shapes[i]

    def default_tensors(self):
        """A default for each dense feature: empty when it has none, one value to fill up with for sequences."""
        tensors = []
        for key, dtype, shape in zip(self.dense_keys, self.dense_types, self.dense_shapes):
            value = self.defaults.get(key)
            if shape.rank and shape._dims[0] is None:
                if value is None:
                    value = constant("" if dtype is dtypes.string else 0, dtype)
                else:
                    value = convert_to_tensor(value, dtype, name=_label("padding_", key))
                    value = array_ops.reshape(value, [])
            elif value is None:
                value = constant([], dtype)
            elif not isinstance(value, Tensor):
                value = convert_to_tensor(value, dtype, name=_label("key_", key))
                value = array_ops.reshape(value, shape)
            tensors.append(value)
        return tensors

    def result(self, sparse, dense):
        """A dict of tensors from those of the op's columns."""
        found = dict(zip(self.sparse_keys + self.dense_keys, [*sparse, *dense]))
        result = {key: value for key, value in found.items() if key in self._features}
        for key in sorted(self._features):
            feature = self._features[key]
            if not isinstance(feature, SparseFeature):
                continue
            index_key = feature.index_key
            ids = found[index_key] if isinstance(index_key, str) else [found[k] for k in index_key]
            result[key] = sparse_ops.sparse_merge(
                ids, found[feature.value_key], vocab_size=feature.size, already_sorted=feature.already_sorted
            )
        return result
