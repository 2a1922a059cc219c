"""Interrupts, threads, forks, ends of processes, and memory."""

import os
import signal
import sys
import threading
import time

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from faults_support import estimator, input_fn, run_python, start_python

INTERRUPTED = """
    import os, sys, time
    import numpy as np
    import swiftestimator.compat.v1 as tf
    from faults_support import *
    folder, what = sys.argv[1:]
    tf.logging.set_verbosity(tf.logging.ERROR)
    model = estimator(folder, save_checkpoints_steps=50)
    model.train(input_fn(), steps=50)

    n = tf.placeholder(tf.int64)
    square = tf.random_uniform([6000, 6000])
    product = square
    for _ in range(8):
        product = tf.matmul(product, square)
    one_op = tf.nn.conv2d(tf.ones([64, 160, 160, 64]), tf.ones([7, 7, 64, 128]), 1, "SAME")
    loop = tf.while_loop(lambda i: i < 10**12, lambda i: i + 1, [tf.constant(0, tf.int64)])
    endless = tf.data.Dataset.range(10**12)
    nothing = tf.data.make_one_shot_iterator(endless.filter(lambda x: x < 0)).get_next()
    skipping = tf.data.make_one_shot_iterator(endless.skip(10**11)).get_next()
    waiting = tf.data.make_one_shot_iterator(endless.filter(lambda x: x < 0).prefetch(1)).get_next()
    mapped = tf.data.make_one_shot_iterator(endless.map(lambda x: x + 1, 2).filter(lambda x: x < 0)).get_next()
    session = tf.Session()
    call = {
        "train": lambda: model.train(input_fn(), steps=10**9),
        "predict": lambda: [None for _ in model.predict(input_fn())],
        "evaluate": lambda: model.evaluate(input_fn()),
        "product": lambda: session.run(product.op),
        "one op": lambda: session.run(one_op.op),
        "loop": lambda: session.run(loop),
        "filter": lambda: session.run(nothing),
        "skip": lambda: session.run(skipping),
        "prefetch": lambda: session.run(waiting),
        "parallel map": lambda: session.run(mapped),
    }[what]
    print("started", flush=True)
    try:
        call()
    except KeyboardInterrupt:
        print("interrupted", time.time(), flush=True)
    else:
        raise AssertionError("it ended by itself")
    assert session.run(tf.constant(2) + 3) == 5
    session.close()
    step = model.get_variable_value("global_step")
    model.train(input_fn(), steps=1)
    assert model.get_variable_value("global_step") == step + 1
    assert model.evaluate(input_fn(repeat=1))["global_step"] == step + 1
"""


@pytest.mark.parametrize(
    "what",
    ["train", "predict", "evaluate", "product", "one op", "loop", "filter", "skip", "prefetch", "parallel map"],
)
def test_interrupt(tmp_path, what):
    process = start_python(INTERRUPTED, [tmp_path, what])
    assert process.stdout.readline() == "started\n", process.stderr.read()[-2000:]
    time.sleep(0.7)
    assert process.poll() is None, process.stderr.read()[-2000:]
    sent = time.time()
    process.send_signal(signal.SIGINT)
    try:
        output, errors = process.communicate(timeout=60)
    except Exception:
        process.kill()
        raise
    assert process.returncode == 0, errors[-3000:]
    assert float(output.split()[1]) - sent < 2, output  # about one second; tests may run on a busy machine


def test_interrupt_with_a_handler_of_the_program(tmp_path):
    run_python(
        """
        import signal, sys, threading, os, time
        import swiftestimator.compat.v1 as tf
        from faults_support import *

        class Stop(Exception):
            pass

        def handler(number, frame):
            raise Stop("mine")

        signal.signal(signal.SIGUSR1, handler)
        threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
        try:
            estimator(sys.argv[1]).train(input_fn(), steps=10**9)
        except Stop as error:
            assert str(error) == "mine"
        else:
            raise AssertionError
        """,
        arguments=[tmp_path],
    )


# Threads


def _in_threads(count, body):
    errors = []

    def run(number):
        try:
            body(number)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert errors == []


def test_threads_share_a_session():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 64])
        v = tf.get_variable("v", [64, 64], initializer=tf.ones_initializer())
        count = tf.get_variable("count", [], tf.int64, tf.zeros_initializer())
        y = tf.reduce_sum(tf.matmul(x, v), 1)
        bump = tf.assign_add(count, 1)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())

            def body(number):
                for n in range(100):
                    rows = (number + n) % 7 + 1
                    value = np.full((rows, 64), number, np.float32)
                    result, _ = session.run([y, bump.op], {x: value})
                    assert result.tolist() == [64.0 * 64 * number] * rows

            _in_threads(6, body)
            assert session.run(count) == 600


def test_threads_with_sessions_of_their_own():
    def body(number):
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.get_variable("v", [50, 50], initializer=tf.zeros_initializer())
            session.run(tf.global_variables_initializer())
            step = tf.assign_add(v, tf.ones([50, 50]) * number)
            for _ in range(100):
                session.run(step.op)
            assert (session.run(v) == 100 * number).all()

    _in_threads(6, body)


def test_threads_train_models(tmp_path):
    def body(number):
        model = estimator(tmp_path / str(number), save_checkpoints_steps=5)
        model.train(input_fn(), steps=20)
        assert model.evaluate(input_fn(repeat=1))["global_step"] == 20
        assert len(list(model.predict(input_fn(repeat=1)))) == 8

    _in_threads(4, body)


