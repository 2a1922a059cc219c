"""What a served model is fed through."""

import collections

from swiftestimator._framework.composite import SparseTensor
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops.placeholder_ops import placeholder

__all__ = [
    "ServingInputReceiver", "SupervisedInputReceiver", "TensorServingInputReceiver", "UnsupervisedInputReceiver",
    "build_parsing_serving_input_receiver_fn", "build_raw_serving_input_receiver_fn",
    "build_raw_supervised_input_receiver_fn", "build_supervised_input_receiver_fn_from_input_fn",
]  # fmt: skip

_FEATURE, _LABEL, _RECEIVER = "feature", "label", "input"


def _is_tensor(value):
    return isinstance(value, Tensor | SparseTensor) or getattr(value, "_is_ragged", False)


def _check_values(values, kind, key_types):
    for key, value in values.items():
        if not isinstance(key, key_types):
            allowed = "strings" if key_types is str else "strings or ints"
            raise ValueError(f"{kind} keys must be {allowed}: {key}.")
        if not _is_tensor(value):
            raise ValueError(f"{kind} {key} must be a Tensor, SparseTensor, or RaggedTensor.")


def _wrap(value, name):
    return value if isinstance(value, dict) else {name: value}


def _features(features, wrap=True):
    if features is None:
        raise ValueError("features must be defined.")
    wrapped = _wrap(features, _FEATURE)
    _check_values(wrapped, "feature", (str, int))
    return wrapped if wrap else features


def _labels(labels):
    if labels is None:
        raise ValueError("labels must be defined.")
    _check_values(_wrap(labels, _LABEL), "label", (str, int))
    return labels


def _receivers(receiver_tensors, kind="receiver_tensor"):
    if receiver_tensors is None:
        raise ValueError(f"{kind}s must be defined.")
    wrapped = _wrap(receiver_tensors, _RECEIVER)
    _check_values(wrapped, kind, str)
    return wrapped


def _alternatives(alternatives):
    if alternatives is None:
        return None
    if not isinstance(alternatives, dict):
        raise ValueError(f"receiver_tensors_alternatives must be a dict: {alternatives}.")
    return {name: _receivers(tensors, "receiver_tensors_alternative") for name, tensors in alternatives.items()}


_SERVING = ["features", "receiver_tensors", "receiver_tensors_alternatives"]


class ServingInputReceiver(collections.namedtuple("ServingInputReceiver", _SERVING)):
    """Features for the model, and the tensors that callers feed to give them."""

    def __new__(cls, features, receiver_tensors, receiver_tensors_alternatives=None):
        return super().__new__(
            cls, _features(features), _receivers(receiver_tensors), _alternatives(receiver_tensors_alternatives)
        )


class TensorServingInputReceiver(collections.namedtuple("TensorServingInputReceiver", _SERVING)):
    """One feature that the model gets as a tensor, not in a dict."""

    def __new__(cls, features, receiver_tensors, receiver_tensors_alternatives=None):
        if features is None:
            raise ValueError("features must be defined.")
        if not _is_tensor(features):
            raise ValueError("feature must be a Tensor, SparseTensor, or RaggedTensor.")
        return super().__new__(
            cls, features, _receivers(receiver_tensors), _alternatives(receiver_tensors_alternatives)
        )


class UnsupervisedInputReceiver(collections.namedtuple("UnsupervisedInputReceiver", ["features", "receiver_tensors"])):
    """Features for training or evaluating a model without labels."""

    def __new__(cls, features, receiver_tensors):
        return super().__new__(cls, _features(features, wrap=False), _receivers(receiver_tensors))


class SupervisedInputReceiver(
    collections.namedtuple("SupervisedInputReceiver", ["features", "labels", "receiver_tensors"])
):
    """Features and labels for training or evaluating an exported model."""

    def __new__(cls, features, labels, receiver_tensors):
        return super().__new__(cls, _features(features, wrap=False), _labels(labels), _receivers(receiver_tensors))


def _placeholders(tensors, default_batch_size):
    """A placeholder like each tensor, which may come from another graph."""
    result = {}
    for key, tensor in tensors.items():
        shape = tensor.get_shape()
        if shape.rank is not None:
            shape = [default_batch_size, *shape.as_list()[1:]]
        result[key] = placeholder(dtype=tensor.dtype, shape=shape, name=tensor.op.name)
    return result


def build_raw_serving_input_receiver_fn(features, default_batch_size=None):
    """A receiver function with a placeholder for each feature."""

    def serving_input_receiver_fn():
        receivers = _placeholders(_wrap(features, _FEATURE), default_batch_size)
        return ServingInputReceiver(receivers, receivers)

    return serving_input_receiver_fn


def build_parsing_serving_input_receiver_fn(feature_spec, default_batch_size=None):
    """A receiver function that parses serialized ``Example`` messages."""

    def serving_input_receiver_fn():
        from swiftestimator._ops.parsing_ops import parse_example

        serialized = placeholder("string", shape=[default_batch_size], name="input_example_tensor")
        features = parse_example(serialized, feature_spec)
        return ServingInputReceiver(features, {"examples": serialized})

    return serving_input_receiver_fn


def build_raw_supervised_input_receiver_fn(features, labels, default_batch_size=None):
    """A receiver function with a placeholder for each feature and label."""
    feature_dict, label_dict = _wrap(features, _RECEIVER), _wrap(labels, _LABEL)
    overlap = set(feature_dict) & set(label_dict)
    if overlap:
        raise ValueError(f"Features and labels must have distinct keys. Found overlapping keys: {sorted(overlap)}")

    def supervised_input_receiver_fn():
        feature_receivers = _placeholders(feature_dict, default_batch_size)
        label_receivers = _placeholders(label_dict, default_batch_size)
        return SupervisedInputReceiver(
            feature_receivers if isinstance(features, dict) else feature_receivers[_RECEIVER],
            label_receivers if isinstance(labels, dict) else label_receivers[_LABEL],
            {**feature_receivers, **label_receivers},
        )

    return supervised_input_receiver_fn


def build_supervised_input_receiver_fn_from_input_fn(input_fn, **input_fn_args):
    """A receiver function with placeholders like what an input function returns."""
    from swiftestimator._data.dataset import Dataset
    from swiftestimator._data.iterator import make_one_shot_iterator
    from swiftestimator._framework.graph import Graph

    graph = Graph()
    with graph.as_default():
        result = input_fn(**input_fn_args)
        if isinstance(result, Dataset):
            result = make_one_shot_iterator(result).get_next()
        features, labels = result
    default_batch_size = None
    return build_raw_supervised_input_receiver_fn(features, labels, default_batch_size)


def engine_receivers(tensors):
    """Receivers for the engine: pairs of a name and a tensor, or the three of a sparse one."""
    return [
        (name, (t.indices, t.values, t.dense_shape) if isinstance(t, SparseTensor) else t)
        for name, t in tensors.items()
    ]


def call_receiver_fn(fn):
    """Features, labels, receivers and alternatives of what a receiver function returns."""
    receiver = fn()
    if isinstance(receiver, tuple) and not hasattr(receiver, "receiver_tensors"):
        raise ValueError("the receiver function must return a ServingInputReceiver or one of its kin.")
    alternatives = getattr(receiver, "receiver_tensors_alternatives", None) or {}
    return (
        receiver.features, getattr(receiver, "labels", None), engine_receivers(receiver.receiver_tensors),
        [(name, engine_receivers(tensors)) for name, tensors in alternatives.items()],
    )  # fmt: skip
