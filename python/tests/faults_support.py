"""A tiny model, and processes to spoil."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import swiftestimator.compat.v1 as tf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def model_fn(features, labels, mode, params):
    """A dense layer on ``x``; ``params["spoil"]`` may change the loss."""
    logits = tf.layers.dense(features["x"], 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"y": logits})
    loss = tf.losses.mean_squared_error(labels, logits)
    loss = params.get("spoil", lambda x: x)(loss)
    train_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def input_fn(count=8, repeat=None, batch=4):
    """Batches of ones."""
    x = np.ones((count, 3), np.float32)
    return lambda: (
        tf.data.Dataset.from_tensor_slices(({"x": x}, np.ones((count, 1), np.float32))).repeat(repeat).batch(batch)
    )


def estimator(model_dir, params=None, **config):
    return tf.estimator.Estimator(
        model_fn, str(model_dir), tf.estimator.RunConfig(tf_random_seed=1, **config), params or {}
    )


def run_python(code, timeout=60, arguments=(), check=True):
    """Runs a program in a new process; fails when it does not end well."""
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([ROOT, os.path.join(ROOT, "tests")]))
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment,
        check=False,
    )
    if check:
        assert process.returncode == 0, f"exit {process.returncode}\n{process.stdout[-2000:]}\n{process.stderr[-3000:]}"
    return process


def start_python(code, arguments=()):
    """Starts a program and gives the process."""
    environment = dict(
        os.environ, PYTHONPATH=os.pathsep.join([ROOT, os.path.join(ROOT, "tests")]), PYTHONUNBUFFERED="1"
    )
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
