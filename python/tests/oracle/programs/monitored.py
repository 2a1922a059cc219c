"""Monitored sessions: order of calls, stops, failures, recovery, scaffolds, coordinators."""

import json
import os
import tempfile
import threading
import time

from session_cases import Cases, caught, logged, plain, tf

case = Cases()
train = tf.train
TRACE = []


class Hook(train.SessionRunHook):
    """Writes down its calls; ``actions`` says what else a method does."""

    def __init__(self, name, fetches="step", **actions):
        self.name, self.fetches, self.actions = name, fetches, actions
        self.counts = {}

    def note(self, method, *more):
        self.counts[method] = self.counts.get(method, 0) + 1
        TRACE.append(" ".join([f"{self.name}.{method}", *map(str, more)]))
        action = self.actions.get(method)
        return action(self, *more) if action and not more else None

    def act(self, method, *arguments):
        action = self.actions.get(method)
        return action(*arguments) if action else None

    def begin(self):
        TRACE.append(f"{self.name}.begin final={tf.get_default_graph().finalized}")
        self.act("begin")

    def after_create_session(self, session, coord):
        TRACE.append(f"{self.name}.acs {isinstance(session, tf.Session)} {isinstance(coord, train.Coordinator)}")
        self.act("after_create_session", session, coord)

    def before_run(self, run_context):
        TRACE.append(f"{self.name}.br {run_context.stop_requested}")
        given = self.act("before_run", run_context)
        if given is not None:
            return given
        if self.fetches == "step":
            return train.SessionRunArgs(tf.get_collection("step before")[0])
        return None if self.fetches is None else train.SessionRunArgs(self.fetches)

    def after_run(self, run_context, run_values):
        results = json.dumps(plain(run_values.results))
        TRACE.append(f"{self.name}.ar {results} {run_context.stop_requested}")
        self.act("after_run", run_context, run_values)

    def end(self, session):
        TRACE.append(f"{self.name}.end {isinstance(session, tf.Session)}")
        self.act("end", session)


def model():
    """A global step and an operation that counts it."""
    TRACE.clear()
    step = train.get_or_create_global_step()
    before = step.read_value()
    tf.add_to_collection("step before", before)
    with tf.control_dependencies([before]):
        return step, tf.assign_add(step, 1)


def failing(times, error):
    """An action that raises ``error`` in its first ``times`` calls."""
    left = [times]

    def act(*_):
        if left[0] > 0:
            left[0] -= 1
            raise error()

    return act


def raising(kind, *arguments):
    """An action that always raises."""

    def act(*_):
        raise kind(*arguments)

    return act


def aborted():
    return tf.errors.AbortedError(None, None, "gone")


def unavailable():
    return tf.errors.UnavailableError(None, None, "away")


def end_of_input():
    return tf.errors.OutOfRangeError(None, None, "end")


def stop(coordinator, error):
    """Reports an error the way a thread does: while it is being handled."""
    try:
        raise error
    except BaseException as raised:
        coordinator.request_stop(raised)


def loop(hooks, runs=3, cls=None, **arguments):
    """Runs a monitored session and returns the calls, the results and the outcome."""
    step, increment = model()
    results = []

    def go():
        with (cls or train.MonitoredSession)(hooks=hooks, **arguments) as session:
            while not session.should_stop() and len(results) < runs:
                results.append(int(session.run(increment)))

    outcome = caught(go)
    return [list(TRACE), results, outcome, tf.get_default_graph().finalized]


# Order of calls
@case
def order():
    return loop([Hook("A"), Hook("B", None)])


@case
def order_of_singular():
    return loop([Hook("A"), Hook("B", None)], cls=train.SingularMonitoredSession)


@case
def no_runs():
    return loop([Hook("A")], runs=0)


@case
def no_hooks():
    return loop(None)


@case
def stop_in_before_run():
    return loop([Hook("A", before_run=lambda c: c.request_stop()), Hook("B")])


@case
def stop_in_after_run():
    return loop([Hook("A", after_run=lambda c, v: c.request_stop()), Hook("B")])


@case
def run_after_stop():
    step, increment = model()
    with train.MonitoredSession(hooks=[Hook("A", after_run=lambda c, v: c.request_stop())]) as session:
        session.run(increment)
        return [session.should_stop(), caught(session.run, increment)]


@case
def run_after_stop_message():
    step, increment = model()
    session = train.MonitoredSession(hooks=[Hook("A", after_run=lambda c, v: c.request_stop())])
    session.run(increment)
    session.run(increment)


@case
def coordinator_stop():
    return loop([Hook("A", after_create_session=lambda s, c: c.request_stop()), Hook("B")])


@case
def coordinator_stop_later():
    kept = []
    return loop(
        [Hook("A", after_create_session=lambda s, c: kept.append(c), after_run=lambda c, v: kept[0].request_stop())]
    )


@case
def coordinator_error():
    return loop([Hook("A", after_create_session=lambda s, c: stop(c, ValueError("from a thread")))])


@case
def coordinator_error_during_run():
    kept = []

    def fail(context, values):
        stop(kept[0], ValueError("first"))
        raise KeyError("second")

    return loop([Hook("A", after_create_session=lambda s, c: kept.append(c), after_run=fail)])


@case
def coordinator_error_in_step():
    kept = []

    def report(context, values):
        stop(kept[0], ValueError("first"))

    return loop([Hook("A", after_create_session=lambda s, c: kept.append(c), after_run=report)])


@case
def coordinator_lost_in_step():
    kept = []
    lost = [True]

    def report(context, values):
        if lost.pop() if lost else False:
            stop(kept[-1], aborted())

    return loop([Hook("A", after_create_session=lambda s, c: kept.append(c), after_run=report)])


@case
def threads_are_joined():
    ended = []

    def start(session, coordinator):
        def work():
            while not coordinator.should_stop():
                time.sleep(0.01)
            ended.append("ended")

        thread = threading.Thread(target=work)
        coordinator.register_thread(thread)
        thread.start()

    return [loop([Hook("A", after_create_session=start)]), ended]


