"""Sessions with hooks that initialise, restore and recover by themselves."""

import abc
import inspect

from swiftestimator._border import function
from swiftestimator._errors import OpError, OutOfRangeError
from swiftestimator._estimator.hooks import SessionRunArgs, SessionRunContext, engine_hooks, request
from swiftestimator._estimator.scaffold import Scaffold
from swiftestimator._framework.graph import get_default_graph
from swiftestimator._framework.session import attach_node, run_options, use_threads
from swiftestimator._logging import install

__all__ = [
    "ChiefSessionCreator", "MonitoredSession", "MonitoredTrainingSession", "SessionCreator",
    "SingularMonitoredSession", "WorkerSessionCreator",
]  # fmt: skip

USE_DEFAULT = object()


class SessionCreator(metaclass=abc.ABCMeta):
    """Makes sessions. Subclasses override ``create_session``."""

    @abc.abstractmethod
    def create_session(self):
        """A new session."""


class _EngineCreator(SessionCreator):
    _config = None

    def create_session(self):
        """A new session, initialised or restored."""
        install()
        session = function("session_creator.create")(self._engine())
        session._is_owned = True
        session._apply(self._config)
        return session


class ChiefSessionCreator(_EngineCreator):
    """Makes sessions that are restored from a checkpoint or initialised."""

    def __init__(self, scaffold=None, master="", config=None, checkpoint_dir=None, checkpoint_filename_with_path=None):
        self._scaffold = scaffold or Scaffold()
        self._checkpoint_dir, self._file = checkpoint_dir, checkpoint_filename_with_path
        self._config = config
        _check_master(master)

    def _engine(self):
        self._scaffold._check()
        return function("session_creator.chief")(get_default_graph(), self._scaffold, self._checkpoint_dir, self._file)


class WorkerSessionCreator(_EngineCreator):
    """Makes sessions that wait until somebody else has initialised the variables."""

    def __init__(self, scaffold=None, master="", config=None, max_wait_secs=30 * 60):
        self._scaffold = scaffold or Scaffold()
        self._max_wait_secs = max_wait_secs
        self._config = config
        _check_master(master)

    def _engine(self):
        self._scaffold._check()
        return function("session_creator.worker")(get_default_graph(), self._scaffold, float(self._max_wait_secs))


def _check_master(master):
    if master:
        raise NotImplementedError(f"swiftestimator runs in the process: it cannot connect to '{master}'")


def _engine_creator(creator):
    if isinstance(creator, _EngineCreator) and type(creator).create_session is _EngineCreator.create_session:
        use_threads(creator._config)  # the process's, so before the engine makes a session
        return creator._engine()

    def create():
        session = creator.create_session()
        session._is_owned = False  # the engine closes it
        return session

    return function("session_creator.host")(create)


class StepContext:
    """What a step function gets."""

    def __init__(self, engine, owner):
        self._engine, self._owner = engine, owner

    @property
    def session(self):
        """The session, without hooks."""
        return function("step_context.session")(self._engine)

    def run_with_hooks(self, *args, **kwargs):
        """As ``Session.run``, with the hooks."""
        return self._owner._run_through(
            lambda *request: function("step_context.run_with_hooks")(self._engine, *request), *args, **kwargs
        )

    def request_stop(self):
        """Stops the session: raises ``StopIteration``."""
        raise StopIteration("step_fn has requested the iterations to stop.")


