"""What the programs share: a training run that reports its first weights, its losses and its last weights."""

import json
import os
import random
import sys

import numpy as np
import tensorflow.compat.v1 as tf

if os.environ.get("PROGRAM_LOGS"):
    tf.logging.set_verbosity(tf.logging.INFO)


class Recorder(tf.train.SessionRunHook):
    """Keeps the weights that a session starts with, and the loss of each step."""

    def __init__(self):
        self.losses = []
        self.first = {}

    def begin(self):
        self._variables = tf.trainable_variables()
        self._loss = tf.get_collection(tf.GraphKeys.LOSSES)[-1]

    def after_create_session(self, session, coord):
        values = session.run(self._variables)
        self.first = {v.name: w for v, w in zip(self._variables, values)}

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(self._loss)

    def after_run(self, run_context, run_values):
        self.losses.append(float(run_values.results))


def train(model_fn, features, labels, batch=32, steps=100, params=None, shuffle=False, model_dir=None, seed=1):
    """Trains and returns (Estimator, recorder)."""
    random.seed(seed)  # tf.layers' Keras initializers draw their seeds from here

    def input_fn():
        data = tf.data.Dataset.from_tensor_slices((features, labels))
        if shuffle:
            data = data.shuffle(100, seed=3)
        return data.repeat().batch(batch)

    config = tf.estimator.RunConfig(
        model_dir=model_dir or sys.argv[2], tf_random_seed=seed, save_checkpoints_steps=50, save_summary_steps=20,
        log_step_count_steps=25,
    )  # fmt: skip
    recorder = Recorder()
    estimator = tf.estimator.Estimator(model_fn, config=config, params=params or {})
    estimator.train(input_fn, steps=steps, hooks=[recorder])
    return estimator, recorder


def text(array):
    """Exact bits of an array, for comparison."""
    array = np.asarray(array)
    return {"dtype": str(array.dtype), "shape": list(array.shape), "hex": array.tobytes().hex()}


def report(**values):
    """Writes the results."""
    with open(sys.argv[1], "w") as file:
        json.dump(values, file)


def report_training(estimator, recorder, **more):
    """Writes the results of a training run."""
    last = {n: text(estimator.get_variable_value(n)) for n in estimator.get_variable_names()}
    report(first={n: text(w) for n, w in recorder.first.items()}, losses=recorder.losses, last=last, **more)


def classifier(build, optimizer):
    """A model function: ``build(features, training)`` gives logits."""

    def model_fn(features, labels, mode, params):
        logits = build(features, mode == tf.estimator.ModeKeys.TRAIN)
        predictions = {"class": tf.argmax(logits, 1), "probabilities": tf.nn.softmax(logits)}
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        if mode == tf.estimator.ModeKeys.EVAL:
            metrics = {
                "accuracy": tf.metrics.accuracy(labels, predictions["class"]),
                "mean_probability": tf.metrics.mean(predictions["probabilities"]),
            }
            return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        with tf.control_dependencies(updates):
            train_op = optimizer().minimize(loss, global_step=tf.train.get_global_step())
        tf.summary.scalar("accuracy", tf.metrics.accuracy(labels, predictions["class"])[1])
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    return model_fn


def images(count=256, classes=10):
    """Images with a pattern for each class, so that there is something to learn."""
    rng = np.random.RandomState(0)
    labels = rng.randint(0, classes, count).astype(np.int32)
    patterns = rng.rand(classes, 784).astype(np.float32)
    return (patterns[labels] + 0.3 * rng.rand(count, 784)).astype(np.float32), labels