@case
def looper_thread_in_session():
    kept = []

    def start(session, coordinator):
        kept.append(train.LooperThread.loop(coordinator, 0.01, lambda: kept.append(1)))
        time.sleep(0.1)

    found = loop([Hook("A", after_create_session=start)])
    return [found, len(kept) > 2, [k.is_alive() for k in kept if k != 1]]


# Failures
def failure(method, error, **arguments):
    return loop([Hook("A", **{method: error}), Hook("B")], **arguments)


for _method in ("begin", "after_create_session", "before_run", "after_run", "end"):
    for _name, _error in (
        ("value", raising(ValueError, "x")), ("end_of_input", failing(9, end_of_input)),
        ("stop_iteration", raising(StopIteration)), ("cancelled", raising(tf.errors.CancelledError, None, None, "c")),
        ("interrupt", raising(KeyboardInterrupt)), ("exit", raising(SystemExit, 3)),
    ):  # fmt: skip

        def _case(method=_method, error=_error):
            return failure(method, error)

        _case.__name__ = f"failure_{_method}_{_name}"
        case(_case)

        def _case(method=_method, error=_error):
            return failure(method, error, cls=train.SingularMonitoredSession)

        _case.__name__ = f"singular_failure_{_method}_{_name}"
        case(_case)

for _method in ("after_create_session", "before_run", "after_run"):
    for _name, _error in (("aborted", aborted), ("unavailable", unavailable)):

        def _case(method=_method, error=_error):
            return loop([Hook("A", **{method: failing(2, error)}), Hook("B")])

        _case.__name__ = f"recovery_{_method}_{_name}"
        case(_case)

        def _case(method=_method, error=_error):
            return loop([Hook("A", **{method: failing(2, error)})], cls=train.SingularMonitoredSession)

        _case.__name__ = f"no_recovery_{_method}_{_name}"
        case(_case)


@case
def lost_in_end():
    return loop([Hook("A", end=raising(tf.errors.AbortedError, None, None, "x")), Hook("B")])


@case
def recovery_from_checkpoint():
    folder = tempfile.mkdtemp()
    step, increment = model()
    hooks = [
        train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver()),
        Hook("A", after_run=failing(1, aborted)),
    ]
    creator = train.ChiefSessionCreator(checkpoint_dir=folder)
    results = []
    with train.MonitoredSession(creator, hooks) as session:
        for _ in range(3):
            results.append(int(session.run(increment)))
    return [list(TRACE), results, sorted(f for f in os.listdir(folder) if f.endswith(".index"))]


@case
def recovery_keeps_last_step():
    step, increment = model()
    lost = failing(1, aborted)
    results = []
    hooks = [train.StopAtStepHook(num_steps=2), Hook("A", after_run=lost)]
    with train.MonitoredSession(hooks=hooks) as session:
        while not session.should_stop():
            results.append(int(session.run(increment)))
    return results


@case
def user_error_in_with():
    step, increment = model()

    def go():
        with train.MonitoredSession(hooks=[Hook("A")]) as session:
            session.run(increment)
            raise ValueError("mine")

    return [caught(go), list(TRACE)]


@case
def user_end_of_input_in_with():
    step, increment = model()

    def go():
        with train.MonitoredSession(hooks=[Hook("A")]) as session:
            session.run(increment)
            raise end_of_input()

    return [caught(go), list(TRACE)]


@case
def user_stop_iteration_in_with():
    step, increment = model()

    def go():
        with train.MonitoredSession(hooks=[Hook("A")]) as session:
            session.run(increment)
            raise StopIteration

    return [caught(go), list(TRACE)]


@case
def dataset_end():
    step, increment = model()
    value = tf.data.make_one_shot_iterator(tf.data.Dataset.range(2)).get_next()
    results = []
    with train.MonitoredSession(hooks=[Hook("A", None)]) as session:
        while not session.should_stop():
            results.append(int(session.run(value)))
    return [results, list(TRACE)]


# The session's own methods
@case
def closing():
    step, increment = model()
    session = train.MonitoredSession(hooks=[Hook("A")])
    found = [session.should_stop(), session.graph is tf.get_default_graph()]
    session.close()
    return found + [
        session.should_stop(), session.graph is None, caught(session.run, increment), list(TRACE),
        caught(session.close),
    ]  # fmt: skip


@case
def closed_run_message():
    step, increment = model()
    session = train.MonitoredSession()
    session.close()
    session.run(increment)


@case
def closed_twice_message():
    model()
    session = train.MonitoredSession()
    session.close()
    session.close()


@case
def closed_step_function():
    model()
    session = train.MonitoredSession()
    session.close()
    session.run_step_fn(lambda step_context: None)


@case
def closed_inside_with():
    step, increment = model()
    with train.MonitoredSession(hooks=[Hook("A")]) as session:
        session.run(increment)
        session.close()
    return list(TRACE)


@case
def closed_singular():
    step, increment = model()
    session = train.SingularMonitoredSession(hooks=[Hook("A")])
    raw = session.raw_session()
    found = [isinstance(raw, tf.Session), int(raw.run(increment))]
    session.close()
    return found + [session.should_stop(), caught(session.run, increment), list(TRACE), caught(raw.run, increment)]


@case
def default_session_inside_with():
    step, increment = model()
    with train.SingularMonitoredSession() as session:
        inside = [tf.get_default_session() is session.raw_session(), tf.get_default_graph() is session.graph]
        inside.append(int(increment.eval()))
    return inside + [tf.get_default_session() is None]


@case
def default_session_of_monitored():
    step, increment = model()
    with train.MonitoredSession() as session:
        return [tf.get_default_session() is None, int(increment.eval()), int(session.run(step))]


@case
def without_with_there_is_no_default():
    model()
    train.MonitoredSession()
    return tf.get_default_session() is None


@case
def hooks_must_be_hooks():
    model()
    train.MonitoredSession(hooks=[3])


@case
def hooks_as_single():
    model()
    train.MonitoredSession(hooks=Hook("A"))


@case
def no_global_step():
    TRACE.clear()
    c = tf.constant(2.0)
    with train.MonitoredSession(hooks=[Hook("A", None)]) as session:
        return [float(session.run(c)), list(TRACE)]


