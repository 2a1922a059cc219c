"""Hooks: code that runs around the steps of a session."""

import contextlib
from collections import namedtuple

from swiftestimator import _logging, _native
from swiftestimator._border import function
from swiftestimator._errors import NanLossDuringTrainingError, OutOfRangeError
from swiftestimator._framework.fetches import Fetches
from swiftestimator._framework.graph import Operation, Tensor, get_default_graph
from swiftestimator._framework.session import _expand_feed, feed_pair, run_options

_attachment = function("context.attachment")
_attach = function("context.attach")

__all__ = [
    "CheckpointSaverHook", "CheckpointSaverListener", "FeedFnHook", "FinalOpsHook", "GlobalStepWaiterHook",
    "LoggingTensorHook", "NanLossDuringTrainingError", "NanTensorHook", "ProfilerHook", "SecondOrStepTimer",
    "SessionRunArgs", "SessionRunContext", "SessionRunHook", "SessionRunValues", "StepCounterHook", "StopAtStepHook",
    "SummarySaverHook",
]  # fmt: skip


class SessionRunArgs(namedtuple("SessionRunArgs", ["fetches", "feed_dict", "options"])):
    """What a hook adds to a run: a nest of fetches, values to feed, options."""

    def __new__(cls, fetches, feed_dict=None, options=None):
        return super().__new__(cls, fetches, feed_dict, options)


class SessionRunValues(namedtuple("SessionRunValues", ["results", "options", "run_metadata"])):
    """The results of what a hook asked for, in the same nest."""


class SessionRunContext:
    """The run that a hook is called for: what the program asked, the session without hooks, a way to stop."""

    _stop_requested = False
    _engine = None  # the engine's side, once there is one
    _metadata = _options = None

    def __init__(self, original_args, session):
        self._original_args = original_args
        self._session = session

    @property
    def original_args(self):
        """What the program itself asked to run."""
        if self._original_args is None and self._engine is not None:
            outputs, nodes, feeds, _ = function("context.original_args")(self._engine)
            self._original_args = SessionRunArgs(nodes + outputs, dict(feeds) or None)
        return self._original_args

    @property
    def session(self):
        """The session, without hooks."""
        if self._session is None and self._engine is not None:
            self._session = function("context.session")(self._engine)
        return self._session

    @property
    def stop_requested(self):
        """Whether a hook has asked to stop."""
        if self._engine is not None:
            return function("context.stop_requested")(self._engine)
        return self._stop_requested

    def request_stop(self):
        """Asks the session to stop after this run."""
        self._stop_requested = True
        if self._engine is not None:
            function("context.request_stop")(self._engine)

    def _bound(self, engine):
        """Makes it the face of a context of the engine, which is another one when the run is repeated."""
        if self._engine is not engine:
            self._engine, self._session, self._metadata = engine, None, None
        return self

    def _values(self, results, options, metadata):
        """What a hook's ``after_run`` gets; options and metadata are the same objects for all hooks of a run."""
        if self._metadata is None:
            if options or metadata:
                self._options, self._metadata = _messages(options, metadata)
            else:
                self._options, self._metadata = _no_messages()
        return SessionRunValues(results, self._options, self._metadata)


def _messages(options, metadata):
    from swiftestimator._protos import messages

    filled = messages.RunMetadata()
    if metadata:
        filled.ParseFromString(metadata)
    return messages.RunOptions(**(options or {})), filled


_nothing = None


def _no_messages():
    """The messages of a run without options: the same ones for many runs, as long as nobody has written to them."""
    global _nothing
    if _nothing is None or _nothing[0].ListFields() or _nothing[1].ListFields():
        _nothing = _messages(None, None)
    return _nothing


def _context(engine):
    """The Python context of an engine's context: one for all hooks of a run."""
    known = _attachment(engine)
    if known is None:
        known = SessionRunContext(None, None)
        _attach(engine, known)
    return known._bound(engine)


def _engine_context(run_context):
    """The engine's side of a context, also of one that a program has made."""
    if run_context._engine is None:
        args, session = run_context.original_args, run_context.session
        plan, feeds = request(session.graph, args)
        outputs, nodes = (plan.outputs, plan.nodes) if plan is not None else ([], [])
        run_context._engine = function("context.new")(outputs, nodes, feeds, session)
    return run_context._engine


class SessionRunHook:
    """Code around the steps of a monitored session. Subclasses override what they need."""

    def begin(self):
        """Called once, before the graph is final; may add operations."""

    def after_create_session(self, session, coord):
        """Called when a session has been created, also after a recovery."""

    def before_run(self, run_context):
        """Called before each run; returns ``None`` or ``SessionRunArgs`` to add to it."""
        return None

    def after_run(self, run_context, run_values):
        """Called after each run that succeeded."""

    def end(self, session):
        """Called at the end of the session, unless it failed."""


