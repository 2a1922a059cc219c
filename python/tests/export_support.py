"""Models that the tests of training and export share."""

import numpy as np
import swiftestimator.compat.v1 as tf


def linear_model(features, labels, mode):
    """A linear regression of one feature ``x``."""
    x = features["x"] if isinstance(features, dict) else features
    w = tf.get_variable("w", [2, 1], initializer=tf.constant_initializer(0.5))
    b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
    y = tf.matmul(x, w) + b
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"y": y}, export_outputs={
            "serving_default": tf.estimator.export.PredictOutput({"y": y, "twice": y * 2.0}),
            "regression": tf.estimator.export.RegressionOutput(y),
        })  # fmt: skip
    loss = tf.reduce_mean(tf.square(y - labels))
    train_op = tf.train.AdamOptimizer(0.05).minimize(loss, global_step=tf.train.get_global_step())
    metrics = {"mae": tf.metrics.mean_absolute_error(labels, y)}
    return tf.estimator.EstimatorSpec(mode, predictions={"y": y}, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def linear_input():
    """Batches of a linear function, without end."""
    x = np.array([[0, 1], [1, 0], [2, 1], [1, 3]], np.float32)
    y = x @ np.array([[1], [-2]], np.float32) + 1
    return tf.data.Dataset.from_tensor_slices(({"x": x}, y)).repeat().batch(4)


def serving_input():
    """A receiver with a placeholder for ``x``."""
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})


def linear_estimator(folder, **config):
    """An Estimator of the linear model."""
    return tf.estimator.Estimator(linear_model, str(folder), config=tf.estimator.RunConfig(tf_random_seed=1, **config))