@case
def run_forms():
    step, increment = model()
    x = tf.placeholder(tf.float32)
    with train.MonitoredSession(hooks=[Hook("A", {"a": step, "b": [step]})]) as session:
        return [
            session.run({"y": x, "z": [x]}, {x: 1.0}), session.run([]), session.run(x, feed_dict={x: 2.0}),
            session.run((x,), {x: 3.0}), list(TRACE), caught(session.run, None),
            caught(session.run, "nothing:0"), caught(session.run, x),
        ]  # fmt: skip


@case
def failed_run_skips_after_run():
    step, increment = model()
    x = tf.placeholder(tf.float32)
    session = train.MonitoredSession(hooks=[Hook("A"), Hook("B")])
    found = [caught(session.run, x), caught(session.run, increment), list(TRACE)]
    session.close()
    return found


@case
def run_metadata():
    step, increment = model()
    metadata = tf.RunMetadata()
    with train.MonitoredSession() as session:
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        session.run(increment, options=options, run_metadata=metadata)
    return len(metadata.step_stats.dev_stats) > 0


@case
def graph_is_final():
    model()
    with train.MonitoredSession() as session:
        return [session.graph.finalized, caught(tf.constant, 1.0)]


@case
def graph_final_before_stays_final():
    step, increment = model()
    scaffold = train.Scaffold().finalize()
    with train.MonitoredSession(train.ChiefSessionCreator(scaffold)) as session:
        session.run(increment)
    return tf.get_default_graph().finalized


# Step functions
@case
def step_function():
    step, increment = model()

    def body(step_context):
        raw = int(step_context.session.run(step))
        return [raw, int(step_context.run_with_hooks(increment)), isinstance(step_context.session, tf.Session)]

    with train.MonitoredSession(hooks=[Hook("A")]) as session:
        found = [session.run_step_fn(body), session.run_step_fn(body)]
    return [found, list(TRACE)]


@case
def step_function_stops():
    step, increment = model()

    def body(step_context):
        step_context.run_with_hooks(increment)
        step_context.request_stop()

    found = []
    with train.MonitoredSession(hooks=[Hook("A")]) as session:
        while not session.should_stop():
            found.append(caught(session.run_step_fn, body))
            if len(found) == 2:
                break
        found.append(session.should_stop())
    return [found, list(TRACE)]


@case
def step_function_stops_the_loop():
    step, increment = model()

    def body(step_context):
        step_context.run_with_hooks(increment)
        step_context.request_stop()

    with train.MonitoredSession(hooks=[Hook("A")]) as session:
        while not session.should_stop():
            session.run_step_fn(body)
    return list(TRACE)


@case
def step_function_of_an_object():
    step, increment = model()

    class Model:
        def body(self, step_context):
            return int(step_context.run_with_hooks(increment))

    with train.MonitoredSession() as session:
        return session.run_step_fn(Model().body)


@case
def step_function_runs_hooks_twice():
    step, increment = model()

    def body(step_context):
        return [int(step_context.run_with_hooks(increment)), int(step_context.run_with_hooks(fetches=increment))]

    with train.MonitoredSession(hooks=[Hook("A")]) as session:
        return [caught(session.run_step_fn, body), list(TRACE)]


@case
def step_function_with_feeds():
    step, increment = model()
    x = tf.placeholder(tf.float32)

    def body(step_context):
        return float(step_context.run_with_hooks(x, feed_dict={x: 4.0}))

    with train.MonitoredSession(hooks=[Hook("A")]) as session:
        return session.run_step_fn(body)


@case
def step_function_no_argument():
    model()
    with train.MonitoredSession() as session:
        session.run_step_fn(lambda: 1)


@case
def step_function_other_argument():
    model()
    with train.MonitoredSession() as session:
        session.run_step_fn(lambda foo: 1)


@case
def step_function_two_arguments():
    model()
    with train.MonitoredSession() as session:
        session.run_step_fn(lambda step_context, more: 1)


@case
def step_function_no_function():
    model()
    with train.MonitoredSession() as session:
        session.run_step_fn(3)


@case
def step_function_raises():
    step, increment = model()

    def body(step_context):
        raise ValueError("mine")

    def go():
        with train.MonitoredSession(hooks=[Hook("A")]) as session:
            session.run_step_fn(body)

    return [caught(go), list(TRACE)]


@case
def step_function_recovers():
    step, increment = model()
    lost = failing(1, aborted)

    def body(step_context):
        lost()
        return int(step_context.run_with_hooks(increment))

    with train.MonitoredSession(hooks=[Hook("A")]) as session:
        return [session.run_step_fn(body), list(TRACE)]


@case
def step_function_ends_with_input():
    step, increment = model()
    value = tf.data.make_one_shot_iterator(tf.data.Dataset.range(2)).get_next()
    found = []

    def body(step_context):
        found.append(int(step_context.run_with_hooks(value)))

    with train.MonitoredSession(hooks=[Hook("A", None)]) as session:
        while not session.should_stop():
            session.run_step_fn(body)
    return [found, list(TRACE)]


@case
def after_stop_step_function():
    step, increment = model()
    with train.MonitoredSession(hooks=[Hook("A", after_run=lambda c, v: c.request_stop())]) as session:
        session.run(increment)
        return caught(session.run_step_fn, lambda step_context: step_context.run_with_hooks(increment))


@case
def session_in_hook_is_raw():
    step, increment = model()
    found = []

    def look(context, values):
        found.append(int(context.session.run(increment)))

    with train.MonitoredSession(hooks=[Hook("A", after_run=look)]) as session:
        found.append(int(session.run(increment)))
    return [found, list(TRACE)]


# Session creators
@case
def custom_creator():
    step, increment = model()

    class Creator(train.SessionCreator):
        def __init__(self):
            self.count = 0

        def create_session(self):
            self.count += 1
            session = tf.Session()
            session.run(tf.global_variables_initializer() if self.count == 0 else init)
            return session

    init = tf.global_variables_initializer()
    creator = Creator()
    with train.MonitoredSession(creator, [Hook("A", after_run=failing(1, aborted))]) as session:
        found = int(session.run(increment))
    return [found, creator.count, list(TRACE), tf.get_default_graph().finalized]


