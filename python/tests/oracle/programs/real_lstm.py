"""The next letter by an LSTM written by hand, unrolled, with clipped gradients and a perplexity metric."""

import sys

import numpy as np
from real import Recorder, finish, tf

TEXT = "the quick brown fox jumps over the lazy dog and runs away from the very quick dog " * 6
LETTERS = sorted(set(TEXT))
LENGTH = 12


def lstm_cell(x, c, h, units, reuse):
    with tf.variable_scope("lstm_cell", reuse=reuse):
        kernel = tf.get_variable(
            "kernel", [x.get_shape().as_list()[-1] + units, 4 * units], initializer=tf.glorot_uniform_initializer()
        )
        bias = tf.get_variable("bias", [4 * units], initializer=tf.zeros_initializer())
        gates = tf.nn.bias_add(tf.matmul(tf.concat([x, h], 1), kernel), bias)
        i, j, f, o = tf.split(gates, 4, axis=1)
        c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(j)
        return c, tf.sigmoid(o) * tf.tanh(c)


def model_fn(features, labels, mode, params):
    letters, units = features["letters"], params.units
    one_hot = tf.one_hot(letters, len(LETTERS))
    batch = tf.shape(letters)[0]
    c = h = tf.zeros([batch, units])
    outputs = []
    for t, x in enumerate(tf.unstack(one_hot, LENGTH, axis=1)):
        c, h = lstm_cell(x, c, h, units, t > 0)
        outputs.append(h)
    states = tf.stack(outputs, axis=1)
    logits = tf.layers.dense(states, len(LETTERS), name="project")
    if mode == tf.estimator.ModeKeys.PREDICT:
        probabilities = tf.nn.softmax(logits[:, -1])
        top = tf.nn.top_k(probabilities, 3)
        export = {"next": tf.estimator.export.PredictOutput({"next": top.indices})}
        return tf.estimator.EstimatorSpec(
            mode, {"top": top.indices, "p": top.values, "state": h}, export_outputs=export
        )
    cross = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    loss = tf.reduce_mean(cross, name="cross_entropy")
    if mode == tf.estimator.ModeKeys.EVAL:
        mean, update = tf.metrics.mean(cross)
        metrics = {"perplexity": (tf.exp(mean), update), "accuracy": tf.metrics.accuracy(labels, tf.argmax(logits, -1))}
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    variables = tf.trainable_variables()
    gradients = tf.gradients(loss, variables)
    clipped, _ = tf.clip_by_global_norm(gradients, 0.5)
    step = tf.train.get_global_step()
    rate = tf.train.polynomial_decay(0.02, step, 60, 0.002)
    train_op = tf.train.RMSPropOptimizer(rate, decay=0.95).apply_gradients(zip(clipped, variables), step)
    tf.summary.histogram("states", states)
    tf.summary.scalar("perplexity", tf.exp(loss))
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


class Params:
    def __init__(self, **values):
        self.__dict__.update(values)


def input_fn(mode, params):
    codes = np.array([LETTERS.index(x) for x in TEXT], np.int64)
    dataset = tf.data.Dataset.from_tensor_slices(codes).batch(LENGTH + 1, drop_remainder=True)
    dataset = dataset.map(lambda x: ({"letters": x[:-1]}, x[1:]), num_parallel_calls=2)
    if mode == tf.estimator.ModeKeys.TRAIN:
        dataset = dataset.shuffle(50, seed=1).repeat()
    elif mode == tf.estimator.ModeKeys.PREDICT:
        dataset = dataset.take(3)
    return dataset.batch(params.batch)


if __name__ == "__main__":
    estimator = tf.estimator.Estimator(
        model_fn, sys.argv[2], tf.estimator.RunConfig(tf_random_seed=2, log_step_count_steps=10),
        Params(units=16, batch=8),
    )  # fmt: skip
    recorder = Recorder()
    estimator.train(input_fn, hooks=[recorder], max_steps=50)
    finish(estimator, recorder, estimator.evaluate(input_fn, steps=4), estimator.predict(input_fn))
