"""Regular expressions, formatted text, decompositions of matrices, and joins and slices of sparse tensors."""

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf


def _run(build):
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(build())


_RNG = np.random.RandomState(4)
SQUARE = _RNG.rand(2, 3, 3) + 2 * np.eye(3)
DEFINITE = SQUARE @ SQUARE.transpose(0, 2, 1)
RIGHT = _RNG.rand(2, 3, 2)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: tf.linalg.inv(SQUARE), np.linalg.inv(SQUARE)),
        (lambda: tf.linalg.inv(SQUARE, adjoint=True), np.linalg.inv(SQUARE.transpose(0, 2, 1))),
        (lambda: tf.linalg.det(SQUARE), np.linalg.det(SQUARE)),
        (lambda: tf.linalg.solve(SQUARE, RIGHT), np.linalg.solve(SQUARE, RIGHT)),
        (lambda: tf.linalg.triangular_solve(np.tril(SQUARE), RIGHT), np.linalg.solve(np.tril(SQUARE), RIGHT)),
        (
            lambda: tf.linalg.triangular_solve(np.triu(SQUARE), RIGHT, lower=False),
            np.linalg.solve(np.triu(SQUARE), RIGHT),
        ),
        (lambda: tf.cholesky(DEFINITE), np.linalg.cholesky(DEFINITE)),
    ],
)
def test_matrices(build, expected):
    np.testing.assert_allclose(_run(build), expected, rtol=1e-10)


def _symmetric(x):
    return x + tf.linalg.transpose(x)


@pytest.mark.parametrize(
    "function",
    [
        tf.linalg.inv,
        tf.linalg.det,
        lambda x: tf.linalg.solve(x, tf.constant(RIGHT)),
        lambda x: tf.cholesky(_symmetric(x)),
    ],
)
def test_gradients_of_matrices(function):
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float64, [2, 3, 3])
        y = tf.reduce_sum(tf.sin(function(x)))
        (gradient,) = tf.gradients(y, x)
        value = DEFINITE + 0.1 * SQUARE
        found = session.run(gradient, {x: value})
        for index in np.ndindex(*value.shape):
            high, low = value.copy(), value.copy()
            high[index] += 1e-6
            low[index] -= 1e-6
            slope = (session.run(y, {x: high}) - session.run(y, {x: low})) / 2e-6
            np.testing.assert_allclose(found[index], slope, rtol=1e-5, atol=1e-7)


def test_not_definite():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cholesky"):
        _run(lambda: tf.cholesky(-np.eye(2)))


def test_regular_expressions():
    text = [b"one 1", b"two 22", b""]
    assert list(_run(lambda: tf.strings.regex_replace(text, "[0-9]+", "#"))) == [b"one #", b"two #", b""]
    assert list(_run(lambda: tf.strings.regex_replace(["aaa"], "a", "b", replace_global=False))) == [b"baa"]
    assert list(_run(lambda: tf.strings.regex_replace(["x-y"], r"(\w)-(\w)", r"\2-\1"))) == [b"y-x"]
    assert list(_run(lambda: tf.strings.regex_full_match(text, "[a-z]+ [0-9]"))) == [True, False, False]
    pattern = tf.constant
    assert list(_run(lambda: tf.strings.regex_full_match(text, pattern("t.*")))) == [False, True, False]
    assert list(_run(lambda: tf.strings.regex_replace(text, pattern("[a-z]"), pattern("")))) == [b" 1", b" 22", b""]


def test_wrong_regular_expression():
    with pytest.raises((tf.errors.InvalidArgumentError, ValueError)):
        _run(lambda: tf.strings.regex_replace(["a"], "(", "b"))


def test_formatted_text():
    assert (
        _run(lambda: tf.strings.format("x = {}, y = {}", (tf.constant([1, 2]), tf.constant(0.5))))
        == b"x = [1 2], y = 0.5"
    )


def test_sparse_tensors():
    a = tf.SparseTensorValue([[0, 1], [1, 0]], np.array([1.0, 2.0], np.float32), [2, 2])
    b = tf.SparseTensorValue([[1, 2]], np.array([3.0], np.float32), [2, 3])

    def dense(build):
        return _run(lambda: tf.sparse.to_dense(build())).tolist()

    first, second = (lambda: tf.SparseTensor(*a)), (lambda: tf.SparseTensor(*b))
    assert dense(lambda: tf.sparse.concat(1, [first(), second()])) == [[0, 1, 0, 0, 0], [2, 0, 0, 0, 3]]
    assert dense(lambda: tf.sparse.concat(0, [first(), first()])) == [[0, 1], [2, 0], [0, 1], [2, 0]]
    assert dense(lambda: tf.sparse.slice(second(), [1, 1], [1, 2])) == [[0, 3]]


def test_rows_of_several_tensors():
    def build():
        parts = [tf.constant([[1.0], [3.0]]), tf.constant([[2.0], [4.0]])]
        return tf.nn.embedding_lookup(parts, [3, 0, 1]), tf.dynamic_stitch([[0, 2], [1]], [[[1.0], [3.0]], [[2.0]]])

    rows, stitched = _run(build)
    assert rows.tolist() == [[4], [1], [2]]
    assert stitched.tolist() == [[1], [2], [3]]