@case
def custom_creator_fails():
    model()

    class Creator(train.SessionCreator):
        def create_session(self):
            raise ValueError("no session")

    train.MonitoredSession(Creator(), [Hook("A")])


@case
def custom_creator_lost():
    step, increment = model()
    init = tf.global_variables_initializer()
    lost = failing(2, unavailable)

    class Creator(train.SessionCreator):
        def create_session(self):
            lost()
            session = tf.Session()
            session.run(init)
            return session

    with train.MonitoredSession(Creator(), [Hook("A")]) as session:
        return [int(session.run(increment)), list(TRACE)]


@case
def creator_without_method():
    model()
    return caught(train.SessionCreator().create_session)


@case
def chief_creator():
    step, increment = model()
    session = train.ChiefSessionCreator().create_session()
    return [isinstance(session, tf.Session), int(session.run(increment)), tf.get_default_graph().finalized]


@case
def chief_creator_dir_and_file():
    model()
    folder = tempfile.mkdtemp()
    train.ChiefSessionCreator(checkpoint_dir=folder, checkpoint_filename_with_path=folder + "/x").create_session()


@case
def chief_creator_restores_file():
    step, increment = model()
    folder = tempfile.mkdtemp()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(increment)
        path = train.Saver().save(session, folder + "/model.ckpt", global_step=7)
    session = train.ChiefSessionCreator(checkpoint_filename_with_path=path).create_session()
    found = [int(session.run(step))]
    with train.SingularMonitoredSession(checkpoint_filename_with_path=path) as session:
        found.append(int(session.run(step)))
    return found


@case
def chief_creator_missing_file():
    model()
    train.ChiefSessionCreator(checkpoint_filename_with_path="/nowhere/model.ckpt-1").create_session()


@case
def worker_creator_ready():
    step, increment = model()
    ready = train.Scaffold(ready_op=tf.constant([], tf.string), ready_for_local_init_op=tf.constant([], tf.string))
    session = train.WorkerSessionCreator(ready).create_session()
    return isinstance(session, tf.Session)


@case
def worker_creator_times_out():
    model()
    train.WorkerSessionCreator(max_wait_secs=0).create_session()


@case
def creator_logs():
    model()
    return logged(lambda: train.ChiefSessionCreator().create_session())


@case
def monitored_logs():
    step, increment = model()

    def go():
        with train.MonitoredSession(hooks=[train.StopAtStepHook(last_step=1)]) as session:
            session.run(increment)

    return logged(go)


# Scaffolds
def names(scaffold):
    return [
        getattr(scaffold.init_op, "name", None), getattr(scaffold.ready_op, "name", None) is not None,
        getattr(scaffold.ready_for_local_init_op, "name", None) is not None,
        getattr(scaffold.local_init_op, "name", None), getattr(scaffold.summary_op, "name", None),
        type(scaffold.saver).__name__, scaffold.init_fn is not None, scaffold.init_feed_dict,
    ]  # fmt: skip


@case
def scaffold_defaults():
    model()
    s = train.Scaffold()
    before = [s.init_op, s.ready_op, s.ready_for_local_init_op, s.local_init_op, s.summary_op, s.saver, s.init_fn]
    returned = s.finalize()
    return [before, names(s), returned is s, tf.get_default_graph().finalized]


@case
def scaffold_collections():
    model()
    tf.summary.scalar("a", 1.0)
    train.Scaffold().finalize()
    return [
        [key, [isinstance(x, tf.Tensor) or type(x).__name__ for x in tf.get_collection(key)]]
        for key in ("init_op", "ready_op", "ready_for_local_init_op", "local_init_op", "summary_op", "savers")
    ]


@case
def scaffold_takes_from_collections():
    model()
    init, local = tf.no_op("my_init"), tf.no_op("my_local")
    ready, ready_local = tf.constant([], tf.string, name="r"), tf.constant([], tf.string, name="rl")
    summary = tf.summary.scalar("a", 1.0)
    saver = train.Saver()
    for key, item in (
        ("init_op", init), ("local_init_op", local), ("ready_op", ready), ("ready_for_local_init_op", ready_local),
        ("summary_op", summary), ("savers", saver),
    ):  # fmt: skip
        tf.add_to_collection(key, item)
    s = train.Scaffold().finalize()
    return [
        s.init_op is init, s.local_init_op is local, s.ready_op is ready, s.ready_for_local_init_op is ready_local,
        s.summary_op is summary, s.saver is saver, len(tf.get_collection("savers")),
    ]  # fmt: skip


def _two(key):
    def run():
        model()
        for i in range(2):
            item = tf.no_op() if "init_op" in key and "ready" not in key else tf.constant(["x"], name=f"c{i}")
            tf.add_to_collection(key, train.Saver() if key == "savers" else item)
        train.Scaffold().finalize()

    run.__name__ = f"scaffold_two_in_{key}"
    return run


for _key in ("init_op", "ready_op", "ready_for_local_init_op", "local_init_op", "summary_op", "savers"):
    case(_two(_key))


@case
def scaffold_finalize_twice():
    model()
    s = train.Scaffold()
    s.finalize()
    first = s.init_op
    s.finalize()
    return s.init_op is first


@case
def scaffold_in_two_graphs():
    model()
    s = train.Scaffold()
    s.finalize()
    with tf.Graph().as_default():
        return caught(s.finalize)


@case
def scaffold_summary_op():
    model()
    tf.summary.scalar("a", 1.0)
    s = train.Scaffold().finalize()
    return [s.summary_op.dtype.name, s.summary_op.op.type]


@case
def scaffold_own_pieces():
    step, increment = model()
    x = tf.placeholder(tf.float32, [])
    v = tf.get_variable("v", initializer=0.0)
    w = tf.get_local_variable("w", initializer=0.0)
    calls = []

    def init_fn(scaffold, session):
        calls.append([type(scaffold).__name__, float(session.run(v)), isinstance(session, tf.Session)])

    s = train.Scaffold(
        init_op=tf.group(v.assign(x), step.initializer), init_feed_dict={x: 3.0}, init_fn=init_fn,
        local_init_op=w.assign(x), local_init_feed_dict={x: 5.0},
    )  # fmt: skip
    with train.MonitoredSession(train.ChiefSessionCreator(s)) as session:
        return [float(session.run(v)), float(session.run(w)), calls, s.init_feed_dict is not None]


