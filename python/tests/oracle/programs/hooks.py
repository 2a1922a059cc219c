"""The hooks that come with TensorFlow: what they ask for, when they act, what they log and write, what they refuse."""

import json
import os
import re
import tempfile
import time

import numpy as np
from session_cases import Cases, caught, logged, tf

case = Cases()
train = tf.train


def model():
    """The step and the loss before a step, and an operation that makes one: in one order on both sides."""
    step = train.get_or_create_global_step()
    loss = tf.get_variable("loss", initializer=4.0)
    before = [step.read_value(), loss.read_value()]
    with tf.control_dependencies(before):
        decrease = loss.assign_sub(1.0)
    with tf.control_dependencies([decrease]):
        return [*before, tf.assign_add(step, 1)]


def run(hooks, runs=4, fetch=None, feeds=None, **arguments):
    """The results of runs until the end or a stop."""
    step = train.get_global_step()
    if fetch is None:
        fetch = [op for op in tf.get_default_graph().get_operations() if op.type.startswith("AssignAdd")][-1]
    found = []
    with train.MonitoredSession(hooks=hooks, **arguments) as session:
        while not session.should_stop() and len(found) < runs:
            session.run(fetch, feeds)
            found.append(int(session.run_step_fn(lambda step_context: step_context.session.run(step))))
    return found


def lines(hooks, **arguments):
    """The lines that a run logs, without times."""
    result = logged(lambda: run(hooks, **arguments))
    return [re.sub(r"[\d.]+ sec", "N sec", x) for x in result if "local_init" not in x and "finalized" not in x]


def events(folder):
    tf.summary.FileWriterCache.clear()
    found = []
    for name in sorted(os.listdir(folder)):
        if name.startswith("events"):
            for event in train.summary_iterator(os.path.join(folder, name)):
                kind = event.WhichOneof("what")
                values = [[v.tag, v.simple_value if "/sec" not in v.tag else 0] for v in event.summary.value]
                log = [event.session_log.status, os.path.basename(event.session_log.checkpoint_path)]
                found.append([kind, event.step, values, log if kind == "session_log" else None])
    return found


# Arguments
@case
def args_tuple():
    a = train.SessionRunArgs("f")
    b = train.SessionRunArgs(fetches=1, feed_dict={2: 3}, options=4)
    v = train.SessionRunValues(1, 2, 3)
    return [a, b, v, a._fields, v._fields, caught(train.SessionRunArgs)]


@case
def context_class():
    args = train.SessionRunArgs("f")
    c = train.SessionRunContext(original_args=args, session="s")
    found = [c.original_args is args, c.session, c.stop_requested]
    c.request_stop()
    return found + [c.stop_requested]


@case
def base_hook():
    h = train.SessionRunHook()
    return [
        h.begin(), h.after_create_session(None, None), h.before_run(None), h.after_run(None, None), h.end(None)
    ]  # fmt: skip


@case
def original_args():
    step, loss, op = model()
    x = tf.placeholder(tf.float32)
    found = []

    class Look(train.SessionRunHook):
        def before_run(self, run_context):
            a = run_context.original_args
            found.append([tf.nest.map_structure(lambda f: isinstance(f, str), a.fetches), a.feed_dict is not None])
            found.append([type(a).__name__, a.options is None])

    with train.MonitoredSession(hooks=[Look()]) as session:
        session.run({"a": [loss], "b": "ReadVariableOp_1:0"}, {x: 1.0})
        session.run(op)
        session.run((loss, x), feed_dict={x: 2.0}, options=tf.RunOptions(timeout_in_ms=5000))
    return found


@case
def run_values():
    step, loss, op = model()
    found = []

    class Look(train.SessionRunHook):
        def __init__(self, fetches):
            self.fetches = fetches

        def before_run(self, run_context):
            return train.SessionRunArgs(self.fetches) if self.fetches is not None else None

        def after_run(self, run_context, run_values):
            found.append([
                run_values.results, type(run_values).__name__, run_values.options is None or
                type(run_values.options).__name__, type(run_values.run_metadata).__name__,
            ])  # fmt: skip

    forms = [
        None,
        loss,
        [loss],
        {"l": loss, "s": [step]},
        [],
        {},
        (loss, step),
        "ReadVariableOp_1:0",
        tf.no_op(),
        loss.op,
    ]
    run([Look(f) for f in forms], runs=1)
    return found


