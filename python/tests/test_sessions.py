"""Sessions, monitored sessions and hooks.

``data/sessions.json`` and its like hold what the programs of the same names report under TensorFlow 2.15;
``oracle/test_sessions_oracle.py`` shows that they still do.
"""

import gc
import json
import os
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from swiftestimator._border import function

PROGRAMS = pathlib.Path(__file__).parent / "oracle" / "programs"
# Our messages begin with what happened, TensorFlow's with "Graph execution error" and the program's lines.
ON_PURPOSE = {"error_has_the_operation"}
DATA = pathlib.Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.mark.parametrize("program", ["sessions", "monitored", "hooks"])
def test_cases_are_as_in_tensorflow(program, tmp_path):
    results = tmp_path / "results.json"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROGRAMS), *sys.path]), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "swiftestimator", "--tf", "1", str(PROGRAMS / f"{program}.py")]
    done = subprocess.run([*command, str(results), str(tmp_path)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(results.read_text())
    expected = json.loads((DATA / f"{program}.json").read_text())
    assert found.keys() == expected.keys()
    compared = [n for n in expected if n not in ON_PURPOSE]
    different = {n: (expected[n], found[n]) for n in compared if found[n]["value"] != expected[n]}
    assert not different


def test_threads_of_the_configuration_are_used():
    before = function("threads.count")()
    try:
        with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
            assert function("threads.count")() == 1
            one = session.run(tf.matmul(tf.ones([64, 64]), tf.ones([64, 64])))
        with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=3)) as session:
            assert function("threads.count")() == 3
            assert np.array_equal(session.run(tf.matmul(tf.ones([64, 64]), tf.ones([64, 64]))), one)
        tf.Session(config=tf.ConfigProto())  # 0: as it is
        assert function("threads.count")() == 3
        tf.train.get_or_create_global_step()
        creator = tf.train.ChiefSessionCreator(config=tf.ConfigProto(intra_op_parallelism_threads=2))
        tf.train.MonitoredSession(creator).close()
        assert function("threads.count")() == 2
    finally:
        function("threads.set_count")(before)


def _memory():
    """Kilobytes that the process has in memory."""
    gc.collect()
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _open_and_close(count, total, step):
    for _ in range(count):
        with tf.Session() as session:
            session.run(tf.get_collection("init"))
            session.run(total)
            session.run(step)


def _sessions_stay_flat(count):
    big = tf.get_variable("big", shape=[5000], initializer=tf.zeros_initializer())
    total = tf.reduce_sum(big)
    step = big.assign_add(tf.ones([5000]))
    tf.add_to_collection("init", big.initializer)
    _open_and_close(50, total, step)
    before = _memory()
    _open_and_close(count, total, step)
    grown = _memory() - before
    # The variable alone has 20 kB, so that a session that is kept would show.
    assert grown < 3000 + count // 20, f"{grown} kB more after {count} sessions"


def test_sessions_leave_nothing_behind():
    _sessions_stay_flat(400)


@pytest.mark.slow
def test_ten_thousand_sessions_leave_nothing_behind():
    _sessions_stay_flat(10_000)


def test_monitored_sessions_leave_nothing_behind():
    tf.train.get_or_create_global_step()
    big = tf.get_variable("big", shape=[5000], initializer=tf.zeros_initializer())
    total = tf.reduce_sum(big)
    tf.train.Scaffold().finalize()

    def work(count):
        for _ in range(count):
            with tf.train.MonitoredSession(hooks=[tf.train.FeedFnHook(dict)]) as session:
                session.run(total)

    work(20)
    before = _memory()
    work(150)
    assert _memory() - before < 2000