@case
def scaffold_init_fn_only():
    step, increment = model()
    init = tf.global_variables_initializer()
    s = train.Scaffold(init_op=tf.no_op(), init_fn=lambda scaffold, session: session.run(init))
    with train.MonitoredSession(train.ChiefSessionCreator(s)) as session:
        return int(session.run(increment))


@case
def scaffold_init_fn_lambda_property():
    model()
    called = []
    s = train.Scaffold(init_fn=lambda scaffold, session: called.append((scaffold is s, session)))
    s.init_fn("a session")
    return called


@case
def scaffold_init_fn_with_other_arguments():
    model()
    s = train.Scaffold(init_fn=lambda a: None)
    train.ChiefSessionCreator(s).create_session()


@case
def scaffold_init_fn_raises():
    model()

    def fail(scaffold, session):
        raise KeyError("init")

    train.ChiefSessionCreator(train.Scaffold(init_fn=fail)).create_session()


@case
def scaffold_copy():
    model()
    init = tf.no_op()
    called = []
    first = train.Scaffold(init_op=init, init_fn=lambda s, session: called.append(type(s).__name__))
    second = train.Scaffold(local_init_op=init, copy_from_scaffold=first)
    second.init_fn(None)
    return [second.init_op is init, second.local_init_op is init, called, second.saver]


@case
def scaffold_copy_prefers_own():
    model()
    a, b = tf.no_op(), tf.no_op()
    second = train.Scaffold(init_op=b, copy_from_scaffold=train.Scaffold(init_op=a, ready_op=tf.constant(["r"])))
    return [second.init_op is b, second.ready_op.name]


@case
def scaffold_with_anything():
    model()
    s = train.Scaffold(2, 3, lambda scaffold, session: 4, 5, 6, 7, 8)
    t = train.Scaffold(init_op=9, copy_from_scaffold=s)
    s.finalize()
    found = []
    for x in (s, t):
        found.append([x.init_op, x.init_feed_dict, x.init_fn(1), x.ready_op, x.ready_for_local_init_op])
        found.append([x.local_init_op, x.summary_op])
    return found


@case
def scaffold_with_anything_in_a_session():
    model()
    train.ChiefSessionCreator(train.Scaffold(init_op=2)).create_session()


@case
def scaffold_init_fn_is_lost():
    step, increment = model()
    lost = failing(2, aborted)

    def init_fn(scaffold, session):
        lost()

    with train.MonitoredSession(train.ChiefSessionCreator(train.Scaffold(init_fn=init_fn)), [Hook("A")]) as session:
        return [int(session.run(increment)), list(TRACE)]


@case
def scaffold_copy_of_other():
    train.Scaffold(copy_from_scaffold=3)


@case
def scaffold_default_local_init_op():
    model()
    tf.get_local_variable("w", initializer=1.0)
    op = train.Scaffold.default_local_init_op()
    return [type(op).__name__, op.name]


@case
def scaffold_get_or_default():
    model()
    made = train.Scaffold.get_or_default("x", "my_collection", lambda: "made")
    again = train.Scaffold.get_or_default("x", "my_collection", lambda: "other")
    tf.add_to_collection("my_collection", "more")
    return [made, again, caught(train.Scaffold.get_or_default, "x", "my_collection", lambda: 1)]


@case
def scaffold_get_or_default_message():
    tf.add_to_collection("c", 1)
    tf.add_to_collection("c", 2)
    train.Scaffold.get_or_default("x", "c", lambda: 1)


@case
def not_ready():
    model()
    s = train.Scaffold(ready_op=tf.constant(["some_variable"]))
    train.ChiefSessionCreator(s).create_session()


@case
def not_ready_for_local_init():
    model()
    s = train.Scaffold(ready_for_local_init_op=tf.constant(["some_variable"]))
    train.ChiefSessionCreator(s).create_session()


@case
def ready_op_number():
    step, increment = model()
    s = train.Scaffold(ready_op=tf.constant(0), ready_for_local_init_op=tf.constant(7))
    return int(train.ChiefSessionCreator(s).create_session().run(increment))


@case
def ready_op_raises():
    model()
    v = tf.get_variable("never", initializer=1.0)
    s = train.Scaffold(init_op=tf.no_op(), ready_for_local_init_op=tf.as_string([v.read_value()]))
    train.ChiefSessionCreator(s).create_session()


@case
def uninitialized_after_own_init_op():
    model()
    tf.get_variable("never", initializer=1.0)
    train.ChiefSessionCreator(train.Scaffold(init_op=tf.no_op())).create_session()


@case
def uninitialized_local():
    model()
    tf.get_local_variable("never", initializer=1.0)
    train.ChiefSessionCreator(train.Scaffold(local_init_op=tf.no_op())).create_session()


@case
def scaffold_ready_values():
    model()
    tf.get_local_variable("w", initializer=1.0)
    s = train.Scaffold().finalize()
    with tf.Session() as session:
        before = [session.run(s.ready_op), session.run(s.ready_for_local_init_op)]
        session.run(s.init_op)
        middle = [session.run(s.ready_op), session.run(s.ready_for_local_init_op)]
        session.run(s.local_init_op)
        return [before, middle, session.run(s.ready_op)]


@case
def scaffold_tables():
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [4]), -1)
    found = table.lookup(tf.constant(["a", "b"]))
    model()
    with train.MonitoredSession() as session:
        return session.run(found)


@case
def scaffold_saver_argument():
    step, increment = model()
    folder = tempfile.mkdtemp()
    saver = train.Saver(max_to_keep=1)
    s = train.Scaffold(saver=saver)
    hooks = [train.CheckpointSaverHook(folder, save_steps=1, scaffold=s)]
    with train.MonitoredSession(train.ChiefSessionCreator(s, checkpoint_dir=folder), hooks) as session:
        for _ in range(3):
            session.run(increment)
    return [
        s.saver is saver,
        sorted(f for f in os.listdir(folder) if f.endswith(".index")),
        len(saver.last_checkpoints),
    ]


