"""Predictors: models that are kept open."""

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

    @property
    def checkpoint(self):
        """The checkpoint in use, or ``None``."""
        return function("predictor.fields")(self._engine)["checkpoint"]

    def __call__(self, input_dict):
        """The predictions for a dict of arrays. ``ValueError`` for names that are missing or unknown."""
        feeds = self.feed_tensors
        if input_dict.keys() != feeds.keys():
            raise ValueError(f"expected values for {list(feeds)}, got {list(input_dict)}")
        return self.session.run(self.fetch_tensors, {tensor: input_dict[name] for name, tensor in feeds.items()})

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
