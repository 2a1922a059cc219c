"""Savers, warm starts, summaries and graph files: the same programs on both sides, and each one's files on the other."""

import numpy as np
import pytest
from conftest import run_program


def compare(ours, theirs, exceptions=()):
    assert ours.keys() == theirs.keys()
    different = {k: (ours[k], theirs[k]) for k in ours if ours[k] != theirs[k] and k not in exceptions}
    assert not different


def test_savers(both):
    runs = both("saver_rules")
    ours, theirs = (dict(runs[side][0]) for side in ("swift", "tf"))
    for results in (ours, theirs):
        results["no value"] = results["no value"].split(":")[0]  # run time errors begin otherwise in TensorFlow
    compare(ours, theirs)


def test_warm_starts(both):
    runs = both("warm")
    ours, theirs = (runs[side][0] for side in ("swift", "tf"))
    for label in [k for k in ours if k.startswith("estimator")]:  # trained weights: equal but for roundings
        mine, other = ours.pop(label), theirs.pop(label)
        assert type(mine) is type(other), label
        if isinstance(mine, str):
            assert mine == other, label
            continue
        assert mine.keys() == other.keys() and mine["step"] == other["step"]
        for key in ("trained", "again"):
            np.testing.assert_allclose(mine[key], other[key], rtol=1e-5, err_msg=label)
        for key in ("predict", "evaluate"):
            assert mine[key].keys() == other[key].keys()
            for name in mine[key]:
                np.testing.assert_allclose(mine[key][name], other[key][name], rtol=1e-5, err_msg=label)
    compare(ours, theirs)


def test_summaries(both):
    runs = both("summaries")
    compare(runs["swift"][0], runs["tf"][0])


@pytest.mark.parametrize("writer, reader", [("tf", "swift"), ("swift", "tf")])
def test_graphs_and_checkpoints_of_the_other(tmp_path, writer, reader):
    folder = tmp_path / "files"
    written, _ = run_program("exchange", writer, folder, {"EXCHANGE": "write"})
    found, _ = run_program("exchange", reader, folder, {"EXCHANGE": "read"})
    again, _ = run_program("exchange", writer, folder, {"EXCHANGE": "check"})
    assert found == written
    assert again == written
