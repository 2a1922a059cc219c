from common import classifier, images, report_training, tf, train


def build(features, training):
    net = tf.layers.dense(features["x"], 64, activation=tf.nn.relu)
    net = tf.layers.dense(net, 32, activation=tf.nn.relu)
    return tf.layers.dense(net, 10)


x, y = images()
model = classifier(build, lambda: tf.train.AdamOptimizer(1e-3))
estimator, recorder = train(model, {"x": x}, y)


def test_input():
    return tf.data.Dataset.from_tensor_slices(({"x": x}, y)).batch(50)


result = estimator.evaluate(test_input)
predictions = [float(p["probabilities"][0]) for p in estimator.predict(test_input)]
report_training(estimator, recorder, evaluation={k: float(v) for k, v in result.items()}, predictions=predictions)
