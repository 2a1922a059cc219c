"""What the programs in the style of their time share: what they report for comparison."""

import json
import random
import sys

import numpy as np
import tensorflow.compat.v1 as tf
from cases import form

tf.disable_eager_execution()
tf.logging.set_verbosity(tf.logging.INFO)
random.seed(17)
np.random.seed(17)


class Recorder(tf.train.SessionRunHook):
    """Keeps the loss of each step and the first weights."""

    def __init__(self):
        self.losses, self.first = [], {}

    def begin(self):
        self._loss = tf.get_collection(tf.GraphKeys.LOSSES)[-1]
        self._variables = tf.trainable_variables()

    def after_create_session(self, session, coord):
        self.first = {v.name: float(np.sum(w)) for v, w in zip(self._variables, session.run(self._variables))}

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(self._loss)

    def after_run(self, run_context, run_values):
        self.losses.append(float(run_values.results))


def finish(estimator, recorder, results, predictions, **more):
    """Writes the results."""
    names = estimator.get_variable_names()
    report = {
        "losses": recorder.losses, "first": recorder.first, "evaluation": form(results), "predictions": [form(p) for p in predictions],
        "variables": {n: [list(estimator.get_variable_value(n).shape), float(np.sum(np.abs(estimator.get_variable_value(n))))] for n in names},
        **{n: form(v) for n, v in more.items()},
    }  # fmt: skip
    with open(sys.argv[1], "w") as file:
        json.dump(report, file)