_METHODS = ("begin", "after_create_session", "before_run", "after_run", "end")


_PLAN_LIMIT = 64


def request(graph, args, plans=None):
    """A hook's or program's request for the engine: the compiled fetches and the feeds.

    ``plans`` is a dict that keeps what was compiled, for those who ask in every step.
    """
    key = _native.request_key(args.fetches, None) if plans is not None else None
    plan = plans.get(key) if key is not None else None
    if plan is None and args.fetches is not None:
        plan = Fetches(graph, args.fetches)
        if key is not None and len(plans) < _PLAN_LIMIT:
            plans[key] = plan
    feeds = []
    for key, value in (args.feed_dict or {}).items():
        for tensor, part in _expand_feed(key, value):
            feeds.append(feed_pair(graph, tensor, part))
    return plan, feeds


class _HookProxy:
    """Calls a Python hook for the engine."""

    def __init__(self, hook):
        self._hook = hook
        self._plan = None
        self._graph = None
        self._plans = {}

    def take(self, graph):
        """Notes the graph that is run from now on."""
        self._graph = graph
        self._plans.clear()

    def begin(self, graph):
        with graph.as_default():
            self.take(graph)
            self._hook.begin()

    def after_create_session(self, session, coordinator):
        with session.graph.as_default():
            self._hook.after_create_session(session, coordinator)

    def before_run(self, engine):
        context = _context(engine)
        graph = self._graph or context.session.graph
        with graph.as_default():
            args = self._hook.before_run(context)
        self._plan = None
        if args is None:
            return None
        plan, feeds = request(graph, args, self._plans)
        self._plan = plan
        options = None if args.options is None else run_options(args.options)
        return (plan.outputs, plan.nodes, feeds, options) if plan is not None else ([], [], feeds, options)

    def after_run(self, engine, arrays, options, metadata):
        context = _context(engine)
        results = self._plan.build(arrays) if self._plan is not None else None
        with (self._graph or context.session.graph).as_default():
            self._hook.after_run(context, context._values(results, options, metadata))

    def end(self, session):
        with session.graph.as_default():
            self._hook.end(session)


def engine_hook(hook):
    """The engine's side of a hook: a built-in one itself, or a proxy that calls the overridden methods."""
    own = getattr(hook, "__dict__", {})
    known = own.get("_engine_proxy")
    if known is not None:
        return known
    native = own.get("_native_hook")
    base = SessionRunHook if native is None else _BuiltInHook
    cls = type(hook)
    overridden = [m for m in _METHODS if getattr(cls, m, None) is not getattr(base, m) or m in own]
    if native is not None and not overridden:
        return native
    wanted = overridden if native is None else _METHODS
    proxy = _HookProxy(hook)
    if ("before_run" in wanted or "after_run" in wanted) and "begin" not in wanted:
        wanted = ["begin", *wanted]
        proxy.begin = proxy.take
    methods = {m: getattr(proxy, m) for m in wanted}
    saver = native if isinstance(hook, CheckpointSaverHook) else None
    result = function("hook.new")(methods, saver)
    own["_engine_proxy"] = result
    return result


def engine_hooks(hooks, any_kind=False):
    """The engine's sides of hooks; ``TypeError`` for what is no hook.

    With ``any_kind`` whatever has the methods will do, as TensorFlow's sessions have it.
    """
    result = []
    for hook in hooks or ():
        if any_kind and not isinstance(hook, SessionRunHook):
            for method in _METHODS:
                getattr(hook, method)
        elif not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
        result.append(engine_hook(hook))
    return result


class _BuiltInHook(SessionRunHook):
    """A hook of the engine, whose methods subclasses may extend."""

    _tags = None  # names of what the hook fetches, where a subclass sees them as a dict

    def _set(self, native):
        self._native_hook = native
        self._last_feeds = None

    def begin(self):
        function("hook.begin")(self._native_hook, get_default_graph())

    def after_create_session(self, session, coord):
        coord = coord if isinstance(coord, _native.Object) else None
        function("hook.after_create_session")(self._native_hook, session, coord)

    def before_run(self, run_context):
        asked = function("hook.before_run")(self._native_hook, _engine_context(run_context))
        if asked is None:
            return None
        outputs, nodes, feeds, options = asked
        fetches = outputs + nodes
        if self._tags is not None and len(self._tags) == len(fetches):
            fetches = dict(zip(self._tags, fetches))
        elif len(fetches) == 1:
            fetches = fetches[0]
        if options:
            from swiftestimator._protos import messages

            options = messages.RunOptions(**options)
        return SessionRunArgs(fetches, dict(feeds) or None, options)

    def after_run(self, run_context, run_values):
        results = run_values.results
        if isinstance(results, dict):
            results = results.values()
        elif not isinstance(results, list):
            results = [results]
        results = [r for r in results if r is not None]
        function("hook.after_run")(self._native_hook, _engine_context(run_context), results)

    def end(self, session):
        function("hook.end")(self._native_hook, session)


