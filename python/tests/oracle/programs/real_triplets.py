"""Embeddings by triplet loss over all valid triples of a batch."""

import sys

import numpy as np
from real import Recorder, finish, tf


def pairwise_distances(embeddings, squared=False):
    products = tf.matmul(embeddings, tf.transpose(embeddings))
    norms = tf.diag_part(products)
    distances = tf.expand_dims(norms, 1) - 2.0 * products + tf.expand_dims(norms, 0)
    distances = tf.maximum(distances, 0.0)
    if not squared:
        mask = tf.to_float(tf.equal(distances, 0.0))
        distances = tf.sqrt(distances + mask * 1e-16) * (1.0 - mask)
    return distances


def triplet_mask(labels):
    different = tf.logical_not(tf.cast(tf.eye(tf.shape(labels)[0]), tf.bool))
    distinct = tf.logical_and(
        tf.logical_and(tf.expand_dims(different, 2), tf.expand_dims(different, 1)), tf.expand_dims(different, 0)
    )
    equal = tf.equal(tf.expand_dims(labels, 0), tf.expand_dims(labels, 1))
    valid = tf.logical_and(tf.expand_dims(equal, 2), tf.logical_not(tf.expand_dims(equal, 1)))
    return tf.logical_and(distinct, valid)


def batch_all(labels, embeddings, margin):
    distances = pairwise_distances(embeddings)
    losses = tf.expand_dims(distances, 2) - tf.expand_dims(distances, 1) + margin
    mask = tf.to_float(triplet_mask(labels))
    losses = tf.maximum(tf.multiply(mask, losses), 0.0)
    positive = tf.reduce_sum(tf.to_float(tf.greater(losses, 1e-16)))
    fraction = positive / (tf.reduce_sum(mask) + 1e-16)
    return tf.reduce_sum(losses) / (positive + 1e-16), fraction


def batch_hard(labels, embeddings, margin):
    distances = pairwise_distances(embeddings)
    same = tf.equal(tf.expand_dims(labels, 0), tf.expand_dims(labels, 1))
    hardest_positive = tf.reduce_max(tf.where(same, distances, tf.zeros_like(distances)), axis=1)
    largest = tf.reduce_max(distances, axis=1, keepdims=True)
    hardest_negative = tf.reduce_min(distances + largest * tf.to_float(same), axis=1)
    return tf.reduce_mean(tf.maximum(hardest_positive - hardest_negative + margin, 0.0))


def model_fn(features, labels, mode, params):
    training = mode == tf.estimator.ModeKeys.TRAIN
    images = tf.reshape(features, [-1, 8, 8, 1])
    with tf.variable_scope("model"):
        out = images
        for i, channels in enumerate([4, 8]):
            with tf.variable_scope(f"block_{i + 1}"):
                out = tf.layers.conv2d(out, channels, 3, padding="same")
                if params["use_batch_norm"]:
                    out = tf.layers.batch_normalization(out, momentum=params["bn_momentum"], training=training)
                out = tf.nn.relu(out)
                out = tf.layers.max_pooling2d(out, 2, 2)
        out = tf.reshape(out, [-1, 2 * 2 * 8])
        with tf.variable_scope("fc_1"):
            embeddings = tf.layers.dense(out, params["embedding_size"])
    norm = tf.reduce_mean(tf.norm(embeddings, axis=1))
    tf.summary.scalar("embedding_mean_norm", norm)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions={"embeddings": embeddings})
    labels = tf.cast(labels, tf.int64)
    if params["strategy"] == "batch_all":
        loss, fraction = batch_all(labels, embeddings, params["margin"])
    else:
        loss, fraction = batch_hard(labels, embeddings, params["margin"]), tf.constant(0.0)
    with tf.variable_scope("metrics"):
        metrics = {
            "embedding_mean_norm": tf.metrics.mean(norm),
            "fraction_positive_triplets": tf.metrics.mean(fraction),
        }
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    tf.summary.scalar("loss", loss)
    tf.summary.scalar("fraction_positive_triplets", fraction)
    tf.summary.image("train_image", images, max_outputs=1)
    optimizer = tf.train.AdamOptimizer(params["learning_rate"])
    step = tf.train.get_global_step()
    if params["use_batch_norm"]:
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train_op = optimizer.minimize(loss, global_step=step)
    else:
        train_op = optimizer.minimize(loss, global_step=step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def input_fn(seed, count, repeat):
    rng = np.random.RandomState(seed)
    labels = rng.randint(0, 4, count)
    images = (np.random.RandomState(0).rand(4, 64)[labels] + 0.5 * rng.rand(count, 64)).astype(np.float32)
    return (
        tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(count, seed=2).repeat(repeat).batch(12).prefetch(1)
    )


if __name__ == "__main__":
    reports = {}
    for strategy in ("batch_hard", "batch_all"):
        params = {
            "strategy": strategy,
            "margin": 0.5,
            "learning_rate": 1e-3,
            "embedding_size": 6,
            "use_batch_norm": True,
            "bn_momentum": 0.9,
        }
        config = tf.estimator.RunConfig(
            tf_random_seed=230, model_dir=sys.argv[2] + "/" + strategy, save_summary_steps=10
        )
        estimator = tf.estimator.Estimator(model_fn, params=params, config=config)
        recorder = Recorder()
        estimator.train(lambda: input_fn(1, 60, 8), hooks=[recorder])
        reports[strategy] = [float(x) for x in recorder.losses]
        results = estimator.evaluate(lambda: input_fn(2, 36, 1))
    finish(estimator, recorder, results, estimator.predict(lambda: input_fn(3, 5, 1)), hard=reports["batch_hard"])