def test_session_closed_while_it_runs():
    for _ in range(10):
        with tf.Graph().as_default():
            v = tf.get_variable("v", [1000], initializer=tf.zeros_initializer())
            data = tf.data.make_one_shot_iterator(tf.data.Dataset.range(10**6).prefetch(4)).get_next()
            step = tf.group(tf.assign_add(v, tf.ones([1000])), data)
            session = tf.Session()
            session.run(tf.global_variables_initializer())
            started = threading.Event()

            def run(session=session, step=step, started=started):
                try:
                    while True:
                        session.run(step)
                        started.set()
                except (RuntimeError, tf.errors.OpError):
                    started.set()

            threads = [threading.Thread(target=run) for _ in range(3)]
            for thread in threads:
                thread.start()
            started.wait(30)
            session.close()
            for thread in threads:
                thread.join(30)
                assert not thread.is_alive()


# Forks and ends


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork_after_use():
    run_python("""
        import os, sys, warnings
        import numpy as np
        import swiftestimator.compat.v1 as tf
        warnings.simplefilter("ignore")
        data = tf.data.Dataset.range(10**9).map(lambda x: x * 2, 2).prefetch(4)
        element = tf.data.make_one_shot_iterator(data).get_next()
        x = tf.random_uniform([600, 600])
        y = tf.reduce_sum(tf.matmul(x, x))
        session = tf.Session()
        session.run([element, y])
        for _ in range(5):
            child = os.fork()
            if child == 0:
                for _ in range(3):
                    session.run(y)
                with tf.Session() as own:
                    own.run(y)
                    fresh = tf.data.make_one_shot_iterator(tf.data.Dataset.range(5).prefetch(2)).get_next()
                with tf.Session() as own:
                    assert own.run(fresh) == 0
                os._exit(7)
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 7, status
            session.run([element, y])
    """)


@pytest.mark.parametrize("way", ["pass", "sys.exit(0)", "raise SystemExit", "threads", "generator", "del"])
def test_end_with_everything_alive(tmp_path, way):
    start = time.time()
    run_python(
        """
        import sys, threading, time
        import numpy as np
        import swiftestimator.compat.v1 as tf
        from faults_support import *
        folder, way = sys.argv[1:]
        def twice(x):
            return x * 2
        data = tf.data.Dataset.from_tensors(np.ones(3, np.float32)).repeat()
        data = data.map(lambda x: tf.py_func(twice, [x], tf.float32)).map(lambda x: x + 1, 2).prefetch(8)
        element = tf.data.make_one_shot_iterator(data).get_next()
        session = tf.InteractiveSession()
        session.run(element)
        model = estimator(folder)
        model.train(input_fn(), steps=1)
        predictions = model.predict(input_fn())
        next(predictions)
        if way == "threads":
            def loop():
                while True:
                    session.run(element)
            for _ in range(3):
                threading.Thread(target=loop, daemon=True).start()
            time.sleep(0.3)
        elif way == "generator":
            globals()["cycle"] = [predictions, session]
            cycle.append(cycle)
        elif way == "del":
            del predictions, session, element, data, model
        else:
            exec(way)
        """,
        arguments=[tmp_path, way],
        timeout=60,
    )
    assert time.time() - start < 40


def test_idle_process_takes_no_time():
    run_python("""
        import time
        import swiftestimator.compat.v1 as tf
        x = tf.random_uniform([800, 800])
        y = tf.matmul(x, x)
        data = tf.data.make_one_shot_iterator(tf.data.Dataset.range(10**9).map(lambda x: x, 2).prefetch(4)).get_next()
        with tf.Session() as session:
            session.run([y.op, data])
            time.sleep(0.2)
            before = time.process_time()
            time.sleep(2)
            used = time.process_time() - before
        print(used)
        assert used < 0.05, used
    """)


# Memory


def _resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def _growth(body, count, warmup):
    for _ in range(warmup):
        body()
    before = _resident()
    for _ in range(count):
        body()
    return (_resident() - before) / count


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_sessions_do_not_leak():
    def body():
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.get_variable("v", [2000], initializer=tf.ones_initializer())
            data = tf.data.make_one_shot_iterator(tf.data.Dataset.range(9).prefetch(1)).get_next()
            session.run(tf.global_variables_initializer())
            session.run([v, data])

    assert _growth(body, 300, 150) < 2000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_runs_do_not_leak():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 10])
        y = tf.reduce_sum(tf.nn.softmax(x))
        broken = tf.reshape(x, [-1, 7])  # 5000 elements, which only the run knows
        value = np.ones((500, 10), np.float32)

        def body():
            session.run(y, {x: value})
            session.run([x, "Placeholder:0"], {x: value})
            with pytest.raises(tf.errors.InvalidArgumentError):
                session.run(broken, {x: value})

        assert _growth(body, 3000, 1000) < 100


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_calls_of_estimators_do_not_leak(tmp_path):
    model = estimator(tmp_path)

    def body():
        model.train(input_fn(), steps=1)
        model.evaluate(input_fn(repeat=1))
        list(model.predict(input_fn(repeat=1)))

    assert _growth(body, 30, 30) < 40_000
