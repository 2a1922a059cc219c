"""Gradients against numerical differences, and what `tf.gradients` gives."""

import numpy as np
import pytest
import swiftestimator as tf2
import swiftestimator.compat.v1 as tf
from ops_support import skip_missing_ops

RNG = np.random.default_rng(3)
M = RNG.uniform(0.2, 1.7, [3, 4])
IMAGE = RNG.uniform(-1, 1, [1, 4, 4, 2])

FUNCTIONS = {
    "add": lambda x: x + x[0], "mul": lambda x: x * x[:, :1], "div": lambda x: 2.0 / x, "sub": lambda x: x[0] - x,
    "pow": lambda x: x**x, "square": tf.square, "sqrt": tf.sqrt, "rsqrt": tf.rsqrt, "exp": tf.exp, "log": tf.log,
    "log1p": tf.log1p, "expm1": tf.math.expm1, "sigmoid": tf.sigmoid, "tanh": tf.tanh, "erf": tf.erf, "sin": tf.sin,
    "abs": lambda x: tf.abs(x - 0.9), "maximum": lambda x: tf.maximum(x, 0.8), "minimum": lambda x: tf.minimum(x, x[0] * 1.3),
    "squared_difference": lambda x: tf.squared_difference(x, x[0]), "reduce_sum": lambda x: tf.reduce_sum(x * x, 1),
    "reduce_mean": lambda x: tf.reduce_mean(x * x, 0), "reduce_max": lambda x: tf.reduce_max(x, 1),
    "reduce_prod": lambda x: tf.reduce_prod(x, 1), "reduce_logsumexp": lambda x: tf.reduce_logsumexp(x, 1),
    "reduce_std": lambda x: tf.math.reduce_std(x, 0), "matmul": lambda x: tf.matmul(x, x, transpose_b=True),
    "tensordot": lambda x: tf.tensordot(x, x, [[0], [0]]), "transpose": lambda x: tf.transpose(x) * np.arange(12.0).reshape(4, 3),
    "concat": lambda x: tf.concat([x, x * 2], 1) ** 2, "stack": lambda x: tf.stack([x, x * x], 1) * x[:, None],
    "unstack": lambda x: tf.unstack(x)[0] * tf.unstack(x)[2], "split": lambda x: tf.split(x, [1, 3], 1)[1] ** 2,
    "slice": lambda x: x[1:, ::2] ** 2, "gather": lambda x: tf.gather(x, [0, 2, 2]) ** 2, "pad": lambda x: tf.pad(x, [[1, 0], [0, 2]]) ** 2,
    "tile": lambda x: tf.tile(x, [2, 1]) ** 2, "reshape": lambda x: tf.reshape(x, [2, 6]) ** 2,
    "expand_dims": lambda x: tf.expand_dims(x, 1) * x, "where": lambda x: tf.where(x > 0.9, x * x, x),
    "select": lambda x: tf2.where(x > 0.9, x * x, 1.0), "cumsum": lambda x: tf.cumsum(x, 1) ** 2,
    "relu": lambda x: tf.nn.relu(x - 0.9), "elu": lambda x: tf.nn.elu(x - 0.9), "leaky_relu": lambda x: tf.nn.leaky_relu(x - 0.9),
    "softplus": tf.nn.softplus, "gelu": lambda x: tf2.nn.gelu(x), "swish": tf.nn.swish, "softmax": lambda x: tf.nn.softmax(x)[:, 0],
    "softmax axis": lambda x: tf.nn.softmax(x, axis=0)[0], "log_softmax": lambda x: tf.nn.log_softmax(x)[:, 1],
    "xent": lambda x: tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.nn.softmax(x * 2), logits=x),
    "sparse xent": lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 0, 3], logits=x),
    "sigmoid xent": lambda x: tf.nn.sigmoid_cross_entropy_with_logits(labels=x / 2, logits=x),
    "l2_loss": tf.nn.l2_loss, "l2_normalize": lambda x: tf.nn.l2_normalize(x, 1)[:, 0],
    "batch_normalization": lambda x: tf.nn.batch_normalization(x, tf.reduce_mean(x, 0), tf.reduce_mean(x * x, 0), 1.0, 2.0, 0.1) ** 2,
    "bias_add": lambda x: tf.nn.bias_add(x, x[0]) ** 2, "clip_by_norm": lambda x: tf.clip_by_norm(x, 1.0),
    "clip_by_value": lambda x: tf.clip_by_value(x, 0.5, 1.1) ** 2, "top_k": lambda x: tf.nn.top_k(x, 2).values,
    "segment_sum": lambda x: tf.math.segment_sum(x, [0, 0, 1]) ** 2, "einsum": lambda x: tf.einsum("ij,kj->ik", x, x),
    "embedding": lambda x: tf.nn.embedding_lookup(x, [1, 1, 0]) ** 2, "broadcast_to": lambda x: tf.broadcast_to(x, [2, 3, 4]) * x,
    "reverse": lambda x: tf.reverse(x, [1]) * x, "boolean_mask": lambda x: tf.boolean_mask(x, [True, False, True]) ** 2,
}  # fmt: skip
IMAGES = {
    "conv2d": lambda x: tf.nn.conv2d(x, tf.constant(np.arange(8.0).reshape(2, 2, 2, 1)), 1, "SAME") ** 2,
    "max_pool": lambda x: tf.nn.max_pool(x, 2, 2, "VALID") ** 2, "avg_pool": lambda x: tf.nn.avg_pool(x, 2, 2, "VALID") ** 2,
    "depthwise": lambda x: tf.nn.depthwise_conv2d(x, tf.constant(np.arange(8.0).reshape(2, 2, 2, 1)), [1, 1, 1, 1], "SAME") ** 2,
}  # fmt: skip