@case
def before_run_returns_other():
    model()

    class Bad(train.SessionRunHook):
        def before_run(self, run_context):
            return [1]

    run([Bad()])


@case
def hook_fetches_wrong():
    model()

    class Bad(train.SessionRunHook):
        def before_run(self, run_context):
            return train.SessionRunArgs("nothing:0")

    run([Bad()])


class Feed(train.SessionRunHook):
    def __init__(self, feeds, fetches=None, options=None):
        self.feeds, self.fetches, self.options = feeds, fetches, options
        self.seen = []

    def before_run(self, run_context):
        return train.SessionRunArgs(self.fetches, self.feeds, self.options)

    def after_run(self, run_context, run_values):
        self.seen.append(run_values)


@case
def feeds_of_hooks():
    model()
    x, y, z = (tf.placeholder(tf.float32, name=n) for n in "xyz")
    with train.MonitoredSession(hooks=[Feed({x: 1.0}), Feed({y: 2.0}), Feed(None)]) as session:
        return [float(v) for v in session.run([x, y, z], {z: 3.0})]


@case
def feeds_of_two_hooks():
    model()
    x = tf.placeholder(tf.float32)
    with train.MonitoredSession(hooks=[Feed({x: 1.0}), Feed({x: 2.0})]) as session:
        session.run(x)


@case
def feeds_of_hook_and_user():
    model()
    x = tf.placeholder(tf.float32)
    with train.MonitoredSession(hooks=[Feed({x: 1.0})]) as session:
        session.run(x, {x: 2.0})


@case
def feeds_by_name():
    model()
    x = tf.placeholder(tf.float32, name="x")
    with train.MonitoredSession(hooks=[Feed({"x:0": 1.0})]) as session:
        return session.run(x * 2)


@case
def options_are_merged():
    model()
    seen = []

    class Look(train.SessionRunHook):
        def __init__(self, options):
            self.options = options

        def before_run(self, run_context):
            return train.SessionRunArgs(None, options=self.options)

        def after_run(self, run_context, run_values):
            o = run_values.options
            seen.append([o.trace_level, o.timeout_in_ms, o.output_partition_graphs, o.inter_op_thread_pool])
            seen.append(len(run_values.run_metadata.step_stats.dev_stats) > 0)

    hooks = [
        Look(tf.RunOptions(trace_level=tf.RunOptions.SOFTWARE_TRACE, timeout_in_ms=70000)),
        Look(tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)), Look(None),
    ]  # fmt: skip
    with train.MonitoredSession(hooks=hooks) as session:
        mine = tf.RunOptions(timeout_in_ms=80000, output_partition_graphs=True)
        metadata = tf.RunMetadata()
        session.run(train.get_global_step(), options=mine, run_metadata=metadata)
        seen.append([mine.timeout_in_ms, mine.trace_level, len(metadata.step_stats.dev_stats) > 0])
    return seen


# Timer
@case
def timer_steps():
    t = train.SecondOrStepTimer(every_steps=3)
    found = [t.last_triggered_step(), t.should_trigger_for_step(1)]
    found.append(list(t.update_last_triggered_step(1)))
    found += [t.should_trigger_for_step(s) for s in (1, 2, 3, 4, 5, 0)]
    elapsed = t.update_last_triggered_step(5)
    found += [elapsed[1], elapsed[0] >= 0, t.last_triggered_step()]
    t.reset()
    return found + [t.last_triggered_step(), t.should_trigger_for_step(5)]


@case
def timer_seconds():
    t = train.SecondOrStepTimer(every_secs=0.1)
    found = [t.should_trigger_for_step(1), list(t.update_last_triggered_step(1)), t.should_trigger_for_step(2)]
    time.sleep(0.15)
    return found + [t.should_trigger_for_step(1), t.should_trigger_for_step(2)]


@case
def timer_none():
    train.SecondOrStepTimer()


@case
def timer_both():
    train.SecondOrStepTimer(1, 1)


@case
def timer_numpy_steps():
    t = train.SecondOrStepTimer(every_steps=2)
    t.update_last_triggered_step(np.int64(4))
    return [
        t.should_trigger_for_step(np.int64(5)),
        t.should_trigger_for_step(np.int64(6)),
        int(t.last_triggered_step()),
    ]


