"""``tf.summary`` of TensorFlow 1: operations whose values are serialised ``Summary`` messages."""

from swiftestimator._border import builder, function, options
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import GraphKeys, get_default_graph

__all__ = ["audio", "histogram", "image", "merge", "merge_all", "scalar", "tensor_summary", "text"]


def _collections(value):
    return None if value is None else [value] if isinstance(value, str) else list(value)


def _summary(kind, name, tensor, collections, family=None, **more):
    if not isinstance(name, str):
        raise TypeError(f"the name of a summary must be a string, got {name!r}")
    for given in (family, name):
        if given is not None:
            clean_tag(given)  # logs a change
    asked = options(collections=_collections(collections), family=family, **more)
    return builder(f"summary.{kind}")(name, convert_to_tensor(tensor), asked)


def scalar(name, tensor, collections=None, family=None):
    """A number over time."""
    return _summary("scalar", name, tensor, collections, family)


def histogram(name, values, collections=None, family=None):
    """The distribution of a tensor's elements over time."""
    return _summary("histogram", name, values, collections, family)


def image(name, tensor, max_outputs=3, collections=None, family=None):
    """Images, ``[batch, height, width, channels]`` with 1, 3 or 4 channels."""
    return _summary("image", name, tensor, collections, family, max_outputs=max_outputs)


def audio(name, tensor, sample_rate, max_outputs=3, collections=None, family=None):
    """Sounds, ``[batch, frames]`` or ``[batch, frames, channels]``, in -1 to 1."""
    return _summary("audio", name, tensor, collections, family, sample_rate=sample_rate, max_outputs=max_outputs)


def text(name, tensor, collections=None):
    """Strings."""
    return _summary("text", name, tensor, collections)


def tensor_summary(name, tensor, summary_description=None, collections=None, summary_metadata=None, family=None,
                   display_name=None):  # fmt: skip
    """A tensor as it is."""
    metadata = summary_metadata
    if metadata is None and (summary_description or display_name):
        from swiftestimator._protos import messages

        metadata = messages.SummaryMetadata(
            display_name=display_name or "", summary_description=summary_description or ""
        )
    serialized = None if metadata is None else metadata.SerializeToString()
    return _summary("tensor", name, tensor, collections, family, metadata=serialized)


def merge(inputs, collections=None, name=None):
    """One summary with the values of several."""
    graph = get_default_graph()
    return builder("summary.merge")(graph, [convert_to_tensor(i) for i in inputs], _collections(collections), name)


def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """The summaries of a collection merged, or ``None`` when there are none."""
    return builder("summary.merge_all")(get_default_graph(), key, scope, name)


def get_summary_description(node_def):
    """The description in a ``TensorSummary`` node, which no function makes any more: ``ValueError`` for others."""
    if node_def.op != "TensorSummary":
        raise ValueError(f"Can't get_summary_description on {node_def.op}")
    raise NotImplementedError("summary.get_summary_description is not implemented in swiftestimator")


def clean_tag(name):
    """``name`` without the characters that a tag can't have; a change is logged."""
    cleaned = function("summary.clean_tag")(name)
    if cleaned != name:
        from swiftestimator._logging import get_logger

        get_logger().info("Summary name %s is illegal; using %s instead.", name, cleaned)
    return cleaned


def initialize(graph=None, session=None):
    """Accepted for compatibility: does nothing."""
