"""Complex tensors: constants, feeds, arithmetic, functions and gradients, compared with NumPy."""

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf

A = np.array([1 + 2j, -3 + 0.5j, 0.25 - 4j, 2 - 1j])
B = np.array([0.5 - 1j, 2j, 1 + 1j, -1])
TYPES = [np.complex64, np.complex128]
TOLERANCE = {np.complex64: 1e-5, np.complex128: 1e-13}


def _run(build, feeds=None):
    with tf.Graph().as_default(), tf.Session() as session:
        fetches = build()
        return session.run(fetches, feeds)


def _close(actual, expected, kind):
    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE[kind], atol=TOLERANCE[kind])


@pytest.mark.parametrize("kind", TYPES)
def test_constants_and_feeds(kind):
    a = A.astype(kind)
    dtype = tf.as_dtype(kind)
    for value in (a, list(a), a.reshape(2, 2), a[0]):
        result = _run(lambda value=value: tf.constant(value, dtype=dtype))
        assert result.dtype == kind
        np.testing.assert_array_equal(result, np.asarray(value))
    np.testing.assert_array_equal(_run(lambda: tf.constant([1, 2.5], dtype=dtype)), np.array([1, 2.5], kind))
    assert _run(lambda: tf.zeros([2], dtype)).dtype == kind
    np.testing.assert_array_equal(_run(lambda: tf.ones_like(tf.constant(a))), np.ones(4, kind))
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(dtype, [None])
        for _ in range(2):
            np.testing.assert_array_equal(session.run(x * 2, {x: a}), a * 2)
            np.testing.assert_array_equal(session.run(x, {x: list(a)}), a)


def test_scalars_of_python():
    assert _run(lambda: tf.constant(1 + 2j)) == 1 + 2j
    assert _run(lambda: tf.constant(1 + 2j)).dtype == np.complex128
    assert _run(lambda: tf.constant(1 + 2j, tf.complex64)).dtype == np.complex64
    np.testing.assert_array_equal(_run(lambda: 2j * tf.constant(A)), 2j * A)
    np.testing.assert_array_equal(_run(lambda: tf.constant(A) - (1 - 1j)), A - (1 - 1j))
    with tf.Graph().as_default(), pytest.raises(TypeError, match="Expected float32, but got .* of type 'complex'"):
        tf.constant(1 + 2j, dtype=tf.float32)


PARTS = {"real": np.real, "imag": np.imag, "conj": np.conj, "abs": np.abs, "angle": np.angle}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", PARTS)
def test_parts(kind, name):
    result = _run(lambda: getattr(tf, name)(tf.constant(A.astype(kind))))
    assert result.dtype == PARTS[name](A.astype(kind)).dtype
    _close(result, PARTS[name](A), kind)


@pytest.mark.parametrize("kind", TYPES)
def test_complex_of_parts(kind):
    a = A.astype(kind)
    result = _run(lambda: tf.complex(tf.constant(a.real), tf.constant(a.imag)))
    assert result.dtype == kind
    np.testing.assert_array_equal(result, a)
    grid = _run(lambda: tf.complex(tf.constant(a.real.reshape(4, 1)), tf.constant(a.imag)))
    np.testing.assert_array_equal(grid, a.real.reshape(4, 1) + 1j * a.imag)
    with tf.Graph().as_default(), pytest.raises(TypeError, match="incorrect types: float32 float64"):
        tf.complex(tf.constant(1.0), tf.constant(1.0, tf.float64))