@case
def init_not_run_when_restored():
    folder = tempfile.mkdtemp()
    step, increment = model()
    calls = []

    def go():
        s = train.Scaffold(init_fn=lambda scaffold, session: calls.append(int(session.run(step))))
        hooks = [train.CheckpointSaverHook(folder, save_steps=10, scaffold=s)]
        with train.MonitoredSession(train.ChiefSessionCreator(s, checkpoint_dir=folder), hooks) as session:
            return int(session.run(increment))

    found = [go()]
    with tf.Graph().as_default():
        step, increment = model()
        found.append(go())
    return [found, calls]


# MonitoredTrainingSession
def hook_names(**arguments):
    step, increment = model()
    created = []
    real = train.MonitoredSession.__init__

    kinds = []

    class Spy(Hook):
        def begin(self):
            kinds.append(self.name)

    with train.MonitoredTrainingSession(hooks=[Spy("user")], chief_only_hooks=[Spy("chief")], **arguments) as session:
        names_ = [type(h).__name__ for h in session._hooks] if hasattr(session, "_hooks") else None
        for _ in range(3):
            created.append(int(session.run(increment)))
    return [names_ is None or True, kinds, created, real is not None]


@case
def training_defaults():
    return hook_names()


def training_files(log=False, **arguments):
    folder = tempfile.mkdtemp()
    step, increment = model()
    tf.summary.scalar("s", tf.cast(step, tf.float32))

    def go():
        with train.MonitoredTrainingSession(checkpoint_dir=folder, **arguments) as session:
            for _ in range(4):
                session.run(increment)

    lines = logged(go)
    tf.summary.FileWriterCache.clear()
    files = sorted("events" if f.startswith("events") else f for f in os.listdir(folder) if not f.endswith(".tmp"))
    lines = [x.replace(folder, "DIR") for x in lines if "/sec" not in x]
    tags = []
    for name in sorted(os.listdir(folder)):
        if name.startswith("events"):
            for event in train.summary_iterator(os.path.join(folder, name)):
                kind = event.WhichOneof("what")
                tags.append([kind, event.step, [v.tag for v in event.summary.value], event.session_log.status])
    return [files, lines if log else None, tags]


@case
def training_files_defaults():
    return training_files(log=True)


@case
def training_files_steps():
    return training_files(save_checkpoint_steps=2, save_summaries_steps=2, log_step_count_steps=2)


@case
def training_files_no_checkpoints():
    return training_files(save_checkpoint_secs=None, save_checkpoint_steps=None)


@case
def training_files_no_summaries():
    return training_files(save_summaries_steps=None, save_summaries_secs=None)


@case
def training_files_zero():
    return training_files(save_checkpoint_steps=0, save_summaries_steps=0, log_step_count_steps=0)


@case
def training_files_no_step_count():
    return training_files(log_step_count_steps=None)


@case
def training_files_no_graph():
    return training_files(save_graph_def=False)


@case
def training_files_not_chief():
    folder = tempfile.mkdtemp()
    step, increment = model()
    init = tf.global_variables_initializer()
    s = train.Scaffold(ready_op=tf.constant([], tf.string), ready_for_local_init_op=tf.constant([], tf.string))
    chief = Hook("chief", None)
    with train.MonitoredTrainingSession(
        is_chief=False, checkpoint_dir=folder, scaffold=s, hooks=[Hook("user", None)], chief_only_hooks=[chief]
    ) as session:
        session.run_step_fn(lambda step_context: step_context.session.run(init))
        found = int(session.run(increment))
    return [found, list(TRACE), os.listdir(folder)]


@case
def training_summary_dir():
    folder, other = tempfile.mkdtemp(), tempfile.mkdtemp()
    step, increment = model()
    with train.MonitoredTrainingSession(checkpoint_dir=folder, summary_dir=other) as session:
        session.run(increment)
    return [sorted({f.split(".")[0] for f in os.listdir(d)}) for d in (folder, other)]


@case
def training_summary_dir_only():
    other = tempfile.mkdtemp()
    step, increment = model()
    with train.MonitoredTrainingSession(summary_dir=other) as session:
        session.run(increment)
    return sorted({f.split(".")[0] for f in os.listdir(other)})


@case
def training_resumes():
    folder = tempfile.mkdtemp()
    found = []
    for _ in range(2):
        with tf.Graph().as_default():
            step, increment = model()
            hooks = [train.StopAtStepHook(num_steps=2)]
            with train.MonitoredTrainingSession(checkpoint_dir=folder, hooks=hooks) as session:
                while not session.should_stop():
                    found.append(int(session.run(increment)))
    return found


@case
def training_order():
    folder = tempfile.mkdtemp()
    step, increment = model()

    class Listener(train.CheckpointSaverListener):
        def before_save(self, session, global_step_value):
            TRACE.append(f"save {global_step_value}")

    hooks = [Hook("user", None)]
    with train.MonitoredTrainingSession(
        checkpoint_dir=folder, hooks=hooks, chief_only_hooks=[Hook("chief", None)], save_checkpoint_steps=1
    ) as session:
        session.run(increment)
    return list(TRACE)


@case
def training_interval_conflict():
    folder = tempfile.mkdtemp()
    model()
    train.MonitoredTrainingSession(checkpoint_dir=folder, save_checkpoint_secs=1, save_checkpoint_steps=1)


@case
def training_summary_conflict():
    folder = tempfile.mkdtemp()
    model()
    train.MonitoredTrainingSession(checkpoint_dir=folder, save_summaries_secs=1, save_summaries_steps=1)


@case
def training_no_global_step():
    folder = tempfile.mkdtemp()
    tf.constant(1.0)
    train.MonitoredTrainingSession(checkpoint_dir=folder)


# Coordinators
@case
def coordinator_basics():
    c = train.Coordinator()
    found = [c.should_stop(), c.joined, c.wait_for_stop(0.01)]
    c.request_stop()
    found += [c.should_stop(), c.wait_for_stop(), c.wait_for_stop(1)]
    c.join()
    found += [c.joined]
    c.clear_stop()
    return found + [c.should_stop(), c.joined]


