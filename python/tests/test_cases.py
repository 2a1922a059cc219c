"""Thousands of small cases end as data/cases_*.json says: as under TensorFlow. Numbers are compared with a tolerance."""

import json
import pathlib

import pytest
from test_rules import compare, run

DATA = pathlib.Path(__file__).parent / "data"


@pytest.mark.parametrize("program", ["cases_spec", "cases_config", "cases_estimator", "cases_arrays"])
def test_cases(tmp_path, program):
    expected = json.loads((DATA / f"{program}.json").read_text())
    found = {n: {k: v for k, v in r.items() if k != "message"} for n, r in run(program, tmp_path).items()}
    assert found.keys() == expected.keys()
    assert {n: (found[n], expected[n]) for n in expected if found[n] != expected[n]} == {}


@pytest.mark.parametrize("program", ["cases_metrics", "cases_losses", "cases_layers", "cases_training", "cases_files"])
def test_cases_with_numbers(tmp_path, program):
    expected = json.loads((DATA / f"{program}.json").read_text())
    found = {n: {k: v for k, v in r.items() if k != "message"} for n, r in run(program, tmp_path).items()}
    assert found.keys() == expected.keys()
    for name, outcome in expected.items():
        compare(found[name], outcome, name)
