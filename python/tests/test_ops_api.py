"""Names of the API: each resolves, and operators work on every side."""

import subprocess
import sys

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from swiftestimator._api.table import names
from swiftestimator._api.table_ops import TABLE


@pytest.mark.parametrize("version", [1, 2])
def test_every_name_resolves(version):
    import importlib

    for path, (entries, _) in names(version).items():
        for name, (module, attribute) in entries.items():
            if module in TABLE:
                assert hasattr(importlib.import_module(f"swiftestimator.{module}"), attribute), f"{path}.{name}"


def test_import_is_light():
    program = "import swiftestimator, sys; print([m for m in sys.modules if '._ops' in m or '._framework' in m])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_operators_with_python_numbers_first():
    with tf.Graph().as_default():
        x = tf.constant([1.0, 4.0])
        parts = [1.0 + x, 3 - x, 2 * x, 8 / x, 9 // x, 9 % x, 2**x, np.float32(2) * x, np.ones(2, np.float32) + x]
        found = tf.Session().run(parts)
    v = np.array([1, 4], np.float32)
    expected = [1 + v, 3 - v, 2 * v, 8 / v, 9 // v, 9 % v, 2**v, 2 * v, 1 + v]
    for a, b in zip(found, expected):
        np.testing.assert_allclose(a, b)


def test_equality_is_identity():
    with tf.Graph().as_default():
        x, y = tf.constant(1), tf.constant(1)
        assert x == x and x != y and {x: 1}[x] == 1


def test_composites_are_fetched_and_fed():
    with tf.Graph().as_default():
        placeholder = tf.sparse_placeholder(tf.float32)
        doubled = placeholder.with_values(placeholder.values * 2.0)
        value = tf.SparseTensorValue(np.array([[0, 1]]), np.array([3], np.float32), np.array([2, 2]))
        found = tf.Session().run(doubled, {placeholder: value})
    assert isinstance(found, tf.SparseTensorValue)
    np.testing.assert_array_equal(found.values, [6])
    np.testing.assert_array_equal(found.dense_shape, [2, 2])


def test_indexed_slices_become_dense():
    with tf.Graph().as_default():
        slices = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([2, 2]), tf.constant([3, 1]))
        assert tf.is_tensor(slices) and slices.shape.as_list() == [3, 1]
        np.testing.assert_array_equal(tf.Session().run(tf.convert_to_tensor(slices)), [[0], [0], [3]])


def test_static_values():
    with tf.Graph().as_default():
        assert tf.get_static_value(tf.constant(3)) == 3
        assert tf.get_static_value(tf.placeholder(tf.int32)) is None
        x = tf.placeholder(tf.float32, [2, None])
        assert tf.shape(tf.zeros([2, 3])).op.type == "Const" and tf.shape(x).op.type == "Shape"
