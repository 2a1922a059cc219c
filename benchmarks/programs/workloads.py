"""One workload on one backend: ``workloads.py tf|swift WORKLOAD``. Prints one line of JSON.

The program is the same for both; only the import differs.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
BACKEND, WORKLOAD = sys.argv[1:3]
began = time.perf_counter()
import numpy as np  # noqa: E402

after_numpy = time.perf_counter()
if BACKEND == "tf":
    import tensorflow.compat.v1 as tf
else:
    import swiftestimator.compat.v1 as tf
import_seconds = time.perf_counter() - after_numpy

tf.logging.set_verbosity(tf.logging.ERROR)
rng = np.random.RandomState(0)
VOCABULARY, FIELDS, DENSE = 20000, 26, 13


def classifier(features, labels, mode, net, optimizer):
    logits = tf.layers.dense(net, 10)
    if mode == tf.estimator.ModeKeys.PREDICT:
        predictions = {"class": tf.argmax(logits, 1), "probabilities": tf.nn.softmax(logits)}
        return tf.estimator.EstimatorSpec(mode, predictions=predictions)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def mlp(*units):
    def model_fn(features, labels, mode):
        net = features["x"]
        for width in units:
            net = tf.layers.dense(net, width, activation=tf.nn.relu)
        return classifier(features, labels, mode, net, tf.train.AdamOptimizer(1e-3))

    return model_fn


def cnn(features, labels, mode):
    net = tf.reshape(features["x"], [-1, 28, 28, 1])
    for filters in (32, 64):
        net = tf.layers.conv2d(net, filters, 5, padding="same", activation=tf.nn.relu)
        net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.dense(tf.layers.flatten(net), 1024, activation=tf.nn.relu)
    net = tf.layers.dropout(net, 0.4, training=mode == tf.estimator.ModeKeys.TRAIN)
    return classifier(features, labels, mode, net, tf.train.GradientDescentOptimizer(1e-3))


def wide_and_deep(features, labels, mode):
    wide, table = tf.get_variable("wide", [VOCABULARY, 1]), tf.get_variable("table", [VOCABULARY, 16])
    linear = tf.reduce_sum(tf.nn.embedding_lookup(wide, features["ids"]), [1, 2])
    deep = tf.reshape(tf.nn.embedding_lookup(table, features["ids"]), [-1, FIELDS * 16])
    net = tf.concat([deep, features["dense"]], 1)
    for width in (256, 128, 64):
        net = tf.layers.dense(net, width, activation=tf.nn.relu)
    logit = tf.squeeze(tf.layers.dense(net, 1), 1) + linear
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logit))
    train_op = tf.train.AdagradOptimizer(0.05).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


class Clock(tf.train.SessionRunHook):
    """When each step ended."""

    def __init__(self):
        self.times = []

    def after_run(self, run_context, run_values):
        self.times.append(time.perf_counter())


def train(model_fn, x, y, batch, steps):
    """The median seconds of a step in steady state, and the Estimator; checkpoints are written at the ends only."""
    never = 10**9
    config = tf.estimator.RunConfig(
        model_dir=FOLDER, save_checkpoints_steps=never, save_summary_steps=never, log_step_count_steps=never,
        tf_random_seed=1,
    )  # fmt: skip
    estimator = tf.estimator.Estimator(model_fn, config=config)
    clock = Clock()

    def input_fn():
        return tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000, seed=1).repeat().batch(batch).prefetch(2)

    estimator.train(input_fn, steps=steps, hooks=[clock])
    return float(np.median(np.diff(clock.times[max(5, steps // 10) :]))), estimator


def images(count):
    return {"x": rng.rand(count, 784).astype(np.float32)}, rng.randint(0, 10, count).astype(np.int32)


def step(model_fn, data, batch, steps):
    return {"step_us": train(model_fn, *data, batch, steps)[0] * 1e6}


def run_session():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [4])
        y = x * 2.0 + 1.0
        value = np.ones(4, np.float32)
        for _ in range(300):
            session.run(y, {x: value})
        start = time.perf_counter()
        for _ in range(5000):
            session.run(y, {x: value})
        return {"run_us": (time.perf_counter() - start) / 5000 * 1e6}


def run_wide_and_deep():
    count = 20000
    ids = rng.randint(0, VOCABULARY, (count, FIELDS))
    features = {"ids": ids, "dense": rng.rand(count, DENSE).astype(np.float32)}
    return step(wide_and_deep, (features, rng.randint(0, 2, count).astype(np.float32)), 256, 200)


def run_predict_one():
    _, estimator = train(mlp(512, 256), *images(4000), 128, 30)
    one = images(1)[0]

    def call():
        return next(estimator.predict(lambda: tf.data.Dataset.from_tensors(one)))

    call()
    start = time.perf_counter()
    for _ in range(10):
        call()
    return {"call_us": (time.perf_counter() - start) / 10 * 1e6}


def run_predict_bulk():
    x, y = images(4000)
    _, estimator = train(mlp(512, 256), x, y, 128, 30)
    start = time.perf_counter()
    data = tf.data.Dataset.from_tensor_slices
    count = sum(1 for _ in estimator.predict(lambda: data(x).repeat(5).batch(128)))
    return {"example_us": (time.perf_counter() - start) / count * 1e6}


def run_checkpoint():
    with tf.Graph().as_default(), tf.Session() as session:
        for number in range(64):
            tf.get_variable(f"v{number}", [1 << 20], initializer=tf.ones_initializer())
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver()
        os.sync()  # what an earlier process has left to write would be billed to this one
        start = time.perf_counter()
        path = saver.save(session, os.path.join(FOLDER, "model"))
        written = time.perf_counter()
        saver.restore(session, path)
        return {"write_us": (written - start) * 1e6, "read_us": (time.perf_counter() - written) * 1e6}


def run_checkpoint_training():
    """How much longer a training of 256 MB of weights takes for each checkpoint that it saves on its way."""

    def model_fn(features, labels, mode):
        variables = [tf.get_variable(f"v{n}", [1 << 20], initializer=tf.ones_initializer()) for n in range(64)]
        loss = tf.add_n([tf.reduce_mean(v * features[0]) for v in variables])
        optimizer = tf.train.GradientDescentOptimizer(0.1)
        return tf.estimator.EstimatorSpec(
            mode, loss=loss, train_op=optimizer.minimize(loss, tf.train.get_or_create_global_step())
        )

    def seconds(save_steps, steps):
        folder = tempfile.mkdtemp(dir=FOLDER)
        config = tf.estimator.RunConfig(
            save_checkpoints_steps=save_steps,
            save_summary_steps=10**9,
            log_step_count_steps=10**9,
            keep_checkpoint_max=2,
        )
        os.sync()
        start = time.perf_counter()
        tf.estimator.Estimator(model_fn, folder, config).train(
            lambda: tf.data.Dataset.from_tensors(np.ones(1, np.float32)).repeat(), steps=steps
        )
        taken = time.perf_counter() - start
        shutil.rmtree(folder)
        return taken

    seconds(10**9, 2)
    steps, saves = 40, 3  # besides those at the start and at the end
    return {"wait_us": (seconds(steps // (saves + 1), steps) - seconds(10**9, steps)) / saves * 1e6}


def small():
    return {"x": rng.rand(2000, 4).astype(np.float32)}, rng.randint(0, 3, 2000).astype(np.int32)


WORKLOADS = {
    "import": lambda: {"import_us": import_seconds * 1e6},
    "session": run_session,
    "mlp_small": lambda: step(mlp(10, 10), small(), 32, 1500),
    "mlp": lambda: step(mlp(512, 256), images(8000), 128, 300),
    "wide_deep": run_wide_and_deep,
    "cnn": lambda: step(cnn, images(2000), 100, 30),
    "predict_one": run_predict_one,
    "predict_bulk": run_predict_bulk,
    "checkpoint": run_checkpoint,
    "checkpoint_training": run_checkpoint_training,
}

if __name__ == "__main__":
    FOLDER = tempfile.mkdtemp()
    try:
        figures = WORKLOADS[WORKLOAD]()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))