# Logging
@case
def logging_iterations():
    step, loss, _ = model()
    return lines([train.LoggingTensorHook({"l": loss, "s": step}, every_n_iter=2)], runs=5)


@case
def logging_list():
    step, loss, _ = model()
    return lines([train.LoggingTensorHook(["ReadVariableOp_1:0", "ReadVariableOp"], every_n_iter=10)], runs=2)


@case
def logging_list_of_tensors():
    step, loss, _ = model()
    return lines([train.LoggingTensorHook([tf.identity(loss, "out"), step], every_n_iter=10)], runs=1)


@case
def logging_dict_order():
    step, loss, _ = model()
    return lines([train.LoggingTensorHook({"z": loss, "a": step, "m": "ReadVariableOp_1:0"}, every_n_iter=10)], runs=1)


@case
def logging_at_end():
    step, loss, _ = model()
    return lines([train.LoggingTensorHook({"l": loss}, at_end=True)], runs=3)


@case
def logging_at_end_and_iterations():
    step, loss, _ = model()
    return lines([train.LoggingTensorHook({"l": loss}, every_n_iter=2, at_end=True)], runs=3)


@case
def logging_seconds():
    step, loss, _ = model()
    return lines([train.LoggingTensorHook({"l": loss}, every_n_secs=1000)], runs=3)


@case
def logging_formatter():
    step, loss, _ = model()
    kinds = []

    def form(values):
        kinds.append([type(values).__name__, sorted(values), [type(v).__name__ for _, v in sorted(values.items())]])
        return f"step={values['s']} loss={values['l']:.2f}"

    return [lines([train.LoggingTensorHook({"l": loss, "s": step}, every_n_iter=2, formatter=form)]), kinds]


@case
def logging_arrays():
    model()
    tensors = {
        "a": tf.constant([1.0, 2.5]), "b": tf.constant([[1, 2], [3, 4]]), "c": tf.constant("text"),
        "d": tf.constant(1e-10), "e": tf.constant([1e-10, 1e10]), "f": tf.constant(True), "g": tf.constant(["x", "y"]),
        "h": tf.zeros([0]), "i": tf.constant(1 / 3, tf.float64), "j": tf.ones([2000]),
    }  # fmt: skip
    return lines([train.LoggingTensorHook(tensors, every_n_iter=1)], runs=1)


@case
def logging_nothing():
    model()
    return lines([train.LoggingTensorHook({}, every_n_iter=1)], runs=2)


@case
def logging_no_interval():
    train.LoggingTensorHook(["a"])


@case
def logging_two_intervals():
    train.LoggingTensorHook(["a"], every_n_iter=1, every_n_secs=1)


@case
def logging_zero():
    train.LoggingTensorHook(["a"], every_n_iter=0)


@case
def logging_negative():
    train.LoggingTensorHook(["a"], every_n_iter=-5)


@case
def logging_unknown_name():
    model()
    run([train.LoggingTensorHook(["nothing"], every_n_iter=1)])


@case
def logging_ambiguous_name():
    model()
    tf.split([1.0, 2.0], 2, name="parts")
    run([train.LoggingTensorHook(["parts"], every_n_iter=1)])


@case
def logging_name_with_output():
    model()
    tf.split([1.0, 2.0], 2, name="parts")
    return lines([train.LoggingTensorHook(["parts:1"], every_n_iter=1)], runs=1)


@case
def logging_variable_name():
    model()
    return lines([train.LoggingTensorHook(["ReadVariableOp_1"], every_n_iter=1)], runs=1)


@case
def logging_subclass_of_variable():
    step, loss, _ = model()
    seen = []

    class Mine(train.LoggingTensorHook):
        def after_run(self, run_context, run_values):
            seen.append(run_values.results)
            super().after_run(run_context, run_values)

    return [lines([Mine({"l": "ReadVariableOp_1:0", "s": step}, every_n_iter=2)], runs=3), len(seen)]


@case
def logging_subclass_methods():
    step, loss, _ = model()
    seen = []

    class Mine(train.LoggingTensorHook):
        def begin(self):
            super().begin()
            seen.append("begin")

        def before_run(self, run_context):
            asked = super().before_run(run_context)
            seen.append(type(asked).__name__)
            return asked

        def after_run(self, run_context, run_values):
            seen.append(None if run_values.results is None else sorted(run_values.results))
            super().after_run(run_context, run_values)

        def end(self, session):
            super().end(session)
            seen.append("end")

        def _log_tensors(self, tensor_values):
            seen.append(sorted(tensor_values))
            super()._log_tensors(tensor_values)

    return [lines([Mine({"l": loss, "s": step}, every_n_iter=2)], runs=3), seen]


