"""Tensors from serialized ``tf.train.Example`` and ``tf.train.SequenceExample`` messages."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.composite import SparseTensor
from swiftestimator._ops.parsing_features import (
    FeatureColumns,
    FixedLenFeature,
    FixedLenSequenceFeature,
    SparseFeature,
    VarLenFeature,
)
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope

_EXAMPLE_KINDS = (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature)
_CONTEXT_KINDS = (VarLenFeature, FixedLenFeature)
_SEQUENCE_KINDS = (VarLenFeature, FixedLenSequenceFeature)


def _outputs(result):
    return list(result) if isinstance(result, list | tuple) else [result]


def _take_sparse(outputs, count):
    """The sparse tensors at the front of the outputs, and the rest."""
    parts = zip(outputs[:count], outputs[count : 2 * count], outputs[2 * count : 3 * count])
    return [SparseTensor(*p) for p in parts], outputs[3 * count :]


def parse_example(serialized, features, name=None, example_names=None):
    """A dict of tensors with the features of a vector of serialized examples."""
    return parse_example_v2(serialized, features, example_names, name)


def parse_example_v2(serialized, features, example_names=None, name=None):
    """A dict of tensors with the features of a vector of serialized examples."""
    if not features:
        raise ValueError("Argument `features` cannot be None.")
    columns = FeatureColumns(features, _EXAMPLE_KINDS)
    columns.add_row_dimensions()
    with name_scope(name, "ParseExample", [serialized, example_names]):
        names = [] if example_names is None else example_names
        outputs = apply(
            "ParseExampleV2",
            [
                serialized, names, columns.sparse_keys, columns.dense_keys,
                [], columns.default_tensors(),
            ],
            {
                "num_sparse": len(columns.sparse_keys), "sparse_types": columns.sparse_types,
                "Tdense": columns.dense_types, "dense_shapes": columns.dense_shapes, "ragged_value_types": [],
                "ragged_split_types": [],
            },
        )  # fmt: skip
        sparse, dense = _take_sparse(_outputs(outputs), len(columns.sparse_keys))
        return columns.result(sparse, dense)


def _scalar(value, name):
    value = convert_to_tensor(value, dtypes.string, name=name)
    if value._rank not in (None, 0):
        raise ValueError(f"Input {name} must be a scalar")
    return value


def parse_single_example(serialized, features, name=None, example_names=None):
    """A dict of tensors with the features of one serialized example."""
    return parse_single_example_v2(serialized, features, example_names, name)


def parse_single_example_v2(serialized, features, example_names=None, name=None):
    """A dict of tensors with the features of one serialized example."""
    if not features:
        raise ValueError("Invalid argument: features cannot be None.")
    with name_scope(name, "ParseSingleExample", [serialized, example_names]):
        return parse_example_v2(_scalar(serialized, "serialized"), features, example_names, name)


def _need_some(context_features, sequence_features):
    if not (context_features or sequence_features):
        raise ValueError("Both `context_features` and `sequence_features` argument are None, but at least one should have "
                         "values.")  # fmt: skip


def parse_sequence_example(serialized, context_features=None, sequence_features=None, example_names=None, name=None):
    """Dicts of the context features, the feature lists and the lists' lengths of serialized sequence examples."""
    if not (context_features or sequence_features):
        raise ValueError(
            "Both `context_features` and `sequence_features` argument are None, but at least one should have values."
        )
    context = FeatureColumns(context_features, _CONTEXT_KINDS)
    lists = FeatureColumns(sequence_features, _SEQUENCE_KINDS)
    with name_scope(name, "ParseSequenceExample", [serialized, example_names]):
        return _parse_sequences(serialized, example_names, context, lists)


def parse_single_sequence_example(
    serialized, context_features=None, sequence_features=None, example_name=None, name=None
):
    """Dicts of the context features and the feature lists of one serialized sequence example."""
    if not (context_features or sequence_features):
        raise ValueError("Both context_features and sequence_features are None, but at least one should have values.")
    context = FeatureColumns(context_features, _CONTEXT_KINDS)
    lists = FeatureColumns(sequence_features, _SEQUENCE_KINDS)
    with name_scope(name, "ParseSingleSequenceExample", [serialized, example_name]):
        return _parse_sequences(_scalar(serialized, "serialized"), example_name, context, lists)[:2]


def _parse_sequences(serialized, names, context, lists):
    with name_scope(None, "ParseSequenceExample", [serialized, names]):
        outputs = _outputs(
            apply(
                "ParseSequenceExampleV2",
                [
                    serialized, [] if names is None else names, context.sparse_keys, context.dense_keys, [],
                    lists.sparse_keys, lists.dense_keys, [],
                    [key in lists.missing_allowed for key in lists.dense_keys], context.default_tensors(),
                ],
                {
                    "Ncontext_sparse": len(context.sparse_keys), "context_sparse_types": context.sparse_types,
                    "Tcontext_dense": context.dense_types, "context_dense_shapes": context.dense_shapes,
                    "Nfeature_list_sparse": len(lists.sparse_keys), "feature_list_sparse_types": lists.sparse_types,
                    "Nfeature_list_dense": len(lists.dense_keys), "feature_list_dense_types": lists.dense_types,
                    "feature_list_dense_shapes": lists.dense_shapes,
                },
            )
        )  # fmt: skip
    context_sparse, rest = _take_sparse(outputs, len(context.sparse_keys))
    context_dense, rest = rest[: len(context.dense_keys)], rest[len(context.dense_keys) :]
    list_sparse, rest = _take_sparse(rest, len(lists.sparse_keys))
    list_dense, lengths = rest[: len(lists.dense_keys)], rest[len(lists.dense_keys) :]
    return (
        context.result(context_sparse, context_dense),
        lists.result(list_sparse, list_dense),
        dict(zip(lists.dense_keys, lengths)),
    )


def decode_json_example(json_examples, name=None):
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("tf.io.decode_json_example is not implemented in swiftestimator")
