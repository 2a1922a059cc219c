"""What a served model returns."""

from swiftestimator._border import function

__all__ = ["ClassificationOutput", "ExportOutput", "PredictOutput", "RegressionOutput"]


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
