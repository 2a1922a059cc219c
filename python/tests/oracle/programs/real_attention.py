"""Reversing sequences by self-attention: heads, masks, layer normalisation by hand, warm-up rates, accumulated gradients."""

import math
import sys

import numpy as np
from real import Recorder, finish, tf

VOCABULARY, LENGTH = 11, 6


def layer_norm(x, scope, epsilon=1e-6):
    with tf.variable_scope(scope, reuse=tf.AUTO_REUSE):
        size = x.get_shape().as_list()[-1]
        mean, variance = tf.nn.moments(x, [-1], keep_dims=True)
        beta = tf.get_variable("beta", [size], initializer=tf.zeros_initializer())
        gamma = tf.get_variable("gamma", [size], initializer=tf.ones_initializer())
        return gamma * (x - mean) / ((variance + epsilon) ** 0.5) + beta


def attention(queries, keys, mask, heads, dropout, training):
    size = queries.get_shape().as_list()[-1]
    with tf.variable_scope("attention"):
        q = tf.layers.dense(queries, size, use_bias=False, name="q")
        k = tf.layers.dense(keys, size, use_bias=False, name="k")
        v = tf.layers.dense(keys, size, use_bias=False, name="v")
        q, k, v = (tf.concat(tf.split(t, heads, axis=2), axis=0) for t in (q, k, v))
        scores = tf.matmul(q, tf.transpose(k, [0, 2, 1])) / math.sqrt(size // heads)
        penalty = (1.0 - tf.tile(tf.expand_dims(mask, 1), [heads, 1, 1])) * -1e9
        weights = tf.nn.softmax(scores + penalty)
        weights = tf.layers.dropout(weights, dropout, training=training)
        out = tf.concat(tf.split(tf.matmul(weights, v), heads, axis=0), axis=2)
        return layer_norm(out + queries, "ln")


def gelu(x):
    return x * 0.5 * (1.0 + tf.erf(x / tf.sqrt(2.0)))


def model_fn(features, labels, mode, params):
    tokens = features["tokens"]
    training = mode == tf.estimator.ModeKeys.TRAIN
    size = params["size"]
    mask = tf.to_float(tf.not_equal(tokens, 0))
    with tf.variable_scope("encoder", initializer=tf.truncated_normal_initializer(stddev=0.1)):
        table = tf.get_variable("table", [VOCABULARY, size])
        positions = tf.get_variable("positions", [LENGTH, size])
        x = tf.nn.embedding_lookup(table, tokens) * size**0.5 + positions[: tf.shape(tokens)[1]]
        for layer in range(2):
            with tf.variable_scope("layer_%d" % layer):
                x = attention(x, x, mask, params["heads"], 0.1, training)
                inner = tf.layers.dense(x, size * 2, activation=gelu)
                x = layer_norm(x + tf.layers.dense(inner, size), "ln_ff")
        logits = tf.tensordot(x, table, axes=[[2], [1]])
    best = tf.to_int32(tf.argmax(logits, -1))
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"tokens": tokens, "reversed": best, "mask": mask})
    smoothed = 0.9 * tf.one_hot(labels, VOCABULARY) + 0.1 / VOCABULARY
    cross = tf.nn.softmax_cross_entropy_with_logits_v2(labels=smoothed, logits=logits)
    loss = tf.reduce_sum(cross * mask) / (tf.reduce_sum(mask) + 1e-7)
    if mode == tf.estimator.ModeKeys.EVAL:
        right = tf.equal(best, labels)
        metrics = {
            "token_accuracy": tf.metrics.mean(tf.to_float(right), weights=mask),
            "sequence_accuracy": tf.metrics.mean(tf.reduce_all(tf.logical_or(right, tf.equal(tokens, 0)), axis=1)),
        }
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    step = tf.train.get_or_create_global_step()
    number = tf.cast(step + 1, tf.float32)
    rate = params["size"] ** -0.5 * tf.minimum(number * 10.0**-1.5, tf.rsqrt(number))
    optimizer = tf.train.AdamOptimizer(rate * 0.3, beta2=0.98, epsilon=1e-9)
    variables = tf.trainable_variables()
    gradients = tf.gradients(loss, variables)
    sums = [
        tf.get_variable(
            v.op.name.replace("/", "_") + "_sum", v.shape, initializer=tf.zeros_initializer(), trainable=False
        )
        for v in variables
    ]
    dense = [tf.convert_to_tensor(g) for g in gradients]
    added = [s.assign_add(g / 2.0) for s, g in zip(sums, dense)]

    def apply():
        with tf.control_dependencies(added):
            totals = [s.read_value() for s in sums]
        clipped, _ = tf.clip_by_global_norm(totals, 1.0)
        with tf.control_dependencies([optimizer.apply_gradients(zip(clipped, variables))]):
            return tf.group(*[s.assign(tf.zeros_like(s)) for s in sums])

    def wait():
        return tf.group(*added)

    applied = tf.cond(tf.equal(tf.mod(step, 2), 1), apply, wait) if params["accumulate"] else apply()
    with tf.control_dependencies([applied]):
        train_op = tf.assign_add(step, 1)
    tf.summary.scalar("learning_rate", rate)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def input_fn(params, seed=1, count=64, repeat=1):
    rng = np.random.RandomState(seed)
    tokens = rng.randint(1, VOCABULARY, (count, LENGTH)).astype(np.int32)
    tokens[: count // 4, -2:] = 0
    dataset = tf.data.Dataset.from_tensor_slices({"tokens": tokens})
    dataset = dataset.map(lambda f: (f, tf.reverse(f["tokens"], axis=[0])))
    return dataset.repeat(repeat).batch(params["batch_size"])


if __name__ == "__main__":
    params = {"size": 8, "heads": 2, "batch_size": 16, "accumulate": "--accumulate" in sys.argv}
    config = tf.estimator.RunConfig(sys.argv[2], tf_random_seed=99, save_summary_steps=10)
    estimator = tf.estimator.Estimator(model_fn, config=config, params=params)
    recorder = Recorder()
    estimator.train(lambda params: input_fn(params, repeat=10), hooks=[recorder])
    results = estimator.evaluate(lambda params: input_fn(params, seed=2))
    finish(estimator, recorder, results, estimator.predict(lambda params: input_fn(params, 3, 4)))
