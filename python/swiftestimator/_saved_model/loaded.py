"""SavedModels as objects whose signatures are functions."""

import numpy as np

from swiftestimator._framework.graph import Graph, Tensor
from swiftestimator._framework.session import Session
from swiftestimator._saved_model import loader
from swiftestimator._saved_model.signatures import get_tensor_from_tensor_info

__all__ = ["load"]


class Value(np.ndarray):
    """An array that signatures return. It has a tensor's ``numpy()``."""

    def numpy(self):
        """The plain array, or a scalar."""
        plain = self.view(np.ndarray)
        return plain[()] if plain.ndim == 0 else plain


class Signature:
    """A computation of a model: call it with arrays by name, and get a dict of arrays by name."""

    def __init__(self, session, definition):
        self._session = session
        graph = session.graph
        self._inputs = {n: get_tensor_from_tensor_info(i, graph) for n, i in sorted(definition.inputs.items())}
        self._outputs = {n: get_tensor_from_tensor_info(i, graph) for n, i in sorted(definition.outputs.items())}

    @property
    def structured_outputs(self):
        """Output name -> tensor."""
        return dict(self._outputs)

    def __call__(self, *arguments, **inputs):
        if arguments:
            if len(arguments) > 1 or len(self._inputs) != 1 or inputs:
                raise TypeError(f"signatures take keyword arguments: {', '.join(self._inputs)}")
            inputs = {next(iter(self._inputs)): arguments[0]}
        if inputs.keys() != self._inputs.keys():
            raise TypeError(f"the signature takes {sorted(self._inputs)}, got {sorted(inputs)}")
        feeds = {self._inputs[name]: _array(name, value) for name, value in inputs.items()}
        results = self._session.run(self._outputs, feeds)
        return {
            name: np.asarray(value).view(Value) if not isinstance(value, tuple) else value
            for name, value in results.items()
        }


def _array(name, value):
    if not isinstance(value, Tensor):
        return value
    from swiftestimator._ops.support import constant_value

    constant = constant_value(value)
    if constant is None:
        raise ValueError(f"the input '{name}' of the signature must be an array or a constant, got {value}")
    return constant


class SavedModel:
    """A loaded model. ``signatures`` are its computations by name, ``graph`` is where they are."""

    def __init__(self, session, message):
        self._session = session
        self.graph = session.graph
        self.tensorflow_version = message.meta_info_def.tensorflow_version
        self.signatures = {
            name: Signature(session, definition)
            for name, definition in message.signature_def.items()
            if not name.startswith("__saved_model")
        }

    @property
    def variables(self):
        """The model's variables."""
        from swiftestimator._framework.graph import GraphKeys

        return self.graph.get_collection(GraphKeys.GLOBAL_VARIABLES)


def load(export_dir, tags=None, options=None):
    """A SavedModel of the kind that Estimators write, as an object with ``signatures``.

    ``tags`` may be left out when the model has one graph. Raises ``OSError`` without a SavedModel and ``ValueError`` when
    it is not clear which graph is meant.
    """
    model = loader.read(export_dir)
    available = [set(graph.meta_info_def.tags) for graph in model.meta_graphs]
    if tags is None:
        if len(model.meta_graphs) != 1:
            raise ValueError(
                f"Importing a SavedModel with `tf.saved_model.load` requires a `tags=` argument if there is more than one "
                f"MetaGraph. Got `tags=None`, but there are {len(available)} MetaGraphs in the SavedModel with tag sets: "
                f"{available}."
            )
        tags = list(model.meta_graphs[0].meta_info_def.tags)
    tags = [tags] if isinstance(tags, str) else list(tags)
    graph = Graph()
    with graph.as_default():
        session = Session()
        message = loader.load(session, tags, export_dir)
    return SavedModel(session, message)
