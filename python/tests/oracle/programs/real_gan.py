"""Points by two networks against each other: two optimizers over their own variables, a hook that draws samples."""

import sys

import numpy as np
from real import Recorder, finish, tf


def generator(noise, training):
    with tf.variable_scope("generator", reuse=tf.AUTO_REUSE):
        # Without bias: where a unit's whole batch lies on one side of the kink, normalisation takes the bias out again, its
        # gradient is zero but for rounding, and Adam makes full steps of the signs of rounding.
        net = tf.layers.dense(noise, 16, tf.nn.leaky_relu, use_bias=False)
        net = tf.layers.batch_normalization(net, training=training)
        return tf.layers.dense(net, 2, name="points")


def discriminator(points):
    with tf.variable_scope("discriminator", reuse=tf.AUTO_REUSE):
        net = tf.layers.dense(points, 16, tf.nn.leaky_relu, name="first")
        return tf.layers.dense(net, 1, name="logit")


class SampleHook(tf.train.SessionRunHook):
    """Draws points every few steps."""

    def __init__(self, every):
        self._timer = tf.train.SecondOrStepTimer(every_steps=every)
        self.samples = []

    def begin(self):
        self._step = tf.train.get_global_step()
        self._points = tf.get_default_graph().get_tensor_by_name("generator/points/BiasAdd:0")

    def before_run(self, run_context):
        self._draw = self._timer.should_trigger_for_step(len(self.samples) + 1)
        return tf.train.SessionRunArgs({"points": self._points, "step": self._step})

    def after_run(self, run_context, run_values):
        self.samples.append([int(run_values.results["step"]), list(run_values.results["points"].shape)])
        if self._draw:
            self._timer.update_last_triggered_step(len(self.samples))
            tf.logging.info("Drew %d points", len(run_values.results["points"]))


def model_fn(features, labels, mode, params):
    training = mode == tf.estimator.ModeKeys.TRAIN
    noise = features["noise"]
    fake = generator(noise, training)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions=fake)
    real = features["points"]
    real_logits, fake_logits = discriminator(real), discriminator(fake)

    def cross_entropy(logits, value):
        targets = tf.fill(tf.shape(logits), value)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits))

    with tf.name_scope("losses"):
        d_loss = cross_entropy(real_logits, 0.9) + cross_entropy(fake_logits, 0.0)
        g_loss = cross_entropy(fake_logits, 1.0)
    tf.summary.scalar("d_loss", d_loss)
    tf.summary.scalar("g_loss", g_loss)
    tf.summary.histogram("real", real)
    if mode == tf.estimator.ModeKeys.EVAL:
        accuracy = tf.metrics.mean(tf.concat([tf.to_float(real_logits > 0), tf.to_float(fake_logits < 0)], 0))
        return tf.estimator.EstimatorSpec(
            mode, loss=g_loss, eval_metric_ops={"d_accuracy": accuracy, "d_loss": tf.metrics.mean(d_loss)}
        )
    g_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="generator")
    d_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="discriminator")
    update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    step = tf.train.get_global_step()
    d_train = tf.train.AdamOptimizer(0.005, beta1=0.5).minimize(d_loss, var_list=d_vars)
    with tf.control_dependencies(update_ops + [d_train]):
        g_train = tf.train.AdamOptimizer(0.005, beta1=0.5, name="g_adam").minimize(g_loss, step, g_vars)
    return tf.estimator.EstimatorSpec(mode, loss=g_loss, train_op=g_train, training_hooks=[params["hook"]()])


def input_fn(mode):
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.data.Dataset.from_tensors({"noise": np.linspace(-1, 1, 12).reshape(4, 3).astype(np.float32)})
    rng = np.random.RandomState(3)
    points = (rng.randn(96, 2) * [0.3, 1.0] + [2.0, -1.0]).astype(np.float32)
    noise = tf.data.Dataset.from_tensor_slices(rng.rand(96, 3).astype(np.float32))
    both = tf.data.Dataset.zip((tf.data.Dataset.from_tensor_slices(points), noise))
    both = both.map(lambda p, n: {"points": p, "noise": n})
    return both.batch(16).repeat(8 if mode == tf.estimator.ModeKeys.TRAIN else 1)


HOOKS = []


def hook():
    HOOKS.append(SampleHook(10))
    return HOOKS[-1]


if __name__ == "__main__":
    config = tf.estimator.RunConfig(sys.argv[2], tf_random_seed=33, save_summary_steps=12)
    estimator = tf.estimator.Estimator(model_fn, config=config, params={"hook": hook})
    recorder = Recorder()
    estimator.train(input_fn, hooks=[recorder])
    finish(estimator, recorder, estimator.evaluate(input_fn), estimator.predict(input_fn), samples=HOOKS[0].samples[:3])
