"""A model with batch normalization and clipped gradients under each optimizer."""

import sys

import numpy as np
from common import report, text, tf, train

OPTIMIZERS = {
    "momentum": lambda: tf.train.MomentumOptimizer(0.05, 0.9, use_nesterov=True),
    "rmsprop": lambda: tf.train.RMSPropOptimizer(0.01, momentum=0.5, centered=True),
    "ftrl": lambda: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
    "adadelta": lambda: tf.train.AdadeltaOptimizer(0.5),
    "proximal": lambda: tf.train.ProximalAdagradOptimizer(0.1, l2_regularization_strength=0.01),
}


def model_fn(features, labels, mode, params):
    with tf.variable_scope("net", initializer=tf.random_normal_initializer(stddev=0.3)):
        w = tf.get_variable("w", [5, 6])
        net = tf.matmul(features, w)
        net = tf.layers.batch_normalization(net, training=True, momentum=0.9)
        net = tf.nn.tanh(net)
        net = tf.nn.leaky_relu(tf.layers.dense(net, 6, kernel_initializer=tf.glorot_normal_initializer()))
        net = tf.nn.elu(net) * tf.sigmoid(net)
        out = tf.layers.dense(net, 1, kernel_initializer=tf.random_uniform_initializer(-0.5, 0.5))
    loss = tf.losses.huber_loss(labels, out, delta=0.5)
    optimizer = OPTIMIZERS[params["optimizer"]]()
    pairs = optimizer.compute_gradients(loss)
    gradients, norm = tf.clip_by_global_norm([g for g, _ in pairs], 0.5)
    average = tf.train.ExponentialMovingAverage(0.9)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = optimizer.apply_gradients(zip(gradients, [v for _, v in pairs]), tf.train.get_global_step())
    with tf.control_dependencies([step]):
        train_op = average.apply([w])
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


rng = np.random.RandomState(0)
x = rng.randn(120, 5).astype(np.float32)
y = np.sin(x.sum(1, keepdims=True)).astype(np.float32)
results = {}
for name in OPTIMIZERS:
    estimator, recorder = train(
        model_fn, x, y, batch=20, steps=60, params={"optimizer": name}, model_dir=f"{sys.argv[2]}/{name}"
    )
    results[name] = {
        "first": {n: text(w) for n, w in recorder.first.items()},
        "losses": recorder.losses,
        "last": {n: text(estimator.get_variable_value(n)) for n in estimator.get_variable_names()},
    }
report(results=results)
