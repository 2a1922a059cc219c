"""TensorFlow itself gives the results that test_sessions.py compares with."""

import json

import pytest
from conftest import PROGRAMS, run_program


@pytest.mark.parametrize("program", ["sessions", "monitored", "hooks"])
def test_stored_results_are_tensorflows(program, tmp_path):
    found, _ = run_program(program, "tf", tmp_path / "model", {"TMPDIR": str(tmp_path)})
    stored = json.loads((PROGRAMS.parents[1] / "data" / f"{program}.json").read_text())
    assert {name: result["value"] for name, result in found.items()} == stored
