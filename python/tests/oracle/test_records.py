"""Examples, datasets and tables beside TensorFlow: each case of the programs gives the same, to the letter of messages."""

import pytest


@pytest.mark.parametrize(("program", "count"), [("records", 90), ("datasets", 49)])
def test_everything_is_the_same(both, program, count):
    runs = both(program)
    ours, theirs = runs["swift"][0]["results"], runs["tf"][0]["results"]
    assert ours.keys() == theirs.keys() and len(ours) == count
    assert {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]} == {}
