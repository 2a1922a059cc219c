"""Tables of cases end the same way under TensorFlow and here; data/cases_*.json, which test_cases.py expects, is TensorFlow's."""

import json

import pytest
from conftest import PROGRAMS, run_program
from test_rules import compare

DATA = PROGRAMS.parents[1] / "data"


def without_messages(results):
    return {n: {k: v for k, v in r.items() if k != "message"} for n, r in results.items()}


@pytest.mark.parametrize("program", ["cases_spec", "cases_config", "cases_estimator", "cases_arrays"])
def test_stored_outcomes_are_tensorflows(tmp_path, program):
    found, _ = run_program(program, "tf", tmp_path / "model")
    assert without_messages(found) == json.loads((DATA / f"{program}.json").read_text())


@pytest.mark.parametrize("program", ["cases_metrics", "cases_losses", "cases_layers", "cases_training", "cases_files"])
def test_stored_numbers_are_tensorflows(tmp_path, program):
    found, _ = run_program(program, "tf", tmp_path / "model")
    compare(without_messages(found), json.loads((DATA / f"{program}.json").read_text()))
