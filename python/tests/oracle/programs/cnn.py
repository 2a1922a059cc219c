from common import classifier, images, report_training, tf, train


def build(features, training):
    net = tf.reshape(features["x"], [-1, 28, 28, 1])
    net = tf.layers.conv2d(net, 8, 5, padding="same", activation=tf.nn.relu)
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.conv2d(net, 16, 3, strides=2, activation=tf.nn.relu)
    net = tf.layers.flatten(net)
    net = tf.layers.dense(net, 32, activation=tf.nn.relu)
    net = tf.layers.dropout(net, 0.4, training=training)
    return tf.layers.dense(net, 10)


x, y = images(128)
estimator, recorder = train(classifier(build, lambda: tf.train.GradientDescentOptimizer(0.05)), {"x": x}, y, batch=16)
report_training(estimator, recorder)