FUNCTIONS = """negative square sqrt exp log sin cos tan tanh sinh cosh asin acos atan asinh acosh atanh reciprocal log1p
expm1 sigmoid rsqrt sign""".split()
NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh"}
NAMES |= {"atanh": "arctanh"}
FORMULAS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "rsqrt": lambda x: 1 / np.sqrt(x), "sign": lambda x: x / np.abs(x),
    "log1p": lambda x: np.where(np.abs(x) < 1e-6, x - x * x / 2, np.log(1 + x)),
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(kind, name):
    function = FORMULAS.get(name) or getattr(np, NAMES.get(name, name))
    result = _run(lambda: getattr(tf.math, name)(tf.constant(A.astype(kind))))
    assert result.dtype == kind
    _close(result, function(A), kind)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_far_away(name):
    """Large and tiny numbers, on both sides of the cuts."""
    if name in ("expm1", "exp", "sinh", "cosh", "sin", "cos", "square", "sigmoid"):
        values = np.array([30 + 1j, -30 - 2j, 1e-9 + 1e-9j, 1 - 30j, -1e-12j])
    else:
        values = np.array([1e8 + 1j, -1e8 - 2j, 1e-9 + 1e-9j, 1 - 1e8j, 300 + 300j])
    function = FORMULAS.get(name) or getattr(np, NAMES.get(name, name))
    result = _run(lambda: getattr(tf.math, name)(tf.constant(values)))
    np.testing.assert_allclose(result, function(values), rtol=1e-9)


@pytest.mark.parametrize("kind", TYPES)
def test_arithmetic(kind):
    a, b = A.astype(kind), B.astype(kind)
    pairs = [
        (lambda x, y: x + y, a + b), (lambda x, y: x - y, a - b), (lambda x, y: x * y, a * b),
        (lambda x, y: x / y, a / b), (lambda x, y: -x, -a), (tf.pow, a**b),
        (lambda x, y: tf.add_n([x, y, y]), a + b + b), (lambda x, y: tf.reduce_sum(x * y), (a * b).sum()),
        (lambda x, y: tf.reduce_mean(x), a.mean()), (lambda x, y: tf.reduce_prod(x), a.prod()),
        (tf.squared_difference, np.abs(a - b) ** 2),
        (lambda x, y: tf.cumsum(tf.reshape(x, [2, 2]), 1, reverse=True), np.cumsum(a.reshape(2, 2)[:, ::-1], 1)[:, ::-1]),
        (lambda x, y: tf.cumprod(x, exclusive=True), np.concatenate([[1], np.cumprod(a)[:-1]])),
        (lambda x, y: tf.matmul(tf.reshape(x, [2, 2]), tf.reshape(y, [2, 2])), a.reshape(2, 2) @ b.reshape(2, 2)),
        (
            lambda x, y: tf.matmul(tf.reshape(x, [2, 2]), tf.reshape(y, [2, 2]), adjoint_a=True),
            a.reshape(2, 2).conj().T @ b.reshape(2, 2),
        ),
        (
            lambda x, y: tf.matmul(tf.reshape(x, [1, 2, 2]), tf.reshape(y, [1, 2, 2]), adjoint_b=True),
            (a.reshape(2, 2) @ b.reshape(2, 2).conj().T)[None],
        ),
        (lambda x, y: tf.transpose(tf.reshape(x, [2, 2]), conjugate=True), a.reshape(2, 2).conj().T),
        (lambda x, y: tf.where([True, False, True, False], x, y), np.where([1, 0, 1, 0], a, b)),
        (lambda x, y: tf.concat([x, y], 0)[2:6], np.concatenate([a, b])[2:6]),
    ]  # fmt: skip
    for build, expected in pairs:
        result = _run(lambda build=build: build(tf.constant(a), tf.constant(b)))
        assert result.dtype == kind
        _close(result, expected, kind)
    assert _run(lambda: tf.equal(tf.constant(a), a)).all()


@pytest.mark.parametrize("kind", TYPES)
def test_casts(kind):
    a = A.astype(kind)
    for target in (tf.complex64, tf.complex128, tf.float32, tf.float64, tf.int32):
        result = _run(lambda target=target: tf.cast(tf.constant(a), target))
        wanted = a if target.is_complex else a.real
        np.testing.assert_array_equal(result, wanted.astype(target.as_numpy_dtype))
    for source in (np.float32, np.float64, np.int32, bool, np.uint8):
        values = np.array([0, 1, 1], source)
        np.testing.assert_array_equal(_run(lambda v=values: tf.cast(tf.constant(v), kind)), values.astype(kind))


def test_variables():
    with tf.Graph().as_default(), tf.Session() as session:
        w = tf.get_variable("w", initializer=A, use_resource=True)
        session.run(w.initializer)
        np.testing.assert_array_equal(session.run(w.assign_add(B)), A + B)