def test_hooks_of_both_languages_in_one_session():
    """The engine's hooks and the program's own see one run in the order of the list."""
    step = tf.train.get_or_create_global_step()
    increment = tf.assign_add(step, 1)
    calls = []

    class Mine(tf.train.SessionRunHook):
        def __init__(self, name):
            self.name = name

        def before_run(self, run_context):
            calls.append(f"{self.name} {run_context.stop_requested}")
            return tf.train.SessionRunArgs(step)

        def after_run(self, run_context, run_values):
            calls.append(f"{self.name} {run_context.stop_requested} {int(run_values.results)}")

    class Counted(tf.train.StepCounterHook):
        def _log_and_record(self, elapsed_steps, elapsed_time, global_step):
            calls.append(f"counted {elapsed_steps} {global_step}")

    hooks = [Mine("first"), tf.train.StopAtStepHook(last_step=3), Counted(every_n_steps=1), Mine("last")]
    with tf.train.MonitoredSession(hooks=hooks) as session:
        while not session.should_stop():
            session.run(increment)
    run = ["first False", "last False", "first False {0}", "last False {0}"]
    assert calls == [
        *(c.format(0) for c in run), "first False", "last False", "first False 1", "counted 1 2", "last False 1",
        "first False", "last False", "first False 2", "counted 1 3", "last True 2",
    ]  # fmt: skip


def test_one_context_for_all_hooks_of_a_run():
    seen = []

    class Look(tf.train.SessionRunHook):
        def before_run(self, run_context):
            run_context.note = getattr(run_context, "note", 0) + 1

        def after_run(self, run_context, run_values):
            seen.append((run_context, run_context.note, run_values.run_metadata))

    value = tf.constant(1.0)
    with tf.train.MonitoredSession(hooks=[Look(), Look()]) as session:
        session.run(value)
        session.run(value)
    assert [note for _, note, _ in seen] == [2, 2, 2, 2]
    assert seen[0][0] is seen[1][0] and seen[0][2] is seen[1][2]
    assert seen[0][0] is not seen[2][0]


def test_hooks_methods_can_be_called_by_hand():
    """A hook of the engine works outside a session of its own, as tests of hooks use it."""
    step = tf.train.get_or_create_global_step()
    increment = tf.assign_add(step, 1)
    hook = tf.train.StopAtStepHook(num_steps=2)
    hook.begin()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        hook.after_create_session(session, None)
        stopped = []
        for _ in range(2):
            context = tf.train.SessionRunContext(tf.train.SessionRunArgs(increment), session)
            asked = hook.before_run(context)
            results, _ = session.run([asked.fetches, increment])
            hook.after_run(context, tf.train.SessionRunValues(results, None, None))
            stopped.append(context.stop_requested)
        assert stopped == [False, True]


def test_errors_name_the_operation():
    x = tf.placeholder(tf.float32)
    bad = tf.check_numerics(x, "bad", name="watch")
    with tf.Session() as session:
        for run in (
            lambda: session.run(bad, {x: np.nan}),
            lambda: session.run([bad], {x: np.nan}),
            lambda: session.make_callable(bad, [x])(np.nan),
            lambda: session.run(bad, {x: np.nan}, tf.RunOptions(trace_level=3), tf.RunMetadata()),
        ):
            with pytest.raises(tf.errors.InvalidArgumentError, match="bad") as found:
                run()
            assert found.value.op.name == "watch"
    with tf.train.MonitoredSession() as session, pytest.raises(tf.errors.InvalidArgumentError) as found:
        session.run(bad, {x: np.nan})
    assert found.value.op.name == "watch"


def test_coordinators_hand_errors_to_the_session():
    """A thread's exception ends the loop, and comes out of the session when it closes."""
    step = tf.train.get_or_create_global_step()
    failure = ValueError("in a thread")

    class Starts(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            def work():
                with coord.stop_on_exception():
                    raise failure

            self.thread = threading.Thread(target=work)
            coord.register_thread(self.thread)
            self.thread.start()
            self.thread.join()

    with (
        pytest.raises(ValueError, match="in a thread") as found,
        tf.train.MonitoredSession(hooks=[Starts()]) as session,
    ):
        while not session.should_stop():
            session.run(step)
    assert found.value is failure


def test_partial_runs_are_not_offered():
    value = tf.constant(1.0)
    with tf.Session() as session, pytest.raises(NotImplementedError, match="partial_run"):
        session.partial_run_setup([value])
