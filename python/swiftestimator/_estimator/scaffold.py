"""The parts of a graph that a monitored session needs: initialisation, readiness, saving."""

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper
from swiftestimator._framework.graph import get_default_graph
from swiftestimator._framework.session import _expand_feed, feed_pair

__all__ = ["Scaffold"]


def as_operation(value):
    """An operation from what a program gives for one: an operation, a tensor, a variable's update."""
    if value is None:
        return None
    element = get_default_graph().as_graph_element(value)
    return getattr(element, "op", element)


def as_tensor(value):
    """A tensor from what a program gives for one."""
    if value is None:
        return None
    return get_default_graph().as_graph_element(value, allow_operation=False)


def _feeds(feed_dict):
    graph = get_default_graph()
    return [
        feed_pair(graph, tensor, part)
        for key, value in (feed_dict or {}).items()
        for tensor, part in _expand_feed(key, value)
    ]


class Scaffold(_native.Object):
    """Operations to initialise a session with, to tell whether it is ready, and a saver."""

    def __new__(
        cls, init_op=None, init_feed_dict=None, init_fn=None, ready_op=None, ready_for_local_init_op=None,
        local_init_op=None, summary_op=None, saver=None, copy_from_scaffold=None, local_init_feed_dict=None,
    ):  # fmt: skip
        if isinstance(init_op, _native.Object) and not isinstance(init_op, _native.Node):
            return super().__new__(cls, init_op)
        from swiftestimator._estimator.saver import engine_saver

        if copy_from_scaffold is not None and not isinstance(copy_from_scaffold, Scaffold):
            raise TypeError("copy_from_scaffold is not a Scaffold instance.")
        call = None
        if init_fn is not None:

            def call(scaffold, session):
                with session.graph.as_default():
                    init_fn(scaffold, session)

        given = {
            "init_op": init_op, "ready_op": ready_op, "ready_for_local_init_op": ready_for_local_init_op,
            "local_init_op": local_init_op, "summary_op": summary_op,
        }  # fmt: skip
        refused = None
        pieces = {}
        for name, value in given.items():
            try:
                pieces[name] = (as_operation if name in ("init_op", "local_init_op") else as_tensor)(value)
            except (TypeError, ValueError, KeyError) as error:
                refused, pieces[name] = error, None
        handle = function("scaffold.new")(
            {
                **pieces, "init_feeds": _feeds(init_feed_dict) if isinstance(init_feed_dict, dict) else [],
                "init_fn": call,
                "local_init_feeds": _feeds(local_init_feed_dict) if isinstance(local_init_feed_dict, dict) else [],
                "saver": None if saver is None else engine_saver(saver), "copy_from": copy_from_scaffold,
            }
        )  # fmt: skip
        handle._refused = refused
        handle._given = {
            name: value if value is not None else getattr(copy_from_scaffold, "_given", {}).get(name)
            for name, value in given.items()
        }

        def inherited(name, own):
            return own if own is not None else getattr(copy_from_scaffold, name, None)

        handle._init_fn = inherited("_init_fn", init_fn)
        handle._init_feed_dict = inherited("_init_feed_dict", init_feed_dict)
        handle._local_init_feed_dict = inherited("_local_init_feed_dict", local_init_feed_dict)
        handle._saver = saver if saver is not None else getattr(copy_from_scaffold, "_saver", None)
        return handle

    # What a scaffold that the engine has made lacks.
    _saver = _init_fn = _init_feed_dict = _local_init_feed_dict = _refused = None
    _given = {}  # the pieces as the program gave them

    def __init__(self, *args, **kwargs):
        pass

    def finalize(self):
        """Makes what is missing, and the graph final."""
        function("scaffold.finalize")(self, get_default_graph())
        return self

    @property
    def init_fn(self):
        """The program's own initialisation, as a function of the session."""
        call = self._init_fn
        return None if call is None else lambda session: call(self, session)

    @property
    def init_feed_dict(self):
        """What is fed to ``init_op``."""
        return self._init_feed_dict

    @property
    def local_init_feed_dict(self):
        """What is fed to ``local_init_op``."""
        return self._local_init_feed_dict

    def _check(self):
        """Raises what was wrong with a piece: TensorFlow finds that out when a session is made."""
        if self._refused is not None:
            raise self._refused

    def _field(self, name):
        given = self._given.get(name)
        return function("scaffold.fields")(self)[name] if given is None else given

    @property
    def init_op(self):
        """The operation that initialises global variables."""
        return self._field("init_op")

    @property
    def ready_op(self):
        """A tensor that is empty when the session is ready."""
        return self._field("ready_op")

    @property
    def ready_for_local_init_op(self):
        """A tensor that is empty when local variables can be initialised."""
        return self._field("ready_for_local_init_op")

    @property
    def local_init_op(self):
        """The operation that initialises local variables and tables."""
        return self._field("local_init_op")

    @property
    def summary_op(self):
        """The merged summaries."""
        return self._field("summary_op")

    @property
    def saver(self):
        """The saver."""
        if self._saver is None:
            self._saver = self._field("saver")
        return self._saver

    @staticmethod
    def default_local_init_op():
        """The operation that initialises local variables and tables."""
        return function("scaffold.default_local_init_op")(get_default_graph())

    @staticmethod
    def get_or_default(arg_name, collection_key, default_constructor):
        """The one item of a collection, or what ``default_constructor`` makes, which is then added to it."""
        graph = get_default_graph()
        elements = graph.get_collection(collection_key)
        if elements:
            if len(elements) > 1:
                raise RuntimeError(
                    f'More than one item in the collection "{collection_key}". Please indicate which one to use by passing '
                    f"it to the tf.Scaffold constructor as:  tf.Scaffold({arg_name}=item to use)"
                )
            return elements[0]
        made = default_constructor()
        if made is not None:
            graph.add_to_collection(collection_key, made)
        return made


register_wrapper("Scaffold", Scaffold)
