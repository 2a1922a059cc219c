"""Random calls of ops and builders; ``stress/fuzz_ops.py`` and ``fuzz_builders.py`` run as many as one likes."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "stress"))

import fuzz_builders  # noqa: E402
import fuzz_ops  # noqa: E402
from swiftestimator._framework.op_call import op_names  # noqa: E402

PARTS = 8
CASES = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_random_calls(part):
    assert fuzz_ops.fuzz_several(sorted(set(op_names()) - fuzz_ops.HARMFUL)[part::PARTS], 0, CASES) == []


@pytest.mark.parametrize("seed", range(3))
def test_random_arguments_of_builders(seed):
    assert fuzz_builders.fuzz(seed) == []
