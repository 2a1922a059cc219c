"""Digits by a convolutional network, the way the classic tutorial is written: named tensors, logging hook, summaries."""

import argparse
import random
import sys

import numpy as np
from real import Recorder, finish, tf

FLAGS = argparse.Namespace(learning_rate=0.05, batch_size=16, dropout_rate=0.4)


def cnn_model_fn(features, labels, mode):
    random.seed(17)  # numpy_input_fn has seeded it by the time
    input_layer = tf.reshape(features["x"], [-1, 14, 14, 1])
    conv1 = tf.layers.conv2d(inputs=input_layer, filters=8, kernel_size=[5, 5], padding="same", activation=tf.nn.relu)
    pool1 = tf.layers.max_pooling2d(inputs=conv1, pool_size=[2, 2], strides=2)
    conv2 = tf.layers.conv2d(inputs=pool1, filters=12, kernel_size=[3, 3], padding="same", activation=tf.nn.relu)
    pool2 = tf.layers.max_pooling2d(inputs=conv2, pool_size=[2, 2], strides=2)
    pool2_flat = tf.reshape(pool2, [-1, 3 * 3 * 12])
    dense = tf.layers.dense(inputs=pool2_flat, units=32, activation=tf.nn.relu)
    dropout = tf.layers.dropout(inputs=dense, rate=FLAGS.dropout_rate, training=mode == tf.estimator.ModeKeys.TRAIN)
    logits = tf.layers.dense(inputs=dropout, units=10)
    predictions = {
        "classes": tf.argmax(input=logits, axis=1),
        "probabilities": tf.nn.softmax(logits, name="softmax_tensor"),
    }
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions)
    onehot_labels = tf.one_hot(indices=tf.cast(labels, tf.int32), depth=10)
    loss = tf.losses.softmax_cross_entropy(onehot_labels=onehot_labels, logits=logits)
    accuracy = tf.metrics.accuracy(labels=labels, predictions=predictions["classes"])
    tf.identity(accuracy[1], name="train_accuracy")
    tf.summary.scalar("train_accuracy", accuracy[1])
    tf.summary.image("digits", input_layer, max_outputs=2)
    tf.summary.histogram("dense", dense)
    if mode == tf.estimator.ModeKeys.TRAIN:
        optimizer = tf.train.GradientDescentOptimizer(learning_rate=FLAGS.learning_rate)
        train_op = optimizer.minimize(loss=loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, eval_metric_ops={"accuracy": accuracy})


def main(_):
    rng = np.random.RandomState(1)
    labels = rng.randint(0, 10, 128).astype(np.int32)
    images = (rng.rand(10, 196)[labels] + 0.2 * rng.rand(128, 196)).astype(np.float32)
    config = tf.estimator.RunConfig(tf_random_seed=11, save_summary_steps=10, save_checkpoints_steps=20)
    classifier = tf.estimator.Estimator(model_fn=cnn_model_fn, model_dir=sys.argv[2], config=config)
    logging_hook = tf.train.LoggingTensorHook(
        tensors={"probabilities": "softmax_tensor", "accuracy": "train_accuracy"}, every_n_iter=20
    )
    recorder = Recorder()
    train_input_fn = tf.estimator.inputs.numpy_input_fn(
        x={"x": images}, y=labels, batch_size=FLAGS.batch_size, num_epochs=None, shuffle=False
    )
    classifier.train(input_fn=train_input_fn, steps=40, hooks=[logging_hook, recorder])
    eval_input_fn = tf.estimator.inputs.numpy_input_fn(x={"x": images}, y=labels, num_epochs=1, shuffle=False)
    results = classifier.evaluate(input_fn=eval_input_fn)
    predict_input_fn = tf.estimator.inputs.numpy_input_fn(x={"x": images[:5]}, num_epochs=1, shuffle=False)
    finish(classifier, recorder, results, classifier.predict(input_fn=predict_input_fn))


if __name__ == "__main__":
    tf.app.run(main=main, argv=sys.argv[:1])