def _number(value):
    return None if value is None else float(value)


class SecondOrStepTimer:
    """Says when something that happens every so many seconds or steps is due."""

    def __init__(self, every_secs=None, every_steps=None):
        self._timer = function("timer.new")(_number(every_secs), every_steps)

    def should_trigger_for_step(self, step):
        """Whether it is due at ``step``."""
        return function("timer.should_trigger")(self._timer, int(step))

    def update_last_triggered_step(self, step):
        """Notes that it happened; gives seconds and steps since the last time, or a pair of ``None``."""
        return function("timer.update")(self._timer, int(step)) or (None, None)

    def last_triggered_step(self):
        """When it happened last, or ``None``."""
        return function("timer.last_step")(self._timer)

    def reset(self):
        """Forgets when it happened last."""
        function("timer.reset")(self._timer)


class LoggingTensorHook(_BuiltInHook):
    """Logs the values of tensors every so many runs or seconds, or at the end."""

    def __init__(self, tensors, every_n_iter=None, every_n_secs=None, at_end=False, formatter=None):
        if isinstance(tensors, dict):
            pairs = [(tag, tensors[tag]) for tag in sorted(tensors)]
        else:
            pairs = [(t, t) for t in tensors]
        keys = [key for key, _ in pairs]
        wrapped = None
        if formatter is not None:
            graph = next((t.graph for _, t in pairs if isinstance(t, Tensor)), None)

            def wrapped(values):
                with contextlib.nullcontext() if graph is None else graph.as_default():
                    return formatter({key: value for key, (_, value) in zip(keys, values)})

        options = {
            "every_n_iter": every_n_iter, "every_n_secs": _number(every_n_secs), "at_end": at_end, "formatter": wrapped,
        }  # fmt: skip
        if type(self)._log_tensors is not LoggingTensorHook._log_tensors:
            options["report"] = lambda values: self._log_tensors(dict(zip(keys, values)))
        self._tags = keys
        self._set(function("hook.logging_tensor")([(str(tag), _reference(t)) for tag, t in pairs], options))

    def _log_tensors(self, tensor_values):
        function("hook.log_tensors")(self._native_hook, [tensor_values[tag] for tag in self._tags])


def _reference(value):
    """A tensor or a name for the engine."""
    if isinstance(value, str | Tensor):
        return value
    if isinstance(value, Operation):
        return value.outputs[0]
    convert = getattr(value, "_as_graph_element", None)
    return convert() if convert is not None else str(value)


class StopAtStepHook(_BuiltInHook):
    """Stops after ``num_steps`` steps or at the global step ``last_step``."""

    def __init__(self, num_steps=None, last_step=None):
        self._set(function("hook.stop_at_step")(num_steps, last_step))

    @property
    def _last_step(self):
        return function("hook.last_step")(self._native_hook)


class CheckpointSaverListener:
    """Code around the saving of checkpoints."""

    def begin(self):
        """Called once, before the graph is final."""

    def before_save(self, session, global_step_value):
        """Called before a checkpoint is saved."""

    def after_save(self, session, global_step_value):
        """Called after a checkpoint has been saved; a true result stops training."""

    def end(self, session, global_step_value):
        """Called at the end of the session."""


def engine_listener(listener):
    """The engine's side of a listener."""
    known = listener.__dict__.get("_engine_proxy")
    if known is not None:
        return known

    def begin(graph):
        with graph.as_default():
            listener.begin()

    def around(method):
        def call(session, step):
            with session.graph.as_default():
                return (
                    bool(getattr(listener, method)(session, step))
                    if method == "after_save"
                    else (getattr(listener, method)(session, step) and None)
                )

        return call

    methods = {m: around(m) for m in ("before_save", "after_save", "end")}
    result = function("listener.new")({"begin": begin, **methods}, repr(listener))
    listener.__dict__["_engine_proxy"] = result
    return result


class CheckpointSaverHook(_BuiltInHook):
    """Saves a checkpoint when a session starts, every so many steps or seconds, and at the end."""

    def __init__(
        self, checkpoint_dir, save_secs=None, save_steps=None, saver=None, checkpoint_basename="model.ckpt",
        scaffold=None, listeners=None, save_graph_def=True,
    ):  # fmt: skip
        from swiftestimator._estimator.saver import engine_saver

        self._listeners = list(listeners or [])
        self._checkpoint_dir = checkpoint_dir
        report = self._save if type(self)._save is not CheckpointSaverHook._save else None
        self._set(
            function("hook.checkpoint_saver")(
                {
                    "report": report,
                    "checkpoint_dir": str(checkpoint_dir), "save_secs": _number(save_secs), "save_steps": save_steps,
                    "saver": None if saver is None else engine_saver(saver),
                    "checkpoint_basename": checkpoint_basename, "scaffold": _scaffold_handle(scaffold),
                    "listeners": [engine_listener(x) for x in self._listeners], "save_graph_def": save_graph_def,
                }
            )
        )  # fmt: skip

    def _save(self, session, step):
        return function("hook.save")(self._native_hook, session, int(step))


