"""Trains a small convolutional network on the 1,797 handwritten digits that come with scikit-learn.

    python -m swiftestimator examples/digits.py        on swiftestimator
    python examples/digits.py                          on TensorFlow 2.15

Training goes on from what --model-dir holds. See --help.
"""

import argparse

import numpy as np
import tensorflow.compat.v1 as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def model_fn(features, labels, mode, params):
    """Two convolutions, a dense layer with dropout, ten classes."""
    training = mode == tf.estimator.ModeKeys.TRAIN
    net = tf.reshape(features["image"], [-1, 8, 8, 1])
    net = tf.layers.conv2d(net, 32, 3, padding="same", activation=tf.nn.relu)
    net = tf.layers.conv2d(net, 64, 3, padding="same", activation=tf.nn.relu)
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.flatten(net)
    net = tf.layers.dense(net, 128, activation=tf.nn.relu)
    net = tf.layers.dropout(net, params["dropout"], training=training)
    logits = tf.layers.dense(net, 10)

    predictions = {"digit": tf.argmax(logits, axis=1), "probabilities": tf.nn.softmax(logits)}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions=predictions)

    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    accuracy = tf.metrics.accuracy(labels, predictions["digit"])
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": accuracy})

    tf.summary.scalar("accuracy", accuracy[1])
    optimizer = tf.train.AdamOptimizer(params["learning_rate"])
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-dir", default="build/digits", help="where checkpoints and summaries go")
    parser.add_argument("--steps", type=int, default=600, help="training steps of this run")
    options = parser.parse_args()

    digits = load_digits()
    images = (digits.images / 16).astype(np.float32)
    labels = digits.target.astype(np.int32)
    train_x, test_x, train_y, test_y = train_test_split(images, labels, test_size=0.2, random_state=0, stratify=labels)

    def train_input():
        data = tf.data.Dataset.from_tensor_slices(({"image": train_x}, train_y))
        return data.shuffle(len(train_x), seed=1).repeat().batch(64).prefetch(2)

    def test_input():
        return tf.data.Dataset.from_tensor_slices(({"image": test_x}, test_y)).batch(100)

    def some_input():
        return tf.data.Dataset.from_tensor_slices({"image": test_x[:8]}).batch(8)

    tf.logging.set_verbosity(tf.logging.INFO)
    config = tf.estimator.RunConfig(
        model_dir=options.model_dir, tf_random_seed=1, save_summary_steps=50, save_checkpoints_steps=200
    )
    classifier = tf.estimator.Estimator(model_fn, config=config, params={"learning_rate": 1e-3, "dropout": 0.4})
    classifier.train(train_input, steps=options.steps)
    result = classifier.evaluate(test_input)

    print(f"\ntest accuracy {result['accuracy']:.4f} after {result['global_step']} steps")
    for truth, prediction in zip(test_y, classifier.predict(some_input)):
        confidence = prediction["probabilities"].max()
        print(f"  a {truth} was taken for a {prediction['digit']} (probability {confidence:.3f})")
    print(f"\nmodel_dir: {classifier.model_dir}")
    print(f"look at it with: tensorboard --logdir {classifier.model_dir}   (pip install tensorboard)")


if __name__ == "__main__":
    main()