@case
def logging_fetches_only_when_due():
    model()
    calls = []

    def count():
        calls.append(1)
        return np.float32(1)

    t = tf.py_func(count, [], tf.float32)
    lines([train.LoggingTensorHook({"t": t}, every_n_iter=3)], runs=4)
    return len(calls)


@case
def logging_used_twice():
    step, loss, _ = model()
    h = train.LoggingTensorHook({"l": loss}, every_n_iter=2)
    first = lines([h], runs=3)
    return [first, lines([h], runs=3)]


# Stopping
@case
def stop_num_steps():
    model()
    return run([train.StopAtStepHook(num_steps=3)], runs=10)


@case
def stop_last_step():
    model()
    return run([train.StopAtStepHook(last_step=2)], runs=10)


@case
def stop_last_step_past():
    step, loss, _ = model()
    return run([train.StopAtStepHook(last_step=0)], runs=10)


@case
def stop_none():
    train.StopAtStepHook()


@case
def stop_both():
    train.StopAtStepHook(1, 1)


@case
def stop_without_step():
    tf.constant(1.0)
    run([train.StopAtStepHook(1)], fetch="Const:0")


@case
def stop_by_two():
    step = train.get_or_create_global_step()
    op = tf.assign_add(step, 2)
    return run([train.StopAtStepHook(last_step=5)], runs=10, fetch=op)


@case
def stop_used_twice():
    model()
    h = train.StopAtStepHook(num_steps=2)
    return [run([h], runs=10), run([h], runs=10)]


# NaN
def nan_model():
    train.get_or_create_global_step()
    return tf.placeholder(tf.float32, name="watched")


@case
def nan_raises():
    x = nan_model()
    with train.MonitoredSession(hooks=[train.NanTensorHook(x)]) as session:
        session.run(x, {x: 1.0})
        session.run(x, {x: float("inf")})
        session.run(x, {x: float("nan")})


@case
def nan_stops():
    x = nan_model()
    with train.MonitoredSession(hooks=[train.NanTensorHook(x, fail_on_nan_loss=False)]) as session:
        session.run(x, {x: float("nan")})
        return session.should_stop()


@case
def nan_logs():
    x = nan_model()

    def go(**arguments):
        with train.MonitoredSession(hooks=[train.NanTensorHook(x, **arguments)]) as session:
            session.run(x, {x: float("nan")})

    found = logged(lambda: caught(go)) + logged(lambda: caught(go, fail_on_nan_loss=False))
    return [y for y in found if "iverged" in y]


@case
def nan_error_class():
    e = tf.estimator.NanLossDuringTrainingError()
    return [str(e), isinstance(e, RuntimeError)]


# Checkpoints
class Listener(train.CheckpointSaverListener):
    def __init__(self, trace, name="L", stop_at=None):
        self.trace, self.name, self.stop_at = trace, name, stop_at

    def begin(self):
        self.trace.append(f"{self.name}.begin {tf.get_default_graph().finalized}")

    def before_save(self, session, global_step_value):
        self.trace.append(f"{self.name}.before {isinstance(session, tf.Session)} {global_step_value}")

    def after_save(self, session, global_step_value):
        self.trace.append(f"{self.name}.after {global_step_value}")
        return global_step_value == self.stop_at

    def end(self, session, global_step_value):
        self.trace.append(f"{self.name}.end {global_step_value}")


@case
def saver_listeners():
    model()
    trace = []
    folder = tempfile.mkdtemp()
    listeners = [Listener(trace), Listener(trace, "M")]
    hook = train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver(), listeners=listeners)
    return [run([hook], runs=5), trace, sorted(f for f in os.listdir(folder) if f.endswith(".index"))]


@case
def saver_listener_stops():
    model()
    trace = []
    folder = tempfile.mkdtemp()
    hook = train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver(), listeners=[Listener(trace, stop_at=2)])
    return [run([hook], runs=10), trace]