def check(function, point, step=1e-6):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float64, point.shape)
        y = function(x)
        with tf.Session() as session:
            shape = session.run(tf.shape(y), {x: point})
        weights = tf.constant(RNG.uniform(0.5, 1.5, shape))
        total = tf.reduce_sum(y * weights)
        gradient = tf.gradients(total, x)[0]
        if isinstance(gradient, tf.IndexedSlices):
            gradient = tf.convert_to_tensor(gradient)
        with tf.Session() as session:
            found = session.run(gradient, {x: point})
            expected = np.zeros_like(point)
            for index in np.ndindex(*point.shape):
                moved = [point.copy(), point.copy()]
                moved[0][index] += step
                moved[1][index] -= step
                high, low = (session.run(total, {x: p}) for p in moved)
                expected[index] = (high - low) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", FUNCTIONS)
@skip_missing_ops
def test_gradient(name):
    check(FUNCTIONS[name], M)


@pytest.mark.parametrize("name", IMAGES)
@skip_missing_ops
def test_gradient_of_images(name):
    check(IMAGES[name], IMAGE)


def test_unconnected_gradients():
    with tf.Graph().as_default():
        x, y = tf.constant([1.0]), tf.constant([2.0])
        assert tf.gradients(x * 2.0, y) == [None]
        zero = tf.gradients(x * 2.0, y, unconnected_gradients="zero")[0]
        assert tf.Session().run(zero) == [0]


def test_gather_gives_indexed_slices():
    with tf.Graph().as_default():
        x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        gradient = tf.gradients(tf.gather(x, [1, 1]), x)[0]
        assert isinstance(gradient, tf.IndexedSlices)
        value = tf.Session().run(gradient)
        np.testing.assert_array_equal(value.indices, [1, 1])
        np.testing.assert_array_equal(value.values, np.ones([2, 2]))


def test_stop_gradients_and_grad_ys():
    with tf.Graph().as_default():
        x = tf.constant(3.0)
        y = x * x
        z = y * x
        partial = tf.gradients(z, x, stop_gradients=[y])[0]
        weighted = tf.gradients(y, x, grad_ys=[10.0])[0]
        assert tf.Session().run([partial, weighted]) == [9, 60]
        assert tf.gradients(tf.stop_gradient(y), x) == [None]
        partials = tf.gradients(x + y, [x, y], stop_gradients=[x, y])
        assert tf.Session().run(partials) == [1, 1]


@skip_missing_ops
def test_custom_gradient():
    with tf.Graph().as_default():

        @tf.custom_gradient
        def doubled(x, y):
            return x * y, lambda dz: (dz * 10.0, dz * y * 100.0)

        x, y = tf.constant(2.0), tf.constant(3.0)
        inner = x * x
        z = doubled(inner, y) * 2.0 + x
        assert tf.Session().run([z, *tf.gradients(z, [x, y])]) == [26, 1 + 2 * 10 * 4, 2 * 3 * 100]


@skip_missing_ops
def test_hessians():
    with tf.Graph().as_default():
        x = tf.constant([1.0, 2.0])
        value = tf.Session().run(tf.hessians(tf.reduce_sum(x * x * x), x)[0])
    np.testing.assert_allclose(value, [[6, 0], [0, 12]])
