"""An Estimator whose predictions hold features, too."""

from swiftestimator._estimator.estimator import Estimator
from swiftestimator._estimator.export_output import PredictOutput
from swiftestimator._estimator.mode_keys import ModeKeys
from swiftestimator._framework.composite import SparseTensor

__all__ = ["forward_features"]


def forward_features(estimator, keys=None, sparse_default_values=None):
    """A new Estimator of the same folder that returns features with the predictions.

    ``keys`` are a name or a list of names; by default all features. Sparse features become dense, filled up with the
    values of ``sparse_default_values``. Raises ``TypeError`` for other keys, ``KeyError`` for features that there are
    not, ``ValueError`` for names that predictions have already.
    """
    if keys is not None and not isinstance(keys, str):
        if not isinstance(keys, list | tuple) or not all(isinstance(key, str) for key in keys):
            raise TypeError(f"keys should be either a string or a list of strings. Given: {type(keys)}")
    wanted = [keys] if isinstance(keys, str) else keys

    def model_fn(features, labels, mode, config):
        spec = estimator.model_fn(features, labels, mode, config)
        if mode != ModeKeys.PREDICT:
            return spec
        predictions = spec.predictions
        if not isinstance(predictions, dict):
            raise ValueError(f"Predictions should be a dict to be able to forward features. Given: {type(predictions)}")
        forwarded = _forwarded(features, wanted, predictions, sparse_default_values or {})
        outputs = dict(spec.export_outputs)
        for name, output in outputs.items():
            if type(output) is PredictOutput and all(outputs[name].outputs.get(k) is v for k, v in predictions.items()):
                outputs[name] = PredictOutput({**output.outputs, **forwarded})
        return spec._replace(predictions={**predictions, **forwarded}, export_outputs=outputs)

    kind = next(cls for cls in type(estimator).__mro__ if cls.__module__ == Estimator.__module__)
    return kind(
        model_fn=model_fn, model_dir=estimator.model_dir, config=estimator.config,
        warm_start_from=estimator._warm_start_settings,
    )  # fmt: skip


def _forwarded(features, wanted, predictions, defaults):
    from swiftestimator._ops.sparse_ops import sparse_tensor_to_dense

    result = {}
    for key in features if wanted is None else wanted:
        if key not in features:
            raise KeyError(
                f'keys should be exist in features. Key "{key}" is not in features dict. features dict has following '
                f"keys: {list(features)}. Arguments of forward_features: {wanted}"
            )
        if key in predictions:
            raise ValueError(
                f"Cannot forward feature key ({key}). Since it does exist in predictions. Existing prediction keys: "
                f"{list(predictions)}. Consider to choose another name."
            )
        value = features[key]
        if isinstance(value, SparseTensor):
            value = sparse_tensor_to_dense(value, default_value=defaults.get(key))
        result[key] = value
    return result
