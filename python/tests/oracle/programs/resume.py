"""Goes on for 30 steps from what the folder holds."""

from common import classifier, images, report_training, tf, train


def build(features, training):
    net = tf.layers.dense(features["x"], 64, activation=tf.nn.relu)
    net = tf.layers.dense(net, 32, activation=tf.nn.relu)
    return tf.layers.dense(net, 10)


x, y = images()
model = classifier(build, lambda: tf.train.AdamOptimizer(1e-3))
estimator, recorder = train(model, {"x": x}, y, steps=30)
report_training(estimator, recorder)