@case
def saver_listener_stops_at_start():
    model()
    trace = []
    folder = tempfile.mkdtemp()
    hook = train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver(), listeners=[Listener(trace, stop_at=0)])
    return [run([hook], runs=3), trace]


@case
def saver_listener_raises():
    model()
    folder = tempfile.mkdtemp()

    class Bad(train.CheckpointSaverListener):
        def before_save(self, session, global_step_value):
            if global_step_value == 2:
                raise ValueError("listener")

    hook = train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver(), listeners=[Bad()])
    return [caught(run, [hook]), sorted(f for f in os.listdir(folder) if f.endswith(".index"))]


@case
def saver_base_listener():
    x = train.CheckpointSaverListener()
    return [x.begin(), x.before_save(None, 1), x.after_save(None, 1), x.end(None, 1)]


@case
def saver_logs():
    model()
    folder = tempfile.mkdtemp()

    def go():
        run([train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver())], runs=3)

    return [x.replace(folder, "DIR") for x in logged(go)]


@case
def saver_stop_logs():
    model()
    folder = tempfile.mkdtemp()

    def go():
        listeners = [Listener([], stop_at=2)]
        run([train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver(), listeners=listeners)], runs=5)

    return [re.sub("0x[0-9a-f]+", "ADDRESS", x.replace(folder, "DIR")) for x in logged(go) if "isten" in x]


@case
def saver_events():
    model()
    folder = tempfile.mkdtemp()
    run([train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver())], runs=3)
    return [events(folder), sorted("events" if f.startswith("events") else f for f in os.listdir(folder))]


@case
def saver_no_graph():
    model()
    folder = tempfile.mkdtemp()
    run([train.CheckpointSaverHook(folder, save_steps=2, saver=train.Saver(), save_graph_def=False)], runs=1)
    return sorted("events" if f.startswith("events") else f for f in os.listdir(folder))


@case
def saver_basename():
    model()
    folder = tempfile.mkdtemp()
    hook = train.CheckpointSaverHook(folder, save_steps=9, saver=train.Saver(), checkpoint_basename="other")
    run([hook], runs=1)
    return sorted(f for f in os.listdir(folder) if f.startswith("other"))


@case
def saver_seconds():
    model()
    folder = tempfile.mkdtemp()
    run([train.CheckpointSaverHook(folder, save_secs=1000, saver=train.Saver())], runs=3)
    return sorted(f for f in os.listdir(folder) if f.endswith(".index"))


@case
def saver_from_collection():
    model()
    folder = tempfile.mkdtemp()
    run([train.CheckpointSaverHook(folder, save_steps=2)], runs=3)
    return sorted(f for f in os.listdir(folder) if f.endswith(".index"))


@case
def saver_none_in_collection():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    scaffold = train.Scaffold(saver=train.Saver())
    with train.MonitoredSession(
        train.ChiefSessionCreator(scaffold), [train.CheckpointSaverHook(folder, save_steps=2)]
    ) as session:
        session.run(op)


@case
def saver_two_in_collection():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    for _ in range(2):
        tf.add_to_collection("savers", train.Saver())
    with train.MonitoredSession(
        train.ChiefSessionCreator(train.Scaffold(saver=train.Saver())),
        [train.CheckpointSaverHook(folder, save_steps=2)],
    ) as session:
        session.run(op)


@case
def saver_and_scaffold():
    model()
    train.CheckpointSaverHook("x", save_steps=1, saver=train.Saver(), scaffold=train.Scaffold())


@case
def saver_no_interval():
    model()
    train.CheckpointSaverHook("x", saver=train.Saver())


@case
def saver_two_intervals():
    model()
    train.CheckpointSaverHook("x", save_steps=1, save_secs=1, saver=train.Saver())


@case
def saver_without_step():
    tf.get_variable("v", initializer=1.0)
    run(
        [train.CheckpointSaverHook(tempfile.mkdtemp(), save_steps=1, saver=train.Saver())],
        fetch="v/Read/ReadVariableOp:0",
    )


