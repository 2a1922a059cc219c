"""Predictors: models that are kept open."""

import numpy as np

from swiftestimator._border import function
from swiftestimator._estimator.mode_keys import ModeKeys

__all__ = ["Predictor"]


class Predictor:
    """Predicts with the model of an Estimator, which is built and restored once.

    ``serving_input_receiver_fn`` makes the placeholders (a ``ServingInputReceiver``); a call takes a dict of arrays, one
    for each receiver tensor, and gives a dict of arrays: the model's predictions, or those of the export output
    ``output_key``. Usable as a context manager. Several threads may call it.
    """

    def __init__(self, estimator, serving_input_receiver_fn, output_key=None, checkpoint_path=None):
        def build(graph):
            with graph.as_default():
                receiver = serving_input_receiver_fn()
                tensors = receiver.receiver_tensors
                if not isinstance(tensors, dict):
                    tensors = {"input": tensors}
                spec = estimator._call_model_fn(receiver.features, None, ModeKeys.PREDICT, estimator.config)
                self.feed_tensors = dict(tensors)
                return spec._native_spec, [(str(name), tensor) for name, tensor in tensors.items()]

        self._engine = function("estimator.predictor")(
            estimator._engine, build,
            {"checkpoint_path": None if checkpoint_path is None else str(checkpoint_path), "output_key": output_key},
        )  # fmt: skip
        fields = function("predictor.fields")(self._engine)
        self.graph = fields["graph"]
        self.session = fields["session"]
        self.fetch_tensors = dict(fields["outputs"])
        self._types = {name: tensor.dtype.as_numpy_dtype for name, tensor in self.feed_tensors.items()}

    @property
    def checkpoint(self):
        """The checkpoint in use, or ``None``."""
        return function("predictor.fields")(self._engine)["checkpoint"]

    def __call__(self, input_dict):
        """The predictions for a dict of arrays. ``ValueError`` for names that are missing or unknown."""
        arrays = [(str(k), np.asarray(v, self._types.get(k))) for k, v in input_dict.items()]
        return dict(zip(self.fetch_tensors, function("predictor.run")(self._engine, arrays)))

    def refresh(self):
        """Takes over the Estimator's newest checkpoint; tells whether there was a newer one."""
        return function("predictor.refresh")(self._engine)

    def close(self):
        """Frees the session."""
        function("predictor.close")(self._engine)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __repr__(self):
        return f"<Predictor of {self.checkpoint}: {list(self.feed_tensors)} -> {list(self.fetch_tensors)}>"