class _MonitoredSession:
    """What the monitored sessions share."""

    StepContext = StepContext

    def _open(self, engine):
        self._engine = engine
        self._closed = False
        self._graph = function("monitored_session.graph")(engine)
        self._plans = {}

    @property
    def graph(self):
        """The graph."""
        return None if self._closed else self._graph

    def _run_through(self, run, fetches, feed_dict=None, options=None, run_metadata=None):
        args = SessionRunArgs(fetches, feed_dict, options)
        plan, feeds = request(self._graph, args, self._plans)
        if plan is None:
            raise TypeError(f'Argument `fetch` = {fetches} has invalid type "NoneType". Cannot be None')
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), None)
        try:
            if options is None and run_metadata is None:
                values = run(plan.outputs, plan.nodes, feeds, None, context)
            else:
                values, metadata = run(plan.outputs, plan.nodes, feeds, run_options(options), context)
                if run_metadata is not None:
                    run_metadata.ParseFromString(metadata)
                if options is not None and context._options is not None:
                    options.MergeFrom(context._options)
        except OpError as error:
            attach_node(error, self._graph)
            raise
        return plan.build(plan.with_feeds(values, feeds))

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """As ``Session.run``, with the hooks."""
        if self._closed:
            raise AttributeError("'NoneType' object has no attribute 'run': the session is closed")
        return self._run_through(
            lambda *request: function("monitored_session.run")(self._engine, *request),
            fetches, feed_dict, options, run_metadata,
        )  # fmt: skip

    def run_step_fn(self, step_fn):
        """Calls ``step_fn(step_context)``, which may run with and without hooks."""
        names = tuple(inspect.getfullargspec(step_fn).args)
        if names not in (("step_context",), ("self", "step_context")):
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and `step_context` arguments if it's "
                f"an instance method. Got {names} instead."
            )
        if self._closed:
            raise AttributeError("'NoneType' object has no attribute 'run_step_fn': the session is closed")
        return function("monitored_session.run_step")(self._engine, lambda c: step_fn(StepContext(c, self)))

    def should_stop(self):
        """Whether the session is closed or a hook has asked to stop."""
        return self._closed or function("monitored_session.should_stop")(self._engine)

    def close(self):
        """Calls the hooks' ``end`` and closes."""
        if self._closed:
            raise RuntimeError("Session is already closed.")
        try:
            function("monitored_session.close")(self._engine)
        finally:
            self._closed = True

    def _is_closed(self):
        return self._closed

    def _raw_session(self):
        return function("monitored_session.raw_session")(self._engine)

    def __enter__(self):
        return self

    def __exit__(self, exception_type, exception, traceback):
        if exception_type in (None, OutOfRangeError, StopIteration):
            self.close()
            return True
        if self._closed:
            raise RuntimeError("Session is already closed.")
        self._closed = True
        function("monitored_session.abandon")(self._engine)
        return False


class MonitoredSession(_MonitoredSession):
    """A session with hooks that recovers from aborted runs."""

    def __init__(self, session_creator=None, hooks=None, stop_grace_period_secs=120):
        install()
        creator = _engine_creator(session_creator or ChiefSessionCreator())
        self._hooks = hooks
        engine_side = engine_hooks(hooks, any_kind=True)
        grace = float(stop_grace_period_secs)
        self._open(function("monitored_session.new")(get_default_graph(), creator, engine_side, True, grace))


class SingularMonitoredSession(_MonitoredSession):
    """A session with hooks that does not recover."""

    def __init__(
        self, hooks=None, scaffold=None, master="", config=None, checkpoint_dir=None, stop_grace_period_secs=120,
        checkpoint_filename_with_path=None,
    ):  # fmt: skip
        install()
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path)
        use_threads(config)
        self._hooks = hooks
        engine_side = engine_hooks(hooks, any_kind=True)
        grace = float(stop_grace_period_secs)
        self._open(function("monitored_session.new")(get_default_graph(), creator._engine(), engine_side, False, grace))

    def raw_session(self):
        """The session, without hooks."""
        return self._raw_session()


class _TrainingSession(MonitoredSession):
    def __init__(self, engine):
        self._open(engine)


def MonitoredTrainingSession(  # noqa: N802 (the public name)
    master="", is_chief=True, checkpoint_dir=None, scaffold=None, hooks=None, chief_only_hooks=None,
    save_checkpoint_secs=USE_DEFAULT, save_summaries_steps=USE_DEFAULT, save_summaries_secs=USE_DEFAULT, config=None,
    stop_grace_period_secs=120, log_step_count_steps=100, max_wait_secs=7200, save_checkpoint_steps=USE_DEFAULT,
    summary_dir=None, save_graph_def=True,
):  # fmt: skip
    """A monitored session for training, with hooks that save checkpoints and summaries."""
    install()
    _check_master(master)
    use_threads(config)
    scaffold = scaffold or Scaffold()
    scaffold._check()
    asked = {
        "graph": get_default_graph(), "is_chief": is_chief, "checkpoint_dir": checkpoint_dir,
        "scaffold": scaffold, "hooks": engine_hooks(hooks, any_kind=True),
        "chief_only_hooks": engine_hooks(chief_only_hooks, any_kind=True), "log_step_count_steps": log_step_count_steps,
        "max_wait_secs": float(max_wait_secs), "summary_dir": summary_dir, "save_graph_def": save_graph_def,
        "stop_grace_period_secs": float(stop_grace_period_secs),
    }  # fmt: skip
    for name, value in (
        ("save_checkpoint_secs", save_checkpoint_secs), ("save_checkpoint_steps", save_checkpoint_steps),
        ("save_summaries_steps", save_summaries_steps), ("save_summaries_secs", save_summaries_secs),
    ):  # fmt: skip
        if value is not USE_DEFAULT:
            asked[name] = value
    return _TrainingSession(function("monitored_session.training")(asked))