def _scaffold_handle(scaffold):
    return None if scaffold is None else scaffold


class StepCounterHook(_BuiltInHook):
    """Logs and records the steps per second."""

    def __init__(self, every_n_steps=100, every_n_secs=None, output_dir=None, summary_writer=None):
        options = {
            "every_n_steps": every_n_steps, "every_n_secs": _number(every_n_secs),
            "output_dir": None if output_dir is None else str(output_dir), "summary_writer": _writer(summary_writer),
        }  # fmt: skip
        if type(self)._log_and_record is not StepCounterHook._log_and_record:
            options["report"] = self._log_and_record
        self._set(function("hook.step_counter")(options))

    def _log_and_record(self, elapsed_steps, elapsed_time, global_step):
        function("hook.log_and_record")(self._native_hook, elapsed_steps, float(elapsed_time), int(global_step))


def _writer(writer):
    """A writer for the engine: its own, or the methods of another one."""
    if writer is None or isinstance(writer, _native.Object):
        return writer
    engine = getattr(writer, "_engine", None)
    if isinstance(engine, _native.Object):
        return engine

    def add_summary(summary, step):
        writer.add_summary(messages.Summary.FromString(summary), step)

    def add_session_log(status, step):
        writer.add_session_log(messages.SessionLog(status=status), step)

    from swiftestimator._protos import messages

    return {
        "add_summary": add_summary, "add_session_log": add_session_log,
        "flush": writer.flush if hasattr(writer, "flush") else None,
    }  # fmt: skip


class NanTensorHook(_BuiltInHook):
    """Stops training when the loss is NaN: with an error, or quietly."""

    def __init__(self, loss_tensor, fail_on_nan_loss=True):
        self._set(function("hook.nan_tensor")(_reference(loss_tensor), bool(fail_on_nan_loss)))


class SummarySaverHook(_BuiltInHook):
    """Writes summaries every so many steps or seconds."""

    def __init__(
        self, save_steps=None, save_secs=None, output_dir=None, summary_writer=None, scaffold=None, summary_op=None
    ):
        ops = None if summary_op is None else list(summary_op) if isinstance(summary_op, list | tuple) else [summary_op]
        self._set(
            function("hook.summary_saver")(
                {
                    "save_steps": save_steps, "save_secs": _number(save_secs),
                    "output_dir": None if output_dir is None else str(output_dir),
                    "summary_writer": _writer(summary_writer), "scaffold": _scaffold_handle(scaffold),
                    "summary_ops": ops,
                }
            )
        )  # fmt: skip


class GlobalStepWaiterHook(_BuiltInHook):
    """Waits before the first run until the global step has come to a value."""

    def __init__(self, wait_until_step):
        self._set(function("hook.global_step_waiter")(int(wait_until_step)))


class FinalOpsHook(SessionRunHook):
    """Fetches something at the end of a session."""

    def __init__(self, final_ops, final_ops_feed_dict=None):
        self._final_ops = final_ops
        self._final_ops_feed_dict = final_ops_feed_dict
        self._final_ops_values = None

    @property
    def final_ops_values(self):
        """What was fetched."""
        return self._final_ops_values

    def end(self, session):
        if self._final_ops is None:
            return
        try:
            self._final_ops_values = session.run(self._final_ops, feed_dict=self._final_ops_feed_dict)
        except (OutOfRangeError, StopIteration) as error:
            _logging.error(
                "An OutOfRangeError or StopIteration exception is raised by the code in FinalOpsHook. This typically "
                "means the Ops running by the FinalOpsHook have a dependency back to some input source, which should "
                "not happen. Error: %s",
                error,
            )
            raise


class FeedFnHook(SessionRunHook):
    """Feeds what a function returns."""

    def __init__(self, feed_fn):
        self.feed_fn = feed_fn

    def before_run(self, run_context):
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())


class ProfilerHook(_BuiltInHook):
    """Writes ``timeline-<step>.json`` for ``chrome://tracing`` every so many steps or seconds."""

    def __init__(self, save_steps=None, save_secs=None, output_dir="", show_dataflow=True, show_memory=False):
        options = {
            "save_steps": save_steps, "save_secs": _number(save_secs), "output_dir": str(output_dir),
            "show_dataflow": bool(show_dataflow), "show_memory": bool(show_memory),
        }  # fmt: skip
        self._set(function("hook.profiler")(options))
