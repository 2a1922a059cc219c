"""More cases for make_nodes.py: layers, losses, metrics, decays, nn helpers, summaries."""

import tensorflow.compat.v1 as tf


def floats(*shape):
    return tf.placeholder(tf.float32, shape)


def longs(*shape):
    return tf.placeholder(tf.int64, shape)


def layers():
    x = floats(None, 4)
    tf.layers.dropout(x, 0.3, training=True)
    tf.layers.dropout(x, 0.3)
    tf.layers.flatten(floats(None, 3, 4))
    tf.layers.flatten(floats(None, None, 4))
    tf.layers.flatten(floats(None))
    tf.nn.dropout(x, rate=0.4)
    tf.nn.dropout(x, rate=tf.placeholder(tf.float32, []))


def convolutions():
    images = floats(None, 28, 28, 1)
    c = tf.layers.conv2d(images, 4, 3, activation=tf.nn.relu, padding="same")
    c = tf.layers.max_pooling2d(c, 2, 2)
    c = tf.layers.average_pooling2d(c, 2, 2)
    c = tf.layers.conv2d(c, 4, [3, 3], strides=2, use_bias=False)
    c = tf.layers.conv2d_transpose(c, 3, 3, strides=2)
    c = tf.layers.separable_conv2d(c, 3, 3)
    x = floats(None, 10, 3)
    y = tf.layers.conv1d(x, 4, 3)
    y = tf.layers.max_pooling1d(y, 2, 2)
    y = tf.layers.average_pooling1d(y, 2, 2)
    tf.layers.separable_conv1d(x, 4, 3)


def batch_normalization():
    x = floats(None, 4)
    tf.layers.batch_normalization(x)
    tf.layers.batch_normalization(x, training=True)
    images = floats(None, 8, 8, 4)
    tf.layers.batch_normalization(images)
    tf.layers.batch_normalization(images, training=True)


def losses():
    losses = tf.losses
    y, p, w = floats(4, 3), floats(4, 3), floats(4, 1)
    losses.absolute_difference(y, p, w)
    losses.mean_squared_error(y, p)
    losses.cosine_distance(y, p, axis=1)
    losses.hinge_loss(y, p)
    losses.huber_loss(y, p)
    losses.log_loss(y, p)
    losses.mean_pairwise_squared_error(y, p)
    losses.sigmoid_cross_entropy(y, p, label_smoothing=0.1)
    losses.softmax_cross_entropy(y, p, label_smoothing=0.1)
    losses.sparse_softmax_cross_entropy(longs(4, 1), p, weights=w)
    for reduction in ["none", "weighted_sum", "weighted_mean", "weighted_sum_over_batch_size"]:
        collection = None if reduction == "none" else "losses"
        losses.mean_squared_error(y, p, w, reduction=reduction, loss_collection=collection)
    losses.mean_squared_error(y, p, 2.0, loss_collection=None)
    losses.get_total_loss()


def metrics():
    metrics = tf.metrics
    y, p, w = floats(4), floats(4), floats(4)
    metrics.mean(p, weights=w)
    metrics.mean_tensor(p)
    metrics.accuracy(longs(4), tf.placeholder(tf.int32, [4, 1]))
    metrics.mean_absolute_error(y, p)
    metrics.mean_squared_error(y, p)
    metrics.root_mean_squared_error(y, p)
    metrics.mean_relative_error(y, p, w)
    metrics.mean_cosine_distance(floats(4, 3), floats(4, 3), 1)
    metrics.percentage_below(p, 0.5)
    metrics.precision(y, p)
    metrics.recall(y, p)
    metrics.true_positives(y, p)
    metrics.true_negatives(y, p)
    metrics.false_positives(y, p)
    metrics.false_negatives(y, p)


def weighted_counts():
    tf.metrics.precision(floats(None), floats(None), weights=floats(None))
    tf.metrics.recall(floats(None), floats(None), weights=floats(None))


def decays():
    train = tf.train
    step = tf.placeholder(tf.int64, [])
    train.exponential_decay(0.1, step, 10, 0.5)
    train.exponential_decay(0.1, step, 10, 0.5, True)
    train.natural_exp_decay(0.1, step, 10, 0.5, True)
    train.inverse_time_decay(0.1, step, 10, 0.5, True)
    train.polynomial_decay(0.1, step, 10)
    train.polynomial_decay(0.1, step, 10, cycle=True)
    train.cosine_decay(0.1, step, 10)
    train.linear_cosine_decay(0.1, step, 10)
    train.noisy_linear_cosine_decay(0.1, step, 10)


def nn_helpers():
    x = floats(None, 3)
    v = floats(3)
    tf.nn.moments(x, [0])
    tf.nn.moments(x, [0], keep_dims=True)
    tf.nn.l2_normalize(x, 1)
    tf.nn.batch_normalization(x, v, v, v, v, 0.001)
    tf.nn.batch_normalization(x, v, v, None, None, 0.001)
    tf.clip_by_value(v, 0.0, 1.0)
    tf.clip_by_norm(v, 1.0)
    tf.clip_by_norm(x, 1.0, axes=[1])
    tf.clip_by_global_norm([v, None, x], 1.0)
    tf.clip_by_average_norm(v, 1.0)
    tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=x)
    tf.nn.weighted_cross_entropy_with_logits(labels=x, logits=x, pos_weight=2.0)
    tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=x)
    tf.nn.softmax_cross_entropy_with_logits_v2(labels=x, logits=x)
    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=longs(None), logits=x)
    tf.group(tf.no_op(), v)
    tf.tuple([v, None, x], control_inputs=[tf.no_op()])


def embeddings():
    v = tf.get_variable("v", [5, 2], initializer=tf.zeros_initializer(), partitioner=tf.fixed_size_partitioner(2))
    w = tf.get_variable("w", [5, 2], initializer=tf.zeros_initializer())
    ids = longs(None)
    tf.nn.embedding_lookup(w, ids)
    tf.nn.embedding_lookup(w, ids, max_norm=1.0)
    tf.nn.embedding_lookup(v, ids)
    tf.nn.embedding_lookup(v, ids, partition_strategy="div")


def summaries():
    tf.summary.scalar("a b", floats())
    with tf.name_scope("ns"):
        tf.summary.scalar("q", floats())
        tf.summary.scalar("q", floats(), family="fa")
    tf.summary.histogram("h", floats(3))
    tf.summary.image("im", floats(None, 4, 4, 1))
    tf.summary.text("t", tf.constant("x"))
    tf.summary.merge_all()


def register(case, cases):
    """Adds the cases."""
    for function in [
        layers, convolutions, batch_normalization, losses, metrics, weighted_counts, decays, nn_helpers, embeddings,
        summaries,
    ]:
        case(function)
