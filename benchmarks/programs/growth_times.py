"""Times of training steps over batch sizes and widths: ``growth_times.py tf|swift``. Prints JSON.

The step is that of a perceptron with two hidden layers under Adam; its batch stays in the session, so that only the step
itself grows. Values are microseconds, the median of repetitions of at least 0.1 seconds.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np  # noqa: E402
from growth_sizes import BATCHES, WIDTHS  # noqa: E402

if sys.argv[1] == "tf":
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
else:
    import swiftestimator.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.ERROR)


def step_time(batch, width):
    rng = np.random.RandomState(0)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.Variable(rng.rand(batch, 64).astype(np.float32), trainable=False)
        labels = tf.Variable(rng.randint(0, 10, batch).astype(np.int32), trainable=False)
        net = x
        for number in range(2):
            net = tf.layers.dense(net, width, activation=tf.nn.relu, name=f"layer{number}")
        loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.layers.dense(net, 10))
        step = tf.train.AdamOptimizer(1e-3).minimize(loss)
        session.run(tf.global_variables_initializer())
        run = session.make_callable(step)
        for _ in range(3):
            run()
        times = []
        began = time.perf_counter()
        while len(times) < 5 or time.perf_counter() - began < 0.1:
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        return float(np.median(times)) * 1e6


if __name__ == "__main__":
    print(json.dumps({"batch": [step_time(n, 256) for n in BATCHES], "width": [step_time(32, n) for n in WIDTHS]}))
