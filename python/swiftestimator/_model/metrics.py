"""``tf.metrics`` of TensorFlow 1: each function gives a value and an operation that updates it.

All take ``weights`` that broadcast to the values, and names of collections for the value and the update.
"""

from swiftestimator._border import builder, options
from swiftestimator._framework.convert import convert_to_tensor


def _list(value):
    return None if value is None else [value] if isinstance(value, str) else list(value)


def _metric(kind, inputs, weights, metrics_collections, updates_collections, name, **more):
    """Builds a metric of the engine."""
    if weights is not None and not isinstance(weights, int | float):
        weights = convert_to_tensor(weights)
    asked = options(
        weights=weights, metrics_collections=_list(metrics_collections), updates_collections=_list(updates_collections),
        name=name, **more,
    )  # fmt: skip
    value, update = builder(f"metrics.{kind}")(*[convert_to_tensor(i) for i in inputs], asked)
    return value, update


def mean(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted mean of the values."""
    return _metric("mean", [values], weights, metrics_collections, updates_collections, name)


def mean_tensor(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted mean of each element."""
    return _metric("mean_tensor", [values], weights, metrics_collections, updates_collections, name)


def accuracy(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """How often predictions equal labels."""
    return _metric("accuracy", [labels, predictions], weights, metrics_collections, updates_collections, name)


def mean_absolute_error(
    labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean of the absolute differences."""
    return _metric(
        "mean_absolute_error", [labels, predictions], weights, metrics_collections, updates_collections, name
    )


def mean_squared_error(
    labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean of the squared differences."""
    return _metric("mean_squared_error", [labels, predictions], weights, metrics_collections, updates_collections, name)


def root_mean_squared_error(
    labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The root of the mean of the squared differences."""
    return _metric(
        "root_mean_squared_error", [labels, predictions], weights, metrics_collections, updates_collections, name
    )


def mean_relative_error(
    labels, predictions, normalizer, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean of the absolute differences over a normalizer."""
    return _metric(
        "mean_relative_error", [labels, predictions, normalizer], weights, metrics_collections, updates_collections, name,
    )  # fmt: skip


def mean_cosine_distance(
    labels, predictions, dim, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """One minus the mean of the products along ``dim``."""
    return _metric(
        "mean_cosine_distance", [labels, predictions], weights, metrics_collections, updates_collections, name, dim=dim
    )


def percentage_below(values, threshold, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """How often values lie below the threshold."""
    return _metric(
        "percentage_below", [values], weights, metrics_collections, updates_collections, name, threshold=threshold
    )


def precision(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """Of what was predicted positive, how much is."""
    return _metric("precision", [labels, predictions], weights, metrics_collections, updates_collections, name)


def recall(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """Of what is positive, how much was predicted so."""
    return _metric("recall", [labels, predictions], weights, metrics_collections, updates_collections, name)


def true_positives(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted number of true positives."""
    return _metric("true_positives", [labels, predictions], weights, metrics_collections, updates_collections, name)


def true_negatives(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted number of true negatives."""
    return _metric("true_negatives", [labels, predictions], weights, metrics_collections, updates_collections, name)


def false_positives(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted number of false positives."""
    return _metric("false_positives", [labels, predictions], weights, metrics_collections, updates_collections, name)


def false_negatives(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted number of false negatives."""
    return _metric("false_negatives", [labels, predictions], weights, metrics_collections, updates_collections, name)


def true_positives_at_thresholds(
    labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """True positives for each threshold."""
    return _metric(
        "true_positives_at_thresholds", [labels, predictions], weights, metrics_collections, updates_collections, name,
        thresholds=list(thresholds),
    )  # fmt: skip


def true_negatives_at_thresholds(
    labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """True negatives for each threshold."""
    return _metric(
        "true_negatives_at_thresholds", [labels, predictions], weights, metrics_collections, updates_collections, name,
        thresholds=list(thresholds),
    )  # fmt: skip


def false_positives_at_thresholds(
    labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """False positives for each threshold."""
    return _metric(
        "false_positives_at_thresholds", [labels, predictions], weights, metrics_collections, updates_collections, name,
        thresholds=list(thresholds),
    )  # fmt: skip


def false_negatives_at_thresholds(
    labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """False negatives for each threshold."""
    return _metric(
        "false_negatives_at_thresholds", [labels, predictions], weights, metrics_collections, updates_collections, name,
        thresholds=list(thresholds),
    )  # fmt: skip


def precision_at_thresholds(
    labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """Precision for each threshold."""
    return _metric(
        "precision_at_thresholds", [labels, predictions], weights, metrics_collections, updates_collections, name,
        thresholds=list(thresholds),
    )  # fmt: skip


def recall_at_thresholds(
    labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """Recall for each threshold."""
    return _metric(
        "recall_at_thresholds", [labels, predictions], weights, metrics_collections, updates_collections, name,
        thresholds=list(thresholds),
    )  # fmt: skip


def sensitivity_at_specificity(
    labels, predictions, specificity, weights=None, num_thresholds=200,
    metrics_collections=None, updates_collections=None, name=None,
):  # fmt: skip
    """Sensitivity where specificity comes closest to a value."""
    return _metric(
        "sensitivity_at_specificity", [labels, predictions], weights, metrics_collections, updates_collections, name,
        specificity=specificity, num_thresholds=num_thresholds,
    )  # fmt: skip


def specificity_at_sensitivity(
    labels, predictions, sensitivity, weights=None, num_thresholds=200,
    metrics_collections=None, updates_collections=None, name=None,
):  # fmt: skip
    """Specificity where sensitivity comes closest to a value."""
    return _metric(
        "specificity_at_sensitivity", [labels, predictions], weights, metrics_collections, updates_collections, name,
        sensitivity=sensitivity, num_thresholds=num_thresholds,
    )  # fmt: skip


def mean_iou(
    labels, predictions, num_classes, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean over classes of intersection over union."""
    return _metric(
        "mean_iou", [labels, predictions], weights, metrics_collections, updates_collections, name,
        num_classes=num_classes,
    )  # fmt: skip


def mean_per_class_accuracy(
    labels, predictions, num_classes, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean over classes of accuracy."""
    return _metric(
        "mean_per_class_accuracy", [labels, predictions], weights, metrics_collections, updates_collections, name,
        num_classes=num_classes,
    )  # fmt: skip


def auc(
    labels, predictions, weights=None, num_thresholds=200, metrics_collections=None, updates_collections=None,
    curve="ROC", name=None, summation_method="trapezoidal", thresholds=None,
):  # fmt: skip
    """The area under the ROC or the precision-recall curve, approximated at thresholds."""
    return _metric(
        "auc", [labels, predictions], weights, metrics_collections, updates_collections, name,
        num_thresholds=num_thresholds, curve=curve, summation_method=summation_method,
        thresholds=None if thresholds is None else list(thresholds),
    )  # fmt: skip


def _at_k(kind, summary):
    def metric(
        labels, predictions, k, class_id=None, weights=None, metrics_collections=None, updates_collections=None,
        name=None,
    ):  # fmt: skip
        return _metric(
            kind, [labels, predictions], weights, metrics_collections, updates_collections, name, k=k, class_id=class_id
        )

    metric.__name__ = metric.__qualname__ = kind
    metric.__doc__ = summary
    return metric


recall_at_k = _at_k("recall_at_k", "Of the labels, how many are among the ``k`` best predictions.")
precision_at_k = _at_k("precision_at_k", "Of the ``k`` best predictions, how many are labels.")


def recall_at_top_k(
    labels, predictions_idx, k=None, class_id=None, weights=None, metrics_collections=None, updates_collections=None,
    name=None,
):  # fmt: skip
    """As ``recall_at_k``, of predictions given as class numbers."""
    return _metric(
        "recall_at_top_k", [labels, predictions_idx], weights, metrics_collections, updates_collections, name, k=k,
        class_id=class_id,
    )  # fmt: skip


def precision_at_top_k(
    labels, predictions_idx, k=None, class_id=None, weights=None, metrics_collections=None, updates_collections=None,
    name=None,
):  # fmt: skip
    """As ``precision_at_k``, of predictions given as class numbers."""
    return _metric(
        "precision_at_top_k", [labels, predictions_idx], weights, metrics_collections, updates_collections, name, k=k,
        class_id=class_id,
    )  # fmt: skip


def average_precision_at_k(
    labels, predictions, k, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The mean of the average precision of the ``k`` best predictions."""
    return _metric(
        "average_precision_at_k", [labels, predictions], weights, metrics_collections, updates_collections, name, k=k
    )
