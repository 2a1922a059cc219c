"""One workload in JAX: ``jax_workloads.py WORKLOAD``. Prints one line of JSON.

The models of workloads.py as compiled step functions, on the CPU. Batches are slices of arrays; every step is waited for.
"""

import json
import os
import resource
import sys
import time

os.environ["JAX_PLATFORMS"] = "cpu"
WORKLOAD = sys.argv[1]
import numpy as np  # noqa: E402

after_numpy = time.perf_counter()
import jax  # noqa: E402
from jax import lax  # noqa: E402
from jax import numpy as jnp  # noqa: E402

import_seconds = time.perf_counter() - after_numpy
rng = np.random.RandomState(0)
VOCABULARY, FIELDS, DENSE = 20000, 26, 13


def dense(inputs, outputs):
    bound = (6 / (inputs + outputs)) ** 0.5
    return jnp.asarray(rng.uniform(-bound, bound, (inputs, outputs)).astype(np.float32)), jnp.zeros(outputs)


def mlp(inputs, *units, outputs=10):
    widths = (inputs, *units, outputs)
    return [dense(a, b) for a, b in zip(widths[:-1], widths[1:], strict=True)]


def apply_mlp(layers, x):
    for w, b in layers[:-1]:
        x = jax.nn.relu(x @ w + b)
    return x @ layers[-1][0] + layers[-1][1]


def cross_entropy(logits, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1).mean()


def mlp_loss(layers, key, x, y):
    return cross_entropy(apply_mlp(layers, x), y)


def cnn():
    def kernel(*shape):
        return jnp.asarray(rng.randn(*shape).astype(np.float32) * 0.05)

    return {
        "convolutions": [(kernel(5, 5, 1, 32), jnp.zeros(32)), (kernel(5, 5, 32, 64), jnp.zeros(64))],
        "layers": mlp(3136, 1024),
    }


def cnn_loss(model, key, x, y):
    x = x.reshape(-1, 28, 28, 1)
    for w, b in model["convolutions"]:
        x = jax.nn.relu(lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b)
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    (w, b), last = model["layers"]
    x = jax.nn.relu(x.reshape(x.shape[0], -1) @ w + b)
    x = jnp.where(jax.random.bernoulli(key, 0.6, x.shape), x / 0.6, 0)
    return cross_entropy(x @ last[0] + last[1], y)


def wide_and_deep():
    return {
        "wide": jnp.asarray(rng.randn(VOCABULARY, 1).astype(np.float32) * 0.01),
        "table": jnp.asarray(rng.randn(VOCABULARY, 16).astype(np.float32) * 0.01),
        "deep": mlp(FIELDS * 16 + DENSE, 256, 128, 64, outputs=1),
    }


def wide_and_deep_loss(model, key, ids, dense, y):
    deep = jnp.concatenate([model["table"][ids].reshape(ids.shape[0], -1), dense], 1)
    logit = apply_mlp(model["deep"], deep)[:, 0] + model["wide"][ids].sum((1, 2))
    return (jax.nn.softplus(logit) - y * logit).mean()


def adam(w, g, slots, step):
    m, v = slots
    m, v = m + 0.1 * (g - m), v + 0.001 * (g * g - v)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return w - rate * m / (jnp.sqrt(v) + 1e-8), (m, v)


def adagrad(w, g, slots, step):
    a = slots[0] + g * g
    return w - 0.05 * g / jnp.sqrt(a), (a,)


def descent(w, g, slots, step):
    return w - 1e-3 * g, ()


def train(model, loss, rule, slots, arrays, batch, steps):
    """The median microseconds of a step in steady state; the step is one compiled function with donated state."""
    leaves, structure = jax.tree.flatten(model)
    state = [tuple(jnp.full_like(w, 0.1) for _ in range(slots)) for w in leaves]

    def step(leaves, state, number, *batch):
        key = jax.random.fold_in(jax.random.key(1), number)
        value, gradients = jax.value_and_grad(lambda w: loss(jax.tree.unflatten(structure, w), key, *batch))(leaves)
        updated = [rule(w, g, s, number + 1.0) for w, g, s in zip(leaves, gradients, state, strict=True)]
        return [w for w, _ in updated], [s for _, s in updated], value

    step = jax.jit(step, donate_argnums=(0, 1))
    count, times = len(arrays[0]), []
    for number in range(steps):
        start = number * batch % (count - batch + 1)
        leaves, state, value = step(leaves, state, number, *(a[start : start + batch] for a in arrays))
        float(value)
        times.append(time.perf_counter())
    return {"step_us": float(np.median(np.diff(times[max(5, steps // 10) :]))) * 1e6}


def images(count, width=784, classes=10):
    return rng.rand(count, width).astype(np.float32), rng.randint(0, classes, count).astype(np.int32)


def run_session():
    function, x = jax.jit(lambda x: x * 2.0 + 1.0), np.ones(4, np.float32)
    for _ in range(300):
        np.asarray(function(x))
    start = time.perf_counter()
    for _ in range(5000):
        np.asarray(function(x))
    return {"run_us": (time.perf_counter() - start) / 5000 * 1e6}


def run_wide_and_deep():
    ids = rng.randint(0, VOCABULARY, (20000, FIELDS)).astype(np.int32)
    data = (ids, rng.rand(20000, DENSE).astype(np.float32), rng.randint(0, 2, 20000).astype(np.float32))
    return train(wide_and_deep(), wide_and_deep_loss, adagrad, 1, data, 256, 200)


def predict(batch, calls):
    """Microseconds of a compiled forward pass, to classes and probabilities."""
    model = mlp(784, 512, 256)

    def forward(model, x):
        logits = apply_mlp(model, x)
        return logits.argmax(1), jax.nn.softmax(logits)

    forward, x = jax.jit(forward), rng.rand(batch, 784).astype(np.float32)
    for number in range(calls + 20):
        if number == 20:
            start = time.perf_counter()
        jax.block_until_ready(forward(model, x))
    return (time.perf_counter() - start) / calls * 1e6


WORKLOADS = {
    "import": lambda: {"import_us": import_seconds * 1e6},
    "session": run_session,
    "mlp_small": lambda: train(mlp(4, 10, 10), mlp_loss, adam, 2, images(2000, 4, 3), 32, 1500),
    "mlp": lambda: train(mlp(784, 512, 256), mlp_loss, adam, 2, images(8000), 128, 300),
    "wide_deep": run_wide_and_deep,
    "cnn": lambda: train(cnn(), cnn_loss, descent, 0, images(2000), 100, 30),
    "predict_one": lambda: {"call_us": predict(1, 200)},
    "predict_bulk": lambda: {"example_us": predict(128, 150) / 128},
}

if __name__ == "__main__":
    figures = WORKLOADS[WORKLOAD]()
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))
