"""Sentences by embeddings, convolutions of several widths and pooling over time; words from a generator, padded batches."""

import functools
import sys

import numpy as np
from real import Recorder, finish, tf

PARAMS = {
    "vocabulary": 50,
    "dimension": 8,
    "filters": 6,
    "kernels": [2, 3],
    "classes": 3,
    "dropout": 0.3,
    "lr": 0.01,
    "clip": 1.0,
}


def sentences(seed, count):
    rng = np.random.RandomState(seed)
    for _ in range(count):
        label = rng.randint(0, 3)
        length = rng.randint(3, 9)
        words = rng.randint(1, 17, length) + 16 * label
        yield (words.tolist(), length), label


def input_fn(seed, count, params, shuffle=False, epochs=1):
    types = ((tf.int32, tf.int32), tf.int32)
    shapes = (([None], ()), ())
    dataset = tf.data.Dataset.from_generator(functools.partial(sentences, seed, count), types, shapes)
    if shuffle:
        dataset = dataset.shuffle(20, seed=4)
    dataset = dataset.repeat(epochs).padded_batch(params.get("batch_size", 8), shapes)
    return dataset.map(lambda x, y: ({"words": x[0], "length": x[1]}, y)).prefetch(1)


def model_fn(features, labels, mode, params):
    words, lengths = features["words"], features["length"]
    training = mode == tf.estimator.ModeKeys.TRAIN
    with tf.variable_scope("embeddings"):
        table = tf.get_variable("table", [params["vocabulary"], params["dimension"]], tf.float32)
        embedded = tf.nn.embedding_lookup(table, words)
        mask = tf.sequence_mask(lengths, tf.shape(words)[1], dtype=tf.float32)
        embedded *= tf.expand_dims(mask, -1)
    pooled = []
    for size in params["kernels"]:
        with tf.variable_scope("conv_%d" % size):
            conv = tf.layers.conv1d(
                embedded, params["filters"], size, padding="same", activation=tf.nn.relu, name="conv"
            )
            pooled.append(tf.reduce_max(conv, axis=1))
    net = tf.concat(pooled, axis=-1)
    net = tf.layers.dropout(net, params["dropout"], training=training)
    logits = tf.layers.dense(net, params["classes"])
    predicted = tf.argmax(logits, -1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        predictions = {"class": predicted, "probability": tf.reduce_max(tf.nn.softmax(logits), -1), "words": words}
        return tf.estimator.EstimatorSpec(mode, predictions=predictions)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    metrics = {
        "acc": tf.metrics.accuracy(labels, predicted),
        "per_class": tf.metrics.mean_per_class_accuracy(labels, predicted, params["classes"]),
        "recall_1": tf.metrics.recall(tf.equal(labels, 1), tf.equal(predicted, 1)),
    }
    for name, op in metrics.items():
        tf.summary.scalar(name, tf.reduce_mean(op[1]))
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(params["lr"], step, 10, 0.9, staircase=True)
    optimizer = tf.train.AdamOptimizer(rate)
    gradients, variables = zip(*optimizer.compute_gradients(loss))
    gradients, norm = tf.clip_by_global_norm(gradients, params["clip"])
    tf.summary.scalar("gradient_norm", norm)
    tf.summary.scalar("rate", rate)
    train_op = optimizer.apply_gradients(zip(gradients, variables), global_step=step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def main():
    config = tf.estimator.RunConfig(save_checkpoints_steps=15, tf_random_seed=5, save_summary_steps=10)
    estimator = tf.estimator.Estimator(model_fn, sys.argv[2], config, PARAMS)
    recorder = Recorder()
    estimator.train(lambda params: input_fn(1, 64, params, True, 4), hooks=[recorder])
    results = estimator.evaluate(functools.partial(input_fn, 2, 30))
    finish(estimator, recorder, results, estimator.predict(functools.partial(input_fn, 3, 5)))


if __name__ == "__main__":
    main()
