"""Results of functions against NumPy."""

import math

import numpy as np
import pytest
import swiftestimator as tf2
import swiftestimator.compat.v1 as tf
from ops_support import I, X, Y, evaluate, skip_missing_ops

P = np.abs(X) + np.float32(0.3)
B = X > 0
A = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
softmax = lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)  # noqa: E731
erf = np.vectorize(math.erf, otypes=[np.float64])
lgamma = np.vectorize(math.lgamma, otypes=[np.float64])

CASES = [
    # Elementwise
    ("abs", lambda: evaluate(tf.abs, X), np.abs(X)),
    ("negative", lambda: evaluate(tf.negative, X), -X),
    ("sign", lambda: evaluate(tf.sign, X), np.sign(X)),
    ("square", lambda: evaluate(tf.square, X), X * X),
    ("sqrt", lambda: evaluate(tf.sqrt, P), np.sqrt(P)),
    ("rsqrt", lambda: evaluate(tf.rsqrt, P), 1 / np.sqrt(P)),
    ("reciprocal", lambda: evaluate(tf.reciprocal, P), 1 / P),
    ("exp", lambda: evaluate(tf.exp, X), np.exp(X)),
    ("expm1", lambda: evaluate(tf.math.expm1, X), np.expm1(X)),
    ("log", lambda: evaluate(tf.log, P), np.log(P)),
    ("log1p", lambda: evaluate(tf.log1p, P), np.log1p(P)),
    ("sigmoid", lambda: evaluate(tf.sigmoid, X), sigmoid(X)),
    ("log_sigmoid", lambda: evaluate(tf.log_sigmoid, X), np.log(sigmoid(X))),
    ("tanh", lambda: evaluate(tf.tanh, X), np.tanh(X)),
    ("sin", lambda: evaluate(tf.sin, X), np.sin(X)),
    ("cos", lambda: evaluate(tf.cos, X), np.cos(X)),
    ("tan", lambda: evaluate(tf.tan, X), np.tan(X)),
    ("asin", lambda: evaluate(tf.asin, X / 3), np.arcsin(X / 3)),
    ("acos", lambda: evaluate(tf.acos, X / 3), np.arccos(X / 3)),
    ("atan", lambda: evaluate(tf.atan, X), np.arctan(X)),
    ("sinh", lambda: evaluate(tf.sinh, X), np.sinh(X)),
    ("cosh", lambda: evaluate(tf.cosh, X), np.cosh(X)),
    ("asinh", lambda: evaluate(tf.asinh, X), np.arcsinh(X)),
    ("acosh", lambda: evaluate(tf.acosh, P + 1), np.arccosh(P + 1)),
    ("atanh", lambda: evaluate(tf.atanh, X / 3), np.arctanh(X / 3)),
    ("erf", lambda: evaluate(tf.erf, X), erf(X)),
    ("erfc", lambda: evaluate(tf.erfc, X), 1 - erf(X)),
    ("lgamma", lambda: evaluate(tf.lgamma, P), lgamma(P)),
    ("floor", lambda: evaluate(tf.floor, X), np.floor(X)),
    ("ceil", lambda: evaluate(tf.ceil, X), np.ceil(X)),
    ("round", lambda: evaluate(tf.round, X), np.round(X)),
    ("rint", lambda: evaluate(tf.rint, X), np.rint(X)),
    ("is_nan", lambda: evaluate(tf.is_nan, np.log(X)), np.isnan(np.log(X))),
    ("is_finite", lambda: evaluate(tf.is_finite, np.log(X)), np.isfinite(np.log(X))),
    ("atan2", lambda: evaluate(tf.atan2, X, Y), np.arctan2(X, Y)),
    ("add", lambda: evaluate(tf.add, X, Y), X + Y),
    ("subtract", lambda: evaluate(tf.subtract, X, Y), X - Y),
    ("multiply", lambda: evaluate(tf.multiply, X, Y[0]), X * Y[0]),
    ("divide", lambda: evaluate(tf.divide, X, P), X / P),
    ("truediv ints", lambda: evaluate(tf.truediv, I, I + 1), I / (I + 1)),
    ("div ints", lambda: evaluate(lambda a: tf.div(a, 2), np.array([-3, 3], np.int32)), [-2, 1]),
    ("floordiv", lambda: evaluate(lambda a: a // 2, np.array([-3, 3], np.int32)), [-2, 1]),
    ("mod", lambda: evaluate(lambda a: a % 2, np.array([-3, 3], np.int32)), [1, 1]),
    ("truncatediv", lambda: evaluate(lambda a: tf.truncatediv(a, 2), np.array([-3, 3], np.int32)), [-1, 1]),
    ("pow", lambda: evaluate(tf.pow, P, X), np.power(P, X)),
    ("maximum", lambda: evaluate(tf.maximum, X, Y), np.maximum(X, Y)),
    ("minimum", lambda: evaluate(tf.minimum, X, Y), np.minimum(X, Y)),
    ("squared_difference", lambda: evaluate(tf.squared_difference, X, Y), (X - Y) ** 2),
    ("div_no_nan", lambda: evaluate(lambda a: tf.div_no_nan(a, a * 0), X), np.zeros_like(X)),
    (
        "xlogy",
        lambda: evaluate(tf.math.xlogy, np.array([0, 2], np.float32), np.array([0, 3], np.float32)),
        [0, 2 * np.log(3)],
    ),
    ("add_n", lambda: evaluate(lambda a, b: tf.add_n([a, b, a]), X, Y), 2 * X + Y),
    ("cast", lambda: evaluate(lambda a: tf.cast(a, tf.int32), X), X.astype(np.int32)),
    (
        "saturate_cast",
        lambda: evaluate(lambda a: tf.saturate_cast(a, tf.uint8), X * 200),
        np.clip(X * 200, 0, 255).astype(np.uint8),
    ),
    ("cumsum", lambda: evaluate(lambda a: tf.cumsum(a, 1), X), np.cumsum(X, 1)),
    (
        "cumsum exclusive reverse",
        lambda: evaluate(lambda a: tf.cumsum(a, 1, True, True), X),
        np.cumsum(X[:, ::-1], 1)[:, ::-1] - X,
    ),
    ("cumprod", lambda: evaluate(lambda a: tf.cumprod(a, 1), X), np.cumprod(X, 1)),
    # Comparisons and logic
    ("equal", lambda: evaluate(tf.equal, I, I[::-1]), I[::-1] == I),
    ("less", lambda: evaluate(lambda a, b: a < b, X, Y), X < Y),
    ("greater_equal", lambda: evaluate(lambda a, b: a >= b, X, Y), X >= Y),
    ("and", lambda: evaluate(lambda a: a & ~a, B), B & ~B),
    ("or", lambda: evaluate(lambda a: a | ~a, B), B | ~B),
    ("xor", lambda: evaluate(lambda a: a ^ True, B), ~B),
    ("bitwise", lambda: evaluate(lambda a: (a & 1) | (a ^ 2), I), (I & 1) | (I ^ 2)),
    # Reductions
    ("reduce_sum", lambda: evaluate(lambda a: tf.reduce_sum(a, [0, 2]), A), A.sum((0, 2))),
    ("reduce_mean", lambda: evaluate(lambda a: tf.reduce_mean(a, -1, keepdims=True), A), A.mean(-1, keepdims=True)),
    ("reduce_max", lambda: evaluate(tf.reduce_max, A), A.max()),
    ("reduce_min", lambda: evaluate(lambda a: tf.reduce_min(a, reduction_indices=1), A), A.min(1)),
    ("reduce_prod", lambda: evaluate(lambda a: tf.reduce_prod(a, 0), X), X.prod(0)),
    ("reduce_any", lambda: evaluate(lambda a: tf.reduce_any(a, 1), B), B.any(1)),
    ("reduce_all", lambda: evaluate(lambda a: tf.reduce_all(a, 1), B), B.all(1)),
    ("reduce_std", lambda: evaluate(lambda a: tf.math.reduce_std(a, 0), X), X.std(0)),
    ("reduce_variance", lambda: evaluate(lambda a: tf.math.reduce_variance(a, 0), X), X.var(0)),
    ("reduce_logsumexp", lambda: evaluate(lambda a: tf.reduce_logsumexp(a, 1), X), np.log(np.exp(X).sum(1))),
    ("argmax", lambda: evaluate(lambda a: tf.argmax(a, 1), Y), Y.argmax(1)),
    ("argmin", lambda: evaluate(lambda a: tf.argmin(a, 0), Y), Y.argmin(0)),
    ("count_nonzero", lambda: evaluate(lambda a: tf.count_nonzero(a, 1), np.floor(X)), (np.floor(X) != 0).sum(1)),
    ("segment_sum", lambda: evaluate(lambda a: tf.math.segment_sum(a, [0, 0, 1]), X), [X[0] + X[1], X[2]]),
    ("segment_mean", lambda: evaluate(lambda a: tf.math.segment_mean(a, [0, 0, 1]), X), [(X[0] + X[1]) / 2, X[2]]),
    (
        "unsorted_segment_max",
        lambda: evaluate(lambda a: tf.math.unsorted_segment_max(a, [1, 0, 1], 2), X),
        [X[1], np.maximum(X[0], X[2])],
    ),
    # Shapes
    ("reshape", lambda: evaluate(lambda a: tf.reshape(a, [-1, 2]), X), X.reshape(-1, 2)),
    ("transpose", lambda: evaluate(lambda a: tf.transpose(a, [2, 0, 1]), A), A.transpose(2, 0, 1)),
    ("expand_dims", lambda: evaluate(lambda a: tf.expand_dims(a, 1), X), X[:, None]),
    ("squeeze", lambda: evaluate(lambda a: tf.squeeze(a[:1]), X), X[0]),
    ("concat", lambda: evaluate(lambda a, b: tf.concat([a, b], 1), X, Y), np.concatenate([X, Y], 1)),
    ("stack", lambda: evaluate(lambda a, b: tf.stack([a, b], -1), X, Y), np.stack([X, Y], -1)),
    ("unstack", lambda: evaluate(lambda a: tf.unstack(a, axis=1)[2], X), X[:, 2]),
    ("split", lambda: evaluate(lambda a: tf.split(a, [1, 3], 1)[1], X), X[:, 1:]),
    ("tile", lambda: evaluate(lambda a: tf.tile(a, [2, 1]), X), np.tile(X, [2, 1])),
    ("repeat", lambda: evaluate(lambda a: tf.repeat(a, [1, 2, 0], axis=0), X), np.repeat(X, [1, 2, 0], 0)),
    ("pad", lambda: evaluate(lambda a: tf.pad(a, [[1, 0], [0, 2]]), X), np.pad(X, [[1, 0], [0, 2]])),
    (
        "pad reflect",
        lambda: evaluate(lambda a: tf.pad(a, [[1, 0], [0, 2]], "REFLECT"), X),
        np.pad(X, [[1, 0], [0, 2]], "reflect"),
    ),
    ("reverse", lambda: evaluate(lambda a: tf.reverse(a, [1]), X), X[:, ::-1]),
    ("roll", lambda: evaluate(lambda a: tf.roll(a, 1, 0), X), np.roll(X, 1, 0)),
    ("broadcast_to", lambda: evaluate(lambda a: tf.broadcast_to(a, [2, 3, 4]), X), np.broadcast_to(X, [2, 3, 4])),
    ("slice", lambda: evaluate(lambda a: tf.slice(a, [1, 0], [-1, 2]), X), X[1:, :2]),
    ("item", lambda: evaluate(lambda a: a[..., None, 1:4:2], A), A[..., None, 1:4:2]),
    ("item negative", lambda: evaluate(lambda a: a[-1, ::-1], A), A[-1, ::-1]),
    ("item tensor", lambda: evaluate(lambda a, i: a[i[0]], X, I), X[2]),
    ("item mask", lambda: evaluate(lambda a: a[a > 0], X), X[X > 0]),
    ("gather", lambda: evaluate(lambda a, i: tf.gather(a, i, axis=1), X, I), X[:, I]),
    (
        "gather batch",
        lambda: evaluate(lambda a: tf.gather(a, [[0], [3], [1]], batch_dims=1), X),
        X[np.arange(3), [0, 3, 1]][:, None],
    ),
    ("gather_nd", lambda: evaluate(lambda a: tf.gather_nd(a, [[0, 1], [2, 3]]), X), [X[0, 1], X[2, 3]]),
    ("scatter_nd", lambda: evaluate(lambda: tf.scatter_nd([[1], [1]], [2.0, 3.0], [3])), [0, 5, 0]),
    ("one_hot", lambda: evaluate(lambda i: tf.one_hot(i, 3), I), np.eye(3)[I]),
    ("where", lambda: evaluate(lambda a: tf.where(a > 0, a, -a), X), np.abs(X)),
    ("where broadcast", lambda: evaluate(lambda a: tf2.where(a > 0, a, 0.0), X), np.where(X > 0, X, 0)),
    ("where positions", lambda: evaluate(lambda a: tf.where(a > 0), X), np.argwhere(X > 0)),
    ("boolean_mask", lambda: evaluate(lambda a: tf.boolean_mask(a, [True, False, True]), X), X[[0, 2]]),
    ("sequence_mask", lambda: evaluate(lambda i: tf.sequence_mask(i, 3), I), np.arange(3) < I[:, None]),
    ("meshgrid", lambda: evaluate(lambda: tf.meshgrid([1, 2], [3, 4, 5])[0]), np.meshgrid([1, 2], [3, 4, 5])[0]),
    ("range", lambda: evaluate(lambda: tf.range(3, 18, 3)), np.arange(3, 18, 3)),
    ("linspace", lambda: evaluate(lambda: tf.linspace(0.0, 1.0, 5)), np.linspace(0, 1, 5)),
    ("eye", lambda: evaluate(lambda: tf.eye(2, 3)), np.eye(2, 3)),
    ("fill", lambda: evaluate(lambda: tf.fill([2, 2], 7)), [[7, 7], [7, 7]]),
    ("zeros_like", lambda: evaluate(lambda a: tf.zeros_like(a, tf.int32), X), np.zeros(X.shape, np.int32)),
    ("ones_like", lambda: evaluate(tf.ones_like, X), np.ones_like(X)),
    ("unique", lambda: evaluate(lambda: tf.unique([3, 1, 3]).idx), [0, 1, 0]),
    ("sort", lambda: evaluate(lambda a: tf.sort(a, 0), Y), np.sort(Y, 0)),
    ("argsort", lambda: evaluate(lambda a: tf.argsort(a, 0), Y), np.argsort(Y, 0)),
    ("searchsorted", lambda: evaluate(lambda: tf.searchsorted([[1, 3, 5]], [[3, 4]])), [[1, 2]]),
    ("invert_permutation", lambda: evaluate(tf.invert_permutation, I), np.argsort(I)),
    ("dynamic_stitch", lambda: evaluate(lambda: tf.dynamic_stitch([[0, 2], [1]], [[1.0, 3.0], [2.0]])), [1, 2, 3]),
    ("diag_part", lambda: evaluate(tf.matrix_diag_part, X), np.diagonal(X)),
    ("band_part", lambda: evaluate(lambda a: tf.matrix_band_part(a, -1, 0), X), np.tril(X)),
    # Products
    ("matmul", lambda: evaluate(lambda a, b: tf.matmul(a, b, transpose_b=True), X, Y), X @ Y.T),
    ("matmul batch", lambda: evaluate(lambda a: tf.matmul(a, a, transpose_a=True), A), A.transpose(0, 2, 1) @ A),
    ("matvec", lambda: evaluate(lambda a: tf.linalg.matvec(a, [1.0, 2.0, 3.0, 4.0]), X), X @ np.array([1, 2, 3, 4])),
    ("tensordot", lambda: evaluate(lambda a, b: tf.tensordot(a, b, [[2], [1]]), A, X), np.tensordot(A, X, [[2], [1]])),
    ("einsum", lambda: evaluate(lambda a, b: tf.einsum("bij,kj->bik", a, b), A, X), np.einsum("bij,kj->bik", A, X)),
    ("norm", lambda: evaluate(lambda a: tf.norm(a, axis=1), X), np.linalg.norm(X, axis=1)),
    ("trace", lambda: evaluate(tf.trace, X), np.trace(X)),
    # Networks
    ("relu", lambda: evaluate(tf.nn.relu, X), np.maximum(X, 0)),
    ("relu6", lambda: evaluate(tf.nn.relu6, X * 5), np.clip(X * 5, 0, 6)),
    ("leaky_relu", lambda: evaluate(tf.nn.leaky_relu, X), np.where(X > 0, X, X * 0.2)),
    ("elu", lambda: evaluate(tf.nn.elu, X), np.where(X > 0, X, np.expm1(X))),
    ("softplus", lambda: evaluate(tf.nn.softplus, X), np.log1p(np.exp(X))),
    ("softsign", lambda: evaluate(tf.nn.softsign, X), X / (1 + np.abs(X))),
    ("swish", lambda: evaluate(tf.nn.swish, X), X * sigmoid(X)),
    ("gelu", lambda: evaluate(tf2.nn.gelu, X), X * (1 + erf(X / math.sqrt(2))) / 2),
    ("crelu", lambda: evaluate(tf.nn.crelu, X), np.maximum(np.concatenate([X, -X], -1), 0)),
    ("softmax", lambda: evaluate(tf.nn.softmax, X), softmax(X)),
    ("softmax axis", lambda: evaluate(lambda a: tf.nn.softmax(a, axis=0), X), softmax(X.T).T),
    ("log_softmax", lambda: evaluate(tf.nn.log_softmax, X), np.log(softmax(X))),
    (
        "softmax_cross_entropy",
        lambda: evaluate(lambda a, b: tf.nn.softmax_cross_entropy_with_logits_v2(labels=a, logits=b), softmax(Y), X),
        -(softmax(Y) * np.log(softmax(X))).sum(-1),
    ),
    (
        "sparse_softmax_cross_entropy",
        lambda: evaluate(lambda i, a: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=a), I, X),
        -np.log(softmax(X))[np.arange(3), I],
    ),
    (
        "sigmoid_cross_entropy",
        lambda: evaluate(lambda a, b: tf.nn.sigmoid_cross_entropy_with_logits(labels=a, logits=b), sigmoid(Y), X),
        -(sigmoid(Y) * np.log(sigmoid(X)) + (1 - sigmoid(Y)) * np.log(1 - sigmoid(X))),
    ),
    (
        "weighted_cross_entropy",
        lambda: evaluate(
            lambda a, b: tf.nn.weighted_cross_entropy_with_logits(labels=a, logits=b, pos_weight=3.0), sigmoid(Y), X
        ),
        -(3 * sigmoid(Y) * np.log(sigmoid(X)) + (1 - sigmoid(Y)) * np.log(1 - sigmoid(X))),
    ),
    ("l2_loss", lambda: evaluate(tf.nn.l2_loss, X), (X * X).sum() / 2),
    (
        "l2_normalize",
        lambda: evaluate(lambda a: tf.nn.l2_normalize(a, 1), X),
        X / np.linalg.norm(X, axis=1, keepdims=True),
    ),
    ("moments", lambda: evaluate(lambda a: tf.stack(tf.nn.moments(a, [0])), X), [X.mean(0), X.var(0)]),
    (
        "batch_normalization",
        lambda: evaluate(lambda a: tf.nn.batch_normalization(a, 1.0, 4.0, 2.0, 3.0, 0.0), X),
        (X - 1) / 2 * 3 + 2,
    ),
    ("bias_add", lambda: evaluate(lambda a: tf.nn.bias_add(a, [1.0, 2.0, 3.0, 4.0]), X), X + [1, 2, 3, 4]),
    (
        "xw_plus_b",
        lambda: evaluate(lambda a, b: tf.nn.xw_plus_b(a, tf.transpose(b), [1.0, 2.0, 3.0]), X, Y),
        X @ Y.T + [1, 2, 3],
    ),
    ("top_k", lambda: evaluate(lambda a: tf.nn.top_k(a, 2).values, Y), np.sort(Y, 1)[:, :1:-1]),
    ("in_top_k", lambda: evaluate(lambda a, i: tf.nn.in_top_k(a, i, 2), X, I), [True, False, False]),
    ("zero_fraction", lambda: evaluate(tf.nn.zero_fraction, np.maximum(X, 0)), 0.5),
    (
        "max_pool",
        lambda: evaluate(lambda a: tf.nn.max_pool(a[None, :, :, None], 2, 1, "VALID")[0, :, :, 0], X),
        np.maximum(np.maximum(X[:-1, :-1], X[1:, :-1]), np.maximum(X[:-1, 1:], X[1:, 1:])),
    ),
    (
        "avg_pool",
        lambda: evaluate(lambda a: tf.nn.avg_pool(a[None, :, :, None], 2, 1, "VALID")[0, :, :, 0], X),
        (X[:-1, :-1] + X[1:, :-1] + X[:-1, 1:] + X[1:, 1:]) / 4,
    ),
    (
        "conv2d",
        lambda: evaluate(lambda a: tf.nn.conv2d(a[None, :, :, None], tf.ones([2, 2, 1, 1]), 1, "VALID")[0, :, :, 0], X),
        X[:-1, :-1] + X[1:, :-1] + X[:-1, 1:] + X[1:, 1:],
    ),
    (
        "conv1d",
        lambda: evaluate(lambda a: tf.nn.conv1d(a[:, :, None], tf.ones([2, 1, 1]), 1, "VALID")[:, :, 0], X),
        X[:, :-1] + X[:, 1:],
    ),
    ("embedding_lookup parts", lambda: evaluate(lambda a, i: tf.nn.embedding_lookup([a[::2], a[1::2]], i), X, I), X[I]),
    # Clipping
    ("clip_by_value", lambda: evaluate(lambda a: tf.clip_by_value(a, -1, 1), X), np.clip(X, -1, 1)),
    ("clip_by_norm", lambda: evaluate(lambda a: tf.clip_by_norm(a, 1.0), X), X / np.linalg.norm(X)),
    (
        "global_norm",
        lambda: evaluate(lambda a, b: tf.global_norm([a, None, b]), X, Y),
        np.sqrt((X * X).sum() + (Y * Y).sum()),
    ),
    (
        "clip_by_global_norm",
        lambda: evaluate(lambda a: tf.clip_by_global_norm([a, None], 2.0)[0][0], X),
        2 * X / np.linalg.norm(X),
    ),
]


@pytest.mark.parametrize("compute, expected", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
@skip_missing_ops
def test_value(compute, expected):
    found = compute()
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


def test_clip_by_global_norm_of_infinity_is_nan():
    found = evaluate(lambda a: tf.clip_by_global_norm([a], 1.0)[0][0], np.array([np.inf, 1], np.float32))
    assert np.isnan(found).all()


@pytest.mark.parametrize("rate", [0.25, 0.9])
def test_dropout_keeps_the_mean(rate):
    ones = np.ones([200, 200], np.float32)
    found = evaluate(lambda a: tf.nn.dropout(a, rate=rate, seed=1), ones)
    kept = found != 0
    np.testing.assert_allclose(found[kept], 1 / (1 - rate), rtol=1e-6)
    assert abs(kept.mean() - (1 - rate)) < 0.01


def test_dropout_rate_zero_takes_a_seed():
    def second(rate):
        with tf.Graph().as_default():
            tf.set_random_seed(3)
            tf.nn.dropout(tf.ones([2]), rate=rate)
            return tf.Session().run(tf.random_uniform([4]))

    np.testing.assert_array_equal(second(0), second(0.5))


def test_random_numbers_follow_from_the_graph_seed():
    """The numbers of TensorFlow 2.15.1 for graph seed 1234, first op."""
    with tf.Graph().as_default():
        tf.set_random_seed(1234)
        a, b = tf.random_uniform([3]), tf.random_uniform([3], seed=7)
        with tf.Session() as session:
            first = session.run([a, b])
        with tf.Session() as session:
            second = session.run([a, b])
    np.testing.assert_array_equal(first, second)
