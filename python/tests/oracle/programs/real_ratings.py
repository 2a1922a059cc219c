"""Ratings by matrix factorisation; evaluation and prediction use the moving averages of the weights."""

import sys

import numpy as np
from real import Recorder, finish, tf

USERS, ITEMS = 12, 15


class EmaRestore:
    """A Scaffold whose saver reads the averages into the variables."""

    def __new__(cls, averages):
        return tf.train.Scaffold(saver=tf.train.Saver(averages.variables_to_restore(), sharded=True))


def model_fn(features, labels, mode, params):
    user, item = features["user"], features["item"]
    initializer = tf.truncated_normal_initializer(stddev=0.1)
    regularizer = params["regularizer"]
    with tf.variable_scope("factors", initializer=initializer, regularizer=regularizer):
        user_factors = tf.get_variable("user", [USERS, params["rank"]])
        item_factors = tf.get_variable("item", [ITEMS, params["rank"]], partitioner=None)
    with tf.variable_scope("biases", initializer=tf.zeros_initializer()):
        user_bias = tf.get_variable("user", [USERS])
        item_bias = tf.get_variable("item", [ITEMS])
        mean = tf.get_variable("mean", [], initializer=tf.constant_initializer(3.0), trainable=False)
    rating = (
        mean
        + tf.gather(user_bias, user)
        + tf.gather(item_bias, item)
        + tf.einsum("bk,bk->b", tf.gather(user_factors, user), tf.gather(item_factors, item))
    )
    averages = tf.train.ExponentialMovingAverage(0.9, tf.train.get_global_step())
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(
            mode,
            predictions={"rating": tf.clip_by_value(rating, 1.0, 5.0), "user": user},
            scaffold=EmaRestore(averages),
        )
    error = tf.losses.mean_squared_error(labels, rating)
    loss = error + tf.reduce_sum(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    if mode == tf.estimator.ModeKeys.EVAL:
        metrics = {
            "rmse": tf.metrics.root_mean_squared_error(labels, rating),
            "mae": tf.metrics.mean_absolute_error(labels, rating),
            "mre": tf.metrics.mean_relative_error(labels, rating, labels),
        }
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics, scaffold=EmaRestore(averages))
    with tf.control_dependencies(
        [tf.train.MomentumOptimizer(0.3, 0.8, use_nesterov=True).minimize(loss, tf.train.get_global_step())]
    ):
        train_op = averages.apply(tf.trainable_variables())
    tf.summary.histogram("ratings", rating)
    tf.summary.scalar("error", error)
    for variable in tf.trainable_variables():
        tf.summary.histogram(variable.op.name, variable)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def l2(scale):
    def regularizer(weights):
        return tf.multiply(scale, tf.nn.l2_loss(weights), name="l2")

    return regularizer


def ratings(seed, count):
    rng = np.random.RandomState(seed)
    user, item = rng.randint(0, USERS, count), rng.randint(0, ITEMS, count)
    value = 1 + 4 * ((user * 7 + item * 3) % 5) / 4.0
    return {"user": user.astype(np.int32), "item": item.astype(np.int32)}, value.astype(np.float32)


if __name__ == "__main__":
    params = {"rank": 4, "regularizer": l2(0.002)}
    config = tf.estimator.RunConfig(
        model_dir=sys.argv[2], tf_random_seed=77, save_checkpoints_steps=20, save_summary_steps=15
    )
    estimator = tf.estimator.Estimator(model_fn, params=params, config=config)
    x, y = ratings(1, 150)
    recorder = Recorder()
    estimator.train(
        tf.estimator.inputs.numpy_input_fn(x, y, batch_size=25, num_epochs=10, shuffle=False), hooks=[recorder]
    )
    x, y = ratings(2, 60)
    results = estimator.evaluate(tf.estimator.inputs.numpy_input_fn(x, y, batch_size=32, shuffle=False))
    x, _ = ratings(3, 6)
    predictions = estimator.predict(tf.estimator.inputs.numpy_input_fn(x, shuffle=False), yield_single_examples=True)
    finish(estimator, recorder, results, predictions)
