"""Runs whole stories of an Estimator's life, each in a folder of its own, and tells what could be seen of it.

``scenario(function)`` adds one; ``run()`` writes {name: {value or error, trace, log}} and leaves the folders for the
comparing test, which reads their files.
"""

import json
import logging
import os
import random
import sys

import numpy as np
from cases import form, tf

SCENARIOS = {}
TRACE = []


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.levelname} {record.getMessage()}")


class Traced(tf.train.SessionRunHook):
    """Notes every call, with the global step where there is one."""

    def __init__(self, name, stop_at=None, fail_in=None, error=None):
        self.name, self.stop_at, self.fail_in, self.error, self.runs = name, stop_at, fail_in, error, 0

    def _note(self, method, text=""):
        TRACE.append(f"{self.name}.{method} {text}".strip())
        if self.fail_in == method:
            raise self.error

    def begin(self):
        self._note("begin", f"finalized={tf.get_default_graph().finalized}")

    def after_create_session(self, session, coord):
        self._note("after_create_session", f"{session.run(tf.train.get_global_step())} {type(coord).__name__}")

    def before_run(self, run_context):
        self._note("before_run", f"stop={run_context.stop_requested}")
        return tf.train.SessionRunArgs({"step": tf.train.get_global_step()})

    def after_run(self, run_context, run_values):
        self.runs += 1
        self._note("after_run", f"{run_values.results['step']} stop={run_context.stop_requested}")
        if self.runs == self.stop_at:
            run_context.request_stop()

    def end(self, session):
        self._note("end", f"{session.run(tf.train.get_global_step())}")


class Listener(tf.train.CheckpointSaverListener):
    def __init__(self, name="listener", stop_at=None):
        self.name, self.stop_at = name, stop_at

    def begin(self):
        TRACE.append(f"{self.name}.begin")

    def before_save(self, session, global_step_value):
        TRACE.append(f"{self.name}.before_save {global_step_value}")

    def after_save(self, session, global_step_value):
        TRACE.append(f"{self.name}.after_save {global_step_value}")
        return global_step_value == self.stop_at

    def end(self, session, global_step_value):
        TRACE.append(f"{self.name}.end {global_step_value}")


RNG = np.random.RandomState(7)
X = RNG.randn(64, 4).astype(np.float32)
Y = (X @ np.array([1.0, -2.0, 0.5, 0.0], np.float32) + 0.3).astype(np.float32)[:, None]


def data(count=64, batch=8, repeat=None):
    """The input function: batches of the first rows, again and again."""

    def input_fn():
        return tf.data.Dataset.from_tensor_slices(({"x": X[:count]}, Y[:count])).repeat(repeat).batch(batch)

    return input_fn


def model_fn(features, labels, mode, params):
    """A regression with one hidden layer."""
    net = tf.layers.dense(features["x"], params.get("units", 5), tf.nn.tanh, name="hidden")
    predicted = tf.layers.dense(net, 1, name="output")
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"y": predicted, "sum": tf.reduce_sum(features["x"], 1)})
    loss = tf.losses.mean_squared_error(labels, predicted)
    if mode == tf.estimator.ModeKeys.EVAL:
        metrics = {"mae": tf.metrics.mean_absolute_error(labels, predicted), "mean": tf.metrics.mean(predicted)}
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    optimizer = tf.train.GradientDescentOptimizer(params.get("rate", 0.1))
    train_op = optimizer.minimize(loss, tf.train.get_global_step())
    more = params.get("spec", lambda loss: {})(loss)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, **more)


def config(**settings):
    return tf.estimator.RunConfig(**{
        # One thread, so that TensorFlow reads variables before it changes them every time.
        "session_config": tf.ConfigProto(inter_op_parallelism_threads=1, intra_op_parallelism_threads=1),
        "tf_random_seed": 3, "save_checkpoints_steps": 10, "save_summary_steps": 5, "log_step_count_steps": 7, **settings
    })  # fmt: skip


def estimator(folder, model=model_fn, warm_start_from=None, settings=None, **params):
    """An Estimator in the folder; the keywords are its parameters."""
    return tf.estimator.Estimator(model, str(folder), config(**(settings or {})), params, warm_start_from)


def outcome(function, folder):
    random.seed(5)
    np.random.seed(5)
    TRACE.clear()
    tf.summary.FileWriterCache.clear()
    handler = Lines()
    logger = logging.getLogger("tensorflow")
    logger.addHandler(handler)
    try:
        with tf.Graph().as_default():
            result = {"value": form(function(folder))}
    except Exception as error:  # an outcome like any other
        result = {"error": type(error).__name__, "message": str(error)}
    finally:
        logger.removeHandler(handler)
        tf.summary.FileWriterCache.clear()
    return {**result, "trace": list(TRACE), "log": handler.lines}


def run():
    tf.disable_eager_execution()
    tf.logging.set_verbosity(tf.logging.INFO)
    wanted = set(sys.argv[3:])
    results = {}
    for name, function in SCENARIOS.items():
        if not wanted or name in wanted:
            results[name] = outcome(function, os.path.join(sys.argv[2], name))
    with open(sys.argv[1], "w") as file:
        json.dump(results, file)