def test_what_has_no_kernel_names_the_type():
    with tf.Graph().as_default(), tf.Session() as session:
        with pytest.raises(TypeError, match="complex64"):
            tf.maximum(tf.constant(A.astype(np.complex64)), 1)
        with pytest.raises(tf.errors.OpError, match="complex64"):
            session.run(tf.math.unsorted_segment_sum(tf.constant(A.astype(np.complex64)), [0, 1, 0, 1], 2))


GRADIENTS = {
    "abs": (tf.abs, lambda x: np.abs(x)),
    "real": (tf.real, lambda x: x.real),
    "imag": (tf.imag, lambda x: x.imag),
    "angle": (tf.angle, lambda x: np.angle(x)),
    "norm": (lambda x: tf.real(tf.conj(x) * x), lambda x: np.abs(x) ** 2),
    "product": (lambda x: tf.abs(x * B), lambda x: np.abs(x * B)),
    "quotient": (lambda x: tf.imag(B / x), lambda x: (B / x).imag),
    "difference": (lambda x: tf.abs(tf.squared_difference(x, B)), lambda x: np.abs(x - B) ** 2),
    "square": (lambda x: tf.imag(tf.square(x)), lambda x: (x**2).imag),
    "power": (lambda x: tf.imag(tf.pow(x, 3)), lambda x: (x**3).imag),
    "exp": (lambda x: tf.real(tf.exp(x)), lambda x: np.exp(x).real),
    "log": (lambda x: tf.imag(tf.log(x)), lambda x: np.log(x).imag),
    "sqrt": (lambda x: tf.imag(tf.sqrt(x)), lambda x: np.sqrt(x).imag),
    "rsqrt": (lambda x: tf.real(tf.rsqrt(x)), lambda x: (1 / np.sqrt(x)).real),
    "reciprocal": (lambda x: tf.imag(tf.reciprocal(x)), lambda x: (1 / x).imag),
    "tanh": (lambda x: tf.imag(tf.tanh(x)), lambda x: np.tanh(x).imag),
    "sigmoid": (lambda x: tf.imag(tf.sigmoid(x)), lambda x: (1 / (1 + np.exp(-x))).imag),
    "sin": (lambda x: tf.real(tf.sin(x)), lambda x: np.sin(x).real),
    "prod": (lambda x: tf.real(tf.reduce_prod(x)), lambda x: np.prod(x).real),
    "matmul": (
        lambda x: tf.real(tf.matmul(tf.reshape(x, [2, 2]), B.reshape(2, 2))),
        lambda x: (x.reshape(2, 2) @ B.reshape(2, 2)).real,
    ),
    "adjoint": (
        lambda x: tf.imag(tf.matmul(tf.reshape(x, [2, 2]), B.reshape(2, 2), adjoint_a=True)),
        lambda x: (x.reshape(2, 2).conj().T @ B.reshape(2, 2)).imag,
    ),
    "transpose": (
        lambda x: tf.imag(tf.transpose(tf.reshape(x, [2, 2]), conjugate=True)) * [[1.0, 2], [3, 4]],
        lambda x: x.reshape(2, 2).conj().T.imag * [[1.0, 2], [3, 4]],
    ),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(name):
    """Of a real function, the gradient is its slope along the real axis, plus i times that along the imaginary one."""
    build, function = GRADIENTS[name]

    def gradient():
        x = tf.constant(A)
        return tf.gradients(build(x), x)[0]

    step = 1e-6
    expected = np.zeros(4, complex)
    for i in range(4):
        for direction in (1, 1j):
            offset = np.zeros(4, complex)
            offset[i] = step * direction
            slope = (np.sum(function(A + offset)) - np.sum(function(A - offset))) / (2 * step)
            expected[i] += slope * direction
    np.testing.assert_allclose(_run(gradient), expected, rtol=1e-6, atol=1e-7)


def test_gradient_of_parts():
    def gradient():
        real, imag = tf.constant(A.real), tf.constant(A.imag)
        return tf.gradients(tf.abs(tf.complex(real, imag)), [real, imag])

    real, imag = _run(gradient)
    np.testing.assert_allclose(real, A.real / np.abs(A))
    np.testing.assert_allclose(imag, A.imag / np.abs(A))
