"""A short form of ``stress/kill_test.py``."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_killed_trainings_resume():
    script = os.path.join(os.path.dirname(__file__), "stress", "kill_test.py")
    process = subprocess.run([sys.executable, script, "--runs", "20"], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