@case
def saver_subclass():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    seen = []

    class Mine(train.CheckpointSaverHook):
        def after_create_session(self, session, coord):
            seen.append("acs")
            super().after_create_session(session, coord)

        def before_run(self, run_context):
            asked = super().before_run(run_context)
            seen.append(type(asked.fetches).__name__ if not isinstance(asked.fetches, tf.Tensor) else "Tensor")
            return asked

        def after_run(self, run_context, run_values):
            seen.append(int(run_values.results))
            super().after_run(run_context, run_values)

        def end(self, session):
            seen.append("end")
            super().end(session)

    return [run([Mine(folder, save_steps=2, saver=train.Saver())], runs=3), seen,
            sorted(f for f in os.listdir(folder) if f.endswith(".index"))]  # fmt: skip


@case
def saver_subclass_of_save():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    seen = []

    class Mine(train.CheckpointSaverHook):
        def _save(self, session, step):
            seen.append(int(step))
            return super()._save(session, step)

    run([Mine(folder, save_steps=2, saver=train.Saver())], runs=3)
    return [seen, sorted(f for f in os.listdir(folder) if f.endswith(".index"))]


@case
def saver_listener_attribute():
    model()
    listener = Listener([])
    hook = train.CheckpointSaverHook("x", save_steps=1, saver=train.Saver(), listeners=[listener])
    trace = []
    hook._listeners.append(Listener(trace))
    return [len(hook._listeners), hook._listeners[0] is listener]


# Step counters
@case
def counter_logs():
    model()
    result = lines([train.StepCounterHook(every_n_steps=2)], runs=5)
    return [re.sub(r": .*", ": N", x) for x in result]


@case
def counter_events():
    model()
    folder = tempfile.mkdtemp()
    run([train.StepCounterHook(every_n_steps=2, output_dir=folder)], runs=6)
    tf.summary.FileWriterCache.clear()
    return [e for e in events(folder) if e[0] == "summary"]


@case
def counter_writer():
    model()
    written = []

    class Writer:
        def add_summary(self, summary, global_step=None):
            written.append([summary.value[0].tag, int(global_step)])

    run([train.StepCounterHook(every_n_steps=2, summary_writer=Writer())], runs=6)
    return written


@case
def counter_none():
    train.StepCounterHook(every_n_steps=None)


@case
def counter_both():
    train.StepCounterHook(every_n_steps=1, every_n_secs=1)


@case
def counter_subclass():
    model()
    seen = []

    class Mine(train.StepCounterHook):
        def _log_and_record(self, elapsed_steps, elapsed_time, global_step):
            seen.append([int(elapsed_steps), elapsed_time > 0, int(global_step)])

    run([Mine(every_n_steps=2)], runs=6)
    return seen


@case
def counter_warns():
    step, loss, _ = model()
    return [x for x in lines([train.StepCounterHook(every_n_steps=2)], fetch=loss, runs=9) if "WARN" in x]


@case
def counter_without_step():
    tf.constant(1.0)
    run([train.StepCounterHook()], fetch="Const:0")


# Summaries
def summary_model():
    step, loss, op = model()
    return tf.summary.scalar("s", loss), op


@case
def summary_steps():
    summary, op = summary_model()
    folder = tempfile.mkdtemp()
    run([train.SummarySaverHook(save_steps=3, output_dir=folder, summary_op=summary)], runs=8)
    return events(folder)


@case
def summary_every_step():
    summary, op = summary_model()
    folder = tempfile.mkdtemp()
    run([train.SummarySaverHook(save_steps=1, output_dir=folder, summary_op=summary)], runs=3)
    return events(folder)


@case
def summary_list():
    summary, op = summary_model()
    folder = tempfile.mkdtemp()
    other = tf.summary.scalar("t", 2.0)
    run([train.SummarySaverHook(save_steps=2, output_dir=folder, summary_op=[summary, other])], runs=3)
    return events(folder)


@case
def summary_writer():
    summary, op = summary_model()
    written = []

    class Writer:
        def add_summary(self, text, global_step=None):
            s = tf.Summary.FromString(text) if isinstance(text, bytes) else text
            written.append([s.value[0].tag, s.value[0].simple_value, int(global_step)])

        def add_session_log(self, log, global_step=None):
            written.append([log.status, int(global_step)])

        def flush(self):
            written.append("flush")

    run([train.SummarySaverHook(save_steps=2, summary_writer=Writer(), summary_op=summary)], runs=4)
    return written


@case
def summary_scaffold():
    summary, op = summary_model()
    folder = tempfile.mkdtemp()
    scaffold = train.Scaffold()
    hooks = [train.SummarySaverHook(save_steps=2, output_dir=folder, scaffold=scaffold)]
    with train.MonitoredSession(train.ChiefSessionCreator(scaffold), hooks) as session:
        for _ in range(3):
            session.run(op)
    return events(folder)