@case
def coordinator_join_raises():
    c = train.Coordinator()
    stop(c, ValueError("reported"))
    c.join()


@case
def coordinator_join_raises_the_first():
    c = train.Coordinator()
    stop(c, ValueError("first"))
    stop(c, KeyError("second"))
    return [caught(c.join), caught(c.raise_requested_exception)]


@case
def coordinator_same_object():
    c = train.Coordinator()
    error = ValueError("x")
    stop(c, error)
    try:
        c.join()
    except ValueError as found:
        return found is error


@case
def coordinator_exc_info():
    import sys

    c = train.Coordinator()
    try:
        raise KeyError("k")
    except KeyError:
        c.request_stop(sys.exc_info())
    return caught(c.join)


@case
def coordinator_ignores_end_of_input():
    c = train.Coordinator()
    stop(c, end_of_input())
    return [c.should_stop(), caught(c.join)]


@case
def coordinator_clean_types():
    c = train.Coordinator(clean_stop_exception_types=(ValueError,))
    stop(c, ValueError("x"))
    d = train.Coordinator(clean_stop_exception_types=(ValueError,))
    stop(d, end_of_input())
    return [caught(c.join), caught(d.join)]


@case
def coordinator_wrong_exception():
    train.Coordinator().request_stop("text")


@case
def coordinator_stop_on_exception():
    c = train.Coordinator()
    with c.stop_on_exception():
        raise ValueError("inside")
    return [c.should_stop(), caught(c.join)]


@case
def coordinator_stop_on_exception_clean():
    c = train.Coordinator()
    with c.stop_on_exception():
        raise end_of_input()
    return [c.should_stop(), caught(c.join)]


@case
def coordinator_stop_on_exception_quiet():
    c = train.Coordinator()
    with c.stop_on_exception():
        pass
    return c.should_stop()


@case
def coordinator_logs():
    c = train.Coordinator()
    return [logged(lambda: stop(c, ValueError("reported"))), logged(lambda: stop(c, KeyError("again")))]


@case
def coordinator_after_join():
    c = train.Coordinator()
    c.request_stop()
    c.join()
    return [caught(c.request_stop), caught(stop, c, ValueError("late"))]


@case
def coordinator_threads():
    c = train.Coordinator()
    found = []

    def work(i):
        while not c.should_stop():
            time.sleep(0.005)
        found.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for t in threads[:2]:
        c.register_thread(t)
    for t in threads:
        t.start()
    c.request_stop()
    c.join(threads)
    return [sorted(found), [t.is_alive() for t in threads]]


@case
def coordinator_thread_error():
    c = train.Coordinator()

    def work():
        with c.stop_on_exception():
            raise ValueError("in a thread")

    t = threading.Thread(target=work)
    t.start()
    c.join([t])


@case
def coordinator_stragglers():
    c = train.Coordinator()
    release = threading.Event()
    t = threading.Thread(target=release.wait, name="slow_one", daemon=True)
    t.start()
    c.request_stop()
    try:
        c.join([t], stop_grace_period_secs=0.05)
    finally:
        release.set()


@case
def coordinator_ignored_stragglers():
    c = train.Coordinator()
    release = threading.Event()
    t = threading.Thread(target=release.wait, name="slow_one", daemon=True)
    t.start()
    c.request_stop()
    lines = logged(lambda: c.join([t], stop_grace_period_secs=0.05, ignore_live_threads=True))
    release.set()
    return lines


@case
def coordinator_join_waits_for_ended_threads():
    c = train.Coordinator()
    t = threading.Thread(target=time.sleep, args=(0.05,))
    t.start()
    c.join([t])
    return [c.should_stop(), c.joined, t.is_alive()]


@case
def looper_thread():
    c = train.Coordinator()
    found = []

    class Loop(train.LooperThread):
        def start_loop(self):
            found.append("start")

        def run_loop(self):
            found.append("run")
            if found.count("run") == 3:
                self._coord.request_stop()

        def stop_loop(self):
            found.append("stop")

    t = Loop(c, None)
    t.start()
    c.join()
    return [found, t.daemon, isinstance(t, threading.Thread)]


@case
def looper_thread_with_target():
    c = train.Coordinator()
    found = []

    def work(a, b=0):
        found.append([a, b])
        if len(found) == 2:
            c.request_stop()

    t = train.LooperThread(c, None, target=work, args=(1,), kwargs={"b": 2})
    t.start()
    c.join([t])
    return found


@case
def looper_thread_timer():
    c = train.Coordinator()
    found = []
    train.LooperThread.loop(c, 0.02, lambda: found.append(1))
    time.sleep(0.2)
    c.request_stop()
    c.join()
    return 3 <= len(found) <= 12


@case
def looper_thread_error():
    c = train.Coordinator()

    def work():
        raise ValueError("loop")

    train.LooperThread.loop(c, None, work)
    c.join()


@case
def looper_thread_no_coordinator():
    train.LooperThread(3, None)


# Session managers
@case
def manager_prepares():
    step, increment = model()
    manager = train.SessionManager()
    session = manager.prepare_session("", init_op=tf.global_variables_initializer())
    return [isinstance(session, tf.Session), int(session.run(increment))]


@case
def manager_ready_op():
    step, increment = model()
    manager = train.SessionManager(ready_op=tf.report_uninitialized_variables())
    session = manager.prepare_session("", init_op=tf.global_variables_initializer())
    return int(session.run(increment))


@case
def manager_not_ready():
    model()
    manager = train.SessionManager(ready_op=tf.report_uninitialized_variables())
    manager.prepare_session("", init_op=tf.no_op())


@case
def manager_nothing_to_initialise():
    model()
    train.SessionManager().prepare_session("")


@case
def manager_init_fn():
    step, increment = model()
    init = tf.global_variables_initializer()
    manager = train.SessionManager(ready_op=tf.report_uninitialized_variables())
    session = manager.prepare_session("", init_fn=lambda session: session.run(init))
    return int(session.run(increment))


