"""A short form of ``stress/resume_test.py``."""

import os
import subprocess
import sys

import pytest

SCRIPT = os.path.join(os.path.dirname(__file__), "stress", "resume_test.py")


def _run(*arguments):
    process = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]


def test_killed_training_ends_like_an_unbroken_one():
    _run("--kills", "3", "--steps", "150")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dataset", "arrays", "unseeded"])
def test_many_kills(kind):
    _run("--kills", "100", "--kind", kind)
