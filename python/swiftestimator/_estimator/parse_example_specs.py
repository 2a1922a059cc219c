"""What a classifier or regressor needs to be parsed from ``Example`` messages."""

from swiftestimator._framework import dtypes

__all__ = ["classifier_parse_example_spec", "regressor_parse_example_spec"]


def classifier_parse_example_spec(
    feature_columns, label_key, label_dtype=dtypes.int64, label_default=None, weight_column=None
):
    """Feature name -> how to parse it, for the columns, the label and the weight of a classifier."""
    from swiftestimator._ops.parsing_ops import FixedLenFeature

    label = FixedLenFeature((1,), label_dtype, label_default)
    return _spec(feature_columns, label_key, label, weight_column)


def regressor_parse_example_spec(
    feature_columns, label_key, label_dtype=dtypes.float32, label_default=None, label_dimension=1, weight_column=None
):
    """Feature name -> how to parse it, for the columns, the label and the weight of a regressor."""
    from swiftestimator._ops.parsing_ops import FixedLenFeature

    label = FixedLenFeature((label_dimension,), label_dtype, label_default)
    return _spec(feature_columns, label_key, label, weight_column)


def _columns_spec(columns):
    result = {}
    for column in columns:
        spec = getattr(column, "parse_example_spec", None)
        if spec is None:
            spec = getattr(column, "_parse_example_spec", None)
        if spec is None:
            raise ValueError(f"All feature_columns must be feature columns of tf.feature_column. Given: {column}")
        for key, feature in spec.items():
            if key in result and result[key] != feature:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. Given {feature} and {result[key]}"
                )
            result[key] = feature
    return result


def _spec(feature_columns, label_key, label, weight_column):
    from swiftestimator._ops.parsing_ops import FixedLenFeature

    spec = _columns_spec(feature_columns)
    if label_key in spec:
        raise ValueError(f"label should not be used as feature. label_key: {label_key}, features: {list(spec)}")
    spec[label_key] = label
    if weight_column is None:
        return spec
    weights = (
        {weight_column: FixedLenFeature((1,), dtypes.float32)}
        if isinstance(weight_column, str)
        else _columns_spec([weight_column])
    )
    for key in weights:
        if key in spec:
            raise ValueError(
                f"weight_column should not be used as feature or label. weight_column: {key}, features: {list(spec)}"
            )
    spec.update(weights)
    return spec
