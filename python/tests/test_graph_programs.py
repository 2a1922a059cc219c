"""Small programs of graphs, conversions, operators, variables, control flow, sessions, datasets, images and recurrent cells.

``data/graph_programs.jsonl`` has for each program what it ends in under TensorFlow 2.15.1, as
``oracle/programs/graph_programs.py`` describes it: types, names, static shapes and values, or the class of the error.
"""

import json
import math
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
PROGRAM = HERE / "oracle" / "programs" / "graph_programs.py"
LINES = [json.loads(line) for line in (HERE / "data" / "graph_programs.jsonl").read_text().splitlines()]
EXPECTED = {line["program"]: line["expected"] for line in LINES if "program" in line}
SETUPS = sorted({line.get("setup", "plain") for line in LINES if "program" in line})


def same(found, expected):
    """Numbers within 1e-5 of each other, everything else equal."""
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float) and isinstance(found, int | float):
        both_nan = math.isnan(expected) and math.isnan(found)
        return found == expected or both_nan or abs(found - expected) <= 1e-6 + 1e-5 * abs(expected)
    return found == expected and type(found) is type(expected)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    results = tmp_path_factory.mktemp("graph_programs") / "results.json"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "swiftestimator", "--tf", "2", str(PROGRAM), str(results)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(results.read_text())


@pytest.mark.parametrize("setup", SETUPS)
def test_programs_end_as_under_tensorflow(outcomes, setup):
    programs = [p["program"] for p in LINES if "program" in p and p.get("setup", "plain") == setup]
    assert len(programs) >= 30
    wrong = {p: (outcomes[p], EXPECTED[p]) for p in programs if not same(outcomes[p], EXPECTED[p])}
    assert wrong == {}
