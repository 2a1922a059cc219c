"""Two answers from one trunk: a class and a number, with their own losses, metrics, exports and optimizers."""

import sys

import numpy as np
from real import Recorder, finish, tf


class Stopper(tf.train.SessionRunHook):
    """Stops when the loss has not become better for some steps."""

    def __init__(self, loss, patience):
        self._loss, self._patience, self._best, self._since = loss, patience, float("inf"), 0

    def before_run(self, run_context):
        return tf.train.SessionRunArgs([self._loss, tf.train.get_global_step()])

    def after_run(self, run_context, run_values):
        loss, step = run_values.results
        self._since = 0 if loss < self._best else self._since + 1
        self._best = min(self._best, loss)
        if self._since >= self._patience:
            tf.logging.info("No improvement at step %d, stopping", step)
            run_context.request_stop()


def model_fn(features, labels, mode, params, config):
    inputs = tf.concat([features["numbers"], tf.one_hot(features["kind"], 4)], axis=1)
    with tf.variable_scope("trunk", values=[inputs]):
        net = inputs
        for i, units in enumerate(params["hidden"]):
            net = tf.layers.dense(
                net, units, tf.nn.elu, kernel_initializer=tf.variance_scaling_initializer(), name="hidden_%d" % i
            )
    with tf.variable_scope("color"):
        color_logits = tf.layers.dense(net, 3)
    with tf.variable_scope("size"):
        size = tf.squeeze(tf.layers.dense(net, 1, activation=tf.nn.softplus), 1)
    color = tf.argmax(color_logits, 1)
    predictions = {"color/class": color, "color/probabilities": tf.nn.softmax(color_logits), "size": size}
    names = tf.gather(tf.constant(["red", "green", "blue"]), color)
    predictions[("color", "name")] = names
    if mode == tf.estimator.ModeKeys.PREDICT:
        classification = tf.estimator.export.ClassificationOutput(
            scores=predictions["color/probabilities"], classes=tf.reshape(names, [-1, 1])
        )
        exports = {
            "serving_default": tf.estimator.export.PredictOutput(predictions),
            "color": classification,
            "size": tf.estimator.export.RegressionOutput(size),
        }
        return tf.estimator.EstimatorSpec(mode, predictions=predictions, export_outputs=exports)
    color_loss = tf.losses.sparse_softmax_cross_entropy(labels["color"], color_logits, weights=features["weight"])
    size_loss = tf.losses.huber_loss(labels["size"], size, weights=0.5, delta=0.7)
    loss = tf.losses.get_total_loss()
    tf.summary.scalar("color/loss", color_loss)
    tf.summary.scalar("size/loss", size_loss)
    if mode == tf.estimator.ModeKeys.EVAL:
        metrics = {
            "color/accuracy": tf.metrics.accuracy(labels["color"], color, features["weight"]),
            "color/miou": tf.metrics.mean_iou(labels["color"], color, 3),
            "size/rmse": tf.metrics.root_mean_squared_error(labels["size"], size),
            "size/below": tf.metrics.percentage_below(tf.abs(labels["size"] - size), 0.5),
        }
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    step = tf.train.get_global_step()
    trunk = tf.trainable_variables("trunk")
    heads = [v for v in tf.trainable_variables() if not v.name.startswith("trunk/")]
    rate = tf.train.inverse_time_decay(0.1, step, 20, 0.5)
    first = tf.train.AdagradOptimizer(rate).minimize(loss, var_list=heads)
    second = tf.train.FtrlOptimizer(0.05, l2_regularization_strength=0.001).minimize(loss, var_list=trunk)
    with tf.control_dependencies([first, second]):
        train_op = tf.assign_add(step, 1, name="next_step").op
    hooks = [Stopper(loss, 4), tf.train.StepCounterHook(every_n_steps=7, output_dir=config.model_dir)]
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=hooks)


def input_fn(epochs, seed=0, count=60):
    rng = np.random.RandomState(seed)
    numbers = rng.randn(count, 3).astype(np.float32)
    kind = rng.randint(0, 4, count)
    color = (numbers.sum(1) > 0).astype(np.int64) + (kind == 1)
    size = np.abs(numbers[:, 0] * 2 + kind).astype(np.float32)
    weight = np.where(kind == 2, 0.5, 1.0).astype(np.float32)
    features = {"numbers": numbers, "kind": kind, "weight": weight}
    dataset = tf.data.Dataset.from_tensor_slices((features, {"color": color, "size": size}))
    return dataset.repeat(epochs).batch(10)


if __name__ == "__main__":
    config = tf.estimator.RunConfig(
        model_dir=sys.argv[2], tf_random_seed=21, save_checkpoints_steps=10, keep_checkpoint_max=3
    )
    config = config.replace(save_summary_steps=4)
    estimator = tf.estimator.Estimator(model_fn, config=config, params={"hidden": [12, 6]})
    recorder = Recorder()
    estimator.train(lambda: input_fn(20), hooks=[recorder])
    results = estimator.evaluate(lambda: input_fn(1, 1), name="dev")
    finish(estimator, recorder, results, estimator.predict(lambda: input_fn(1, 2, 4)))
