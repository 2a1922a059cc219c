"""Memory over many calls, with figures.

python python/tests/stress/leak_test.py [sessions] [runs] [calls]
"""

import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import numpy as np  # noqa: E402
import swiftestimator.compat.v1 as tf  # noqa: E402
from faults_support import estimator, input_fn  # noqa: E402


def _resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def _measure(name, body, count):
    """Runs ``body`` and prints the resident size after each tenth."""
    begun, sizes = time.time(), []
    for _part in range(10):
        for _ in range(count // 10):
            body()
        sizes.append(_resident())
    threads = len(os.listdir("/proc/self/task"))
    print(
        f"{name}: {count} in {time.time() - begun:.0f} s; MiB",
        *(f"{s:.1f}" for s in sizes),
        f"{threads} threads",
        flush=True,
    )


def sessions():
    """Sessions opened and closed, each with its graph, a variable and an iterator with a thread."""

    def body():
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.get_variable("v", [2000], initializer=tf.ones_initializer())
            data = tf.data.make_one_shot_iterator(tf.data.Dataset.range(9).prefetch(1)).get_next()
            session.run(tf.global_variables_initializer())
            session.run([v, data])

    _measure("sessions", body, 10_000)


def runs():
    """Runs of one session."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 10])
        y = tf.reduce_sum(tf.nn.softmax(x))
        value = np.ones((50, 10), np.float32)
        _measure("runs", lambda: session.run([y, x], {x: value}), 100_000)


def calls():
    """Calls of an Estimator: a third each of train, evaluate and predict."""
    tf.logging.set_verbosity(tf.logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        model = estimator(folder)

        def body():
            model.train(input_fn(), steps=1)
            model.evaluate(input_fn(repeat=1))
            list(model.predict(input_fn(repeat=1)))

        _measure("calls of train, evaluate and predict", body, 1000)


if __name__ == "__main__":
    for name in sys.argv[1:] or ["sessions", "runs", "calls"]:
        {"sessions": sessions, "runs": runs, "calls": calls}[name]()
