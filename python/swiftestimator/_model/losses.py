"""``tf.losses`` of TensorFlow 1: functions that add to the collection of losses."""

from swiftestimator._border import builder, options
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import GraphKeys, get_default_graph

__all__ = ["Reduction"]


class Reduction:
    """How the losses of the elements become one."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls):
        """All values."""
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key):
        """Raises ``ValueError`` for another value."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


_DEFAULT = Reduction.SUM_BY_NONZERO_WEIGHTS


def _weights(value):
    return value if isinstance(value, int | float) else convert_to_tensor(value)


def _opts(weights, scope, loss_collection, reduction, **more):
    Reduction.validate(reduction)
    result = options(weights=_weights(weights), scope=scope, reduction=reduction, **more)
    result["loss_collection"] = loss_collection
    return result


def _loss(
    kind, labels, predictions, weights, scope, loss_collection, reduction, names=("labels", "predictions"), **more
):
    for value, name in ((labels, names[0]), (predictions, names[1])):
        if value is None:
            raise ValueError(f"Argument `{name}` must not be None.")
    predictions = convert_to_tensor(predictions)
    labels = convert_to_tensor(
        labels, preferred_dtype=predictions.dtype if kind != "sparse_softmax_cross_entropy" else None
    )
    return builder(f"losses.{kind}")(labels, predictions, _opts(weights, scope, loss_collection, reduction, **more))


def absolute_difference(
    labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT
):
    """The absolute value of the difference."""
    return _loss("absolute_difference", labels, predictions, weights, scope, loss_collection, reduction)


def cosine_distance(
    labels, predictions, axis=None, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT,
    dim=None,
):  # fmt: skip
    """One minus the sum along ``axis`` of the products of unit vectors."""
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("You must specify argument `axis`.")
    return _loss("cosine_distance", labels, predictions, weights, scope, loss_collection, reduction, axis=axis)


def hinge_loss(labels, logits, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT):
    """``max(0, 1 - (2·label - 1)·logit)``."""
    return _loss("hinge_loss", labels, logits, weights, scope, loss_collection, reduction, ("labels", "logits"))


def huber_loss(
    labels, predictions, weights=1.0, delta=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT
):
    """Squares of small differences, absolute values of those beyond ``delta``."""
    return _loss("huber_loss", labels, predictions, weights, scope, loss_collection, reduction, delta=delta)


def log_loss(
    labels, predictions, weights=1.0, epsilon=1e-7, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT
):
    """The cross entropy of probabilities."""
    return _loss("log_loss", labels, predictions, weights, scope, loss_collection, reduction, epsilon=epsilon)


def mean_squared_error(
    labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT
):
    """The square of the difference."""
    return _loss("mean_squared_error", labels, predictions, weights, scope, loss_collection, reduction)


def mean_pairwise_squared_error(labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES):
    """The square of the differences of differences between all pairs of an example's elements."""
    return _loss("mean_pairwise_squared_error", labels, predictions, weights, scope, loss_collection, _DEFAULT)


def sigmoid_cross_entropy(
    multi_class_labels, logits, weights=1.0, label_smoothing=0, scope=None, loss_collection=GraphKeys.LOSSES,
    reduction=_DEFAULT,
):  # fmt: skip
    """The cross entropy of independent classes."""
    return _loss(
        "sigmoid_cross_entropy", multi_class_labels, logits, weights, scope, loss_collection, reduction,
        ("multi_class_labels", "logits"), label_smoothing=label_smoothing,
    )  # fmt: skip


def softmax_cross_entropy(
    onehot_labels, logits, weights=1.0, label_smoothing=0, scope=None, loss_collection=GraphKeys.LOSSES,
    reduction=_DEFAULT,
):  # fmt: skip
    """The cross entropy of exclusive classes, labels one-hot."""
    return _loss(
        "softmax_cross_entropy", onehot_labels, logits, weights, scope, loss_collection, reduction,
        ("onehot_labels", "logits"), label_smoothing=label_smoothing,
    )  # fmt: skip


def sparse_softmax_cross_entropy(
    labels, logits, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT
):
    """The cross entropy of exclusive classes, labels as numbers."""
    return _loss(
        "sparse_softmax_cross_entropy", labels, logits, weights, scope, loss_collection, reduction, ("labels", "logits")
    )


def compute_weighted_loss(losses, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_DEFAULT):
    """The losses of the elements, weighted and reduced."""
    opts = _opts(weights, scope, loss_collection, reduction)
    return builder("losses.compute_weighted_loss")(convert_to_tensor(losses), opts)


def add_loss(loss, loss_collection=GraphKeys.LOSSES):
    """Adds a loss to the collection."""
    if loss_collection:
        get_default_graph().add_to_collection(loss_collection, loss)


def get_losses(scope=None, loss_collection=GraphKeys.LOSSES):
    """The losses in the collection."""
    return get_default_graph().get_collection(loss_collection, scope)


def get_regularization_losses(scope=None):
    """The regularization losses."""
    return get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """The sum of the regularization losses."""
    return builder("losses.regularization_loss")(get_default_graph(), scope, name)


def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of the losses, with the regularization losses unless told otherwise."""
    return builder("losses.total")(get_default_graph(), add_regularization_losses, name, scope)
