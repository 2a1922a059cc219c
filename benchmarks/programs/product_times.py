"""Times of matrix products and of an elementwise chain: ``product_times.py swift|numpy|tf|torch|jax``. Prints JSON.

Keys are ``float32 MxNxK`` (with ``T`` after a transposed operand's letter: ``aT``, ``bT``), ``chain`` and ``copy``; values
are microseconds, the median of repetitions of at least 0.2 seconds.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["JAX_PLATFORMS"] = "cpu"
BACKEND = sys.argv[1]
import numpy as np  # noqa: E402

SQUARES = [(n, n, n, "") for n in (384, 512, 768, 1024, 1536)]
# Layers of the MLP: forward, the gradient of the weights, the gradient of the input.
MLP = [(128, 512, 784, ""), (784, 512, 128, "aT"), (128, 256, 512, ""), (512, 256, 128, "aT"), (128, 512, 256, "bT"),
       (128, 10, 256, ""), (256, 10, 128, "aT"), (128, 256, 10, "bT")]  # fmt: skip
# The CNN: patches times filters, and its dense layer.
CNN = [
    (78400, 32, 25, ""),
    (19600, 64, 800, ""),
    (100, 1024, 3136, ""),
    (3136, 1024, 100, "aT"),
    (100, 3136, 1024, "bT"),
]
# One example, and columns.
NARROW = [(1, 512, 784, ""), (1, 784, 512, "bT"), (16, 512, 784, ""), (512, 1, 512, ""), (512, 16, 512, "")]
PRODUCTS = [("float32", *shape) for shape in SQUARES + MLP + CNN + NARROW]
PRODUCTS += [("float64", *shape) for shape in [SQUARES[1], SQUARES[3], MLP[0], MLP[1]]]
ELEMENTS = 1 << 24  # 64 MB


def timed(call):
    call()
    call()
    times = []
    began = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - began < 0.2:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1e6


def operands(dtype, m, n, k, turned):
    rng = np.random.RandomState(0)
    a = rng.rand(*((k, m) if turned == "aT" else (m, k))).astype(dtype)
    b = rng.rand(*((n, k) if turned == "bT" else (k, n))).astype(dtype)
    return a, b


def graph_times(tf):
    """Products of variables whose results stay in the session, so that nothing is copied out."""
    for dtype, m, n, k, turned in PRODUCTS:
        with tf.Graph().as_default(), tf.Session() as session:
            a, b = (tf.Variable(x) for x in operands(dtype, m, n, k, turned))
            c = tf.matmul(a, b, transpose_a=turned == "aT", transpose_b=turned == "bT")
            session.run(tf.global_variables_initializer())
            run = session.make_callable(c.op)
            yield f"{dtype} {m}x{n}x{k} {turned}".strip(), timed(run)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.Variable(np.ones(ELEMENTS, np.float32))
        y = tf.Variable(np.ones(ELEMENTS, np.float32))
        session.run(tf.global_variables_initializer())
        chain = session.make_callable(tf.assign(y, tf.nn.relu(x * 1.5 + 0.25) * x - 0.5).op)
        yield "chain", timed(chain)


def swift_times():
    import swiftestimator.compat.v1 as tf

    yield from graph_times(tf)


def tf_times():
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    yield from graph_times(tf)


def numpy_times():
    for dtype, m, n, k, turned in PRODUCTS:
        a, b = operands(dtype, m, n, k, turned)
        a, b = a.T if turned == "aT" else a, b.T if turned == "bT" else b
        c = np.empty((m, n), dtype)
        yield f"{dtype} {m}x{n}x{k} {turned}".strip(), timed(lambda a=a, b=b, c=c: np.matmul(a, b, out=c))
    x, y = np.ones(ELEMENTS, np.float32), np.ones(ELEMENTS, np.float32)
    yield "copy", timed(lambda: np.copyto(y, x))

    def chain():
        np.multiply(x, 1.5, out=y)
        np.add(y, 0.25, out=y)
        np.maximum(y, 0, out=y)
        np.multiply(y, x, out=y)
        np.subtract(y, 0.5, out=y)

    yield "chain", timed(chain)


def torch_times():
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    with torch.inference_mode():
        x = torch.ones(ELEMENTS)
        yield "chain", timed(lambda: torch.relu(x * 1.5 + 0.25) * x - 0.5)


def jax_times():
    import jax

    x = jax.numpy.ones(ELEMENTS)
    chain = jax.jit(lambda x: jax.nn.relu(x * 1.5 + 0.25) * x - 0.5)
    yield "chain", timed(lambda: chain(x).block_until_ready())


if __name__ == "__main__":
    print(json.dumps(dict(globals()[f"{BACKEND}_times"]())))