@case
def summary_scaffold_without_summaries():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    scaffold = train.Scaffold()
    hooks = [train.SummarySaverHook(save_steps=2, output_dir=folder, scaffold=scaffold)]
    with train.MonitoredSession(train.ChiefSessionCreator(scaffold), hooks) as session:
        for _ in range(3):
            session.run(op)
    return events(folder)


@case
def summary_neither():
    train.SummarySaverHook(save_steps=1)


@case
def summary_both():
    summary, op = summary_model()
    train.SummarySaverHook(save_steps=1, scaffold=train.Scaffold(), summary_op=summary)


@case
def summary_no_interval():
    summary, op = summary_model()
    train.SummarySaverHook(summary_op=summary)


@case
def summary_two_intervals():
    summary, op = summary_model()
    train.SummarySaverHook(1, 1, summary_op=summary)


@case
def summary_no_writer():
    summary, op = summary_model()
    return run([train.SummarySaverHook(save_steps=1, summary_op=summary)], runs=2)


@case
def summary_seconds():
    summary, op = summary_model()
    folder = tempfile.mkdtemp()
    run([train.SummarySaverHook(save_secs=1000, output_dir=folder, summary_op=summary)], runs=4)
    return events(folder)


# Waiting
@case
def waiter():
    step, loss, op = model()

    class Advance(train.SessionRunHook):
        def after_create_session(self, session, coord):
            session.run(tf.global_variables()[0].assign(5))

    return lines([Advance(), train.GlobalStepWaiterHook(3)], runs=1)


@case
def waiter_none():
    model()
    return lines([train.GlobalStepWaiterHook(0)], runs=1)


@case
def waiter_without_step():
    tf.constant(1.0)
    run([train.GlobalStepWaiterHook(1)], fetch="Const:0")


# Final operations
@case
def final_ops():
    step, loss, op = model()
    hooks = [
        train.FinalOpsHook([step, {"l": loss}]), train.FinalOpsHook(None), train.FinalOpsHook(tf.no_op()),
        train.FinalOpsHook("ReadVariableOp_1:0"),
    ]  # fmt: skip
    before = [h.final_ops_values for h in hooks]
    run(hooks, runs=2)
    return [before, [h.final_ops_values for h in hooks]]


@case
def final_ops_feeds():
    model()
    x = tf.placeholder(tf.float32)
    h = train.FinalOpsHook(x * 2, {x: 4.0})
    run([h], runs=1)
    return h.final_ops_values


@case
def final_ops_end_of_input():
    model()
    value = tf.data.make_one_shot_iterator(tf.data.Dataset.range(1)).get_next()
    return caught(run, [train.FinalOpsHook(value)], runs=2, fetch=value)


@case
def final_ops_fail():
    model()
    x = tf.placeholder(tf.float32)
    run([train.FinalOpsHook(x)], runs=1)


# Feeds
@case
def feed_fn():
    model()
    x = tf.placeholder(tf.float32)
    count = []

    def feed():
        count.append(1)
        return {x: float(len(count))}

    with train.MonitoredSession(hooks=[train.FeedFnHook(feed)]) as session:
        return [session.run(x), session.run([x, x + 1]), session.run("Placeholder:0")]


@case
def feed_fn_raises():
    model()

    def feed():
        raise StopIteration

    def go():
        with train.MonitoredSession(hooks=[train.FeedFnHook(feed)]) as session:
            session.run(train.get_global_step())

    return caught(go)


# Profiles
@case
def profiler():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    run([train.ProfilerHook(save_steps=2, output_dir=folder)], runs=6)
    tf.summary.FileWriterCache.clear()
    files = sorted(f for f in os.listdir(folder) if f.startswith("timeline"))
    trace = json.loads(open(os.path.join(folder, files[0])).read())
    names = {e["name"] for e in trace["traceEvents"] if e["ph"] == "X"}
    return [files, list(trace), bool(names & {"AssignAddVariableOp"}), [e[:2] for e in events(folder)]]


