"""TensorFlow itself gives the errors, traces and numbers that test_rules.py expects."""

import json

from conftest import PROGRAMS, run_program


def test_stored_behaviour_is_tensorflows(tmp_path):
    found, _ = run_program("behaviour", "tf", tmp_path / "model")
    stored = json.loads((PROGRAMS.parents[1] / "data" / "behaviour.json").read_text())
    assert found["results"] == stored


# TensorFlow restores a resource variable of another shape without a word, and refuses a reference variable (what
# tf.disable_v2_behavior makes) with the error that we raise for both.
STRICTER = {"estimator_restore_shape"}


def test_rules_are_tensorflows(tmp_path):
    results, _ = run_program("rules", "tf", tmp_path / "model")
    assert {name for name, r in results.items() if not r["right"]} <= STRICTER
