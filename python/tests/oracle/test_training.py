"""The same program, seeds and batches: the same weights to start with, and losses that follow TensorFlow's."""

import numpy as np
import pytest
from conftest import array


def largest_difference(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    assert len(found) == len(expected)
    return float(np.max(np.abs(found - expected) / np.abs(expected)))


def check(ours, theirs, tolerance):
    assert ours["first"] == theirs["first"], "initial weights differ"
    assert largest_difference(ours["losses"], theirs["losses"]) < tolerance
    assert ours["last"].keys() == theirs["last"].keys()


@pytest.mark.parametrize("program, tolerance", [("mlp_adam", 1e-5), ("cnn", 1e-3), ("wide_deep", 1e-5)])
def test_losses(both, program, tolerance):
    runs = both(program)
    check(runs["swift"][0], runs["tf"][0], tolerance)


@pytest.mark.parametrize("name", ["momentum", "rmsprop", "ftrl", "adadelta", "proximal"])
def test_optimizers(both, name):
    runs = both("optimizers")
    ours, theirs = runs["swift"][0]["results"][name], runs["tf"][0]["results"][name]
    check(ours, theirs, 2e-4)
    for key, entry in theirs["last"].items():
        np.testing.assert_allclose(array(ours["last"][key]), array(entry), rtol=2e-3, atol=2e-4, err_msg=key)


def test_evaluation_and_predictions(both):
    runs = both("mlp_adam")
    ours, theirs = runs["swift"][0], runs["tf"][0]
    assert ours["evaluation"].keys() == theirs["evaluation"].keys()
    for key, value in theirs["evaluation"].items():
        assert ours["evaluation"][key] == pytest.approx(value, rel=1e-4), key
    np.testing.assert_allclose(ours["predictions"], theirs["predictions"], rtol=1e-3, atol=1e-6)
