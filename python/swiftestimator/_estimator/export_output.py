"""What a served model returns."""

from swiftestimator._border import function

__all__ = ["ClassificationOutput", "EvalOutput", "ExportOutput", "PredictOutput", "RegressionOutput", "TrainOutput"]


def check_keys(outputs):
    """Raises ``TypeError`` for tuples of anything but text among the keys."""
    for key in outputs:
        if isinstance(key, tuple):
            "/".join(key)


class ExportOutput:
    """What a signature of a served model returns."""

    _engine = None

    def as_signature_def(self, receiver_tensors):
        """The ``SignatureDef`` message of this output for a model that is fed through ``receiver_tensors``."""
        from swiftestimator._estimator.signatures import signature_def

        return signature_def(self, receiver_tensors)


def _value(value):
    """For the engine; variables are no tensors here."""
    from swiftestimator._estimator.spec import spec_value
    from swiftestimator._model.variables import Variable

    return repr(value) if isinstance(value, Variable) else spec_value(value)


class ClassificationOutput(ExportOutput):
    """Scores and classes of a classifier."""

    def __init__(self, scores=None, classes=None):
        self._engine = function("export.classification")(_value(scores), _value(classes))
        self._scores, self._classes = scores, classes

    @property
    def scores(self):
        """Floating point scores, or ``None``."""
        return self._scores

    @property
    def classes(self):
        """String classes, or ``None``."""
        return self._classes


class RegressionOutput(ExportOutput):
    """The value of a regression."""

    def __init__(self, value):
        self._engine = function("export.regression")(_value(value))
        self._value = value

    @property
    def value(self):
        """The predicted value."""
        return self._value


class PredictOutput(ExportOutput):
    """Any predictions, by name."""

    def __init__(self, outputs):
        if isinstance(outputs, dict):
            check_keys(outputs)
        self._engine = function("export.predict")(_value(outputs))
        fields = function("export.fields")(self._engine)
        self._outputs = dict(fields["outputs"])

    @property
    def outputs(self):
        """Name -> tensor."""
        return self._outputs


def _metrics(metrics):
    """(key, value, update) of each metric; a Keras metric is updated by its first update."""
    if metrics is None:
        return None
    if not isinstance(metrics, dict):
        metrics = {None: metrics}
    entries = []
    for key, metric in metrics.items():
        if isinstance(metric, tuple):
            value, update = metric
        else:
            value, update = metric.result(), metric.updates[0]
        entries.append((None if key is None else _key(key), _value(value), _value(update)))
    return entries


def _key(key):
    from swiftestimator._estimator.spec import spec_key

    return spec_key(key)


class _SupervisedOutput(ExportOutput):
    LOSS_NAME = "loss"
    PREDICTIONS_NAME = "predictions"
    METRICS_NAME = "metrics"
    METRIC_VALUE_SUFFIX = "value"
    METRIC_UPDATE_SUFFIX = "update_op"
    _is_training = None

    def __init__(self, loss=None, predictions=None, metrics=None):
        self._engine = function("export.supervised")(
            self._is_training, _value(loss), _value(predictions), _metrics(metrics)
        )
        fields = function("export.fields")(self._engine)
        self._loss, self._predictions, self._metrics = (
            None if fields[name] is None else dict(fields[name]) for name in ("loss", "predictions", "metrics")
        )

    @property
    def loss(self):
        """Losses by name, or ``None``."""
        return self._loss

    @property
    def predictions(self):
        """Predictions by name, or ``None``."""
        return self._predictions

    @property
    def metrics(self):
        """Values and updates of metrics by name, or ``None``."""
        return self._metrics


class TrainOutput(_SupervisedOutput):
    """Loss, predictions and metrics of a model that goes on training where it is served."""

    _is_training = True


class EvalOutput(_SupervisedOutput):
    """Loss, predictions and metrics of a model that is evaluated where it is served."""

    _is_training = False