@case
def manager_recovers():
    step, increment = model()
    folder = tempfile.mkdtemp()
    saver = train.Saver()
    ready = tf.report_uninitialized_variables()
    manager = train.SessionManager(ready_op=ready)
    found = []
    session, recovered = manager.recover_session("", saver=saver, checkpoint_dir=folder)
    found.append(recovered)
    session.run(tf.global_variables_initializer())
    session.run(increment)
    saver.save(session, folder + "/model.ckpt", global_step=1)
    session, recovered = manager.recover_session("", saver=saver, checkpoint_dir=folder)
    found += [recovered, int(session.run(step))]
    session = manager.prepare_session("", saver=saver, checkpoint_dir=folder, init_op=tf.global_variables_initializer())
    return found + [int(session.run(step))]


@case
def manager_waits():
    model()
    manager = train.SessionManager(ready_op=tf.report_uninitialized_variables(), recovery_wait_secs=1)
    manager.wait_for_session("", max_wait_secs=0)


@case
def manager_local_init():
    step, increment = model()
    w = tf.get_local_variable("w", initializer=3.0)
    manager = train.SessionManager(
        local_init_op=tf.local_variables_initializer(), ready_op=tf.report_uninitialized_variables(),
        ready_for_local_init_op=tf.report_uninitialized_variables(tf.global_variables()),
    )  # fmt: skip
    session = manager.prepare_session("", init_op=tf.global_variables_initializer())
    return float(session.run(w))


@case
def manager_ready_for_local_without_local():
    model()
    train.SessionManager(ready_for_local_init_op=tf.constant(["x"]))


# Queue runners and supervisors
@case
def no_queue_runners():
    model()
    with tf.Session() as session:
        coordinator = train.Coordinator()
        threads = train.start_queue_runners(session, coordinator)
        coordinator.request_stop()
        coordinator.join(threads)
        return len(threads)


@case
def queue_runners_without_session():
    train.start_queue_runners()


@case
def queue_runners_wrong_session():
    train.start_queue_runners(sess=3)


# Supervisors
def supervised(body, runs=3, **arguments):
    step, increment = model()
    tf.summary.scalar("s", 1.0)
    supervisor = train.Supervisor(**arguments)
    found = []

    def go():
        with supervisor.managed_session() as session:
            found.append(tf.get_default_session() is session)
            for _ in range(runs):
                if supervisor.should_stop():
                    break
                body(supervisor, session, increment, found)

    return [caught(go), found, supervisor.should_stop(), supervisor.coord.joined]


def run_once(supervisor, session, increment, found):
    found.append(int(session.run(increment)))


@case
def supervisor_without_folder():
    return supervised(run_once)


@case
def supervisor_files():
    folder = tempfile.mkdtemp()
    found = supervised(run_once, logdir=folder, save_model_secs=0, save_summaries_secs=0)
    files = sorted("events" if f.startswith("events") else f for f in os.listdir(folder) if "tempstate" not in f)
    return [found, [f for f in files if not f.startswith("model.ckpt")]]


@case
def supervisor_attributes():
    step, increment = model()
    supervisor = train.Supervisor(logdir=tempfile.mkdtemp())
    return [
        supervisor.is_chief, os.path.basename(supervisor.save_path), supervisor.save_model_secs, supervisor.save_summaries_secs,
        type(supervisor.saver).__name__, supervisor.summary_op, supervisor.global_step is step,
        isinstance(supervisor.coord, train.Coordinator), isinstance(supervisor.session_manager, train.SessionManager),
        tf.get_default_graph().finalized, supervisor.init_feed_dict, supervisor.init_op is not None,
    ]  # fmt: skip


@case
def supervisor_error():
    def fail(*_):
        raise KeyError("mine")

    return supervised(fail)


@case
def supervisor_end_of_input():
    def fail(*_):
        raise end_of_input()

    return supervised(fail)


@case
def supervisor_stops():
    def body(supervisor, session, increment, found):
        found.append(int(session.run(increment)))
        supervisor.request_stop()

    return supervised(body)


@case
def supervisor_thread_error():
    def body(supervisor, session, increment, found):
        def fail():
            raise ValueError("in a loop")

        supervisor.loop(None, fail)
        supervisor.coord.wait_for_stop(5)

    return supervised(body)


@case
def supervisor_resumes():
    folder = tempfile.mkdtemp()
    found = []
    for _ in range(2):
        with tf.Graph().as_default():
            step, increment = model()
            supervisor = train.Supervisor(logdir=folder, save_model_secs=0, save_summaries_secs=0)
            with supervisor.managed_session() as session:
                found += [int(session.run(increment)), int(session.run(increment))]
                supervisor.saver.save(session, supervisor.save_path, global_step=step)
    return found


@case
def supervisor_computed_summary():
    step, increment = model()
    summary = tf.summary.scalar("s", 1.0)
    folder = tempfile.mkdtemp()
    supervisor = train.Supervisor(logdir=folder, summary_op=None, save_model_secs=0, save_summaries_secs=0)
    with supervisor.managed_session() as session:
        session.run(increment)
        supervisor.summary_computed(session, session.run(summary))
    found = []
    for name in sorted(os.listdir(folder)):
        if name.startswith("events"):
            for event in train.summary_iterator(os.path.join(folder, name)):
                found.append([event.WhichOneof("what"), event.step, event.session_log.status])
    return found


@case
def supervisor_summary_without_writer():
    step, increment = model()
    summary = tf.summary.scalar("s", 1.0)
    supervisor = train.Supervisor()
    with tf.Session() as session:
        session.run(tf.get_collection("init_op"))
        supervisor.summary_computed(session, session.run(summary))


@case
def supervisor_services_of_a_worker():
    model()
    supervisor = train.Supervisor(is_chief=False)
    supervisor.start_standard_services(None)


@case
def supervisor_init_fn():
    step, increment = model()
    called = []
    supervisor = train.Supervisor(init_fn=lambda session: called.append(isinstance(session, tf.Session)))
    with supervisor.managed_session() as session:
        called.append(int(session.run(increment)))
    return called


if __name__ == "__main__":
    case.run()