@case
def profiler_tags():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    run([train.ProfilerHook(save_steps=2, output_dir=folder)], runs=4)
    tf.summary.FileWriterCache.clear()
    found = []
    for name in sorted(os.listdir(folder)):
        if name.startswith("events"):
            for event in train.summary_iterator(os.path.join(folder, name)):
                if event.WhichOneof("what") == "tagged_run_metadata":
                    m = tf.RunMetadata.FromString(event.tagged_run_metadata.run_metadata)
                    found.append([event.tagged_run_metadata.tag, event.step, len(m.step_stats.dev_stats) > 0])
    return found


@case
def profiler_logs():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    return [x.replace(folder, "DIR") for x in lines([train.ProfilerHook(save_steps=2, output_dir=folder)], runs=3)]


@case
def profiler_none():
    train.ProfilerHook(output_dir=tempfile.mkdtemp())


@case
def profiler_both():
    train.ProfilerHook(1, 1, tempfile.mkdtemp())


@case
def profiler_seconds():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    run([train.ProfilerHook(save_secs=1000, output_dir=folder)], runs=3)
    return sorted(f for f in os.listdir(folder) if f.startswith("timeline"))


@case
def profiler_without_step():
    tf.constant(1.0)
    run([train.ProfilerHook(1, output_dir=tempfile.mkdtemp())], fetch="Const:0")


@case
def profiler_memory():
    step, loss, op = model()
    folder = tempfile.mkdtemp()
    run([train.ProfilerHook(save_steps=1, output_dir=folder, show_dataflow=False, show_memory=True)], runs=2)
    return sorted(f for f in os.listdir(folder) if f.startswith("timeline"))


# Names
@case
def names():
    found = []
    for name in (
        "SessionRunHook SessionRunArgs SessionRunContext SessionRunValues LoggingTensorHook StopAtStepHook "
        "CheckpointSaverHook CheckpointSaverListener StepCounterHook NanTensorHook SummarySaverHook "
        "GlobalStepWaiterHook FinalOpsHook FeedFnHook ProfilerHook SecondOrStepTimer NanLossDuringTrainingError"
    ).split():
        found.append([name, hasattr(train, name), hasattr(tf.estimator, name)])
        if hasattr(train, name) and hasattr(tf.estimator, name):
            found.append(getattr(train, name) is getattr(tf.estimator, name))
    return found


@case
def isinstance_of_hook():
    model()
    hooks = [
        train.StopAtStepHook(1), train.StepCounterHook(), train.NanTensorHook("ReadVariableOp_1:0"),
        train.LoggingTensorHook([], every_n_iter=1), train.FeedFnHook(dict), train.GlobalStepWaiterHook(1),
    ]  # fmt: skip
    return [isinstance(h, train.SessionRunHook) for h in hooks]


# Hooks of an Estimator
def estimator_trace(**arguments):
    trace = []

    class Look(train.SessionRunHook):
        def __init__(self, name):
            self.name = name

        def begin(self):
            trace.append(f"{self.name}.begin")

        def after_create_session(self, session, coord):
            trace.append(f"{self.name}.acs")

        def before_run(self, run_context):
            trace.append(f"{self.name}.br")

        def after_run(self, run_context, run_values):
            trace.append(f"{self.name}.ar")

        def end(self, session):
            trace.append(f"{self.name}.end")

    def model_fn(features, labels, mode):
        w = tf.get_variable("w", initializer=1.0)
        loss = tf.reduce_sum(w * features)
        step = train.get_global_step()
        return tf.estimator.EstimatorSpec(
            mode, predictions=features * w, loss=loss, train_op=tf.assign_add(step, 1),
            training_hooks=[Look("training")], training_chief_hooks=[Look("chief")],
            evaluation_hooks=[Look("evaluation")], prediction_hooks=[Look("prediction")],
        )  # fmt: skip

    def input_fn():
        return tf.data.Dataset.from_tensors(([1.0], [1.0])).repeat(3)

    e = tf.estimator.Estimator(model_fn, tempfile.mkdtemp())
    e.train(input_fn, steps=2, hooks=[Look("user")], saving_listeners=[Listener(trace)])
    trace.append("--")
    e.evaluate(input_fn, steps=2, hooks=[Look("user")])
    trace.append("--")
    list(e.predict(lambda: tf.data.Dataset.from_tensors([1.0]), hooks=[Look("user")]))
    return trace


case(estimator_trace)

if __name__ == "__main__":
    case.run()
