"""Errors, hook traces and numbers of whole programs, against values that TensorFlow 2.15 gives for the same programs.

``data/behaviour.json`` holds what ``oracle/programs/behaviour.py`` reports under TensorFlow; ``oracle/test_behaviour.py``
shows that it still does.
"""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

PROGRAMS = pathlib.Path(__file__).parent / "oracle" / "programs"
EXPECTED = json.loads((pathlib.Path(__file__).parent / "data" / "behaviour.json").read_text())
RTOL = 1e-5


def run(program, folder):
    results = folder / "results.json"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROGRAMS), *sys.path])}
    command = [sys.executable, "-m", "swiftestimator", "--tf", "1", str(PROGRAMS / f"{program}.py")]
    done = subprocess.run(
        [*command, str(results), str(folder / "model")], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(results.read_text())


def compare(found, expected, path=""):
    """Numbers within a tolerance, everything else equal."""
    assert isinstance(found, type(expected)) or isinstance(expected, int | float), path
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), path
        for key, value in expected.items():
            compare(found[key], value, f"{path}/{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), (path, found, expected)
        for index, value in enumerate(expected):
            compare(found[index], value, f"{path}/{index}")
    elif isinstance(expected, float):
        np.testing.assert_allclose(found, expected, rtol=RTOL, atol=1e-6, err_msg=path)
    else:
        assert found == expected, path


@pytest.fixture(scope="module")
def behaviour(tmp_path_factory):
    return run("behaviour", tmp_path_factory.mktemp("behaviour"))["results"]


@pytest.mark.parametrize("key", EXPECTED)
def test_behaviour(behaviour, key):
    compare(behaviour[key], EXPECTED[key], key)


@pytest.mark.parametrize("key", ["draws", "shuffle_seeded", "shuffle_graph", "average"])
def test_bits(behaviour, key):
    assert behaviour[key] == EXPECTED[key]


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return run("rules", tmp_path_factory.mktemp("rules"))


def wrong(results, names):
    return {n: results[n] for n in names if not results[n]["right"]}


def test_rules(rules):
    assert len(rules) > 100
    assert not wrong(rules, rules.keys())
