"""Models that are kept open and asked again and again."""

from swiftestimator._framework.graph import Graph
from swiftestimator._framework.session import Session
from swiftestimator._saved_model import constants, loader
from swiftestimator._saved_model.signatures import get_tensor_from_tensor_info

__all__ = ["Predictor", "from_estimator", "from_saved_model"]


class Predictor:
    """A model in a session: call it with a dict of arrays by input name to get a dict of arrays by output name."""

    def __init__(self, graph, session, feed_tensors, fetch_tensors):
        self._graph, self._session = graph, session
        self._feed_tensors, self._fetch_tensors = feed_tensors, fetch_tensors

    @property
    def graph(self):
        """The model's graph."""
        return self._graph

    @property
    def session(self):
        """The session that holds the weights."""
        return self._session

    @property
    def feed_tensors(self):
        """Input name -> tensor."""
        return self._feed_tensors

    @property
    def fetch_tensors(self):
        """Output name -> tensor."""
        return self._fetch_tensors

    def __call__(self, input_dict):
        unknown = set(input_dict) - set(self._feed_tensors)
        if unknown:
            raise ValueError(
                f"Got unexpected keys in input_dict: {sorted(unknown)}\nexpected: {sorted(self._feed_tensors)}"
            )
        feeds = {self._feed_tensors[name]: value for name, value in input_dict.items()}
        return self._session.run(self._fetch_tensors, feeds)

    def close(self):
        """Closes the session."""
        self._session.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __repr__(self):
        return f"{type(self).__name__} with feed tensors {self._feed_tensors} and fetch_tensors {self._fetch_tensors}"


def from_saved_model(
    export_dir, signature_def_key=None, signature_def=None, input_names=None, output_names=None, tags=None, graph=None,
    config=None,
):  # fmt: skip
    """A predictor of a SavedModel.

    It calls the signature ``signature_def_key`` (``serving_default``), or ``signature_def``, or feeds ``input_names`` and
    fetches ``output_names`` (both name -> tensor name). Raises ``ValueError`` when these are mixed or do not exist.
    """
    if signature_def_key is not None and signature_def is not None:
        raise ValueError("Either signature_def_key or signature_def, but not both, may be specified.")
    if (input_names is None) != (output_names is None):
        raise ValueError("input_names and output_names must both be specified, or neither.")
    if input_names is not None and (signature_def_key is not None or signature_def is not None):
        raise ValueError("You must specify input_names and output_names, or a signature, but not both.")
    graph = graph or Graph()
    with graph.as_default():
        session = Session(config=config)
        message = loader.load(session, tags or [constants.SERVING], export_dir)
    if input_names is not None:
        feeds = {name: graph.get_tensor_by_name(tensor) for name, tensor in input_names.items()}
        fetches = {name: graph.get_tensor_by_name(tensor) for name, tensor in output_names.items()}
        return Predictor(graph, session, feeds, fetches)
    if signature_def is None:
        key = signature_def_key or constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        if key not in message.signature_def:
            raise ValueError(
                f"Got signature_def_key '{key}'. Available signatures are {sorted(message.signature_def)}."
            )
        signature_def = message.signature_def[key]
    feeds = {name: get_tensor_from_tensor_info(info, graph) for name, info in signature_def.inputs.items()}
    fetches = {name: get_tensor_from_tensor_info(info, graph) for name, info in signature_def.outputs.items()}
    return Predictor(graph, session, feeds, fetches)


def from_estimator(estimator, serving_input_receiver_fn, output_key=None, graph=None, config=None):
    """A predictor of an Estimator's latest checkpoint, fed through the receivers that the function makes.

    ``output_key`` names one of the model's export outputs (``serving_default``). Raises ``ValueError`` when nothing has
    been trained, or there is no such output.
    """
    from swiftestimator._estimator.estimator import Estimator
    from swiftestimator._estimator.mode_keys import ModeKeys
    from swiftestimator._estimator.monitored_session import ChiefSessionCreator, MonitoredSession
    from swiftestimator._estimator.signatures import signature_def
    from swiftestimator._model.global_step import create_global_step

    if not isinstance(estimator, Estimator):
        raise TypeError(f"`estimator` must have type `tf.estimator.Estimator`. Got: {type(estimator)}")
    checkpoint = estimator.latest_checkpoint()
    if checkpoint is None:
        raise ValueError(f"Couldn't find trained model at {estimator.model_dir}.")
    graph = graph or Graph()
    with graph.as_default():
        create_global_step(graph)
        receiver = serving_input_receiver_fn()
        spec = estimator.model_fn(receiver.features, None, ModeKeys.PREDICT, estimator.config)
        key = output_key or constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        if key not in spec.export_outputs:
            raise ValueError(f"Got output_key '{key}'. Available export outputs are {sorted(spec.export_outputs)}.")
        signature = signature_def(spec.export_outputs[key], receiver.receiver_tensors)
        creator = ChiefSessionCreator(spec.scaffold, config=config, checkpoint_filename_with_path=checkpoint)
        session = MonitoredSession(creator)
        feeds = {name: get_tensor_from_tensor_info(info, graph) for name, info in signature.inputs.items()}
        fetches = {name: get_tensor_from_tensor_info(info, graph) for name, info in signature.outputs.items()}
    return Predictor(graph, session, feeds, fetches)
