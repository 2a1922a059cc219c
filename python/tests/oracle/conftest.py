"""Runs a program on TensorFlow 2.15 and on swiftestimator.

The environment variable SWIFTESTIMATOR_ORACLE_PYTHON names a Python that has TensorFlow; without it these tests are
skipped.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ORACLE = os.environ.get("SWIFTESTIMATOR_ORACLE_PYTHON")
PROGRAMS = pathlib.Path(__file__).parent / "programs"


def pytest_collection_modifyitems(items):
    for item in items:
        if pathlib.Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.oracle)
            if not ORACLE:
                item.add_marker(pytest.mark.skip(reason="SWIFTESTIMATOR_ORACLE_PYTHON names no Python with TensorFlow"))


def run_program(program, side, folder, environment=None):
    """(results, text of standard error) of a program on ``side``: ``tf`` or ``swift``; its model_dir is ``folder``."""
    path = PROGRAMS / f"{program}.py"
    results = pathlib.Path(f"{folder}.json")
    start = [ORACLE] if side == "tf" else [sys.executable, "-m", "swiftestimator", "--tf", "1"]
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": f"{PROGRAMS}", **(environment or {})}
    if side == "swift":
        env["PYTHONPATH"] = os.pathsep.join([str(PROGRAMS), *sys.path])
    done = subprocess.run(
        [*start, str(path), str(results), str(folder)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(results.read_text()), done.stderr


@pytest.fixture(scope="session")
def both(tmp_path_factory):
    """``both(program)``: {side: (results, log, model_dir)}, each program run once."""

    @functools.lru_cache
    def run(program):
        folder = tmp_path_factory.mktemp(program)
        return {side: (*run_program(program, side, folder / side), folder / side) for side in ("tf", "swift")}

    return run


def array(entry):
    """An array from its exact form."""
    return np.frombuffer(bytes.fromhex(entry["hex"]), entry["dtype"]).reshape(entry["shape"])
