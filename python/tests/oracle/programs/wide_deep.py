import numpy as np
from common import report_training, tf, train

VOCABULARY = 50


def model_fn(features, labels, mode, params):
    wide = tf.get_variable("wide", [VOCABULARY, 1], initializer=tf.zeros_initializer())
    table = tf.get_variable("emb", [VOCABULARY, 4], initializer=tf.truncated_normal_initializer(stddev=0.1))
    linear = tf.reduce_sum(tf.nn.embedding_lookup(wide, features["ids"]), [1, 2])
    deep = tf.reshape(tf.nn.embedding_lookup(table, features["ids"]), [-1, 3 * 4])
    net = tf.concat([deep, features["dense"]], 1)
    net = tf.layers.dense(net, 8, activation=tf.nn.relu, kernel_regularizer=lambda w: 1e-3 * tf.nn.l2_loss(w))
    logit = tf.squeeze(tf.layers.dense(net, 1), 1) + linear
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logit)
    loss = tf.reduce_mean(losses) + tf.losses.get_regularization_loss()
    rate = tf.train.exponential_decay(0.1, tf.train.get_global_step(), 20, 0.9)
    train_op = tf.train.AdagradOptimizer(rate).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


rng = np.random.RandomState(0)
features = {"ids": rng.randint(0, VOCABULARY, (200, 3)), "dense": rng.rand(200, 2).astype(np.float32)}
labels = (features["ids"].sum(1) % 2).astype(np.float32)
estimator, recorder = train(model_fn, features, labels, shuffle=True)
report_training(estimator, recorder)
