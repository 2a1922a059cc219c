"""What the tests of the ops share."""

import functools

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf

X = np.linspace(-2, 2, 12).reshape(3, 4).astype(np.float32)
Y = X[::-1] * np.float32(0.7) + np.float32(0.1)
I = np.array([2, 0, 1], np.int32)  # noqa: E741 (the name in the programs)


def skip_missing_ops(test):
    """Skips a test that needs an op which the engine does not have, naming it."""

    @functools.wraps(test)
    def wrapped(*args, **kwargs):
        try:
            return test(*args, **kwargs)
        except NotImplementedError as error:
            pytest.skip(str(error))

    return wrapped


def evaluate(build, *arrays):
    """The value of ``build(*tensors)`` in a new graph, with a placeholder for each array."""
    with tf.Graph().as_default():
        inputs = [tf.placeholder(tf.as_dtype(a.dtype), a.shape) for a in map(np.asarray, arrays)]
        result = build(*inputs)
        with tf.Session() as session:
            return session.run(result, dict(zip(inputs, arrays)))
